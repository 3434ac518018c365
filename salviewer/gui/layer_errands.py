"""What the worker is asked about the layers of a network. Returns plain values and touches no widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.api.jobspec import InputRef, ModelRef
from salviewer.errors import UnsupportedModel
from salviewer.gui.layer_tree import LayerItem, LayerList

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf


def layers_of(shelf: Shelf, model: ModelRef, source: InputRef) -> LayerList:
    """The layers of the network that `model` names whose outputs for `source` are maps, found out by one pass."""
    from salviewer.numeric.activations import last_map, layers  # noqa: PLC0415 - loads torch, on the worker thread

    opened = shelf.model(model)
    x = shelf.input(source, opened).tensor
    with opened.ready() as module:
        found = layers(module, x)
        try:
            last = last_map(module, x, len(opened.classes)).name
        except UnsupportedModel:
            last = ""
        kinds = {layer.name: type(module.get_submodule(layer.name)).__name__ for layer in found}
    return LayerList(tuple(LayerItem(layer.name, kinds[layer.name], tuple(layer.shape)) for layer in found), last)
