"""The mask that a trained generator makes for one picture and class, in the pass that also predicts the class.

    M = upsample(sigmoid(G(F(x), c)))

| paper | here |
|---|---|
| the feature filter and the U-Net over the classifier's maps | `MaskGenerator`, the predictor's |
| c | the target, or the class that the same pass predicts |

Source: Dabkowski, Gal: Real Time Image Saliency for Black Box Classifiers (2017), arXiv 1705.07857, section 4.
Differs from the paper: see `rival_trainer` and `rival_objective`.
"""

from __future__ import annotations

import numpy as np
import torch

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer_plugins.mask_predictor.controller import upsampled
from salviewer_plugins.mask_predictor.predicting import class_of, predictor_of, seen
from salviewer_plugins.mask_predictor.rival_params import GeneratorParams

EVEN = 1e-3
"""A mask whose values differ by less says nothing."""


class GeneratedMask(Explainer[GeneratorParams]):
    """Key `mask-generator`. One forward pass."""

    def explain(self, request: Request, params: GeneratorParams, progress: Progress) -> Explanation:
        """The map (*S) in 0..1: what the generator would keep of the picture."""
        progress(0.0, "Predicting the mask")
        if request.trained is None:
            raise InvalidChoice(
                "The mask generator must be trained for this model before it explains: train mask-generator on a "
                "collection.",
                code="not-trained",
            )
        if request.input.tensor.ndim != 4:
            raise UnsupportedModel(
                "The mask generator works on pictures, and this input is a volume: choose a method for volumes, such "
                "as 3D-GLAS.",
                code="wrong-dims",
            )
        predictor = predictor_of(request)
        logits, maps = seen(request, predictor)
        scores = torch.from_numpy(predictor.coarse(maps, [class_of(request.target_from(logits))]))[:, None]
        values = np.ascontiguousarray(upsampled(scores.sigmoid(), request.input.tensor.shape[2:])[0, 0].numpy())
        return Explanation((Heatmap("Mask generator", values, unit="mask"),), notes=_notes(values))


def _notes(values: np.ndarray) -> tuple[str, ...]:
    said = f"The mask keeps {100 * float(values.mean()):.1f} % of the picture."
    if float(np.ptp(values)) < EVEN:
        return (
            said,
            "It is the same everywhere, so it does not tell what matters: the training found no better mask. Train "
            "longer, on more pictures, or with another price of the area.",
        )
    return (said,)
