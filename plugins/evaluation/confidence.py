"""Increase and drop in confidence: what the class's score does when only what the map shows is left, or all but that.

    drop = max(0, Y - O) / Y        O: the score of the picture times the map, Y: of the whole picture
    increase = 1 if O > Y else 0
    inverse_drop = Y - P(y | picture times (1 - map))

The map is scaled so that its least value is 0 and its greatest 1.
Sources: Chattopadhay et al.: Grad-CAM++ (2018), section 4.1 (average drop, increase in confidence); "Salient
Explanation for Fine-grained Classification", Figure 5 (the score under the inverse heat map, x * (1 - S)).
Differs from the papers: drop is a share, not a percentage; both products are taken against the chosen background.
Degenerate maps: without contrast NaN with a note; NaN pixels count as the least value.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Measurement, MeasureRequest, Metric, Progress
from salviewer_plugins.evaluation.perturbation_params import ConfidenceParams
from salviewer_plugins.evaluation.ranking import background
from salviewer_plugins.evaluation.truth import NO_NUMBERS, has_contrast

NAMES = ("increase", "drop", "inverse_drop", "clean", "shown", "hidden")


class Confidence(Metric[ConfidenceParams]):
    """Key `increase-in-confidence`.

    increase: 0 or 1. drop: 0..1. inverse_drop: in units of the score. clean, shown, hidden: the three scores.
    """

    def measure(self, request: MeasureRequest, params: ConfidenceParams, progress: Progress) -> Measurement:
        """The values above, `increase` first."""
        if not has_contrast(request.heatmap):
            return Measurement(dict.fromkeys(NAMES, float("nan")), notes=(NO_NUMBERS,))
        x = request.input.tensor
        keep = torch.from_numpy(scaled(request.heatmap)).to(x.device)
        nothing = background(request, params.background)
        weights = torch.stack([torch.ones_like(keep), keep, 1 - keep]).unsqueeze(1)

        def step(part: slice) -> Tensor:
            return request.score(nothing + (x - nothing) * weights[part]).detach()

        found = torch.cat([values.float().cpu() for _, values in request.work.batched(3, step)])
        progress(1.0, "Confidence")
        clean, shown, hidden = found.tolist()
        drop = max(0.0, clean - shown) / clean if clean > 0 else float("nan")
        values = (float(shown > clean), drop, clean - hidden, clean, shown, hidden)
        notes = (
            () if clean > 0 else ("The score of the whole picture is not above zero: a share of it has no meaning.",)
        )
        return Measurement(dict(zip(NAMES, values, strict=True)), notes=notes)


def scaled(heatmap: np.ndarray) -> np.ndarray:
    """Float32 (*S) in 0..1; what is no number is 0."""
    known = np.isfinite(heatmap)
    values = np.where(known, heatmap, 0.0).astype(np.float64)  # in float32 the range of a great map could overflow
    low, high = values[known].min(), values[known].max()
    return np.where(known, (values - low) / (high - low), 0.0).astype(np.float32)
