"""What units of a layer of weights receive from each input channel, for many units at once.

Units are taken in parts that fit into the processor's caches, as whatever is larger spends its time on memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import torch
from torch import Tensor

from salviewer_plugins.discernible.weighted import WeightedLayer

AT_ONCE: Final = {"cpu": 1 << 17, "cuda": 1 << 24}
"""So many numbers are held at once in each of a few tensors, by kind of device."""
PLACES: Final = 64
"""So many patches, or more, are multiplied with all filters at once."""
DEAR: Final = 3
"""A product of one unit by itself takes so many times as long as a channel sum for a patch and a filter among all."""


def contributions(layer: WeightedLayer, flat: Tensor, gain: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """What units receive from each input channel of their group, and from where; some units at a time.

    Args:
        layer: the layer.
        flat: int64 (n,), flat indices in its output.
        gain: (n,), a factor for each unit.

    Yields:
        which m of the units; (m, c), H summed over the taps, times gain; int64 (m, c), the flat index in the layer's
        input of the tap with the highest signed H, one past the end where the whole patch lies outside.
    """
    channels = torch.arange(layer.channels, device=flat.device) * layer.step
    for part in _parts(len(flat), layer.channels, gain.device):
        outputs, patches = layer.reads(flat[part])
        under, factor = layer.under(patches), gain[part, None]
        turned, scaled = bool((factor < 0).any()), bool((factor.abs() != 1).any())
        sums = gain.new_zeros(len(outputs), layer.channels)
        highest, tap = torch.full_like(sums, -torch.inf), torch.zeros_like(sums, dtype=torch.uint8)
        for t in range(layer.taps):
            h = _product(layer, outputs, under, t)
            h = h.mul_(factor.sign()) if turned else h
            sums += h
            outside = under[:, t] == layer.nothing
            if bool(outside.any()):
                h[outside] = -torch.inf
            if layer.taps > 1:
                tap.masked_fill_(h > highest, t)
                torch.maximum(highest, h, out=highest)
        starts = layer.starts(under)
        where = starts.gather(1, tap.long()) if layer.taps > 1 else starts.expand(-1, layer.channels)
        where = (where + channels).clamp_(max=math.prod(layer.shape))
        yield part, sums.mul_(factor.abs()) if scaled else sums, where


def strongest(layer: WeightedLayer, flat: Tensor, gain: Tensor) -> Tensor:
    """(n,): the largest channel sum of H that units (n,) receive, times their `gain` (n,)."""
    found = torch.zeros_like(gain)
    for sign in (1, -1):
        mine = (gain * sign > 0).nonzero()[:, 0]
        if len(mine):
            found[mine] = gain[mine].abs() * _largest(layer, flat[mine], sign)
    return found


def _largest(layer: WeightedLayer, flat: Tensor, sign: int) -> Tensor:
    """(n,): the largest channel sum of `sign` H: of all filters at the patches of the units, or of the units alone."""
    outputs, patches = layer.reads(flat)
    own, which = patches.unique(return_inverse=True)
    if layer.groups > 1 or len(own) * layer.outputs > DEAR * layer.taps * len(flat):
        return _of_each(layer, outputs, patches, sign)
    at_patches = _of_all_by_channel if layer.taps > 1 else _of_all
    return at_patches(layer, own, sign)[which, outputs]


def _of_each(layer: WeightedLayer, outputs: Tensor, patches: Tensor, sign: int) -> Tensor:
    found, under = torch.empty(len(outputs), device=layer.rows.device), layer.under(patches)
    for part in _parts(len(outputs), layer.channels, found.device):
        sums = _product(layer, outputs[part], under[part], 0)
        for t in range(1, layer.taps):
            sums.addcmul_(*_read(layer, outputs[part], under[part], t))
        found[part] = sums.amax(1) if sign > 0 else -sums.amin(1)
    return found


def _of_all_by_channel(layer: WeightedLayer, patches: Tensor, sign: int) -> Tensor:
    """(patches, O). The channel sums of some channels are a batch of products of matrices."""
    found = torch.empty(len(patches), layer.outputs, device=layer.rows.device)
    weights, under, c = sign * layer.by_channel, layer.under(patches), layer.channels
    for part in _parts(len(patches), min(8 * layer.outputs, _at_once(found.device) // PLACES), found.device):
        a = layer.rows.index_select(0, under[part].flatten()).t().contiguous().view(c, -1, layer.taps)
        step = max(1, 4 * _at_once(a.device) // (a.shape[1] * layer.outputs))
        best = torch.bmm(a[:step], weights[:step]).amax(0)
        for start in range(step, c, step):
            some = torch.bmm(a[start : start + step], weights[start : start + step]).amax(0)
            torch.maximum(best, some, out=best)
        found[part] = best
    return found


def _of_all(layer: WeightedLayer, patches: Tensor, sign: int) -> Tensor:
    """(patches, O), of filters with one tap."""
    found, under = torch.empty(len(patches), layer.outputs, device=layer.rows.device), layer.under(patches)[:, 0]
    weights, c = layer.weights[:, 0], layer.channels
    for part in _parts(len(patches), max(c, _at_once(found.device) // 4), found.device):
        a = layer.rows[under[part]].mul_(sign)[:, None]
        step = max(1, 4 * _at_once(a.device) // (len(a) * c))
        for start in range(0, layer.outputs, step):
            found[part, start : start + step] = (a * weights[start : start + step]).amax(2)
    return found


def _product(layer: WeightedLayer, outputs: Tensor, under: Tensor, tap: int) -> Tensor:
    """(n, c): H at one tap."""
    a, w = _read(layer, outputs, under, tap)
    return a.mul_(w)


def _read(layer: WeightedLayer, outputs: Tensor, under: Tensor, tap: int) -> tuple[Tensor, Tensor]:
    """(n, c) each: activations under one tap, and weights."""
    weights = layer.weights.flatten(0, 1)
    return layer.rows.index_select(0, under[:, tap]), weights.index_select(0, outputs * layer.taps + tap)


def _at_once(device: torch.device) -> int:
    return AT_ONCE.get(device.type, AT_ONCE["cpu"])


def _parts(n: int, size: int, device: torch.device) -> Iterator[slice]:
    """Parts of n things of `size` numbers each."""
    step = max(1, _at_once(device) // max(1, size))
    for start in range(0, n, step):
        yield slice(start, min(n, start + step))
