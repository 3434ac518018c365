"""The walk: from the class down to the pixels, the units that carry a decision, layer by layer (Algorithm 1).

A layer is a layer of weights, a pooling, or the input; its units are values that it gives. In a layer of weights each
chosen unit chooses among the layer's inputs (`choice`); between layers, units go on where their evidence comes from
(`steps`). Calls are taken from the last to the first, all chosen units of one at once. A unit that several have chosen
is there once; of their gains it takes the largest by magnitude, of their scores the highest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import torch
from torch import Tensor

from salviewer.numeric.call_graph import CallGraph, Node, Value
from salviewer.numeric.call_kinds import Kind
from salviewer_plugins.discernible.choice import Rules, choose
from salviewer_plugins.discernible.preceding import Layers
from salviewer_plugins.discernible.weighted import LAYERS


class Arrived(NamedTuple):
    """Units (n,) that were chosen in one value, and by which (`chooser`: numbers of units in the path)."""

    flat: Tensor
    gain: Tensor
    budget: Tensor
    chooser: Tensor
    score: Tensor
    support: Tensor


@dataclass(frozen=True, eq=False)
class Chosen:
    """The chosen units of one layer. node: None of the input. first: the number of its first unit in the path.

    flat: int64 (n,), ascending, in `value`. score: (n,). support: (n, 3). choosers: (m,) numbers of units in the path,
    and chose (m,), which of this layer's units each has chosen.
    """

    value: Value
    node: Node | None
    first: int
    flat: Tensor
    score: Tensor
    support: Tensor
    choosers: Tensor = field(repr=False)
    chose: Tensor = field(repr=False)


def walk(
    graph: CallGraph,
    starts: Tensor,
    gains: Tensor,
    rules: Rules,
    title: str,
    progress: Callable[[float], None] = lambda done: None,
) -> list[Chosen]:
    """The layers with chosen units: first the network's output with `starts`, last the input.

    Args:
        graph: of one pass of one input.
        starts: int64 (n,), flat indices in the network's output.
        gains: float32 (n,), 1 or -1: whether each unit's value speaks for what is explained.
        rules: how units are chosen.
        title: of the method, for messages.
        progress: is told, before each call, which share of the calls is done.

    Raises:
        UnsupportedModel: the walk comes to a call that it does not know.
    """
    with torch.no_grad():
        return _Walk(graph, rules, title).run(starts, gains, progress)


class _Walk:
    def __init__(self, graph: CallGraph, rules: Rules, title: str) -> None:
        self._graph, self._rules, self._layers = graph, rules, Layers(graph, title)
        self._waiting: dict[Value, list[Arrived]] = {}
        self._path: list[Chosen] = []
        self._count = 0

    def run(self, starts: Tensor, gains: Tensor, progress: Callable[[float], None]) -> list[Chosen]:
        output = self._graph.output
        flat, order = starts.unique(return_inverse=True)
        gain = torch.ones(len(flat), device=flat.device).scatter(0, order, gains)
        value = self._graph.tensor(output).flatten()[flat].float() * gain
        none = torch.full((len(flat), 3), torch.nan, device=flat.device)
        own = torch.arange(len(flat), device=flat.device)
        self._add(output, None, flat, value, none, own[:0], own[:0])
        self._arrive(output, Arrived(flat, gain, torch.full_like(flat, self._rules.k), own, value, none))
        nodes = self._graph.nodes
        for done, node in enumerate(reversed(nodes)):
            progress(done / len(nodes))
            for part in range(len(node.outputs)):
                if arrived := self._waiting.pop(Value(node.number, part), None):
                    self._leave(node, Value(node.number, part), _together(arrived))
        for value_of_input in sorted(self._waiting):
            self._enter(value_of_input, None, _together(self._waiting[value_of_input]))
        return self._path

    def _leave(self, node: Node, value: Value, arrived: Arrived) -> None:
        if node.call.kind in LAYERS:
            self._choose(node, value, arrived)
            return
        if node.call.kind is Kind.POOLING:
            arrived = self._enter(value, node, arrived)
        units, which = _units(arrived)
        rules, through = self._rules, self._layers.steps.through
        for moved in through(node, value.part, units.flat, units.gain, rules.residual, rules.places):
            going, at = _matches(which, moved.source, len(units.flat))
            budget = (moved.share[at] * arrived.budget[going] + 0.5).long()
            kept = budget > 0
            at, rest = at[kept], Arrived(*(column[going[kept]] for column in arrived))
            moved_on = rest._replace(flat=moved.flat[at], gain=moved.gain[at], budget=budget[kept])
            self._arrive(moved.value, moved_on)

    def _choose(self, node: Node, value: Value, arrived: Arrived) -> None:
        entered = self._enter(value, node, arrived)
        layer = self._layers.of(value)
        if layer is None:
            return
        choice = choose(self._layers, layer, entered.flat, entered.gain, entered.budget, self._rules)
        whole = torch.full_like(choice.flat, self._rules.k)
        chooser, ones = entered.chooser[choice.source], torch.ones_like(choice.score)
        self._arrive(layer.value, Arrived(choice.flat, ones, whole, chooser, choice.score, choice.support))

    def _enter(self, value: Value, node: Node | None, arrived: Arrived) -> Arrived:
        """Make units of the path of what has arrived; from here on each is its own chooser."""
        units, which = _units(arrived)
        if self._is_the_class(arrived, node):
            self._path[0] = replace(self._path[0], node=node)
            return units
        self._add(value, node, units.flat, units.score, units.support, arrived.chooser, which)
        return units._replace(chooser=self._path[-1].first + torch.arange(len(units.flat), device=which.device))

    def _is_the_class(self, arrived: Arrived, node: Node | None) -> bool:
        """Whether a layer of weights gives what the network returns, but for an output activation."""
        if len(self._path) > 1 or self._path[0].node is not None or node is None or node.call.kind not in LAYERS:
            return False
        outputs = self._graph.tensor(self._graph.output).numel()
        return len(arrived.flat) == self._count and node.outputs[0].numel() == outputs

    def _add(
        self, value: Value, node: Node | None, flat: Tensor, score: Tensor, support: Tensor, by: Tensor, chose: Tensor
    ) -> None:
        self._path.append(Chosen(value, node, self._count, flat, score, support, by, chose))
        self._count += len(flat)

    def _arrive(self, value: Value, arrived: Arrived) -> None:
        if len(arrived.flat):
            self._waiting.setdefault(value, []).append(arrived)


def _together(arrived: list[Arrived]) -> Arrived:
    return Arrived(*(torch.cat(columns) for columns in zip(*arrived, strict=True)))


def _units(arrived: Arrived) -> tuple[Arrived, Tensor]:
    """(each unit once, ascending; which of them each of `arrived` is)."""
    flat, which = arrived.flat.unique(return_inverse=True)
    best = _first_of_each(which, arrived.score, len(flat))
    gain = arrived.gain[_first_of_each(which, arrived.gain.abs(), len(flat))]
    budget = torch.zeros_like(flat).scatter_reduce(0, which, arrived.budget, "amax")
    chosen = arrived.chooser[best], arrived.score[best], arrived.support[best]
    return Arrived(flat, gain, budget, *chosen), which


def _matches(which: Tensor, source: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """All pairs (i, j) with which[i] = source[j], numbers below `count`; `source` ascends."""
    times = source.bincount(minlength=count)
    first, repeats = times.cumsum(0) - times, times[which]
    i = torch.arange(len(which), device=which.device).repeat_interleave(repeats)
    nth = torch.arange(len(i), device=i.device) - (repeats.cumsum(0) - repeats)[i]
    return i, first[which[i]] + nth


def _first_of_each(which: Tensor, rank: Tensor, count: int) -> Tensor:
    """The index of the highest `rank` for each of `count` units, the first of equals."""
    highest = rank.new_full((count,), -torch.inf).scatter_reduce(0, which, rank, "amax")
    last = len(which) - 1
    holders = torch.arange(len(which), device=which.device).masked_fill_(rank < highest[which], last)
    return holders.new_full((count,), last).scatter_reduce(0, which, holders, "amin")
