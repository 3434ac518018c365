"""Which units of a layer carry a chosen unit of the layer after it.

They are the k best by

    Omega = a_suc Z_suc (a_cur Z_cur + a_pre Z_pre)                                                        (Eq. 1)

| paper | here |
|---|---|
| Z_cur, Eq. 2 | the channel sum of the Hadamard product H of the receptive patch with the filter (`weighted`) |
| Z_pre, Eq. 3 | the largest channel sum that the candidate itself receives (`preceding`) |
| Z_suc | for how many chosen units the candidate has the highest Z_cur; 1 where for none |
| k best per chosen unit, Eq. 4 | `Choice`, by (chosen unit, candidate) |

A candidate is a channel at its strongest position in the patch; in a linear layer, a unit.

Source: "Interpreting CNN Prediction through Layer-wise Selected Discernible Neurons", section 3.1, Eq. 1-4, Alg. 1.
Differs from the paper: units that speak against the chosen one (Z_cur <= 0) are no candidates, unless none speaks for
it: then the one with the highest Z_cur is. The gain by which a folded normalisation multiplies a unit's weights counts
in Z_cur, and in Z_pre.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import torch
from torch import Tensor

from salviewer_plugins.discernible.preceding import EXACT, Layers, Preceding
from salviewer_plugins.discernible.steps import Residual
from salviewer_plugins.discernible.weighted import WeightedLayer

FIRST: Final = 4
"""Z_pre is computed first for so many times k candidates."""
MANY: Final = 0.5
"""Of all candidates, see `_with_preceding`."""


@dataclass(frozen=True)
class Rules:
    """How units are chosen.

    k: so many for each chosen unit. a_cur, a_suc, a_pre: the weights of Eq. 1, not negative. counting: whether Z_suc is
    counted; else it is 1. residual: see `steps`. shortcut: whether Z_pre is computed only where it can decide.
    """

    k: int = 2
    a_cur: float = 1.0
    a_suc: float = 1.0
    a_pre: float = 1.0
    counting: bool = True
    residual: Residual = "stronger"
    shortcut: bool = True


class Choice(NamedTuple):
    """What was chosen, (m,) each: by which of the units given, flat index in the layer's input, score, Z's."""

    source: Tensor
    flat: Tensor
    score: Tensor
    support: Tensor  # (m, 3): Z_cur, Z_pre, Z_suc


def choose(layers: Layers, layer: WeightedLayer, flat: Tensor, gain: Tensor, budget: Tensor, rules: Rules) -> Choice:
    """The best candidates for each unit (n,) of the output of `layer`; `budget` (n,) of them, at most."""
    z_cur, where = _candidates(layer, flat, gain)
    speaks = z_cur > -torch.inf
    z_suc = _counted(z_cur, where, layer) if rules.counting else torch.ones_like(z_cur)
    most = min(int(budget.max()), z_cur.shape[1])
    base, factor = rules.a_suc * rules.a_cur * z_suc * z_cur, rules.a_suc * rules.a_pre * z_suc
    base = base.masked_fill(~speaks, -torch.inf)
    if rules.a_pre > 0:
        omega, z_pre = _with_preceding(layers, layer, base, factor, where, most, shortcut=rules.shortcut)
    else:
        omega, z_pre = base, torch.full_like(base, torch.nan)
    score, best = omega.topk(most, dim=1)
    kept = (score > -torch.inf) & (torch.arange(most, device=flat.device) < budget[:, None])
    source, rank = kept.nonzero().unbind(1)
    at = source, best[source, rank]
    return Choice(source, where[at], score[source, rank], torch.stack([z_cur[at], z_pre[at], z_suc[at]], 1))


def _candidates(layer: WeightedLayer, flat: Tensor, gain: Tensor) -> tuple[Tensor, Tensor]:
    """(Z_cur (n, c), -inf for what is no candidate; flat indices (n, c) in the layer's input)."""
    n, c = len(flat), layer.channels
    z_cur, where = gain.new_empty(n, c), flat.new_empty(n, c)
    channels, nothing = torch.arange(c, device=flat.device), len(layer.rows) - 1
    for part, rows, h in layer.products(flat):
        signed = h if bool((gain[part] > 0).all()) else h.mul_(gain[part].sign()[:, None, None])
        sums = signed.sum(1) if layer.taps > 1 else signed[:, 0].clone()
        outside = rows == nothing
        if bool(outside.any()):
            signed.masked_fill_(outside[:, :, None], -torch.inf)
        at = rows.gather(1, signed.argmax(1)) if layer.taps > 1 else rows.expand(-1, c)
        speaks = sums > 0
        alone = ~speaks.any(1)
        speaks[alone, sums[alone].argmax(1)] = True
        speaks &= at != nothing  # a patch may lie outside altogether
        z_cur[part] = (sums * gain[part].abs()[:, None]).masked_fill(~speaks, -torch.inf)
        where[part] = layer.inputs(at.clamp(max=nothing - 1), channels)
    return z_cur, where


def _counted(z_cur: Tensor, where: Tensor, layer: WeightedLayer) -> Tensor:
    """Z_suc (n, c)."""
    best = where.gather(1, z_cur.argmax(1, keepdim=True))[:, 0]
    units, counts = best.unique(return_counts=True)
    times = z_cur.new_ones(math.prod(layer.shape))
    times[units] = counts.to(times.dtype)
    return times[where]


def _with_preceding(
    layers: Layers,
    layer: WeightedLayer,
    base: Tensor,
    factor: Tensor,
    where: Tensor,
    most: int,
    *,
    shortcut: bool,
) -> tuple[Tensor, Tensor]:
    """(Omega (n, c) where it is known and else -inf, Z_pre (n, c) or a bound of it); the `most` best are known.

    At first Z_pre is known by bounds alone. It is computed for the candidates with the highest bounds; then the bounds
    of those that could still be among the best are sharpened, and what is left of them is computed. Where more than
    `MANY` of all could still be, the bounds tell too little, and they are computed at once.
    """
    speaks = base > -torch.inf
    units, which = where[speaks].unique(return_inverse=True)
    preceding = Preceding(layers, layer.value, units)
    place = torch.zeros_like(where)
    place[speaks] = which
    if not shortcut:
        preceding.sharpen(torch.arange(len(units), device=units.device), exact=True)
    elif bool((preceding.known < EXACT).any()):
        _, first = (base + factor * preceding.values[place]).topk(min(FIRST * most, base.shape[1]), dim=1)
        preceding.sharpen(place.gather(1, first)[speaks.gather(1, first)].unique(), exact=True)
        for exact in (False, True):
            left = _undecided(base, factor, place, preceding, most)
            preceding.sharpen(left, exact=exact or len(left) > MANY * len(units))
    known = speaks & (preceding.known[place] == EXACT)
    z_pre = preceding.values[place]
    return (base + factor * z_pre).masked_fill(~known, -torch.inf), z_pre


def _undecided(base: Tensor, factor: Tensor, place: Tensor, preceding: Preceding, most: int) -> Tensor:
    """The candidates whose bound reaches the `most`-th best known Omega of a unit that could choose them."""
    unknown = preceding.known[place] < EXACT
    omega = base + factor * preceding.values[place]
    least = omega.masked_fill(unknown, -torch.inf).topk(most, dim=1).values[:, -1:]
    return place[unknown & (omega >= least) & (base > -torch.inf)].unique()
