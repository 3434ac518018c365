"""Average pictures: what excites each relevant filter of a class, as the mean of its strongest crops.

For each class the filters of largest weight; for each of them the pictures with the largest feature (`strongest.py`),
cropped where the filter answers most, by its receptive field (`crops.py`); the mean of the crops, and of the heatmaps
cut out in the same places. Each picture's heatmap is scaled to 1 first, so that all count the same. With `sharpen` the
crops are moved onto each other before (`numeric/aligned_average.py`).

A class is done at a time, and kept on disk: an interrupted training goes on with the next class.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), sections 4.1 and 10, Figures 5, 13-15.
Differs from the paper: it does not say from which pictures the crops of a filter with a negative weight come; here from
those of all classes. Aligning is ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.api import Progress, TrainRequest
from salviewer.errors import UnsupportedModel
from salviewer.numeric.aligned_average import average, moved
from salviewer.numeric.channels import joined
from salviewer_plugins.interpretation.crops import Box, Fields, cut, peaks
from salviewer_plugins.interpretation.filter_maps import Filter, activations, led_back

CHUNK: Final = 16
"""Pictures that are held at once."""
GREY: Final = 128
"""Where no crop has a pixel."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A filter, and the samples (their places in the request), strongest first, of which its average is made."""

    filter: Filter
    samples: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Averages:
    """Of the n filters of a class: pictures uint8 (n, T, T, 3), maps float32 (n, T, T) by variant, boxes per crop."""

    pictures: NDArray[np.uint8]
    maps: dict[str, NDArray[np.float32]]
    boxes: tuple[tuple[Box, ...], ...]


class Averaging:
    """Makes averages. side: T, pixels; sharpen: as `reach` of `aligned_average`; variants: of the heatmaps.

    fields: the receptive fields.
    """

    def __init__(
        self,
        request: TrainRequest,
        module: nn.Module,
        fields: Fields,
        side: int,
        sharpen: float,
        variants: Sequence[str],
    ) -> None:
        self._request, self._module, self.fields = request, module, fields
        self._side, self._sharpen, self._variants = side, sharpen, tuple(variants)

    def of(self, wanted: Sequence[Wanted], progress: Progress) -> Averages:
        """The averages of some filters; every picture is read once."""
        filters = [one.filter for one in wanted]
        crops = [_Crops({}, {variant: {} for variant in self._variants}, {}) for _ in wanted]
        by_sample: dict[int, list[int]] = {}
        for i, one in enumerate(wanted):
            for at in one.samples:
                by_sample.setdefault(at, []).append(i)
        order = sorted(by_sample)
        for start in range(0, len(order), CHUNK):
            part = order[start : start + CHUNK]
            progress(start / len(order), f"Average pictures: picture {start + 1:,} of {len(order):,}")
            self._take({at: by_sample[at] for at in part}, filters, crops)
        made = [self._joined(one, of_one) for one, of_one in zip(wanted, crops, strict=True)]
        maps = {v: np.stack([maps[v] for _, maps in made]) for v in self._variants}
        boxes = tuple(tuple(c.boxes[at] for at in one.samples) for one, c in zip(wanted, crops, strict=True))
        return Averages(np.stack([picture for picture, _ in made]), maps, boxes)

    def _take(self, of: dict[int, list[int]], filters: Sequence[Filter], crops: Sequence[_Crops]) -> None:
        """Cut out the crops of the samples `of` (their filters by sample)."""
        inputs = {at: self._request.samples[at].input.tensor for at in of}
        ats = list(of)

        def step(part: slice) -> Tensor:
            x = torch.cat([inputs[at] for at in ats[part]])
            return peaks(self._request.model, self._module, x, filters)

        found = torch.cat([values.cpu() for _, values in self._request.work.batched(len(ats), step)])
        places = dict(zip(ats, found.tolist(), strict=True))
        pairs = [(at, i) for at in ats for i in of[at]]
        for at, i in pairs:
            layer = filters[i].layer
            crops[i].boxes[at] = box = self.fields.box(layer, places[at][i])
            crops[i].pictures[at] = cut(self._colours(inputs[at]), box, self._work_size(layer)).astype(np.float16)
        for variant in self._variants:
            for (at, i), values in zip(pairs, self._maps(variant, pairs, inputs, filters), strict=True):
                if values is not None:
                    crop = cut(values[None], crops[i].boxes[at], self._work_size(filters[i].layer))
                    crops[i].maps[variant][at] = crop.astype(np.float16)

    def _colours(self, x: Tensor) -> Tensor:
        """(3, H, W) in 0..1 of an input x (1, C, H, W); grey where it has other channels than red, green and blue."""
        raw = self._request.model.decode(x)[0].clamp(0, 1)
        return raw if len(raw) == 3 else raw.mean(0, keepdim=True).expand(3, -1, -1)

    def _maps(
        self, variant: str, pairs: Sequence[tuple[int, int]], inputs: dict[int, Tensor], filters: Sequence[Filter]
    ) -> Iterator[Tensor | None]:
        """(H, W) for each (sample, filter), its largest value 1; None where a filter has none."""
        if variant == "activations":
            for at in dict.fromkeys(at for at, _ in pairs):
                mine = [filters[i] for a, i in pairs if a == at]
                for values in activations(self._request.model, self._module, inputs[at], mine):
                    yield None if values is None else _scaled(values)
            return

        def step(part: slice) -> Tensor:
            x = torch.cat([inputs[at] for at, _ in pairs[part]])
            mine = [filters[i] for _, i in pairs[part]]
            return led_back(self._request.model, self._module, x, mine, stride_one=variant == "stride-1")

        for _, values in self._request.work.batched(len(pairs), step, images=2):
            yield from (_scaled(joined(of_one, "length")) for of_one in values)

    def _work_size(self, layer: Any) -> tuple[int, int]:
        """(h, w) at which crops are averaged: the field's own, or shrunk until neither side is longer than T."""
        height, width = self.fields.size(layer)
        shrink = min(1.0, self._side / max(height, width))
        return max(1, round(height * shrink)), max(1, round(width * shrink))

    def _joined(self, one: Wanted, crops: _Crops) -> tuple[NDArray[np.uint8], dict[str, NDArray[np.float32]]]:
        """The average picture (T, T, 3) of a filter, and by variant the average map (T, T); NaN where it has none."""
        side, blank = self._side, np.full((self._side, self._side), np.nan, np.float32)
        if not one.samples:
            return np.full((side, side, 3), GREY, np.uint8), dict.fromkeys(self._variants, blank)
        stack = np.stack([crops.pictures[at] for at in one.samples]).astype(np.float32)
        found = average(stack, reach=self._sharpen)
        known = np.isfinite(np.stack([moved(c, *by) for c, by in zip(stack, found.shifts, strict=True)])).any(axis=0)
        picture = np.where(known, np.rint(found.mean * 255), np.nan)
        maps = {}
        for variant, of_variant in crops.maps.items():
            cuts = [moved(of_variant[at].astype(np.float32), *by)
                    for at, by in zip(one.samples, found.shifts, strict=True) if at in of_variant]  # fmt: skip
            maps[variant] = np.nan_to_num(_squared(average(np.stack(cuts)).mean, side)[..., 0]) if cuts else blank
        return np.nan_to_num(_squared(picture, side), nan=GREY).astype(np.uint8), maps


