"""The parameters of meaningful perturbation. Loads no torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

SIDE = "shorter side"
CIRCLES = 32
"""So many circles, from none to the whole input, are tried for the one to begin with."""


class MeaningfulPerturbationParams(Params):
    """Parameters of meaningful perturbation; the paper's symbols are in `meaningful_perturbation.py`."""

    quick: ClassVar[dict[str, Any]] = {"iterations": 60, "start": "whole"}

    game: Literal["deletion", "preservation"] = param(
        "deletion",
        "Deletion looks for the smallest part whose loss costs the class its score, preservation for the smallest part "
        "that is enough for it.",
    )
    background: Literal["blur", "strong blur", "noise", "constant"] = param(
        "blur",
        "What stands where the mask is 0: the picture blurred with a variance of 10 pixels, or with a sigma of 10; "
        "noise around the mean colour of the training data, drawn anew at each iteration; or that colour.",
    )
    iterations: int = param(300, "Steps of the optimisation, each a forward and a backward pass.", ge=2, le=10_000)
    rate: float = param(0.1, "Step size of Adam.", gt=0.0, le=1.0)
    l1: float = param(1e-4, "What each cell costs that is deleted, or preserved.", ge=0.0, le=1e3)
    tv: float = param(
        0.01, "What differences between neighbouring cells cost, each to the power `beta`.", ge=0.0, le=1e3
    )
    beta: float = param(3.0, "The power of the differences.", ge=1.0, le=8.0, advanced=True)
    cells: int = param(28, "Cells of the mask along the shorter side; as many as pixels at most.", ge=1, le=512)
    smoothing: float = param(
        0.0223,
        "Sigma of the Gaussian by which the enlarged mask is smoothed.",
        unit=SIDE,
        ge=0.0,
        le=0.5,
        advanced=True,
    )
    jitter: float = param(
        0.018,
        "The input is shifted by up to so much at each iteration, so that no mask fits one exact place.",
        unit=SIDE,
        ge=0.0,
        le=0.5,
        advanced=True,
    )
    start: Literal["circle", "whole"] = param(
        "circle",
        "The mask to begin with: the smallest circle in the middle that takes away, or keeps, 99 % of the score; or "
        "the whole picture kept.",
        advanced=True,
    )

    @property
    def radii(self) -> tuple[float, ...]:
        """Of the circles that are tried, in shares of the half diagonal: none first, then ever larger ones."""
        return tuple(i / (CIRCLES - 1) for i in range(CIRCLES)) if self.start == "circle" else (0.0, 1.0)

    def grid(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Cells along each axis over an input of `size` pixels."""
        return tuple(max(1, min(n, round(self.cells * n / min(size)))) for n in size)

    def shift(self, size: tuple[int, ...]) -> int:
        """The most by which an input of `size` pixels is shifted, in pixels."""
        return round(self.jitter * min(size))

    def passes(self, size: tuple[int, ...]) -> int | None:
        """One per circle and iteration, and the one that says what the mask does."""
        return len(self.radii) + self.iterations + 1
