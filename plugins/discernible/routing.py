"""Where a value came from, through any operation that only moves values: it is run again on their numbers.

Each value of each input is replaced by its own number, constants by 0, and what the operation then gives says which
value stands where. No operation needs a rule of its own, be it a shuffle of channels, a slice or a padding.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import torch
from torch import Tensor

from salviewer.numeric.call_graph import CallGraph, Node, Value
from salviewer.numeric.value_origins import tensors

SAME_ORDER: Final = frozenset(
    name
    for line in (
        "reshape reshape_as view view_as flatten unflatten ravel squeeze unsqueeze contiguous clone alias",
        "to type type_as float double half bfloat16 cpu cuda",
    )
    for name in line.split()
)
"""They leave the values in the order in which they are counted."""
ADDING: Final = frozenset({"fold"})
"""Of the operations on shapes, those that also add values up."""


class Routes(NamedTuple):
    """numbers: int64, per output flat, number of the value that stands there, 0 for constants; ends: see `split`."""

    numbers: list[Tensor]
    values: list[Value]
    ends: Tensor


def routes(graph: CallGraph, node: Node) -> Routes:
    """How `node` moves values. It is run on the CPU, in double precision, which holds every number exactly."""
    counted: list[Value] = []
    ends: list[int] = []

    def numbered(part: Any) -> Any:
        if isinstance(part, Value):
            given = graph.tensor(part)
            start = ends[-1] if ends else 0
            counted.append(part)
            ends.append(start + given.numel())
            return torch.arange(start + 1, ends[-1] + 1, dtype=torch.float64).reshape(given.shape)
        if isinstance(part, Tensor):
            return torch.zeros(part.shape, dtype=torch.float64) if part.is_floating_point() else part.cpu()
        if isinstance(part, dict):
            return {name: numbered(inner) for name, inner in part.items()}
        if isinstance(part, list | tuple):
            inner = [numbered(one) for one in part]
            return inner if isinstance(part, list) else tuple(inner)
        return part

    args, kwargs = numbered(_without_fillings(node, node.args)), numbered(_without_fillings(node, dict(node.kwargs)))
    result = node.func(*args, **kwargs)
    made = tensors(args[0] if result is None else result)
    return Routes([one.flatten().round().long() for one in made], counted, torch.tensor(ends))


def split(found: Routes, part: int, flat: Tensor) -> list[tuple[Value, Tensor, Tensor]]:
    """(input, which of `flat`, their flat indices in the input) for each input that owns some of `flat`."""
    numbers = found.numbers[part][flat.cpu()]
    owner = torch.searchsorted(found.ends, numbers)
    out = []
    for i, value in enumerate(found.values):
        mine = ((owner == i) & (numbers > 0)).nonzero()[:, 0]
        if len(mine):
            start = int(found.ends[i - 1]) if i else 0
            out.append((value, mine.to(flat.device), (numbers[mine] - 1 - start).to(flat.device)))
    return out


def _without_fillings(node: Node, part: Any) -> Any:
    """The arguments with 0 for each number that would fill places."""
    name = node.call.name
    if name in ("pad", "constant_pad_nd") and isinstance(part, dict):
        return {key: 0.0 if key == "value" else value for key, value in part.items()}
    if name == "pad" and isinstance(part, tuple):
        return part[:3]
    if name == "constant_pad_nd" and isinstance(part, tuple):
        return part[:2]
    if name in ("setitem", "masked_fill", "where") and isinstance(part, tuple):
        return (*part[:2], *(0.0 if isinstance(value, float | int) else value for value in part[2:]))
    return part
