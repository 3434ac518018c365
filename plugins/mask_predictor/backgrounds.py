"""What stands in the place of the picture where a mask hides it: A of equation 1, as the predictor is trained with it.

    phi(I, M) = I * M + A * (1 - M)

| paper | here |
|---|---|
| A, "Gaussian blurred version of I with a variance of 10" | `blurred`: pixels squared, so sigma = 3.16 pixels |
| "50% of cases" | `share`, drawn for each picture by itself |
| "a random colour image with the addition of a Gaussian noise" | `coloured`: one colour in 0..1, noise on every value |

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers", equation 1 and section 4.
Differs from the paper: it does not say how strong the noise is; here its standard deviation is 0.1 of the range from
black to white. Blurring is linear, so that it makes no difference that it happens in the model's normalised space.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from salviewer.numeric.gaussian import blur

VARIANCE = 10.0
"""Of the blur, in pixels squared."""
NOISE = 0.1
"""Standard deviation of the noise on a colour, of the range from black to white."""
SHARE = 0.5
"""Of the pictures, those whose background is blurred."""


def blurred(x: Tensor, variance: float = VARIANCE) -> Tensor:
    """X (N, C, H, W) blurred by a Gaussian of `variance` pixels squared."""
    return blur(x, math.sqrt(variance))


def coloured(x: Tensor, encode: Callable[[Tensor], Tensor], generator: torch.Generator, noise: float = NOISE) -> Tensor:
    """One colour for each of x (N, C, H, W), with noise, as `encode` brings raw values into the model's space.

    generator: on the CPU; the noise is drawn where x is, from a seed that it gives.
    """
    colours = torch.rand(*x.shape[:2], *(1,) * (x.ndim - 2), generator=generator).to(x.device)
    seed = int(torch.randint(2**62, (1,), generator=generator))
    own = torch.Generator(x.device).manual_seed(seed)
    return encode(colours + noise * torch.randn(x.shape, generator=own, device=x.device, dtype=x.dtype))


def backgrounds(
    x: Tensor,
    encode: Callable[[Tensor], Tensor],
    generator: torch.Generator,
    *,
    share: float = SHARE,
    variance: float = VARIANCE,
    noise: float = NOISE,
) -> Tensor:
    """A for each of x (N, C, H, W): blurred with probability `share`, else a colour with noise."""
    chosen = torch.rand(len(x), generator=generator) < share
    soft, plain = (rows.nonzero().flatten().to(x.device) for rows in (chosen, ~chosen))
    found = torch.empty_like(x)
    if len(soft):
        found[soft] = blurred(x[soft], variance)
    if len(plain):
        found[plain] = coloured(x[plain], encode, generator, noise).to(x.dtype)
    return found
