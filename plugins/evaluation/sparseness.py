"""Sparseness: the Gini index of the map's absolute values; 0 if all are equal, near 1 if one pixel has everything.

    G = 1 - 2 * sum over k of (v_k / |v|_1) * (N - k + 0.5) / N,   v_1 <= v_2 <= ... <= v_N

Source: Hurley, Rickard: Comparing Measures of Sparsity (2009), Table I; Chalasani et al. (2020), section 4.
Degenerate maps: a constant one has 0; zero everywhere, or no numbers, NaN with a note; NaN pixels are left out.
"""

from __future__ import annotations

import numpy as np

from salviewer.api import Measurement, MeasureRequest, Metric, Progress
from salviewer_plugins.evaluation.perturbation_params import SparsenessParams

EMPTY = "The map is zero everywhere: there is nothing to be spread or gathered."


class Sparseness(Metric[SparsenessParams]):
    """Key `sparseness`. gini: 0..1. Runs no inputs."""

    def measure(self, request: MeasureRequest, params: SparsenessParams, progress: Progress) -> Measurement:
        """`gini`."""
        found = gini(request.heatmap)
        progress(1.0, "Sparseness")
        return Measurement({"gini": found}, notes=() if np.isfinite(found) else (EMPTY,))


def gini(heatmap: np.ndarray) -> float:
    """The Gini index of the absolute values of all numbers in `heatmap`."""
    values = np.sort(np.abs(heatmap[np.isfinite(heatmap)]).astype(np.float64))
    n, total = len(values), values.sum()
    if not total > 0:
        return float("nan")
    return float(1 - 2 * ((values / total) * (n - np.arange(1, n + 1) + 0.5) / n).sum())
