"""M_I: the pixels are ranked by the map, and those of the object are to be found: area under precision over recall.

    M_I = sum_i P_i (R_i - R_(i-1))                                                                       Eq. 9

| paper    | here                                                              |
|----------|-------------------------------------------------------------------|
| P_i, R_i | precision and recall of the pixels down to the i-th distinct value |
| M_I      | `average_precision`, 0..1 (the paper gives it in percent)          |

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers", section 3.4, Eq. 9.
Differs from the paper: pixels of equal value are taken together, since any order among them would be arbitrary; so a
constant map gets the object's share of the picture, which is also what a random map gets on average (`chance`).
Degenerate maps: where the map holds no number, the pixel is ranked last; so a map of NaN counts as constant. NaN if the
object is out of view.
"""

from __future__ import annotations

import numpy as np

from salviewer.api import Curve, Measurement, MeasureRequest, Metric, Progress
from salviewer_plugins.evaluation.annotation_params import ExplainabilityParams
from salviewer_plugins.evaluation.truth import NO_NUMBERS, OUT_OF_VIEW, given, has_contrast, numbers, true_pixels

POINTS = 201
"""Points of the curve that is kept."""


class Explainability(Metric[ExplainabilityParams]):
    """Key `explainability`."""

    def measure(self, request: MeasureRequest, params: ExplainabilityParams, progress: Progress) -> Measurement:
        """average_precision and chance, both 0..1, with precision over recall as a curve."""
        inside = true_pixels(given(request.truth))
        if not inside.any():
            return Measurement(dict.fromkeys(("average_precision", "chance"), float("nan")), notes=(OUT_OF_VIEW,))
        precision, recall = precision_and_recall(request.heatmap, inside)
        area = float((precision * np.diff(recall, prepend=0.0)).sum())
        return Measurement(
            {"average_precision": area, "chance": float(inside.mean())},
            (_curve(precision, recall),),
            () if has_contrast(request.heatmap) else (NO_NUMBERS,),
        )


def precision_and_recall(heatmap: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(k,) each, 0..1, one entry per distinct value of the map, the greatest first."""
    values, true = numbers(heatmap).ravel(), inside.ravel()
    order = np.argsort(-values, kind="stable")
    ranked = values[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    found = np.cumsum(true[order])[last]
    return found / (last + 1), found / true.sum()


def _curve(precision: np.ndarray, recall: np.ndarray) -> Curve:
    """Precision over recall, thinned to `POINTS` recalls."""
    at = np.unique(np.searchsorted(recall, np.linspace(0, 1, POINTS)).clip(max=len(recall) - 1))
    return Curve(
        "Precision over recall",
        recall[at].astype(np.float32),
        precision[at].astype(np.float32),
        x_label="recall",
        y_label="precision",
    )
