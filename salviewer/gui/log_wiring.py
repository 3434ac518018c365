"""The Log panel: the book to the view, wishes to the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.views.log import LogView

if TYPE_CHECKING:
    from salviewer.gui.window import Window


class LogWiring:
    """Makes the Log panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._book = window.actions.log
        self.view = LogView()
        self.view.clear_wished.connect(self._book.clear)
        self._book.grown.connect(self._show)
        self._show()

    def dress(self) -> None:
        """Take on the theme's colours."""
        self._show()

    def close(self) -> None:
        """Hear no more."""
        self._book.grown.disconnect(self._show)

    def _show(self) -> None:
        self.view.set_lines(self._book.lines())
