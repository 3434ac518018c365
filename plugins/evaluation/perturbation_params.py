"""The parameters of the metrics that change the input where the map says. Loads no torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

BACKGROUND = "What stands where the picture is taken away: black, the mean colour of the training data, or its blur."
BLUR = "Width of the Gaussian that blurs the picture (sigma)."


class DeletionParams(Params):
    """How pixels are taken away."""

    quick: ClassVar[dict[str, Any]] = {"steps": 8}

    steps: int = param(56, "Steps from the whole picture to none.", ge=2, le=1000)
    background: Literal["black", "mean", "blur"] = param("black", BACKGROUND)


class InsertionParams(Params):
    """How pixels are put back."""

    quick: ClassVar[dict[str, Any]] = {"steps": 8}

    steps: int = param(56, "Steps from the blurred picture to the whole.", ge=2, le=1000)
    sigma: float = param(0.05, BLUR, unit="shorter side", gt=0, le=1.0)


class FaithfulnessParams(Params):
    """How finely the pixels are put back."""

    steps: int = param(32, "Steps (Delta = 1 / steps).", ge=2, le=1000)
    background: Literal["blur", "mean", "black"] = param("blur", BACKGROUND)
    sigma: float = param(0.045, BLUR, unit="shorter side", gt=0, le=1.0)


class ConfidenceParams(Params):
    """What stands where the map is low."""

    background: Literal["black", "mean", "blur"] = param("black", BACKGROUND)


class SparsenessParams(Params):
    """The Gini index has nothing to choose."""


class InfidelityParams(Params):
    """Which parts are taken away together."""

    quick: ClassVar[dict[str, Any]] = {"samples": 16}

    samples: int = param(100, "Random sets of parts that are taken away.", ge=4, le=100_000)
    cells: int = param(8, "Parts along each side.", ge=2, le=64)
    background: Literal["black", "mean", "blur"] = param("black", BACKGROUND)
