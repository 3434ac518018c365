"""How much a candidate can receive from the layer before, without computing it.

Z_pre is at most

    U(unit) = |gain| · max over channels c of |A_c| |W_oc|

where A_c are the activations of channel c under the unit and W_oc the weights of its output o for them, each as the
length of a vector over the taps (Cauchy and Schwarz). Where no activation is negative, weights whose products would
count against the unit are left out. It costs 1 / taps of the products themselves; with the largest A_c and the largest
W_oc of each unit alone (`rough`) it costs next to nothing.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import torch
from torch import Tensor

from salviewer_plugins.discernible.weighted import AT_ONCE, WeightedLayer

ROUNDING: Final = 1 + 1e-4
"""Bounds are raised by so much, as the products that they bound are summed in float32."""


class Bounds:
    """Bounds of what units of one layer of weights receive."""

    def __init__(self, layer: WeightedLayer) -> None:
        self._layer = layer

    @cached_property
    def _signless(self) -> bool:
        return float(self._layer.rows.min()) < 0

    @cached_property
    def _weights(self) -> tuple[Tensor, Tensor]:
        """(O, c) for units with a positive gain, and for those with a negative one."""
        w = self._layer.weights
        if self._signless:
            both = w.square().sum(1).sqrt()
            return both, both
        return tuple(part.square().sum(1).sqrt() for part in (w.clamp(min=0), w.clamp(max=0)))  # type: ignore[return-value]

    @cached_property
    def _largest(self) -> tuple[Tensor, Tensor]:
        return self._weights[0].amax(1), self._weights[1].amax(1)

    @cached_property
    def _lengths(self) -> Tensor:
        """(patches,): the length of the vector of the largest activation under each tap."""
        return self._layer.rows.abs().amax(1).square()[self._layer.under].sum(1).sqrt()

    def rough(self, flat: Tensor, gain: Tensor) -> Tensor:
        """(n,): no less than U, for units (n,) with `gain` (n,)."""
        outputs = self._layer.outputs(flat)
        found = torch.empty_like(gain)
        step = max(1, AT_ONCE // self._layer.taps)
        for start in range(0, len(flat), step):
            part = slice(start, start + step)
            a = self._lengths[self._layer.patches(flat[part])]
            w = torch.where(gain[part] < 0, self._largest[1][outputs[part]], self._largest[0][outputs[part]])
            found[part] = gain[part].abs() * a * w * ROUNDING
        return found

    def close(self, flat: Tensor, gain: Tensor) -> Tensor:
        """(n,): U of units (n,) with `gain` (n,)."""
        patches, which = self._layer.patches(flat).unique(return_inverse=True)
        lengths = torch.cat([
            self._layer.rows[self._layer.under[some]].square_().sum(1).sqrt_()
            for some in patches.split(max(1, AT_ONCE // (self._layer.taps * self._layer.channels)))
        ])  # fmt: skip
        outputs, found = self._layer.outputs(flat), torch.empty_like(gain)
        step = max(1, AT_ONCE // self._layer.channels)
        for start in range(0, len(flat), step):
            part = slice(start, start + step)
            a, positive = lengths[which[part]], (gain[part] >= 0)[:, None]
            if bool(positive.all()):
                w = self._weights[0][outputs[part]]
            else:
                w = torch.where(positive, self._weights[0][outputs[part]], self._weights[1][outputs[part]])
            found[part] = gain[part].abs() * a.mul_(w).amax(1) * ROUNDING
        return found
