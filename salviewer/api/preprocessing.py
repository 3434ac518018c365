"""How a picture or volume becomes a model's input, as plain values: shown, saved with each result, and undone."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)


class Preprocessing(BaseModel):
    """Resize, crop, scale, normalise, in this order. `None` skips a step.

    resize: the shorter side in pixels, or (height, width).
    crop: (height, width) cut from the centre.
    channels: order that the network was trained with; "gray" is one channel.
    scale: what a full-bright pixel becomes before mean and std are applied (1, or 255 for networks fed bytes).
    mean, std: one per channel or one for all, in units of `scale`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    resize: int | tuple[int, int] | None = None
    crop: tuple[int, int] | None = None
    interpolation: Literal["nearest", "bilinear", "bicubic"] = "bilinear"
    channels: Literal["RGB", "BGR", "gray"] = "RGB"
    scale: float = Field(1.0, gt=0)
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    @model_validator(mode="after")
    def _fits(self) -> Preprocessing:
        for name, allowed in (("mean", self.mean), ("std", self.std)):
            if len(allowed) not in (1, 1 if self.channels == "gray" else 3):
                raise ValueError(f"{name} has {len(allowed)} values for {self.channels}")
        if any(s <= 0 for s in self.std):
            raise ValueError("std must be positive")
        sizes = [self.resize] if isinstance(self.resize, int) else [*(self.resize or ())]
        if any(not 1 <= n <= 30_000 for n in [*sizes, *(self.crop or ())]):
            raise ValueError("sizes must lie between 1 and 30000 pixels")
        return self


IMAGENET = Preprocessing(resize=256, crop=(224, 224), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
"""What torchvision's ImageNet classifiers were trained with, unless their weights say otherwise."""


class VolumePreprocessing(BaseModel):
    """Reorient, resample, crop or pad, window, normalise a volume, in this order. `None` skips a step.

    dims: 3, always; tells it from a picture's preprocessing where both are plain values.
    axcodes: where the axes of the reoriented volume point, such as "RAS"; None leaves them as they are stored.
    spacing: millimetres between voxels along these axes.
    shape: voxels along these axes, cut or padded about the centre.
    grid: (4, 4) rows, from voxel indices to RAS+ millimetres, of a template's grid of `shape` voxels: the volume is
    resampled to it in the world, in place of the three steps above.
    tensor: "DHW" feeds axes in the order (z, y, x), as pictures' tensors are rows before columns; "XYZ" as they are.
    window: "percentile" and "range" clip at `low` and `high`, percentiles of the whole volume or values, and make
    them 0 and 1; "none" leaves values as they are.
    mean, std: subtracted, and divided by, after the window.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dims: Literal[3] = 3
    axcodes: str | None = "RAS"
    spacing: tuple[float, float, float] | None = None
    shape: tuple[int, int, int] | None = None
    grid: tuple[tuple[float, float, float, float], ...] | None = None
    tensor: Literal["DHW", "XYZ"] = "DHW"
    window: Literal["percentile", "range", "none"] = "percentile"
    low: float = 0.1
    high: float = 99.9
    mean: float = 0.0
    std: float = Field(1.0, gt=0)

    @model_serializer(mode="wrap")
    def _with_dims(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """`dims` is kept where defaults are left out."""
        return {"dims": 3, **handler(self)}

    @model_validator(mode="after")
    def _fits(self) -> VolumePreprocessing:
        if self.axcodes is not None and sorted(map(_AXES.find, self.axcodes)) not in _ONE_OF_EACH:
            raise ValueError(f"axcodes has one letter of each pair L/R, P/A, I/S, not {self.axcodes!r}")
        if self.spacing is not None and not all(0.01 <= s <= 50 for s in self.spacing):
            raise ValueError("spacing must lie between 0.01 and 50 mm")
        if self.shape is not None and not all(1 <= n <= 4096 for n in self.shape):
            raise ValueError("shape must lie between 1 and 4096 voxels")
        if self.grid is not None and (len(self.grid) != 4 or self.shape is None):
            raise ValueError("grid has 4 rows, and needs a shape")
        if self.window != "none" and not self.low < self.high:
            raise ValueError("low must be less than high")
        if self.window == "percentile" and not (self.low >= 0 and self.high <= 100):
            raise ValueError("percentiles lie between 0 and 100")
        return self


_AXES = "LPIRAS"
_ONE_OF_EACH = [sorted((x, y, z)) for x in (0, 3) for y in (1, 4) for z in (2, 5)]
