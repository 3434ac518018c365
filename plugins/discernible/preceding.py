"""Z_pre: the largest contribution that a candidate itself receives from the layer of weights before it.

A candidate is led down through what lies between (normalisation, ReLU, pooling, sums, concatenations, see `steps`) to
the unit of the layer of weights that it comes from. One that is led to the input receives nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from salviewer.numeric.call_graph import CallGraph, Value
from salviewer_plugins.discernible.products import strongest
from salviewer_plugins.discernible.steps import Steps
from salviewer_plugins.discernible.weighted import LAYERS, WeightedLayer


class Layers:
    """The layers of weights of one graph, each made once."""

    def __init__(self, graph: CallGraph, title: str) -> None:
        self.graph, self.title, self.steps = graph, title, Steps(graph, title)
        self._made: dict[int, WeightedLayer] = {}

    def of(self, value: Value) -> WeightedLayer | None:
        """The layer of weights that made `value`; None where something else did."""
        node = self.graph.node(value)
        if node is None or node.call.kind not in LAYERS:
            return None
        if node.number not in self._made:
            self._made[node.number] = WeightedLayer(self.graph, node, self.title)
        return self._made[node.number]


def received(layers: Layers, value: Value, flat: Tensor) -> Tensor:
    """Z_pre (n,) of candidates (n,), flat indices in `value`."""
    found = torch.zeros(len(flat), device=flat.device)
    waiting = [(value, torch.arange(len(flat), device=flat.device), flat, torch.ones_like(found))]
    while waiting:
        value, who, at, gain = waiting.pop()
        node, layer = layers.graph.node(value), layers.of(value)
        if node is None or not len(who):
            continue
        if layer is not None:
            found[who] = strongest(layer, at, gain)
            continue
        went = layers.steps.through(node, value.part, at, gain)
        waiting.extend((moved.value, who[moved.source], moved.flat, moved.gain) for moved in went)
    return found
