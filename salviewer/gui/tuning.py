"""Decides about tuning: the scores of the map on the screen, weighed by what their pixels still add to the class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salviewer.gui.judging import why_not as why_not_asked
from salviewer.gui.running import shown_from

if TYPE_CHECKING:
    from salviewer.api.jobspec import JobSpec
    from salviewer.gui.actions import Actions
    from salviewer.gui.values import ResultItem


class Tuning:
    """What *Tune the scores of this map* does. Held by `Actions`."""

    def __init__(self, actions: Actions) -> None:
        self._actions, self._state = actions, actions.state

    def method(self) -> str:
        """The method that takes one map and gives another; "" where none is installed."""
        found = self._actions.host.explainers.items()
        return next((key for key, info in found if info.sources and 2 in info.dims), "")

    def result(self) -> ResultItem | None:
        """The map on the screen, as the results list knows it; its job is what a tuned map is made from again."""
        shown = self._state.shown
        if shown is None or shown.explanation is None or shown.is_volume:
            return None
        return next((item for item in self._state.results if item.id == shown.result), None)

    def why_not(self) -> str:
        """Why nothing can be tuned now, in a sentence; empty if it can."""
        if not self.method():
            return "No method that tunes scores is installed."
        if why := why_not_asked(self._state):
            return why
        return (
            "" if self.result() is not None else "Only maps in the list of results can be tuned: run the method here."
        )

    def spec(self) -> JobSpec:
        """The job: the map on the screen, tuned for the class that it explains, with the settings typed last."""
        item, shown = self.result(), self._state.shown
        if item is None or shown is None or shown.explanation is None:
            raise RuntimeError("asked for a job although no map is on the screen")
        target = int(shown.explanation.provenance.get("target", {}).get("index", -1))
        spec = self._actions.running.spec(self.method())
        changed = {"target": target if target >= 0 else spec.target, "sources": (item.spec,), "output": None}
        return spec.model_copy(update=changed)

    def tune(self) -> int:
        """Send it, to be shown when it is done; its number, 0 where nothing can be tuned."""
        shown, opened = self._state.shown, self._state.picture
        if self.why_not() or shown is None or shown.explanation is None:
            return 0
        spec = self.spec()
        for source in spec.sources:
            if not isinstance(source, str):
                self._actions.shelf.keep_answer(source, shown.explanation)

        def done(event: Any) -> None:
            if self._state.picture is opened:
                self._state.shown = shown_from(event.result, opened, event.stored)

        return int(self._actions.running.enqueue(spec, self._actions.host.explainers[spec.method].title, done))
