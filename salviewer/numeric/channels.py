"""How colour channels become one number per place."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

Joining = Literal["largest", "sum", "length"]


def joined(values: Tensor, how: Joining) -> Tensor:
    """`values` (C, *S) as (*S): the largest absolute value, the signed sum, or the length of the vector."""
    if how == "sum":
        return values.sum(dim=0)
    return values.abs().amax(dim=0) if how == "largest" else values.square().sum(dim=0).sqrt()
