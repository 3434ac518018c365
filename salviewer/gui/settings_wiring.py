"""What a person has made their own: preferences, shortcuts, layouts, the palette. Who hears whom about them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from salviewer.gui.commands import COMMANDS, Command
from salviewer.gui.layouts import Layouts
from salviewer.gui.palette import Entry, used
from salviewer.gui.settings import Preferences
from salviewer.gui.shortcuts import Bound, Shortcuts
from salviewer.gui.values import NOTICE, Message

if TYPE_CHECKING:
    from salviewer.gui.views.palette import PaletteView
    from salviewer.gui.views.preferences import PreferencesDialog
    from salviewer.gui.window import Window

PANEL, LAYOUT, METHOD = "panel.", "layout-of.", "method."


class SettingsWiring:
    """Connects one window to the person's settings."""

    def __init__(self, window: Window) -> None:
        self._window, self._actions = window, window.actions
        self._settings, self._preferring = window.actions.settings, window.actions.preferring
        self.layouts = Layouts(self._settings, window.docks)
        self.shortcuts = Shortcuts(self._settings, self._bound())
        self.palette: PaletteView | None = None
        self.dialog: PreferencesDialog | None = None
        self._settings.changed.connect(self._changed)
        self._layout_actions: list[QAction] = []
        self._list_layouts()

    def soft_command(self, event: QKeyEvent) -> Command | None:
        """The command whose soft key was pressed."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
        keys = pressed.toString(QKeySequence.SequenceFormat.PortableText)
        id_ = self.shortcuts.soft(keys)
        return next((c for c in COMMANDS if c.id == id_ or (keys and not id_ and c.also == keys)), None)

    # -- the palette --------------------------------------------------------------------------------------------

    def open_palette(self) -> None:
        """Show all that can be done."""
        if self.palette is None:
            from salviewer.gui.views.palette import PaletteView  # noqa: PLC0415 - made when it is first wanted

            self.palette = PaletteView(self._window)
            self.palette.wished.connect(self._do)
        self.palette.open(self.entries(), self._settings.get("recent_commands", []))

    def entries(self) -> list[Entry]:
        """All that can be done: commands, panels, layouts and methods."""
        return [*self._commands(), *self._panels(), *self._layouts(), *self._methods()]

    def _do(self, id_: str) -> None:
        self._settings.put("recent_commands", used(self._settings.get("recent_commands", []), id_))
        for entry in self.entries():
            if entry.id == id_:
                entry.do()
                return

    def _commands(self) -> list[Entry]:
        found = []
        for command in COMMANDS:
            action = self._window.commands[command.id]
            found.append(Entry(
                command.id, command.title, action.trigger, _place(command.menu), self.shortcuts.keys(command.id),
                action.isEnabled(), command.why_not(self._window), command.help,
                action.isChecked() if action.isCheckable() else None,
            ))  # fmt: skip
        return found

    def _panels(self) -> list[Entry]:
        docks = self._window.docks
        return [
            Entry(PANEL + panel.key, f"Panel: {panel.title}", partial(docks.toggle_panel, panel.key), "View › Panels",
                  self.shortcuts.keys(PANEL + panel.key), help=panel.help, checked=docks.is_in_sight(panel.key))
            for panel in docks.panels
        ]  # fmt: skip

    def _layouts(self) -> list[Entry]:
        names = (*self.layouts.built_in, *self.layouts.own)
        place = "View › Panels › Layouts"
        return [Entry(LAYOUT + name, f"Layout: {name}", partial(self.take_layout, name), place) for name in names]

    def _methods(self) -> list[Entry]:
        chosen = self._window.state.choice.method
        return [
            Entry(METHOD + key, f"Method: {info.title}", partial(self._actions.choose_method, key), info.family,
                  help=info.answers, checked=key == chosen)
            for key, info in self._actions.host.explainers.items()
        ]  # fmt: skip

    # -- preferences --------------------------------------------------------------------------------------------

    def open_preferences(self, page: str = "") -> None:
        """Show the preferences, at `page` where one is named."""
        if self.dialog is None:
            self._make_dialog()
        self.dialog.set_preferences(self._settings.preferences)
        self.dialog.shortcuts.set_keys(self.shortcuts.all())
        if page:
            self.dialog.show_page(page)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def reset(self) -> None:
        """All preferences and shortcuts as they came, once that was confirmed."""
        text, more = "Reset all preferences and shortcuts?", "Layouts, presets and results stay."
        if self._actions.dialogs.confirm("Reset preferences?", text, more, "Reset", "Cancel"):
            self._reset(())

    def close(self) -> None:
        """Let go of the dialog."""
        if self.dialog is not None:
            self.dialog.close()

    def _make_dialog(self) -> None:
        from salviewer.data.colour import DIVERGING, SEQUENTIAL  # noqa: PLC0415 - loads numpy, after the first paint
        from salviewer.gui.views.preferences import PreferencesDialog, pages  # noqa: PLC0415 - the same

        titles = {key: info.title for key, info in self._actions.host.explainers.items()}
        self.dialog = PreferencesDialog(pages(titles, SEQUENTIAL, DIVERGING), self._window)
        self.dialog.changed.connect(lambda changes: self._preferring.change(**changes))
        self.dialog.reset_wished.connect(self._reset)
        self.dialog.shortcuts.put_wished.connect(self._put_keys)
        self.dialog.shortcuts.reset_wished.connect(self._reset_keys)

    def _reset(self, names: tuple[str, ...]) -> None:
        self._preferring.reset(names)
        if not names:
            self.shortcuts.reset_all()

    def _put_keys(self, id_: str, keys: str, take: bool) -> None:
        why = self.shortcuts.put(id_, keys, take=take)
        self._show_keys(why, taken=bool(why))

    def _reset_keys(self, id_: str) -> None:
        self._show_keys(self.shortcuts.reset(id_) if id_ else self.shortcuts.reset_all() or "")

    def _show_keys(self, why: str, *, taken: bool = False) -> None:
        if not why:
            self.dialog.shortcuts.set_keys(self.shortcuts.all())
        self.dialog.shortcuts.set_fault(why, taken=taken)

    # -- the notice ---------------------------------------------------------------------------------------------

    def show_notice(self) -> None:
        """Say once what this is not for; it must be acknowledged to go on."""
        if self._preferring.acknowledged:
            return

        def answered(yes: bool) -> None:
            if yes:
                self._preferring.acknowledge()
            else:
                self._window.close()

        self._actions.dialogs.acknowledge(NOTICE, answered)

    # -- layouts ------------------------------------------------------------------------------------------------

    def save_layout(self) -> None:
        """Ask for a name and keep the layout under it."""
        name = self._actions.dialogs.ask_name("Save layout", "Name of the layout", "")
        if name is None:
            return
        why = self.layouts.save(name)
        self._say(why, f"Saved the layout “{name.strip()}”.")

    def take_layout(self, name: str) -> None:
        """Arrange the window as `name` has it."""
        self._say(self.layouts.take(name))

    def delete_layout(self) -> None:
        """Ask which own layout to delete."""
        own = self.layouts.own
        name = self._actions.dialogs.choose("Which layout is no longer wanted?", "delete layout", own)
        if name in own:
            self.layouts.delete(name)

    def _list_layouts(self) -> None:
        """The layouts in their menu, before the commands about them."""
        menu = self._window.menus["View/Panels/Layouts"]
        for action in self._layout_actions:
            menu.removeAction(action)
            action.deleteLater()
        rest = menu.actions()
        self._layout_actions = []
        for names in (tuple(self.layouts.built_in), self.layouts.own):
            for name in names:
                action = QAction(name.replace("&", "&&"), menu)
                action.triggered.connect(partial(lambda name, _=False: self.take_layout(name), name))
                self._layout_actions.append(action)
            if names:
                separator = QAction(menu)
                separator.setSeparator(True)
                self._layout_actions.append(separator)
        menu.insertActions(rest[0] if rest else None, self._layout_actions)

    # -- inside -------------------------------------------------------------------------------------------------

    def _bound(self) -> dict[str, Bound]:
        window = self._window
        found = {c.id: Bound(window.commands[c.id], c.title, _place(c.menu), c.shortcut, soft=c.soft) for c in COMMANDS}
        for panel in window.docks.panels:
            action = window.docks.actions_by_key[panel.key]
            found[PANEL + panel.key] = Bound(action, f"Panel: {panel.title}", "View › Panels", panel.shortcut)
        return found

    def _changed(self, name: str) -> None:
        if name == "preferences":
            self._dress(self._settings.preferences)
        elif name == "layouts":
            self._list_layouts()
        elif name == "shortcuts":
            self._window.show_keys()

    def _dress(self, preferences: Preferences) -> None:
        window = self._window
        if (window.scheme, window.text_size) != (preferences.scheme, preferences.text_size):
            window.set_scheme(preferences.scheme, preferences.text_size)
        if self.dialog is not None:
            self.dialog.set_preferences(preferences)

    def _say(self, why: str, done: str = "") -> None:
        if why or done:
            self._actions.tell(Message(why or done, "warning" if why else "info", topic="layouts"))

    def about(self) -> None:
        """Say what this is, with what a report of a fault needs."""
        self._actions.dialogs.about(self.diagnostics())

    def diagnostics(self) -> str:
        """What a report of a fault needs, about this window too."""
        from PySide6.QtCore import qVersion  # noqa: PLC0415 - beside its one use
        from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 - the same

        from salviewer.jobs.diagnostics import report  # noqa: PLC0415 - loads psutil

        screen, window = QGuiApplication.primaryScreen(), self._window
        size = f"{screen.size().width()} × {screen.size().height()} at {window.devicePixelRatioF():g}"
        card: Any = window.state.model
        return report(self._actions.host, (
            f"Qt {qVersion()} on {QGuiApplication.platformName()}, screen {size}",
            f"colours {window.scheme}, text {window.text_size} %",
            f"model: {card.ref.architecture}, on {card.device}" if card else "no model is open",
        ))  # fmt: skip


def _place(menu: str) -> str:
    return menu.replace("/", " › ")
