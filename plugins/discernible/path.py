"""What a walk has found, as people see it: layers with names, units with places and fields, links, thumbnails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from salviewer.api.neurons import NeuronPath
from salviewer.numeric.call_graph import CallGraph, Value
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.receptive_field import field_of
from salviewer.numeric.windows import coordinates
from salviewer_plugins.discernible.walk import Chosen

THUMBNAILS: Final = 8
"""Of each layer, at most."""
SIDE: Final = 56
"""Of a thumbnail, in pixels."""
_KINDS: Final = {Kind.LINEAR: "linear", Kind.CONVOLUTION: "convolution", Kind.POOLING: "pooling"}
_PASSING: Final = frozenset({Kind.RELU, Kind.NORMALISATION})


def neuron_path(
    graph: CallGraph, module: nn.Module, walked: list[Chosen], weights: Mapping[str, Any], name: str
) -> NeuronPath:
    """The path as evidence called `name`; `weights` is what decided the walk."""
    d = graph.tensor(Value(0)).ndim - 2
    where = [_placed(graph, one, d) for one in walked]
    pictures = [_thumbnails(graph, one, *where[i], i) for i, one in enumerate(walked)]
    links = [torch.stack([one.choosers, one.first + one.chose], 1) for one in walked]
    names = _names(module, walked)
    layers = tuple(_layer(graph, one, names[i], d, first=i == 0) for i, one in enumerate(walked))
    counts = torch.tensor([len(one.flat) for one in walked])
    return NeuronPath(
        name,
        layer=_whole(torch.arange(len(walked)).repeat_interleave(counts)),
        channel=_whole(torch.cat([channel for channel, _ in where])),
        place=_whole(torch.cat([place for _, place in where])),
        support=_real(torch.cat([one.support for one in walked])),
        score=_real(torch.cat([one.score for one in walked])),
        links=_whole(torch.cat(links).unique(dim=0)),
        fields=_real(torch.cat([_fields(graph, one, place) for one, (_, place) in zip(walked, where, strict=True)])),
        thumbnails=_real(torch.cat([shown for shown, _ in pictures])),
        thumbnail_of=_whole(torch.cat([of for _, of in pictures])),
        layers=layers,
        weights=dict(weights),
    )


def pixels(graph: CallGraph, walked: list[Chosen]) -> np.ndarray:
    """int64 (n, d): the chosen pixels (y, x), each once; n is 0 where the walk did not come to the input."""
    shape = graph.tensor(Value(0)).shape
    found = [one.flat for one in walked if one.value == Value(0)]
    if not found:
        return np.zeros((0, len(shape) - 2), np.int64)
    return torch.stack(coordinates(found[0], shape)[2:], 1).unique(dim=0).cpu().numpy()


def _placed(graph: CallGraph, one: Chosen, d: int) -> tuple[Tensor, Tensor]:
    """(channels (n,), places (n, d), -1 where the layer has no grid)."""
    shape = graph.tensor(one.value).shape
    if len(shape) == d + 2:
        _, channel, *place = coordinates(one.flat, shape)
        return channel, torch.stack(place, 1)
    nowhere = torch.full((len(one.flat), d), -1, device=one.flat.device)
    return one.flat % (shape[-1] if shape else 1), nowhere


def _fields(graph: CallGraph, one: Chosen, place: Tensor) -> Tensor:
    """(n, 2 d): (x0, y0, x1, y1)."""
    edges = field_of(graph, one.value, place.clamp(min=0).cpu())
    return torch.cat([edges[:, :, 0].flip(1), edges[:, :, 1].flip(1)], 1)


def _layer(graph: CallGraph, one: Chosen, name: str, d: int, *, first: bool) -> dict[str, Any]:
    shape = list(graph.tensor(one.value).shape)
    grid = shape[2:] if len(shape) == d + 2 else []
    kind = "class" if first else "input" if one.node is None else _KINDS[one.node.call.kind]
    return {"name": name, "kind": kind, "channels": shape[1] if grid else (shape or [1])[-1], "shape": grid}


def _names(module: nn.Module, walked: list[Chosen]) -> list[str]:
    """A name for each layer, no two alike."""
    found: list[str] = []
    for one in walked:
        name = "input" if one.value == Value(0) else "output" if one.node is None else _called(module, one)
        number = 0 if one.node is None else one.node.number
        found.append(name if name not in found else f"{name} (call {number})")
    return found


def _called(module: nn.Module, one: Chosen) -> str:
    """The module that ran, or the function and the module that called it."""
    call = one.node.call if one.node is not None else None
    if call is None:
        return "output"
    if call.place and not any(True for _ in module.get_submodule(call.place).children()):
        return call.place
    return f"{call.place}.{call.name}" if call.place else call.name


def _thumbnails(graph: CallGraph, one: Chosen, channel: Tensor, place: Tensor, index: int) -> tuple[Tensor, Tensor]:
    """(float32 (t, T, T), int64 (t, 2)) of the channels with most chosen units."""
    value = _activated(graph, one.value)
    values = graph.tensor(value)
    if values.ndim < 4 or max(values.shape[2:]) == 1:
        return torch.zeros(0, SIDE, SIDE), torch.zeros(0, 2, dtype=torch.int64)
    channels, counts = channel.unique(return_counts=True)
    strongest = channels[counts.argsort(descending=True, stable=True)[:THUMBNAILS]]
    shown = []
    for c in strongest.tolist():
        plane = values[0, c]
        if plane.ndim == 3:  # the slice with most chosen units
            depths, many = place[channel == c][:, 0].unique(return_counts=True)
            plane = plane[int(depths[many.argmax()])]
        rows, columns = (((torch.arange(SIDE) + 0.5) * n / SIDE).long() for n in plane.shape)
        shown.append(plane.cpu().float()[rows][:, columns])
    return torch.stack(shown), torch.stack([torch.full_like(strongest, index), strongest], 1).cpu()


def _activated(graph: CallGraph, value: Value) -> Value:
    """The value after the normalisation and activation that belong to a layer."""
    while len(readers := graph.readers(value)) == 1 and readers[0].call.kind in _PASSING:
        value = Value(readers[0].number)
    return value


def _whole(values: Tensor) -> np.ndarray:
    return values.cpu().numpy().astype(np.int32)


def _real(values: Tensor) -> np.ndarray:
    return values.cpu().numpy().astype(np.float32)
