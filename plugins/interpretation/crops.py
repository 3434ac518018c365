"""Where a filter answers most, and what it sees there: crops of pictures by exact receptive fields.

A crop is the receptive field of the place with the largest activation (`numeric/receptive_field.py`), as if the picture
went on beyond its edges; what lies outside is unknown (NaN). A filter without places, such as a fully connected unit,
sees the whole picture.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 4.1, "Qualitative analysis".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.api import Model
from salviewer.numeric.call_graph import CallGraph, Node, record
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import CallOrder, Seen
from salviewer.numeric.receptive_field import field_of
from salviewer_plugins.interpretation.channel_norms import Layer
from salviewer_plugins.interpretation.filter_maps import TITLE, Filter, channel_values

NO_PLACE: Final = -1


class Box(NamedTuple):
    """Edges in pixels of the model's input grid; they may lie outside of it."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.y1 - self.y0, self.x1 - self.x0


class Fields:
    """The receptive fields of the layers of a network, for inputs of the size of x (1, C, H, W).

    Raises:
        UnsupportedModel: the network cannot be followed.
    """

    def __init__(self, model: Model, module: nn.Module, x: Tensor, layers: Sequence[Layer]) -> None:
        self.whole = Box(0, 0, x.shape[3], x.shape[2])
        graph = record(module, x, model, title=TITLE, allowed=frozenset(Kind))
        nodes = {node.number: node for node in graph.nodes}
        self._boxes = {layer: _boxes(graph, nodes[layer.number]) for layer in layers if layer.places > 1}

    def size(self, layer: Layer) -> tuple[int, int]:
        """(height, width) in pixels of what a unit of `layer` sees; of the whole picture where it has no places."""
        boxes = self._boxes.get(layer)
        if boxes is None:
            return self.whole.size
        height, width = (boxes[..., 2:] - boxes[..., :2]).reshape(-1, 2).max(axis=0)
        return int(height), int(width)

    def side(self, layer: Layer) -> int:
        """The longer side of the field in pixels; 0 where it is the whole picture."""
        return max(self.size(layer)) if self._boxes.get(layer) is not None else 0

    def box(self, layer: Layer, place: int) -> Box:
        """What the unit at `place`, counted row by row, sees; `NO_PLACE`: the whole picture."""
        boxes = self._boxes.get(layer)
        if boxes is None or place == NO_PLACE:
            return self.whole
        y0, x0, y1, x1 = boxes.reshape(-1, 4)[place].tolist()
        return Box(x0, y0, x1, y1)


def _boxes(graph: CallGraph, node: Node) -> NDArray[np.int64] | None:
    """(h, w, 4): y0, x0, y1, x1 of every place of a map; None of what is no map, or where all see the same."""
    output = node.outputs[0]
    if output.ndim != 4:
        return None
    h, w = output.shape[2:]
    places = torch.cartesian_prod(torch.arange(h), torch.arange(w))
    edges = field_of(graph, node, places, clipped=False)  # (h * w, 2, 2): axis, (start, stop)
    if bool((edges == edges[:1]).all()):
        return None
    return edges.transpose(1, 2).reshape(h, w, 4).numpy()


def peaks(model: Model, module: nn.Module, x: Tensor, filters: Sequence[Filter]) -> Tensor:
    """int64 (N, k): the place of each filter's largest activation in inputs x (N, C, H, W), counted row by row.

    `NO_PLACE` of a filter without places. Of equal places the first.
    """
    seeing = _Peaks(filters)
    with torch.no_grad(), CallOrder(module, (x,), seeing, title=TITLE, allowed=frozenset(Kind), gradients=False):
        model(x)
    return torch.stack([seeing.found[one] for one in filters], 1)


class _Peaks:
    """Sees the calls of a pass, and notes the places before what follows may write over the outputs."""

    def __init__(self, filters: Sequence[Filter]) -> None:
        self._wanted: dict[int, list[Filter]] = {}
        for one in filters:
            self._wanted.setdefault(one.layer.number, []).append(one)
        self.found: dict[Filter, Tensor] = {}

    def __call__(self, seen: Seen) -> Any:
        result = seen.plain()
        for one in self._wanted.get(seen.call.number, ()):
            values = channel_values(result[0] if isinstance(result, tuple) else result, one)
            has_places = one.layer.places > 1 and values.ndim == 3
            flat = values.reshape(len(values), -1)
            self.found[one] = flat.argmax(1) if has_places else torch.full_like(flat[:, 0], NO_PLACE).long()
        return result


def cut(values: Tensor, box: Box, size: tuple[int, int]) -> NDArray[np.float32]:
    """float32 (h, w, C): values (C, H, W) within `box`, NaN outside of them; resampled to `size` (h, w)."""
    channels, height, width = values.shape
    found = torch.full((channels, *box.size), torch.nan)
    left, top = max(box.x0, 0), max(box.y0, 0)
    right, bottom = min(box.x1, width), min(box.y1, height)
    if left < right and top < bottom:
        inside = (slice(top - box.y0, bottom - box.y0), slice(left - box.x0, right - box.x0))
        found[:, *inside] = values[:, top:bottom, left:right].float().cpu()
    if found.shape[1:] != size:
        found = _resampled(found, size)
    return found.permute(1, 2, 0).numpy()


def _resampled(values: Tensor, size: tuple[int, int]) -> Tensor:
    """`values` (C, h, w) at another size, linear; what is mostly unknown stays so."""
    known = values.isfinite()
    both = torch.stack([values.nan_to_num(), known.float()])
    found, weight = F.interpolate(both, size, mode="bilinear", antialias=True, align_corners=False)
    return torch.where(weight > 0.5, found / weight.clamp(min=0.5), torch.nan)
