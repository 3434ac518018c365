"""What the window's frame shows of the workspace: its title, the recent files, the words of Undo, its layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMenu

from salviewer.gui.values import OpenWorkspace

if TYPE_CHECKING:
    from salviewer.gui.window import Window

LAYOUT_EVENTS = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class WorkspaceMenu(QObject):
    """Connects one window with its workspace."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._actions = window, window.actions
        self._make_recent_menu()
        stack = self._actions.undoing.stack
        for key, word, changed, possible in (
            ("edit.undo", "Undo", stack.undoTextChanged, stack.canUndoChanged),
            ("edit.redo", "Redo", stack.redoTextChanged, stack.canRedoChanged),
        ):
            action = window.commands[key]
            changed.connect(lambda text, word=word, action=action: action.setText(f"{word} {text}".rstrip()))
            possible.connect(action.setEnabled)
        window.state.workspace_changed.connect(self._title)
        self._title(window.state.workspace)
        resuming = self._actions.resuming
        resuming.layout_now, resuming.take_layout = window.docks.layout_now, window.docks.take_layout
        for dock in window.docks.docks.values():
            dock.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A dock that is moved, resized, shown or hidden is a layout worth keeping."""
        if event.type() in LAYOUT_EVENTS and self._window.heatmap is not None:
            self._actions.resuming.changed()
        return super().eventFilter(watched, event)

    def _title(self, workspace: OpenWorkspace | None) -> None:
        named = workspace is not None and workspace.path is not None and not workspace.own
        only = " (read only)" if workspace is not None and workspace.read_only and workspace.path else ""
        self._window.setWindowTitle(f"{workspace.path.stem}{only} – SalViewer" if named else f"SalViewer{only}")

    def _make_recent_menu(self) -> None:
        self._recent = QMenu("Recent workspaces", self._window)
        self._recent.aboutToShow.connect(self._list_recent)
        menu = self._window.menus["File"]
        after = menu.actions().index(self._window.commands["workspace.open"]) + 1
        menu.insertMenu(menu.actions()[after], self._recent)

    def _list_recent(self) -> None:
        workspacing, now = self._actions.workspacing, self._window.state.workspace
        self._recent.clear()
        others = [p for p in workspacing.recent.paths if now is None or p != now.path]
        for path in others:
            there = path.is_file()
            action = self._recent.addAction(path.stem if there else f"{path.stem} (missing)")
            action.setToolTip(str(path))
            action.setStatusTip(str(path))
            action.setEnabled(there)
            action.triggered.connect(lambda _=False, path=path: self._open(path))
        if not others:
            self._recent.addAction("None yet").setEnabled(False)
            return
        self._recent.addSeparator()
        self._recent.addAction("Clear the list", workspacing.recent.clear)

    def _open(self, path: Path) -> None:
        self._actions.workspacing.open_path(path)
