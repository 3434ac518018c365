"""Decides about judging: which metrics a map is judged by, what it is compared with, what becomes of the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import InputRef, ModelRef
from salviewer.api.progress import Progress
from salviewer.bench.judgement import Judgement
from salviewer.bench.sanity import METRIC as SANITY
from salviewer.gui.values import Judged

if TYPE_CHECKING:
    from salviewer.api.descriptors import MetricInfo
    from salviewer.gui.annotation_values import Truth
    from salviewer.gui.desk import Desk
    from salviewer.gui.kept import Kept
    from salviewer.gui.state import State
    from salviewer.jobs.shelf import Shelf

TOPIC, REFERENCE, KEPT = "judge", "reference", "judgements"
CHECKING = "Sanity check"
"""The title of the errand that makes the model's layers random."""
QUIETLY = ""
REFERENCE_SIZE = 12


def offered(metrics: Mapping[str, MetricInfo], dims: int, *, truth: bool = False) -> tuple[MetricInfo, ...]:
    """The metrics that can judge a map: those that read the map alone first, those that rerun the method last.

    `truth`: whether it is known where the truth lies, which some metrics need.
    """
    order = {"heatmap": 0, "explanation": 1, "explainer": 2}
    fit = [m for m in metrics.values() if (truth or "annotation" not in m.needs) and dims in m.dims]
    return tuple(sorted(fit, key=lambda m: order[m.given]))


def why_not(state: State) -> str:
    """Why the map on the screen cannot be judged, in a sentence; empty if it can."""
    shown = state.shown
    if shown is None:
        return "Run a method first: then its map can be judged here."
    if shown.explanation is None:
        return "The map is still partial."
    about = shown.explanation.provenance
    if state.model is None or state.picture is None:
        return "Open the model and the picture of this map to judge it."
    if about.get("model", {}).get("sha256") != state.model.sha256:
        return "This map belongs to another model: open that one to judge it."
    if about.get("input", {}).get("sha256") != state.picture.picture.sha256:
        return "This map belongs to another picture: open that one to judge it."
    return ""


def _no_truth(label: str) -> Truth | None:
    """Nobody said where it lies."""
    return None


