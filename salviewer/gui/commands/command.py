"""A command: one thing that can be done, as menus, tool buttons, shortcuts and the palette know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction, QKeySequence

from salviewer.gui import icons

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from salviewer.gui.state import State
    from salviewer.gui.window import Window

MENUS = ("File", "Edit", "Run", "View", "Help")
SEPARATOR = "-"
FLAT = "This is for 2D pictures, and a volume is on the screen."


@dataclass(frozen=True)
class Command:
    """One thing that can be done.

    id: "place.deed"; menu: where it is listed ("File", or "File/Export" for a menu within), "" nowhere; do: what
    happens, given the window.
    soft: its key works only where no field or button wants that key for itself; also: a second key of this kind.
    can: whether it makes sense now, by the state; when: the same, by the window; checked, ticked: None, or whether it
    is on, by the state or by the window.
    help: a sentence for the palette and the status bar; needs: what it cannot be done without, "a model" (the palette
    says so). flat: whether it is about 2D pictures only, and is off while a volume is on the screen. short: what its
    tool button says, where the title is long.
    """

    id: str
    title: str
    menu: str
    do: Callable[[Window], Any]
    shortcut: str = ""
    icon: str = ""
    soft: bool = False
    can: Callable[[State], bool] = lambda state: True
    checked: Callable[[State], bool] | None = None
    group: str = ""
    when: Callable[[Window], bool] = lambda window: True
    help: str = ""
    needs: str = ""
    also: str = ""
    ticked: Callable[[Window], bool] | None = None
    flat: bool = False
    short: str = ""

    def is_on(self, window: Window) -> bool:
        """Whether it can be done now."""
        barred = self.flat and window.state.is_volume
        return not barred and self.can(window.state) and self.when(window)

    def why_not(self, window: Window) -> str:
        """What is in its way, in a sentence, wherever it is not on."""
        if self.flat and window.state.is_volume:
            return FLAT
        return f"This needs {self.needs}." if self.needs else "This cannot be done now."


def make_actions(window: Window, commands: Sequence[Command]) -> dict[str, QAction]:
    """A QAction per command, by id, put into the window's menus."""
    menus: dict[str, QMenu] = {name: window.menuBar().addMenu(f"&{name}") for name in MENUS}
    made = {}
    for command in commands:
        action = _make_action(window, command)
        if command.menu:
            menu = _menu(menus, command.menu)
            menu.addAction(action)
            if command.group == SEPARATOR:
                menu.addSeparator()
        made[command.id] = action
    window.menus = menus
    return made


def refresh(window: Window, commands: Sequence[Command]) -> None:
    """Enable and tick the actions as the state has it."""
    for command in commands:
        action = window.commands[command.id]
        action.setEnabled(command.is_on(window))
        if command.checked is not None:
            action.setChecked(command.checked(window.state))
        if command.ticked is not None:
            action.setChecked(command.ticked(window))


def _make_action(window: Window, command: Command) -> QAction:
    action = QAction(command.title, window)
    action.setCheckable(command.checked is not None or command.ticked is not None)
    if command.soft:
        action.setText(f"{command.title}\t{command.shortcut}")
    elif command.shortcut:
        action.setShortcut(QKeySequence(command.shortcut))
    if command.icon:
        icons.promise(action, command.icon)
    if command.short:
        action.setIconText(command.short)
    if command.help:
        action.setStatusTip(command.help)
    action.triggered.connect(lambda _=False: command.do(window))
    window.addAction(action)
    return action


def _menu(menus: dict[str, QMenu], place: str) -> QMenu:
    """The menu at `place`, made within its parent where it is not there yet."""
    if place not in menus:
        parent, _, title = place.rpartition("/")
        menus[place] = _menu(menus, parent).addMenu(title)
    return menus[place]
