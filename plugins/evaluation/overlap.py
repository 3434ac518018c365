"""Intersection over union of what a map shows with the truth, at one threshold, over all of them, and round by round.

Shown is what lies above t times the map's maximum. Its pixels are compared with the true pixels, and the tightest box
around them with the true boxes, of which the best match counts.

    area = integral of IoU(t) over t = 0..1, exact: IoU changes only where t passes a value of the map

Where the explanation holds a series "rounds" (a recursive method), the sum of the first n rounds, normalised to [0, 1],
is compared likewise.

Sources: "Salient Explanation for Fine-grained Classification", Table 3 (thresholds, rounds; its last line, "A", is the
map itself); "Visual Explanation by Interpretation", section 4.3 and Table 1 (area for masks, there in percent);
"Interpreting CNN Prediction through Layer-wise Selected Discernible Neurons", section 3.2 (the box).
Differs from the papers: none says how the area is summed; theirs takes given thresholds, ours all. Outliers are not
removed before the box is drawn (section 4.1.2 of the last gives neither radius nor count).
Degenerate maps: one without a value above zero shows nothing: 0, with a note. A positive constant shows everything. NaN
if the object is out of view.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salviewer.api import Curve, Explanation, Heatmap, Measurement, MeasureRequest, Metric, Progress
from salviewer_plugins.evaluation.annotation_params import IouParams
from salviewer_plugins.evaluation.truth import NOTHING_SHOWN, OUT_OF_VIEW, given, mass, true_pixels

THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Those of the GLAS paper's Table 3."""
CURVE = np.linspace(0, 1, 101)

Box = tuple[float, ...]


class Overlap(Metric[IouParams]):
    """Key `iou`.

    box_iou, mask_iou: at `threshold`. box_iou_area, mask_iou_area: integrals over all thresholds. mask_iou_0.1 ... 0.9:
    at the paper's thresholds; round_1_mask_iou_0.1 ...: of the first rounds. All 0..1.
    """

    def measure(self, request: MeasureRequest, params: IouParams, progress: Progress) -> Measurement:
        """The values above, `box_iou` first, with curves over the threshold."""
        truth = given(request.truth)
        inside, boxes = true_pixels(truth), truth.boxes
        out_of_view = not inside.any() or not boxes
        t = params.threshold
        shown = Shown.of(request.heatmap)
        by_box, by_mask = shown.box_iou(boxes), shown.mask_iou(inside)
        values = {
            "box_iou": shown.at(t, by_box),
            "box_iou_area": shown.area(by_box),
            "mask_iou": shown.at(t, by_mask),
            "mask_iou_area": shown.area(by_mask),
        }
        values |= {f"mask_iou_{fixed:g}": shown.at(fixed, by_mask) for fixed in THRESHOLDS}
        curves = [shown.curve("Box IoU", by_box), shown.curve("Mask IoU", by_mask)]
        for n, total in enumerate(sums_of_rounds(request.explanation, request.heatmap.shape), start=1):
            so_far = Shown.of(total)
            found = so_far.mask_iou(inside)
            values |= {f"round_{n}_mask_iou_{fixed:g}": so_far.at(fixed, found) for fixed in THRESHOLDS}
            curves.append(so_far.curve(f"Mask IoU, rounds 1 to {n}", found))
        if out_of_view:
            return Measurement({**dict.fromkeys(values, float("nan")), "threshold": t}, notes=(OUT_OF_VIEW,))
        notes = () if len(shown.levels) else (NOTHING_SHOWN,)
        return Measurement({**values, "threshold": t}, tuple(curves), notes)


@dataclass(frozen=True, eq=False)
class Shown:
    """The pixels of a map above zero, the greatest first.

    levels: (m,) float64 in (0, 1], shares of the maximum. pixels: (m, n) int, their indices.
    Cut at t, the map shows the first `(levels > t).sum()` of them.
    """

    levels: np.ndarray
    pixels: np.ndarray

    @classmethod
    def of(cls, heatmap: np.ndarray) -> Shown:
        """What `heatmap` (*S) shows."""
        values = mass(heatmap)
        flat = values.ravel()
        order = np.argsort(-flat, kind="stable")[: int((flat > 0).sum())]
        levels = flat[order] / flat[order[0]] if len(order) else flat[order]
        return cls(levels, np.stack(np.unravel_index(order, values.shape), axis=1))

    def mask_iou(self, inside: np.ndarray) -> np.ndarray:
        """(m,): IoU of the first 1..m pixels with the True ones of `inside` (*S)."""
        both = np.cumsum(inside[tuple(self.pixels.T)])
        return both / (np.arange(1, len(both) + 1) + int(inside.sum()) - both)

    def box_iou(self, boxes: tuple[Box, ...]) -> np.ndarray:
        """(m,): IoU of the tightest box around the first 1..m pixels with the best of `boxes`; 0 without any."""
        low = np.minimum.accumulate(self.pixels, axis=0)[:, ::-1]
        high = np.maximum.accumulate(self.pixels, axis=0)[:, ::-1] + 1
        n, best = low.shape[1], np.zeros(len(low))
        size = (high - low).prod(axis=1)
        for box in boxes:
            a, b = np.array(box[:n]), np.array(box[n:])
            both = np.maximum(0.0, np.minimum(high, b) - np.maximum(low, a)).prod(axis=1)
            best = np.maximum(best, both / (size + (b - a).prod() - both))
        return best

    def at(self, t: float, iou: np.ndarray) -> float:
        """The entry of `iou` (m,) for the pixels above t; 0 where nothing is shown."""
        count = int((self.levels > t).sum())
        return float(iou[count - 1]) if count else 0.0

    def area(self, iou: np.ndarray) -> float:
        """The integral over t of `at`; pixels of one level come and go together."""
        return float((-np.diff(self.levels, append=0.0) * iou).sum())

    def curve(self, name: str, iou: np.ndarray) -> Curve:
        """`at` for thresholds 0, 0.01, ..., 1."""
        y = np.array([self.at(t, iou) for t in CURVE], dtype=np.float32)
        return Curve(name, CURVE.astype(np.float32), y, x_label="threshold, share of the maximum", y_label="IoU")


def sums_of_rounds(explanation: Explanation, shape: tuple[int, ...]) -> list[np.ndarray]:
    """For n = 1, 2, ...: the sum of the first n rounds, least value 0 and greatest 1; empty where there are none."""
    rounds = [e for e in explanation.evidence if isinstance(e, Heatmap) and e.series == "rounds"]
    rounds = sorted((e for e in rounds if e.values.shape == shape), key=lambda e: e.at or 0.0)
    totals = np.cumsum([e.values for e in rounds], axis=0, dtype=np.float64) if rounds else []
    return [(total - total.min()) / max(total.max() - total.min(), np.finfo(float).tiny) for total in totals]
