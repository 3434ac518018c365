"""The units at which a walk starts: the network's own outputs that tell a class."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_graph import CallGraph
from salviewer.numeric.counted import counted


def starts_of(title: str, graph: CallGraph, wanted: Sequence[int], count: int) -> tuple[Tensor, Tensor]:
    """(units of the network's output, 1 or -1: whether a greater value speaks for what is explained).

    A network with one output less than classes tells "above class y" by output y: for class y speaks output y - 1, and
    against it output y. So does one output of two classes.

    Args:
        title: of the method, for messages.
        graph: of one pass of one input.
        wanted: indices of the classes to start at, the one that is explained first.
        count: how many classes the model has.
    """
    units = graph.tensor(graph.output).numel()
    if units == count:
        found = dict.fromkeys(wanted, 1.0)
    elif units == count - 1:
        found = {y - 1: 1.0 for y in wanted if y > 0} | {y: -1.0 for y in wanted if y < units}
    else:
        raise UnsupportedModel(
            f"{title} starts at the unit of a class, and this network gives {counted(units, 'value')} for "
            f"{counted(count, 'class', 'classes')}.",
            code="outputs",
        )
    device = graph.tensor(graph.output).device
    return torch.tensor(list(found), device=device), torch.tensor(list(found.values()), device=device)
