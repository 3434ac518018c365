"""All that can be done, in one table: menus, tool buttons and shortcuts are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction, QKeySequence

from salviewer.gui import icons
from salviewer.gui.running import why_not
from salviewer.gui.values import errand, explaining

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow, QMenu

    from salviewer.gui.state import State

SEPARATOR = "-"


@dataclass(frozen=True)
class Command:
    """One thing that can be done.

    id: "place.deed"; menu: where it is listed ("" nowhere); do: what happens, given the window.
    soft: its key works only where no field or button wants that key for itself.
    can: whether it makes sense now; checked: None, or whether it is on.
    """

    id: str
    title: str
    menu: str
    do: Callable[[Any], Any]
    shortcut: str = ""
    icon: str = ""
    soft: bool = False
    can: Callable[[State], bool] = lambda state: True
    checked: Callable[[State], bool] | None = None
    group: str = ""


def _runs(state: State) -> bool:
    return explaining(state.busy) is not None


COMMANDS: tuple[Command, ...] = (
    Command("model.open", "Open model …", "File", lambda w: w.actions.opening.ask_model(), "Ctrl+M", "model"),
    Command("picture.open", "Open picture …", "File", lambda w: w.actions.opening.ask_picture(), "Ctrl+O", "picture"),
    Command("sample.open", "Open the built-in sample", "File", lambda w: w.actions.opening.open_sample(), "", "sample"),
    Command("sample.previous", "Previous sample", "File", lambda w: w.actions.opening.step_sample(-1), "Ctrl+Left",
            "previous", can=lambda s: s.picture is not None and s.picture.neighbour(-1) is not None),
    Command("sample.next", "Next sample", "File", lambda w: w.actions.opening.step_sample(1), "Ctrl+Right", "next",
            can=lambda s: s.picture is not None and s.picture.neighbour(1) is not None, group=SEPARATOR),
    Command("overlay.save", "Save overlay …", "File", lambda w: w.actions.keeping.save_overlay(), "Ctrl+S", "save",
            can=lambda s: s.shown is not None and s.shown.picture is not None),
    Command("explanation.save", "Save explanation …", "File", lambda w: w.actions.keeping.save_explanation(),
            "Ctrl+Shift+S", can=lambda s: s.shown is not None and s.shown.explanation is not None, group=SEPARATOR),
    Command("quit", "Quit", "File", lambda w: w.close(), "Ctrl+Q"),
    Command("run", "Run", "Run", lambda w: w.actions.run(), "Ctrl+R", "run",
            can=lambda s: not why_not(s) and not _runs(s)),
    Command("cancel", "Cancel", "Run", lambda w: w.actions.cancel(), "Esc", "cancel",
            can=lambda s: _runs(s) or errand(s.busy) is not None, group=SEPARATOR),
    Command("evaluation.open", "Evaluate methods …", "Run", lambda w: w.open_evaluation(), "Ctrl+E"),
    Command("study.open", "Reader study …", "Run", lambda w: w.open_study()),
    Command("view.fit", "Fit the picture", "View", lambda w: w.fit(), "F", "fit"),
    Command("view.actual", "One to one", "View", lambda w: w.actual_size(), "1", "actual"),
    Command("view.closer", "Zoom in", "View", lambda w: w.zoom(1.25), "Ctrl++"),
    Command("view.farther", "Zoom out", "View", lambda w: w.zoom(0.8), "Ctrl+-", group=SEPARATOR),
    Command("view.overlay", "Heatmap over the picture", "View", lambda w: w.actions.toggle_overlay(), "Space",
            soft=True, checked=lambda s: s.display.overlay, can=lambda s: s.shown is not None),
    Command("view.frame", "Outline what the model sees", "View", lambda w: w.actions.toggle_frame(), "",
            checked=lambda s: s.display.frame),
    Command("map.previous", "Previous map", "View", lambda w: w.actions.step_map(-1), "[",
            can=lambda s: s.shown is not None and s.shown.at > 0),
    Command("map.next", "Next map", "View", lambda w: w.actions.step_map(1), "]",
            can=lambda s: s.shown is not None and s.shown.at + 1 < len(s.shown.maps), group=SEPARATOR),
    Command("view.trust", "Trust: judge this map", "View", lambda w: w.toggle_trust(), "Ctrl+T", "done"),
    Command("view.help", "Help under each setting", "View", lambda w: w.toggle_help(), "",
            checked=lambda s: s.display.helps, group=SEPARATOR),
    Command("theme.system", "Colours as the system has them", "View", lambda w: w.set_scheme("system")),
    Command("theme.light", "Light", "View", lambda w: w.set_scheme("light")),
    Command("theme.dark", "Dark", "View", lambda w: w.set_scheme("dark")),
    Command("about", "About SalViewer", "Help", lambda w: w.actions.dialogs.about()),
)  # fmt: skip

MENUS = ("File", "Run", "View", "Help")


def make_actions(window: QMainWindow, commands: tuple[Command, ...] = COMMANDS) -> dict[str, QAction]:
    """A QAction per command, by id, put into the window's menus."""
    menus: dict[str, QMenu] = {name: window.menuBar().addMenu(f"&{name}") for name in MENUS}
    made = {}
    for command in commands:
        action = QAction(command.title, window)
        action.setCheckable(command.checked is not None)
        if command.soft:
            action.setText(f"{command.title}\t{command.shortcut}")
        elif command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        if command.icon:
            icons.give(action, command.icon)
        action.triggered.connect(lambda _=False, command=command: command.do(window))
        window.addAction(action)
        if command.menu:
            menus[command.menu].addAction(action)
            if command.group == SEPARATOR:
                menus[command.menu].addSeparator()
        made[command.id] = action
    return made


def refresh(actions: dict[str, QAction], state: State, commands: tuple[Command, ...] = COMMANDS) -> None:
    """Enable and tick the actions as the state has it."""
    for command in commands:
        actions[command.id].setEnabled(command.can(state))
        if command.checked is not None:
            actions[command.id].setChecked(command.checked(state))


def soft_command(text: str, commands: tuple[Command, ...] = COMMANDS) -> Command | None:
    """The command whose soft key is `text`."""
    return next((c for c in commands if c.soft and c.shortcut == text), None)
