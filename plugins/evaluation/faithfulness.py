"""Faithfulness M_F: how much of the class's probability the map's best pixels bring back from a blurred picture.

    M_F = sum over i of q_i / (q_O - q_F) * Delta     (in percent)

q_F: the probability of the picture blurred everywhere, q_O: of the clean one, q_i: with the i best of 1 / Delta equal
shares of the pixels put back, i = 1 .. 1 / Delta. Where colour alone tells the class, as in the rendered flowers, a
blur takes nothing away: take another background there.

Source: "Visual Explanation Using Distribution-Guided Mask Predictor" (under review at ICLR 2020), section 3.4, Eq. 8.
Differs from the paper: Eq. 8 prints q_i where an area between q_F and q_O would have q_i - q_F; the headline is Eq. 8
as printed, `above_blurred` has the difference. The paper names no width of the blur (in training, "variance of 10"):
here sigma is 10 pixels at 224. Pictures with q_O - q_F < `LEAST` get NaN with a note, so that tables leave them out and
count them: divided by next to nothing, Eq. 8 has no meaning, and one such picture outweighs all others in a mean.
Degenerate maps: without contrast NaN with a note; NaN pixels come last; all negative maps have an order like any.
"""

from __future__ import annotations

import numpy as np

from salviewer.api import Curve, Measurement, MeasureRequest, Metric, Progress
from salviewer_plugins.evaluation.perturbation_params import FaithfulnessParams
from salviewer_plugins.evaluation.ranking import NO_ORDER, along, background, ranks_of
from salviewer_plugins.evaluation.truth import has_contrast

NAMES = ("faithfulness", "above_blurred", "clean", "blurred")
LEAST = 0.01
NOT_ABOVE = (
    "Without any of its pixels the picture is as probable as with all of them, so that there is nothing to bring back: "
    "no value. Another background may take more away."
)


class Faithfulness(Metric[FaithfulnessParams]):
    """Key `faithfulness`. faithfulness, above_blurred: percent. clean, blurred: q_O and q_F. Runs steps + 1 inputs."""

    def measure(self, request: MeasureRequest, params: FaithfulnessParams, progress: Progress) -> Measurement:
        """The values above, `faithfulness` first, with the probability over the share put back."""
        if not has_contrast(request.heatmap):
            return Measurement(dict.fromkeys(NAMES, float("nan")), notes=(NO_ORDER,))
        blurred = background(request, params.background, params.sigma)
        q = np.empty(0)
        order = ranks_of(request)
        for done, found in along(request, order, blurred, request.input.tensor, params.steps):
            progress(done / (params.steps + 1), "Faithfulness")
            if done == params.steps + 1:
                q = found.cpu().numpy().astype(np.float64)
        share = np.linspace(0, 1, len(q), dtype=np.float32)
        line = Curve("Faithfulness", share, q.astype(np.float32), "share of pixels put back", request.target.output)
        low, high = float(q[0]), float(q[-1])
        if not high - low >= LEAST:
            return Measurement(dict(zip(NAMES, (np.nan, np.nan, high, low), strict=True)), (line,), (NOT_ABOVE,))
        values = (100 * (q[1:] / (high - low)).mean(), 100 * ((q[1:] - low) / (high - low)).mean(), high, low)
        return Measurement(dict(zip(NAMES, map(float, values), strict=True)), (line,))
