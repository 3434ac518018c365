"""The badge in the heatmap's head: what is known of how far the map can be believed, in a few words. Never a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from salviewer.bench.judgement import in_short
from salviewer.bench.sanity import METRIC, RULE, SHORT, outcome
from salviewer.gui.judging import why_not
from salviewer.gui.values import Judged

if TYPE_CHECKING:
    from salviewer.gui.views.heatmap import HeatmapView
    from salviewer.gui.volumes.view import VolumeView
    from salviewer.gui.window import Window

NOT_YET = "not judged yet"
ASK = "Judges this map by the quick metrics, beside a random map and a spot in the middle."
MORE = "Opens the Trust panel, where each metric is."


class TrustBadge(QObject):
    """Shows the badge of `view`, and does what a click asks for. Lives as long as that view."""

    def __init__(self, window: Window, view: HeatmapView | VolumeView) -> None:
        super().__init__(view)
        self._window, self._state, self._badge = window, window.state, view.badge
        self._badge.clicked.connect(self._clicked)
        state = self._state
        for changed in (state.judged_changed, state.shown_changed, state.model_changed, state.picture_changed):
            changed.connect(self._show)
        self._show()

    def _clicked(self) -> None:
        judged = self._state.judged
        if judged is not None and (judged.rows or judged.waiting):
            self._window.show_panel("trust")
        else:
            self._window.actions.judging.judge()

    def _show(self, *_: object) -> None:
        shown, judged, fault = self._state.shown, self._state.judged, why_not(self._state)
        self._badge.setVisible(shown is not None and shown.explanation is not None)
        text = words(judged)
        known = judged is not None and bool(judged.rows or judged.waiting)
        self._badge.say(text)
        self._badge.setAccessibleName(f"Trust: {text}")
        self._badge.setEnabled(known or not fault)
        self._badge.setToolTip(tip(judged) if known else fault or ASK)


def words(judged: Judged | None) -> str:
    """What the badge says."""
    if judged is None or not (judged.rows or judged.waiting):
        return NOT_YET
    if judged.waiting:
        return "judging …"
    sanity = next((SHORT[outcome(row)] for row in judged.rows if row.metric == METRIC), "")
    return " · ".join(part for part in (in_short(judged.rows), sanity) if part) or "judged: no verdict"


def tip(judged: Judged) -> str:
    """Each verdict, and where more is said."""
    lines = [f"{row.title}: {row.verdict}" for row in judged.rows if row.verdict]
    checked = any(row.metric == METRIC for row in judged.rows)
    return "\n".join((*lines, *(("", RULE) if checked else ()), "", MORE)).strip()
