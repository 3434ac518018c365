"""The parameters of the methods that read the gradient at the input. Loads no torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

Channels = Literal["largest", "sum", "length"]
HOW = (
    "How colour channels become one number: the largest of the absolute values, their signed sum, or the length of the "
    "vector."
)


class GradientParams(Params):
    """Parameters of the plain gradient."""

    channels: Channels = param("largest", HOW)

    def passes(self, size: tuple[int, ...]) -> int | None:
        """The picture alone."""
        return 1


class GradientTimesInputParams(Params):
    """Parameters of gradient x input."""

    channels: Channels = param("sum", HOW)

    def passes(self, size: tuple[int, ...]) -> int | None:
        """The picture alone."""
        return 1


class SmoothGradParams(Params):
    """Parameters of SmoothGrad."""

    quick: ClassVar[dict[str, Any]] = {"samples": 10}

    samples: int = param(50, "Noisy copies of the input that are averaged (n).", ge=1, le=10_000)
    noise: float = param(
        0.2, "Standard deviation of the noise, as a share of the input's range (sigma).", ge=0.0, le=2.0
    )
    squared: bool = param(False, "Average the squares of the gradients (SmoothGrad-squared).", advanced=True)
    channels: Channels = param("largest", HOW)

    def passes(self, size: tuple[int, ...]) -> int | None:
        """One per noisy copy."""
        return self.samples


class IntegratedGradientsParams(Params):
    """Parameters of integrated gradients."""

    quick: ClassVar[dict[str, Any]] = {"steps": 16}

    steps: int = param(200, "Points on the way from the baseline to the input (m).", ge=1, le=10_000)
    baseline: Literal["black", "mean", "blur"] = param(
        "black", "Where the way begins: a black picture, the mean colour of the training data, or the blurred picture."
    )
    channels: Channels = param("sum", HOW)

    def passes(self, size: tuple[int, ...]) -> int | None:
        """One per point on the way, and both ends for the check of the sum."""
        return self.steps + 2
