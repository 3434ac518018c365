"""The Jobs panel: the list to the view, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.views.jobs import JobsView

if TYPE_CHECKING:
    from salviewer.gui.window import Window


class JobsWiring:
    """Makes the Jobs panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._queueing = window.actions.queueing
        self.view = JobsView()
        self.view.cancel_wished.connect(self._queueing.cancel)
        self.view.cancel_all_wished.connect(self._queueing.cancel_all)
        self.view.again_wished.connect(self._queueing.run_again)
        self.view.show_wished.connect(self._queueing.show)
        self.view.clear_wished.connect(self._queueing.clear)
        self._queueing.entries_changed.connect(self._show)
        self._queueing.ticked.connect(self._tick)
        self._show()

    def dress(self) -> None:
        """Take on the theme's colours."""
        self.view.dress()

    def close(self) -> None:
        """Hear no more."""
        self._queueing.entries_changed.disconnect(self._show)
        self._queueing.ticked.disconnect(self._tick)

    def _show(self, *_: object) -> None:
        self.view.set_entries(self._queueing.entries, self._queueing.clock())

    def _tick(self) -> None:
        self.view.set_now(self._queueing.clock())
