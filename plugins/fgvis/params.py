"""The parameters of FGVis. Loads no torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

SEARCH_COST = 2.5
"""A search for the sparsity takes so many times as long as a run with a given one, at most."""


class FgvisParams(Params):
    """Parameters of FGVis; the paper's symbols are in `plugins/fgvis/fgvis.py`."""

    quick: ClassVar[dict[str, Any]] = {"iterations": 20}

    game: Literal["deletion", "preservation", "generation", "repression"] = param(
        "deletion",
        "Deletion takes pixels away until the class is lost, preservation until it is about to be. Generation brings "
        "pixels in until the class is there, repression as many as leave it out.",
    )
    mask: Literal["per channel and pixel", "per pixel"] = param(
        "per channel and pixel", "Decide on each colour of a pixel by itself, or on the pixel as a whole."
    )
    defence: bool = param(
        True,
        "Let no activation grow beyond what it is in the picture. Without it a class that is nowhere to be seen can "
        "be brought about.",
    )
    sparsity: float | None = param(
        None,
        "What the whole picture costs, beside the logarithm of the probability. None finds the sparsest mask that "
        "wins the game; 0 asks for no sparsity.",
        ge=0.0,
        le=1e6,
    )
    share: float = param(
        0.9,
        "The game is won when so much of the picture's score is kept, or in deletion and repression is gone.",
        gt=0.0,
        lt=1.0,
    )
    iterations: int = param(
        100,
        "Steps of the optimisation, each a forward and a backward pass; the search for the sparsity takes 2.5 times as "
        "many.",
        ge=4,
        le=10_000,
    )
    step: float = param(
        0.1, "The most by which one value of the mask changes in the first step.", gt=0.0, le=1.0, advanced=True
    )

    starts: int = param(
        1,
        "Starts, worked on together: the sparsest mask that wins is the answer, and how like it the others are is "
        "said. All but the first are random.",
        ge=1,
        le=16,
    )
    beside: str = param(
        "",
        "Other classes to explain in the same passes, by name or index, with a semicolon between them.",
        advanced=True,
    )

    @property
    def stages(self) -> tuple[int, ...]:
        """How many passes each descent takes: one with the given sparsity, or those of the search for it."""
        if self.sparsity is not None:
            return (self.iterations,)
        short = max(2, self.iterations // 4)
        left = int((SEARCH_COST - 1) * (self.iterations + 1))
        return (self.iterations, *(short,) * (left // short))

    def passes(self, size: tuple[int, ...]) -> int | None:
        """The picture itself, and those of each descent, for each start and class."""
        classes = 1 + sum(bool(name.strip()) for name in self.beside.split(";"))
        return (1 + sum(self.stages)) * self.starts * classes