class Judging:
    """The Trust panel's decisions. `truth`: gives where the truth about a class of the open picture lies.

    Judgements are known by the fingerprint of their explanation, in memory and in the workspace (`kept`), so that they
    are there again when it is shown again. What was compared with a truth is not kept: the truth may change.
    """

    def __init__(
        self,
        state: State,
        desk: Desk,
        shelf: Shelf,
        kept: Kept,
        truth: Callable[[str], Truth | None] = _no_truth,
    ) -> None:
        self._state, self._desk, self._shelf, self._truth, self._kept = state, desk, shelf, truth, kept
        self._known: dict[str, tuple[Judgement, ...]] = {}
        state.shown_changed.connect(self._another)

    def metrics(self) -> tuple[MetricInfo, ...]:
        """What the map on the screen can be judged by."""
        dims = 3 if self._state.is_volume else 2
        return offered(self._shelf.host.metrics, dims, truth=self.truth() is not None)

    def truth(self) -> Truth | None:
        """What the map on the screen is compared with; None where nobody said where the truth lies."""
        shown = self._state.shown
        about = shown.explanation.provenance if shown is not None and shown.explanation is not None else {}
        return self._truth(about.get("target", {}).get("label", ""))

    def forget_compared(self) -> None:
        """The truth has changed: what was compared with the former one holds no more."""
        judged, metrics = self._state.judged, self._shelf.host.metrics
        if judged is not None:
            rows = tuple(r for r in judged.rows if "annotation" not in metrics[r.metric].needs)
            self._state.judged = replace(judged, rows=rows)

    def judge(self, keys: tuple[str, ...] = ()) -> None:
        """Judge the map on the screen by `keys`; without any, by all metrics that do not run the method again."""
        if why_not(self._state):
            return
        chosen = keys or tuple(m.key for m in self.metrics() if m.given != "explainer")
        shelf, explanation, model, source = self._asked()
        self._state.judged = replace(self._of(explanation), waiting=chosen)
        truth = self.truth()
        shapes = truth.shapes if truth else None

        def errand(progress: Progress) -> tuple[Judgement, ...]:
            from salviewer.bench.trust import judge  # noqa: PLC0415 - loads torch, on the worker thread
            from salviewer.jobs.drawn_truth import drawn_truth  # noqa: PLC0415

            with drawn_truth(shapes, shelf) as annotation:
                return judge(explanation, model, source, chosen, shelf, progress, annotation)

        title = CHECKING if chosen == (SANITY,) else "Judging the map"
        self._desk.ask(TOPIC, errand, title, lambda found: self._done(explanation, found, truth),
                       otherwise=self._failed)  # fmt: skip

    def compare(self) -> None:
        """Run the same method and metrics on other pictures of the collection or folder, as a reference."""
        judged = self._state.judged
        others = self.others()
        if judged is None or not judged.rows or not others or why_not(self._state):
            return
        shelf, explanation, model, _ = self._asked()
        keys = tuple(row.metric for row in judged.rows)
        self._state.judged = replace(judged, comparing=True)

        def errand(progress: Progress) -> dict[str, tuple[float, ...]]:
            from salviewer.bench.trust import reference  # noqa: PLC0415 - loads torch, on the worker thread

            return reference(explanation, model, others, keys, shelf, progress)

        self._desk.ask(REFERENCE, errand, "Measuring the reference pictures",
                       lambda values: self._compared(explanation, values), otherwise=self._failed)  # fmt: skip

    def others(self) -> tuple[InputRef, ...]:
        """The reference: pictures spread over the collection of the open one, without it."""
        picture = self._state.picture
        if picture is None:
            return ()
        rest = [s for s in picture.siblings if s != picture.ref.source]
        step = max(1, len(rest) // REFERENCE_SIZE)
        options = picture.ref.options
        return tuple(InputRef(source=s, options=options) for s in rest[step // 2 :: step][:REFERENCE_SIZE])

    def cancel(self) -> None:
        """Stop judging and comparing."""
        self._desk.drop(TOPIC)
        self._desk.drop(REFERENCE)
        if self._state.judged is not None:
            self._state.judged = replace(self._state.judged, waiting=(), comparing=False)

    def _asked(self) -> tuple[Shelf, Explanation, ModelRef, InputRef]:
        state = self._state
        return self._shelf, state.shown.explanation, state.model.ref, state.picture.ref

    def _of(self, explanation: Any) -> Judged:
        judged = self._state.judged
        return judged if judged is not None and judged.explanation is explanation else Judged(explanation)

    def _another(self, shown: Any) -> None:
        judged = self._state.judged
        if judged is not None and (shown is None or shown.explanation is not judged.explanation):
            self.cancel()
            self._state.judged = None
        if shown is not None and shown.explanation is not None and self._state.judged is None:
            self._recall(shown.explanation)

    def _recall(self, explanation: Explanation) -> None:
        """Show what was said of this map before, here or in another session."""
        key = _fingerprint(explanation)
        if not key:
            return
        if key in self._known:
            self._state.judged = Judged(explanation, self._known[key])
            return
        kept = self._kept

        def found(rows: tuple[Judgement, ...]) -> None:
            if rows and self._of_screen(explanation) and self._state.judged is None:
                self._known[key] = rows
                self._state.judged = Judged(explanation, rows)

        self._desk.ask(KEPT, lambda progress: kept.judgements(key), QUIETLY, found, uses_model=False)

    def _of_screen(self, explanation: Explanation) -> bool:
        shown = self._state.shown
        return shown is not None and shown.explanation is explanation

    def _remember(self, judged: Judged) -> None:
        """Keep what was said for the next time."""
        key, metrics = _fingerprint(judged.explanation), self._shelf.host.metrics
        if not key:
            return
        rows = tuple(r for r in judged.rows if r.metric in metrics and "annotation" not in metrics[r.metric].needs)
        kept, self._known[key] = self._kept, rows
        self._desk.ask(f"keep judgement {key}", lambda progress: kept.keep_judgements(key, rows), QUIETLY,
                       lambda _: None, uses_model=False)  # fmt: skip

    def _done(self, explanation: Any, found: tuple[Judgement, ...], truth: Truth | None) -> None:
        """Show what was found; not what was compared with another truth than the present one."""
        judged, metrics = self._of(explanation), self._shelf.host.metrics
        if truth != self.truth():
            found = tuple(row for row in found if "annotation" not in metrics[row.metric].needs)
        kept = {row.metric: row for row in judged.rows} | {row.metric: row for row in found}
        rows = tuple(kept[m.key] for m in self.metrics() if m.key in kept)
        self._state.judged = replace(judged, rows=rows, waiting=())
        self._remember(self._state.judged)

    def _compared(self, explanation: Any, values: Mapping[str, tuple[float, ...]]) -> None:
        judged = self._of(explanation)
        rows = tuple(replace(row, reference=values.get(row.metric, row.reference)) for row in judged.rows)
        self._state.judged = replace(judged, rows=rows, comparing=False)
        self._remember(self._state.judged)

    def _failed(self, error: BaseException) -> bool:
        if self._state.judged is not None:
            self._state.judged = replace(self._state.judged, waiting=(), comparing=False)
        return False


def _fingerprint(explanation: Explanation) -> str:
    """What tells this explanation from all others; "" where nobody knows how it was made."""
    return str(explanation.provenance.get("fingerprint", ""))
