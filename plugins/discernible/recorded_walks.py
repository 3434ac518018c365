"""Walks under many weights through few pictures: the forward pass of a picture is kept while others are tried on it."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from salviewer.api import LabelledInput, TrainRequest
from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_graph import CallGraph, record
from salviewer_plugins.discernible.choice import Rules
from salviewer_plugins.discernible.path import pixels
from salviewer_plugins.discernible.starts import starts_of
from salviewer_plugins.discernible.steps import READ
from salviewer_plugins.discernible.train_params import WeightParams
from salviewer_plugins.discernible.walk import walk

TITLE = "Discernible neurons"
KEPT_BYTES = 256 * 2**20
"""Of activations, at most; one pass is kept however large it is."""


class RecordedWalks:
    """The chosen pixels of a picture for its own class. Trials of neighbouring arms ask for the same few pictures."""

    def __init__(self, request: TrainRequest, params: WeightParams) -> None:
        self._model, self._k, self._places = request.model, params.k, params.places
        self._kept: OrderedDict[str, tuple[CallGraph, int]] = OrderedDict()

    def __call__(self, sample: LabelledInput, weights: dict[str, float]) -> np.ndarray:
        """(n, 2) int64: each chosen pixel (y, x) once; (n, 3), (z, y, x), of a volume."""
        graph = self._graph(sample)
        starts, gains = starts_of(TITLE, graph, [sample.label], len(self._model.classes))
        path = walk(graph, starts, gains, Rules(self._k, **weights, places=self._places), TITLE)
        return pixels(graph, path)

    def _graph(self, sample: LabelledInput) -> CallGraph:
        kept = self._kept.pop(sample.id, None) or self._record(sample)
        self._kept[sample.id] = kept
        while len(self._kept) > 1 and sum(size for _, size in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)
        return kept[0]

    def _record(self, sample: LabelledInput) -> tuple[CallGraph, int]:
        model = self._model
        if model.module is None:
            raise UnsupportedModel(f"{TITLE} looks into the network, and of this one only outputs can be had.")
        graph = record(model.module, sample.input.tensor, model, title=TITLE, allowed=READ)
        return graph, sum(t.numel() * t.element_size() for node in graph.nodes for t in node.outputs)
