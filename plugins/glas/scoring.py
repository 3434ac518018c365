"""The score of an input and of what is left of it under many masks, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from salviewer.api import Request
from salviewer.errors import UnsupportedModel


def scored(
    request: Request, x: Tensor, count: int, masked: Callable[[slice], Tensor]
) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Yield (which of the `count` masks, their scores, the score of x itself) for each batch, in order.

    x (1, C, *S) is the first input of the run, so that it costs no pass of its own; `masked(part)` makes those that
    follow, (n, C, *S). Raises `UnsupportedModel` where the score of x is not a number.
    """

    def step(part: slice) -> Tensor:
        inputs = masked(_without_first(part))
        return request.score(torch.cat([x, inputs]) if part.start == 0 else inputs)

    clean = torch.zeros((), device=x.device)
    for part, values in request.work.batched(1 + count, step):
        if part.start == 0:
            clean, values = values[0], values[1:]
            _check(clean)
        yield _without_first(part), values, clean


def _without_first(part: slice) -> slice:
    return slice(max(0, part.start - 1), part.stop - 1)


def _check(clean: Tensor) -> None:
    if not bool(torch.isfinite(clean)):
        raise UnsupportedModel(
            "The model's output for this input is not a number, so there is nothing to explain: check the weights and "
            "the preprocessing.",
            code="output-not-finite",
        )
