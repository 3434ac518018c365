"""The distribution controller, as torch computes it while a predictor learns: scores of a wished distribution.

    z = (M^g - E[M^g]) / sqrt(Var[M^g])            over the places of each mask: instance normalisation
    basic        M^d = max(0, z)                                                                        Eq. 5
    customized   M^d = sigmoid(eta z)^h                                                                 Eq. 6
    M = upsample(M^d), bilinear                                                                         Eq. 4

Both rise with z, so that the scores' ranking is the generator's. The basic one exceeds 1 (for a sixth of all places, if
z is normal): x * m + a * (1 - m) then goes beyond the picture, x + (m - 1)(x - a), as the paper's formula has it.
`basic-clamped` ends at 1, and with it the ranking among those places, and their gradient.

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), section 3.2.
Differs from the paper: a mask without any variance gets z = 0 everywhere. `basic-clamped` is no part of it.
The same in numpy, with the density of Eq. 7, is `salviewer.numeric.score_controller`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from salviewer.errors import InvalidChoice
from salviewer.numeric.score_controller import TRANSFORMERS

_TINY = 1e-12


def standardised(mask: Tensor) -> Tensor:
    """The z (N, 1, h, w) float32 of M^g: mean 0, variance 1 over the places of each; about 0 where all are equal."""
    mask = mask.float()
    centred = mask - mask.mean((1, 2, 3), keepdim=True)
    variance = centred.square().mean((1, 2, 3), keepdim=True)
    return centred * variance.clamp_min(_TINY).rsqrt()


def controlled(z: Tensor, transformer: str, eta: float, h: float) -> Tensor:
    """M^d of z, any shape: at least 0; in 0..1 but for "basic". See `TRANSFORMERS`. Raises `InvalidChoice`."""
    if transformer == "customized":
        return (h * F.logsigmoid(eta * z)).exp()  # the power of a sigmoid, without its loss of digits near 0
    if transformer == "basic":
        return z.clamp_min(0)
    if transformer == "basic-clamped":
        return z.clamp(0, 1)
    raise InvalidChoice(f"There is no controller “{transformer}”: choose from {', '.join(TRANSFORMERS)}.")


def upsampled(scores: Tensor, size: Sequence[int]) -> Tensor:
    """M (N, 1, H, W): `scores` (N, 1, h, w), bilinear, to the input's size (H, W)."""
    return F.interpolate(scores, tuple(size), mode="bilinear", align_corners=False)


def mixed(x: Tensor, mask: Tensor, background: Tensor) -> Tensor:
    """phi(I, M) = I * M + A * (1 - M), Eq. 1; all (N, C or 1, H, W)."""
    return torch.lerp(background, x, mask)
