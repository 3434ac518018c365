"""What is worked on together: one row per target and start of a request; and which of several starts is the answer."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Request, Target
from salviewer.errors import InvalidChoice
from salviewer_plugins.fgvis.findings import Outcome
from salviewer_plugins.fgvis.params import FgvisParams

MOVED: Final = 0.01
"""Share of the mask's values that a random start moves, by up to one step: as much as a sparse answer has, not more."""


@dataclass(frozen=True, eq=False)
class Row:
    """One game. request: with the row's own target; start: 0 is the game's own, the others are random."""

    request: Request
    start: int


def rows_of(request: Request, params: FgvisParams) -> list[Row]:
    """Its target's starts, then those of each class in `params.beside`.

    Raises:
        InvalidChoice: the model has no such class.
    """
    targets = [request.target, *(_target(request, name) for name in params.beside.split(";") if name.strip())]
    asked = [replace(request, target=target) for target in targets]
    return [Row(one, start) for one in asked for start in range(params.starts)]


def begun(masks: Tensor, rows: Sequence[Row], step: float) -> Tensor:
    """`masks` (N, C, *S), which are all one value, as each row begins: the same whatever rows are beside it."""
    found = masks.clone()
    for mask, row in zip(found, rows, strict=True):
        if row.start:
            generator = torch.Generator().manual_seed((row.request.seed + 7919 * row.start) % 2**63)
            chosen = torch.rand(mask.shape, generator=generator) < MOVED
            moves = torch.rand(mask.shape, generator=generator) * chosen * step
            mask += moves.to(mask) * (1 if float(mask.flatten()[0]) < MOVED + step else -1)
    return found.clamp_(0, 1)


def best(outcomes: Sequence[Outcome]) -> Outcome:
    """Of one target's starts the sparsest that wins; where none does the nearest; with a given sparsity the least loss.

    A sentence says how far the others are from it.
    """
    winners = [one for one in outcomes if one.won]
    if winners:
        found = min(winners, key=lambda one: one.last.size)
    elif outcomes[0].won is None:
        found = min(outcomes, key=lambda one: one.last.loss)
    else:
        found = (max if outcomes[0].game.keeps else min)(outcomes, key=lambda one: one.last.score)
    others = [one for one in outcomes if one is not found]
    return replace(found, notes=(*found.notes, _agreement(found, others))) if others else found


def _agreement(found: Outcome, others: Sequence[Outcome]) -> str:
    like = [likeness(found, one) for one in others]
    sizes = [one.last.size for one in (found, *others)]
    return (
        f"Of {len(sizes)} starts the best is shown. Their masks take {100 * min(sizes):.2f} % to "
        f"{100 * max(sizes):.2f} %, and the others correlate with it by {min(like):.2f} to {max(like):.2f}."
    )


def likeness(one: Outcome, other: Outcome) -> float:
    """Pearson's correlation of two masks, -1..1; 0 where one has no contrast."""
    a, b = (np.ravel(o.last.mask.detach().float().cpu().numpy()).astype(np.float64) for o in (one, other))
    a, b = a - a.mean(), b - b.mean()
    both = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / both if both > 0 else 0.0


def _target(request: Request, name: str) -> Target:
    """The class called `name`, or of that index."""
    name, classes = name.strip(), request.model.classes
    if name in classes:
        index = classes.index(name)
    elif name.isdecimal() and int(name) < len(classes):
        index = int(name)
    else:
        near = difflib.get_close_matches(name, classes, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"it has {len(classes)}; write one by its name or index."
        raise InvalidChoice(
            f"The model has no class “{name}” to explain beside the target: {hint}", code="unknown-class"
        )
    return Target(index, classes[index], request.target.output)
