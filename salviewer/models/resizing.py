"""Resize and crop a picture just as torchvision does with Pillow, and tell where the result lies on the picture.

Where a crop of a very elongated picture's resized version is wanted, only the crop is computed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PIL import Image

from salviewer.api import GridMap
from salviewer.errors import UnreadableInput

_MOST_PIXELS: Final = 64 * 10**6
_GREY_WEIGHTS: Final = np.array([0.299, 0.587, 0.114], np.float32)
_FILTERS: Final = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


@dataclass(frozen=True)
class Geometry:
    """How a source of `source` pixels (H, W) becomes a grid of `model`: resized to `resized`, then cut out at `start`.

    `start` (rows, columns) is where the grid's first pixel lies on the resized picture; negative where it is padded.
    """

    source: tuple[int, int]
    resized: tuple[int, int]
    start: tuple[int, int]
    model: tuple[int, int]

    def grid_map(self, steps: tuple[str, ...] = ()) -> GridMap:
        """The same as a `GridMap`.

        Pixel centres are at their indices, so with s source pixels per resized one, resized index i lies at source
        index (i + 1/2) s - 1/2.
        """
        y, x = (n / r for n, r in zip(self.source, self.resized, strict=True))
        top, left = ((i + 0.5) * s - 0.5 for i, s in zip(self.start, (y, x), strict=True))
        matrix = ((y, 0.0, top), (0.0, x, left), (0.0, 0.0, 1.0))
        return GridMap(self.source, self.model, matrix, (*self._steps(), *steps))

    def _steps(self) -> tuple[str, ...]:
        """What is done, in sentences for people."""
        h, w = self.model
        steps = []
        if self.resized != self.source:
            steps.append(f"resized from {_size(self.source)} to {_size(self.resized)}")
        if self.model != self.resized or self.start != (0, 0):
            padded = h > self.resized[0] or w > self.resized[1]
            steps.append(f"cut to the central {_size(self.model)}" + (", padded with black" if padded else ""))
        return tuple(steps)


def plan(source: tuple[int, int], resize: int | tuple[int, int] | None, crop: tuple[int, int] | None) -> Geometry:
    """The geometry that torchvision's Resize(resize) and CenterCrop(crop) have on a picture of `source` pixels (H, W).

    Raises:
        UnreadableInput: the result would be larger than any network's input.
    """
    resized = source
    if isinstance(resize, int):
        short, long = min(source), max(source)
        other = int(resize * long / short)
        resized = (resize, other) if source[0] <= source[1] else (other, resize)
    elif resize is not None:
        resized = resize
    model = crop or resized
    if model[0] * model[1] > _MOST_PIXELS:
        raise UnreadableInput(
            f"A picture of {_size(source)} would become an input of {_size(model)}, which is too large: "
            "crop the picture, or set a size in the preprocessing.",
            code="elongated",
        )
    return Geometry(source, resized, (_start(resized[0], model[0]), _start(resized[1], model[1])), model)


def _start(have: int, want: int) -> int:
    """Where the centre begins as torchvision has it: halves are rounded to even when it cuts, down when it pads."""
    return round((have - want) / 2) if have >= want else -((want - have) // 2)


def apply(pixels: np.ndarray, geometry: Geometry, interpolation: str) -> np.ndarray:
    """`pixels` (H, W, C), uint8 or float32, on the grid of `geometry` (h, w, C), same type; black where padded."""
    whole = pixels.dtype == np.uint8 and pixels.shape[2] in (1, 3)
    parts = [pixels] if whole else np.split(pixels, pixels.shape[2], axis=2)
    return np.concatenate([_apply(part, geometry, interpolation) for part in parts], axis=2)


def to_grey(pixels: np.ndarray) -> np.ndarray:
    """A colour picture (H, W, 3), uint8 or float32, as (H, W, 1) of the same type (ITU-R 601 luma)."""
    if pixels.dtype == np.uint8:
        return np.asarray(Image.fromarray(pixels).convert("L"))[:, :, None]
    return (pixels @ _GREY_WEIGHTS)[:, :, None]


def _apply(pixels: np.ndarray, g: Geometry, interpolation: str) -> np.ndarray:
    """`apply` for what Pillow holds as one image: uint8 with 1 or 3 channels, or one float32 channel."""
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    if g.resized[0] * g.resized[1] > _MOST_PIXELS:
        picture, g = _resize_part(picture, g, interpolation)
    elif g.resized != g.source:
        picture = picture.resize(g.resized[::-1], _FILTERS[interpolation])
    # Pillow's crop fills what lies outside with zeros.
    top, left = g.start
    cut = np.asarray(picture.crop((left, top, left + g.model[1], top + g.model[0])))
    return cut[:, :, None] if cut.ndim == 2 else cut


def _resize_part(picture: Image.Image, g: Geometry, interpolation: str) -> tuple[Image.Image, Geometry]:
    """Only the part of the resized picture that the grid needs, and where the grid starts on that part."""
    low = [max(0, s) for s in g.start]
    high = [min(n, s + m) for n, s, m in zip(g.resized, g.start, g.model, strict=True)]
    scales = [n / r for n, r in zip(g.source, g.resized, strict=True)]
    box = (low[1] * scales[1], low[0] * scales[0], high[1] * scales[1], high[0] * scales[0])
    part = picture.resize((high[1] - low[1], high[0] - low[0]), _FILTERS[interpolation], box=box)
    return part, replace(g, start=(g.start[0] - low[0], g.start[1] - low[1]))


def _size(shape: tuple[int, int]) -> str:
    """Width x height, as people say it."""
    return f"{shape[1]} x {shape[0]} px"
