"""Runs the method behind an explanation again, with one thing changed, from inside a metric."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from salviewer.api import MeasureRequest, Progress, Target
from salviewer.api.progress import Preview
from salviewer.errors import InvalidChoice


class Inner(Progress):
    """A progress whose 0..1 is `whole`'s low..high under one message; partial maps of the inner run are dropped.

    They would be shown as if they answered what was asked.
    """

    def __init__(self, whole: Progress, low: float, high: float, message: str) -> None:
        super().__init__()
        self._whole, self._low, self._high, self._message = whole, low, high, message

    def __call__(self, fraction: float, message: str = "", preview: Preview | None = None) -> None:
        """See `Progress`."""
        self._whole(self._low + (self._high - self._low) * min(1.0, float(fraction)), self._message)

    def check(self) -> None:
        """See `Progress`."""
        self._whole.check()


def map_again(request: MeasureRequest, progress: Progress, **changed: Any) -> np.ndarray:
    """The map (*S) float64 of the same method with what is in `changed` (see `Work.rerun`).

    Unless it is changed, the target is the explanation's own, even where the metric was given another one: a map is
    compared with a map of the same class. Raises `InvalidChoice` where that target was a function of the outputs.
    """
    if "target" not in changed:
        changed |= _own_target(request)
    found = request.work.rerun(request.explanation, progress, **changed)
    return found.heatmap.astype(np.float64)


def maps_again(request: MeasureRequest, progress: Progress, tensors: Tensor) -> tuple[np.ndarray, ...]:
    """The maps (*S) float64 of the same method and target for each of the inputs `tensors` (N, C, *S)."""
    found = request.work.rerun_each(request.explanation, progress, tensors, **_own_target(request))
    return tuple(one.heatmap.astype(np.float64) for one in found)


def _own_target(request: MeasureRequest) -> dict[str, Any]:
    """The target of the explanation that is judged, as a change to make.

    Raises:
        InvalidChoice: it was a function of the outputs.
    """
    about = request.explanation.provenance.get("target")
    if about:
        if about["index"] < 0:
            raise InvalidChoice(
                "This map explains a function of the outputs, which a stored result does not hold: explain a class "
                "instead.",
                code="target-function",
            )
        return {"target": Target(**about)}
    return {}


def why_degenerate(heatmap: np.ndarray) -> str:
    """A sentence that says why `heatmap` (*S) cannot be compared with others: NaN, zero or constant; "" if it can."""
    if not np.isfinite(heatmap).all():
        return "The map holds values that are no numbers, so there is nothing to compare."
    if not heatmap.any():
        return "The map is zero everywhere, so there is nothing to compare."
    return "The map is constant, so there is nothing to compare." if heatmap.min() == heatmap.max() else ""
