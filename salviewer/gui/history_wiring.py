"""The History panel over the steps that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.views.history import HistoryView

if TYPE_CHECKING:
    from salviewer.gui.window import Window


class HistoryWiring:
    """Makes the History panel."""

    def __init__(self, window: Window) -> None:
        self.view = HistoryView(window.actions.undoing.stack)
