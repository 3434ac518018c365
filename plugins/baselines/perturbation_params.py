"""The parameters of the methods that change the input and watch the output. Loads no torch."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

SIDE = "shorter side"
FILL = (
    "What hides the picture: the mean colour of the training data (zero in the network's normalised space), black, "
    "middle grey, or the blurred picture."
)
Fill = Literal["mean", "black", "grey", "blur"]


class OcclusionParams(Params):
    """The window and its steps."""

    dials: ClassVar[dict[str, tuple[str, ...]]] = {"fine to coarse": ("window", "stride")}
    quick: ClassVar[dict[str, Any]] = {"window": 0.25, "stride": 0.13}

    window: float = param(0.2, "Side of the square that hides a part of the picture.", unit=SIDE, gt=0.0, le=1.0)
    stride: float = param(0.06, "How far the square moves each time, at most its side.", unit=SIDE, gt=0.0, le=1.0)
    fill: Fill = param("mean", FILL)

    def square(self, size: tuple[int, ...]) -> tuple[int, int]:
        """(side, step) of the square over an input of `size`, in pixels, at least one each."""
        side = max(1, round(self.window * min(size)))
        return side, min(side, max(1, round(self.stride * min(size))))

    def places(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """How many places the square has along each axis; the last may hang over the end."""
        side, step = self.square(size)
        return tuple(1 + max(0, -(-(n - side) // step)) for n in size)

    def passes(self, size: tuple[int, ...]) -> int | None:
        """One per place of the square, and the picture itself."""
        return 1 + prod(self.places(size))


class RiseParams(Params):
    """The random masks."""

    quick: ClassVar[dict[str, Any]] = {"masks": 600}

    masks: int = param(8000, "Random masks (N).", ge=10, le=1_000_000)
    cells: int = param(7, "Cells along each side of a mask before it is enlarged (s).", ge=2, le=64)
    keep: float = param(0.5, "Probability that a cell shows the picture (p).", gt=0.0, lt=1.0)
    fill: Fill = param("mean", FILL)

    def passes(self, size: tuple[int, ...]) -> int | None:
        """One per mask."""
        return self.masks


class LimeParams(Params):
    """The parts, and the samples from which their weights are learned."""

    quick: ClassVar[dict[str, Any]] = {"samples": 150, "parts": 36}

    samples: int = param(1000, "Pictures with random parts hidden.", ge=10, le=100_000)
    parts: int = param(64, "Parts, about so many.", ge=4, le=1024)
    shapes: Literal["superpixels", "squares"] = param(
        "superpixels", "Parts that follow the colours (SLIC), or a regular grid."
    )
    width: float = param(0.25, "Width of the kernel that weighs samples by likeness to the picture.", gt=0.0, le=10.0,
                         advanced=True)  # fmt: skip
    ridge: float = param(1.0, "Strength of the ridge penalty.", ge=0.0, le=1000.0, advanced=True)
    fill: Fill = param("mean", FILL)

    def passes(self, size: tuple[int, ...]) -> int | None:
        """One per sample."""
        return self.samples
