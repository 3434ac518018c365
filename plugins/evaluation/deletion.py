"""Deletion and insertion: how fast the score falls when the map's best pixels go, and rises when they come.

    deletion:  area under P(y | x without its first share s of pixels), s = 0..1      lower is better
    insertion: area under P(y | blurred x with its first share s of pixels)           higher is better

Source: Petsiuk, Das, Saenko: RISE (2018), section 4.1 and Algorithm 1.
Differs from the paper: as many steps as asked for (56; theirs are 224 at 224 pixels); ties are broken by a smoothed
copy of the map, not by reading order.
Degenerate maps: without contrast (constant, zero, no numbers) NaN with a note; all negative maps have an order like
any. NaN pixels come last.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from salviewer.api import Curve, Measurement, MeasureRequest, Metric, Progress
from salviewer_plugins.evaluation.perturbation_params import DeletionParams, InsertionParams
from salviewer_plugins.evaluation.ranking import NO_ORDER, along, area, background, ranks_of
from salviewer_plugins.evaluation.truth import has_contrast


class Deletion(Metric[DeletionParams]):
    """Key `deletion`. deletion: the area, 0..1 for probabilities. Runs steps + 1 inputs."""

    def measure(self, request: MeasureRequest, params: DeletionParams, progress: Progress) -> Measurement:
        """`deletion`, with the score over the share of pixels taken away."""
        nothing = background(request, params.background)
        return curve("deletion", request, request.input.tensor, nothing, params.steps, progress)


class Insertion(Metric[InsertionParams]):
    """Key `insertion`. insertion: the area, 0..1 for probabilities. Runs steps + 1 inputs."""

    def measure(self, request: MeasureRequest, params: InsertionParams, progress: Progress) -> Measurement:
        """`insertion`, with the score over the share of pixels put back."""
        blurred = background(request, "blur", params.sigma)
        return curve("insertion", request, blurred, request.input.tensor, params.steps, progress)


def curve(
    name: str, request: MeasureRequest, shown: Tensor, hidden: Tensor, steps: int, progress: Progress
) -> Measurement:
    """The area called `name` and its curve, while the map's pixels change from `shown` to `hidden`, the best first."""
    if not has_contrast(request.heatmap):
        return Measurement({name: float("nan")}, notes=(NO_ORDER,))
    scores = np.empty(0, np.float32)
    for done, found in along(request, ranks_of(request), shown, hidden, steps):
        progress(done / (steps + 1), name.capitalize())
        if done == steps + 1:
            scores = found.cpu().numpy().astype(np.float32)
    share = np.linspace(0, 1, steps + 1, dtype=np.float32)
    what = {"deletion": "share of pixels taken away", "insertion": "share of pixels put back"}[name]
    line = Curve(name.capitalize(), share, scores, x_label=what, y_label=request.target.output)
    return Measurement({name: area(scores.astype(np.float64))}, (line,))
