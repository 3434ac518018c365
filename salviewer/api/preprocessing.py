"""How a picture becomes a model's input, as plain values: shown, saved with each result, and undone for display."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


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