@dataclass(frozen=True, eq=False)
class _Crops:
    """The crops of one filter by sample; those of heatmaps by variant and sample."""

    pictures: dict[int, NDArray[np.float16]]
    maps: dict[str, dict[int, NDArray[np.float16]]]
    boxes: dict[int, Box]


def usable(request: TrainRequest, module: nn.Module, one: Filter, variants: Sequence[str]) -> dict[str, str]:
    """Why a variant of the heatmaps cannot be made of this network, by variant; those that can be are left out."""
    x, faults = request.samples[0].input.tensor, {}
    for variant in variants:
        try:
            if variant != "activations":
                led_back(request.model, module, x, [one], stride_one=variant == "stride-1")
        except UnsupportedModel as error:
            faults[variant] = str(error)
    return faults


def _scaled(values: Tensor) -> Tensor:
    most = values.max()
    return (values / most).clamp(min=0) if most > 0 else torch.zeros_like(values)


def _squared(values: NDArray[np.floating], side: int) -> NDArray[np.float32]:
    """`values` (h, w, C) enlarged to (side, side, C) without smoothing, NaN beside what is not square."""
    height, width = values.shape[:2]
    factor = side / max(height, width)
    h, w = max(1, round(height * factor)), max(1, round(width * factor))
    large = F.interpolate(
        torch.from_numpy(values.astype(np.float32)).permute(2, 0, 1)[None], (h, w), mode="nearest-exact"
    )
    found = np.full((side, side, values.shape[2]), np.nan, np.float32)
    top, left = (side - h) // 2, (side - w) // 2
    found[top : top + h, left : left + w] = large[0].permute(1, 2, 0).numpy()
    return found
