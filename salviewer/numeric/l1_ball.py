"""The point of an L1 ball that is nearest to a given one, exactly, for many vectors at once.

argmin_p ||p - v||_2 subject to ||p||_1 <= radius is v with its magnitudes lowered by one threshold theta >= 0 and cut
off at zero (soft thresholding). With the magnitudes sorted, u_1 >= u_2 >= ..., theta = (u_1 + ... + u_k - radius) / k
for the last k at which u_k still exceeds it.

Source: J. Duchi, S. Shalev-Shwartz, Y. Singer, T. Chandra, "Efficient projections onto the l1-ball for learning in
high dimensions" (ICML 2008), Figure 1.
"""

from __future__ import annotations

import torch
from torch import Tensor


def onto_l1_ball(vectors: Tensor, radius: float | Tensor) -> Tensor:
    """The nearest points within the ball; what lies within it comes back as it is.

    Args:
        vectors: float (..., n), finite, each along the last axis.
        radius: of the ball, at least 0; one number, or one per vector (...).
    """
    bound = torch.as_tensor(radius, dtype=torch.float64, device=vectors.device)
    if bool((bound < 0).any()):
        raise ValueError(f"the radius of a ball is at least 0, not {float(bound.min())}")
    bound = bound.expand(vectors.shape[:-1])[..., None]
    sizes = vectors.abs()
    outside = sizes.sum(-1, keepdim=True, dtype=torch.float64) > bound
    if vectors.shape[-1] == 0 or not bool(outside.any()):
        return vectors.clone()
    theta = torch.where(outside, _threshold(sizes, bound), 0.0).to(vectors.dtype)
    lowered = (sizes - theta).clamp_(min=0).copysign_(vectors)
    return torch.where(bound > 0, lowered, 0.0).to(vectors.dtype)


def _threshold(sizes: Tensor, bound: Tensor) -> Tensor:
    """Theta (..., 1), float64, that brings sizes (..., n) down to a sum of `bound` (..., 1) where they exceed it."""
    largest = sizes.sort(-1, descending=True).values.double()
    excess = largest.cumsum(-1) - bound
    ranks = torch.arange(1, sizes.shape[-1] + 1, dtype=torch.float64, device=sizes.device)
    kept = (largest * ranks > excess).sum(-1, keepdim=True).clamp_(min=1)
    return (excess.gather(-1, kept - 1) / kept).clamp_(min=0)
