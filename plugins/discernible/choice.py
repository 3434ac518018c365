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

from salviewer_plugins.discernible.preceding import Layers, received
from salviewer_plugins.discernible.products import contributions
from salviewer_plugins.discernible.steps import Residual
from salviewer_plugins.discernible.weighted import WeightedLayer

AT_ONCE: Final = 1 << 17
"""So many candidates are compared at once."""


@dataclass(frozen=True)
class Rules:
    """How units are chosen.

    k: so many for each chosen unit. a_cur, a_suc, a_pre: the weights of Eq. 1, not negative. counting: whether Z_suc is
    counted; else it is 1. residual, places: see `steps`.
    """

    k: int = 2
    a_cur: float = 1.0
    a_suc: float = 1.0
    a_pre: float = 1.0
    counting: bool = True
    residual: Residual = "stronger"
    places: int = 1


class Choice(NamedTuple):
    """What was chosen, (m,) each: by which of the units given, flat index in the layer's input, score, Z's."""

    source: Tensor
    flat: Tensor
    score: Tensor
    support: Tensor  # (m, 3): Z_cur, Z_pre, Z_suc


def choose(layers: Layers, layer: WeightedLayer, flat: Tensor, gain: Tensor, budget: Tensor, rules: Rules) -> Choice:
    """The best candidates for each unit (n,) of the output of `layer`; `budget` (n,) of them, at most."""
    z_cur, where = _candidates(layer, flat, gain)
    nowhere = math.prod(layer.shape)
    times = _counted(z_cur, where, nowhere) if rules.counting else None
    heard = _received(layers, layer, where, nowhere) if rules.a_pre > 0 else None
    most = min(int(budget.max()), z_cur.shape[1])
    parts = []
    for start in range(0, len(flat), step := max(1, AT_ONCE // z_cur.shape[1])):
        part = slice(start, start + step)
        cur, at = z_cur[part], where[part]
        suc = torch.ones_like(cur) if times is None else times[at]
        pre = torch.full_like(cur, torch.nan) if heard is None else heard[at]
        omega = rules.a_cur * cur if heard is None else rules.a_cur * cur + rules.a_pre * pre
        omega = (rules.a_suc * suc * omega).masked_fill_(at == nowhere, -torch.inf)
        score, best = omega.topk(most, dim=1)
        kept = (score > -torch.inf) & (torch.arange(most, device=flat.device) < budget[part, None])
        source, rank = kept.nonzero().unbind(1)
        own = source, best[source, rank]
        support = torch.stack([cur[own], pre[own], suc[own]], 1)
        parts.append(Choice(source + start, at[own], score[source, rank], support))
    return Choice(*(torch.cat(columns) for columns in zip(*parts, strict=True)))


def _candidates(layer: WeightedLayer, flat: Tensor, gain: Tensor) -> tuple[Tensor, Tensor]:
    """(Z_cur (n, c), flat indices (n, c) in the layer's input; -inf and one past its end for what is no candidate)."""
    nowhere = math.prod(layer.shape)
    z_cur, where = gain.new_empty(len(flat), layer.channels), flat.new_empty(len(flat), layer.channels)
    for part, sums, at in contributions(layer, flat, gain):
        opposes = sums <= 0
        alone = opposes.all(1).nonzero()[:, 0]
        opposes[alone, sums[alone].argmax(1)] = False
        opposes |= at == nowhere  # a patch may lie outside altogether
        where[part] = at.masked_fill_(opposes, nowhere)
        z_cur[part] = sums.masked_fill_(opposes, -torch.inf)
    return z_cur, where


def _counted(z_cur: Tensor, where: Tensor, nowhere: int) -> Tensor:
    """(inputs + 1,): Z_suc of each unit of the layer's input."""
    times = z_cur.new_zeros(nowhere + 1)
    best = where.gather(1, z_cur.argmax(1, keepdim=True))[:, 0]
    return times.index_add_(0, best, torch.ones_like(z_cur[:, 0])).clamp_(min=1)


def _received(layers: Layers, layer: WeightedLayer, where: Tensor, nowhere: int) -> Tensor:
    """(inputs + 1,): Z_pre of each candidate, computed once for all that could choose it; 0 of other units."""
    candidate = torch.zeros(nowhere + 1, dtype=torch.bool, device=where.device)
    candidate[where] = True
    units = candidate[:-1].nonzero()[:, 0]
    found = torch.zeros(nowhere + 1, device=where.device)
    found[units] = received(layers, layer.value, units)
    return found
