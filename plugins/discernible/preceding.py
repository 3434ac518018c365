"""Z_pre: the largest contribution that a candidate itself receives from the layer of weights before it.

A candidate is led down through what lies between (normalisation, ReLU, pooling, sums, concatenations, see `steps`) to
the unit of the layer of weights that it comes from. One that is led to the input receives nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from salviewer.numeric.call_graph import CallGraph, Value
from salviewer_plugins.discernible.bounds import Bounds
from salviewer_plugins.discernible.steps import Steps
from salviewer_plugins.discernible.weighted import LAYERS, WeightedLayer

ROUGH, CLOSE, EXACT = 0, 1, 2
"""How well Z_pre of a candidate is known."""
WORTH_IT: Final = 4
"""With fewer taps than this a bound costs about as much as the products themselves: they are computed at once."""


@dataclass(frozen=True, eq=False)
class _Origin:
    """The candidates (by their place among all) that come from one layer, as what units of it, with what gain."""

    layer: WeightedLayer
    bounds: Bounds
    units: Tensor
    gain: Tensor


class Layers:
    """The layers of weights of one graph, each made once."""

    def __init__(self, graph: CallGraph, title: str) -> None:
        self.graph, self.title, self.steps = graph, title, Steps(graph, title)
        self._made: dict[int, tuple[WeightedLayer, Bounds]] = {}

    def of(self, value: Value) -> tuple[WeightedLayer, Bounds] | None:
        """The layer of weights that made `value`; None where something else did."""
        node = self.graph.node(value)
        if node is None or node.call.kind not in LAYERS:
            return None
        if node.number not in self._made:
            layer = WeightedLayer(self.graph, node, self.title)
            self._made[node.number] = layer, Bounds(layer)
        return self._made[node.number]


class Preceding:
    """Z_pre of candidates: bounds at first, exact where asked. values: (n,); known: (n,), ROUGH, CLOSE or EXACT."""

    def __init__(self, layers: Layers, value: Value, flat: Tensor) -> None:
        self._origins: list[_Origin] = []
        self._origin = torch.full_like(flat, -1)
        self._at = torch.zeros_like(flat)
        self._trace(layers, value, flat)
        self.values = torch.zeros(len(flat), device=flat.device)
        self.known = torch.full((len(flat),), EXACT, device=flat.device)
        for i, origin in enumerate(self._origins):
            mine = (self._origin == i).nonzero()[:, 0]
            at = self._at[mine]
            if origin.layer.taps < WORTH_IT:
                self.values[mine] = origin.layer.strongest(origin.units[at], origin.gain[at])
            else:
                self.values[mine] = origin.bounds.rough(origin.units[at], origin.gain[at])
                self.known[mine] = ROUGH

    def sharpen(self, which: Tensor, *, exact: bool = False) -> None:
        """Know candidates `which` (m,) one degree better, or exactly."""
        for i, origin in enumerate(self._origins):
            mine = which[(self._origin[which] == i) & (self.known[which] < EXACT)]
            rough = mine[:0] if exact else mine[self.known[mine] == ROUGH]
            rest = mine if exact else mine[self.known[mine] == CLOSE]
            if len(rough):
                at = self._at[rough]
                self.values[rough] = origin.bounds.close(origin.units[at], origin.gain[at])
                self.known[rough] = CLOSE
            if len(rest):
                at = self._at[rest]
                self.values[rest] = origin.layer.strongest(origin.units[at], origin.gain[at])
                self.known[rest] = EXACT

    def _trace(self, layers: Layers, value: Value, flat: Tensor) -> None:
        everyone = torch.arange(len(flat), device=flat.device)
        open_ = [(value, everyone, flat, torch.ones(len(flat), device=flat.device))]
        while open_:
            value, who, at, gain = open_.pop()
            node, found = layers.graph.node(value), layers.of(value)
            if node is None or not len(who):
                continue
            if found is not None:
                self._origin[who] = len(self._origins)
                self._at[who] = torch.arange(len(who), device=flat.device)
                self._origins.append(_Origin(*found, at, gain))
                continue
            went = layers.steps.through(node, value.part, at, gain, "stronger")
            open_.extend((moved.value, who[moved.source], moved.flat, moved.gain) for moved in went)
