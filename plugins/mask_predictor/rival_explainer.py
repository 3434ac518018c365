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

from collections.abc import Mapping

import numpy as np
import torch

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.errors import InvalidChoice
from salviewer_plugins.mask_predictor.controller import upsampled
from salviewer_plugins.mask_predictor.generator import MaskGenerator, generator_from
from salviewer_plugins.mask_predictor.rival_params import GeneratorParams
from salviewer_plugins.mask_predictor.taps import Taps, from_facts, record

EVEN = 1e-3
"""A mask whose values differ by less says nothing."""


class GeneratedMask(Explainer[GeneratorParams]):
    """Key `mask-generator`. One forward pass."""

    def explain(self, request: Request, params: GeneratorParams, progress: Progress) -> Explanation:
        """The map (*S) in 0..1: what the generator would keep of the picture."""
        progress(0.0, "Predicting the mask")
        generator, taps = _trained(request)
        x = request.input.tensor
        read = f"feature maps of {', '.join(str(tap.number) for tap in taps)}"
        logits, maps = request.work.memo(read, lambda: record(request.model, x, taps))
        request.work.memo("logits", lambda: logits)
        target = request.target_from(logits)
        with torch.no_grad():
            scores = generator.to(x.device)(maps, torch.tensor([target.index], device=x.device))
            mask = upsampled(scores.float().sigmoid(), x.shape[2:])[0, 0]
        values = np.ascontiguousarray(mask.cpu().numpy())
        return Explanation((Heatmap("Mask generator", values, unit="mask"),), notes=_notes(values))


def _trained(request: Request) -> tuple[MaskGenerator, Taps]:
    """What was trained, as a network, and where it reads the classifier. Raises `InvalidChoice` where it is damaged."""
    state = request.trained
    if state is None:
        raise InvalidChoice(
            "The mask generator must be trained for this model before it explains: Run, Train, Mask generator.",
            code="needs-training",
        )
    taps, facts = from_facts(state.facts.get("taps", ())), state.facts
    sizes = _sizes(facts)
    return generator_from(state.tensors, [tap.channels for tap in taps], *sizes), taps


def _sizes(facts: Mapping[str, object]) -> tuple[int, int]:
    """(classes, width) of the generator."""
    classes, width = facts.get("classes"), facts.get("width")
    if isinstance(classes, int) and isinstance(width, int):
        return classes, width
    raise InvalidChoice(
        "What was trained does not say how large its network is: its file is damaged; train it again.",
        code="damaged-state",
    )


def _notes(values: np.ndarray) -> tuple[str, ...]:
    said = f"The mask keeps {float(values.mean()):.1%} of the picture."
    if float(np.ptp(values)) < EVEN:
        return (
            said,
            "It is the same everywhere, so it does not tell what matters: the training found no better mask. Train "
            "longer, on more pictures, or with another price of the area.",
        )
    return (said,)
