"""Who hears whom in the Trust panel: state to the view, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.judging import CHECKING, why_not
from salviewer.gui.views.trust import TrustView

if TYPE_CHECKING:
    from salviewer.gui.under_way import Running
    from salviewer.gui.window import Window


class TrustWiring:
    """Makes the Trust panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._state, self._judging = window.state, window.actions.judging
        self.view = TrustView()
        self.view.judge_wished.connect(self._judging.judge)
        self.view.compare_wished.connect(self._judging.compare)
        self.view.cancel_wished.connect(self._judging.cancel)
        state, drawn = self._state, window.actions.annotating.state
        for changed in (state.judged_changed, state.shown_changed, state.model_changed, state.picture_changed):
            changed.connect(self._show)
        state.busy_changed.connect(self._tell_step)
        drawn.shapes_changed.connect(self._another_truth)
        drawn.own_changed.connect(self._show)
        self._show()

    def _another_truth(self, *_: object) -> None:
        self._judging.forget_compared()
        self._show()

    def _tell_step(self, busy: tuple[Running, ...]) -> None:
        """How far the sanity check is, layer by layer."""
        check = next((r for r in busy if r.title == CHECKING), None)
        if check is not None:
            self.view.set_hint(f"{check.message or CHECKING} … {100 * check.fraction:.0f} %")

    def _show(self, *_: object) -> None:
        truth = self._judging.truth()
        self.view.set_metrics(self._judging.metrics())
        self.view.set_truth(truth.said if truth else "")
        self.view.set_state(self._state.judged, why_not(self._state), len(self._judging.others()))
