"""Max-sensitivity: how much the map changes, at most, when the input moves a little.

    SENS_max = max over |delta|_inf <= r of  ||Phi(x + delta) - Phi(x)|| / ||Phi(x)||

| paper           | here                                                                             |
|-----------------|----------------------------------------------------------------------------------|
| Phi(f, x)       | the heatmap (*S) of the method that made the explanation, its target pinned      |
| r               | `radius`, in units of the model's normalised input                               |
| the maximum     | over `samples` inputs drawn uniformly from the cube, as the paper estimates it   |
| norm            | Euclidean, over all pixels                                                       |

Source: Yeh, Hsieh, Suggala, Inouye and Ravikumar, "On the (In)fidelity and Sensitivity of Explanations", NeurIPS 2019,
Definition 2 and section 5.
Differs from the paper: the norm is relative to the map's own, so that methods with other units can be compared.
"""

from __future__ import annotations

import numpy as np
import torch

from salviewer.api import Measurement, MeasureRequest, Metric, Progress
from salviewer.numeric.counted import counted
from salviewer_plugins.evaluation.again import Inner, maps_again
from salviewer_plugins.evaluation.stability_params import MaxSensitivityParams

TOGETHER = 16
"""So many disturbed inputs are explained at once: enough for full batches, few enough to be held."""


class MaxSensitivity(Metric[MaxSensitivityParams]):
    """Key `max-sensitivity`."""

    def measure(self, request: MeasureRequest, params: MaxSensitivityParams, progress: Progress) -> Measurement:
        """`max_sensitivity` >= 0, `mean_sensitivity` and the number of `samples`.

        A map that is zero or holds NaN has no relative change: NaN. A constant map is as good as any.
        The method keeps its seed, so that what it draws itself does not count as a change. The noise is drawn on the
        CPU: the first n samples are the same for any number of samples and on any device.
        """
        judged = request.heatmap.astype(np.float64)
        norm = float(np.linalg.norm(judged))
        if not norm > 0 or not np.isfinite(norm):
            why = "is zero" if norm == 0 else "holds values that are no numbers"
            note = f"The map {why}, so there is no relative change."
            return _measurement(np.full(1, np.nan), params, (note,))
        x = request.input.tensor
        generator = torch.Generator().manual_seed(request.seed)
        changes: list[float] = []
        while (first := len(changes)) < params.samples:
            last = min(params.samples, first + TOGETHER)
            noise = [(2 * torch.rand(x.shape, generator=generator) - 1) * params.radius for _ in range(first, last)]
            message = f"Samples {first + 1} to {last} of {params.samples}"
            part = Inner(progress, first / params.samples, last / params.samples, message)
            maps = maps_again(request, part, x + torch.cat(noise).to(x))
            changes += [float(np.linalg.norm(again - judged)) / norm for again in maps]
        left_out = int(np.isnan(changes).sum())
        were = "was" if left_out == 1 else "were"
        said = f"{left_out} of {counted(params.samples, 'disturbed input')} gave no map and {were} left out."
        return _measurement(np.array(changes), params, (said,) if left_out else ())


def _measurement(changes: np.ndarray, params: MaxSensitivityParams, notes: tuple[str, ...]) -> Measurement:
    seen = changes[~np.isnan(changes)]
    values = {
        "max_sensitivity": float(seen.max()) if len(seen) else float("nan"),
        "mean_sensitivity": float(seen.mean()) if len(seen) else float("nan"),
        "samples": float(params.samples),
    }
    return Measurement(values, notes=notes)
