"""Who hears whom in the Workspace panel: the lists to the tree, wishes to the decisions, small pictures on demand."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from salviewer.gui.tree_rows import Row, arrange
from salviewer.gui.values import InputItem, ResultItem
from salviewer.gui.views.workspace_tree import WorkspaceTreeView, values_of

if TYPE_CHECKING:
    from salviewer.gui.window import Window

AT_ONCE, WAITING = 4, 80
"""How many small pictures are made at once, and how many may wait: rows that were scrolled past are let go."""

SAVING = ("overlay.save", "explanation.save", "copy.python")
"""Commands about what is on the screen, offered for the explanation that is on it where they exist."""


class WorkspaceWiring:
    """Makes the Workspace panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._window, self._state, self._actions = window, window.state, window.actions
        self._words = ""
        self._wished: deque[Any] = deque()
        self._under_way = 0
        self.view = view = WorkspaceTreeView()
        actions, state = self._actions, self._state
        view.show_wished.connect(self._show)
        view.open_wished.connect(lambda card: actions.opening.open_model(card.ref))
        view.remove_wished.connect(self.remove)
        view.menu_wished.connect(self._menu)
        view.words_wished.connect(self._find)
        view.model.rename_wished.connect(actions.tidying.rename)
        # The wish comes while the tree is painted, when nothing may change: it is heard after that.
        view.model.thumbnail_wished.connect(self._wish, Qt.ConnectionType.QueuedConnection)
        for changed in (state.results_changed, state.inputs_changed, state.models_changed):
            changed.connect(self._list)
        for changed in (state.model_changed, state.picture_changed):
            changed.connect(self._list)
        state.shown_changed.connect(self._mark)
        self._list()

    # -- state to the view --------------------------------------------------------------------------------------

    def _list(self, *_: object) -> None:
        state = self._state
        sha256 = state.picture.picture.sha256 if state.picture else ""
        rows = arrange(
            state.models, state.inputs, state.results, model=state.model, open_input=sha256, words=self._words
        )
        self.view.set_rows(rows)
        self._mark(state.shown)

    def _mark(self, shown: Any) -> None:
        self.view.select("result", str(shown.result) if shown is not None and shown.result is not None else None)

    def _find(self, words: str) -> None:
        self._words = words
        self._list()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.view.dress()

    # -- wishes -------------------------------------------------------------------------------------------------

    def _show(self, value: Any) -> None:
        actions = self._actions
        if isinstance(value, ResultItem):
            actions.keeping.show(value)
        elif value.missing:
            actions.tidying.say_missing(value)
        elif not (self._state.picture and self._state.picture.picture.sha256 == value.sha256):
            actions.opening.open_picture(value.ref.source, value.ref.options)
        else:
            self._state.shown = None

    def remove(self, rows: tuple[Row, ...]) -> None:
        """Take what is selected from the lists, explanations together with the input that is removed."""
        tidying, state = self._actions.tidying, self._state
        inputs = values_of(rows, "input")
        gone = {item.sha256 for item in inputs}
        for item in inputs:
            tidying.remove_input(item, [r for r in state.results if r.input_sha256 == item.sha256])
        tidying.remove([r for r in values_of(rows, "result") if r.input_sha256 not in gone])
        for card in values_of(rows, "model"):
            tidying.remove_model(card)

    def _menu(self, rows: tuple[Row, ...], place: QPoint) -> None:
        menu = self.menu(rows)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def menu(self, rows: tuple[Row, ...]) -> QMenu:
        """What can be done with `rows`."""
        menu, first = QMenu(self.view), rows[0]
        results = values_of(rows, "result")
        if len(rows) == 1 and first.kind == "model":
            action = menu.addAction("Open", lambda: self._actions.opening.open_model(first.value.ref))
            action.setEnabled(not first.open)
        elif len(rows) == 1:
            menu.addAction("Show", lambda: self._show(first.value))
            menu.addAction("Rename …", self.view.rename)
        if results and any(panel.key == "compare" for panel in self._window.docks.panels):
            menu.addAction("Add to compare", lambda: self._compare([r.id for r in results]))
        if any(item.missing for item in values_of(rows, "input")):
            menu.addAction("Look for it in a folder …", self._actions.tidying.relink)
        if len(rows) == 1 and self._is_shown(first):
            menu.addSeparator()
            menu.addActions([self._window.commands[key] for key in SAVING if key in self._window.commands])
        menu.addSeparator()
        menu.addAction("Remove" if len(rows) == 1 else f"Remove {len(rows)}", lambda: self.remove(rows))
        return menu

    def _is_shown(self, row: Row) -> bool:
        shown = self._state.shown
        return row.kind == "result" and shown is not None and row.key == str(shown.result)

    def _compare(self, numbers: list[int]) -> None:
        self._window.show_panel("compare").decider.add(numbers)

    # -- small pictures -----------------------------------------------------------------------------------------

    def _wish(self, value: ResultItem | InputItem) -> None:
        self._wished.append(value)
        while len(self._wished) > WAITING:
            self.view.model.forget_wish(self._wished.popleft())
        self._fetch()

    def _fetch(self) -> None:
        """The rows that came into view last come first."""
        while self._wished and self._under_way < AT_ONCE:
            value = self._wished.pop()
            self._under_way += 1
            self._actions.keeping.thumbnail(value, lambda png, value=value: self._fetched(value, png))

    def _fetched(self, value: ResultItem | InputItem, png: bytes) -> None:
        self._under_way -= 1
        self.view.model.set_thumbnail(value, png)
        self._fetch()
