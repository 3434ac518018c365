"""The parameters of the walk down to the pixels. Loads no torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

LIKE_PASSES = {1: 3, 2: 6, 3: 19, 5: 44}
"""How many forward passes a run takes as long as, by k: VGG-16 at 224 x 224, see `benchmarks/discernible_speed.py`."""


class PointsParams(Params):
    """Which places of an average are followed, and which of the chosen pixels stand apart from the others."""

    places: int = param(
        10,
        "At an average over the whole picture, follow so many of its strongest positions.",
        title="Positions of an average",
        ge=1,
        le=1000,
        advanced=True,
    )
    radius: float = param(
        0.1,
        "A chosen pixel without company within this distance is left out of the map.",
        title="Circle around a pixel",
        unit="shorter side",
        gt=0.0,
        le=2.0,
        advanced=True,
    )
    share: float = param(
        0.02,
        "Company is so much of all chosen pixels; 0 leaves none out.",
        title="Company within the circle",
        ge=0.0,
        le=1.0,
        advanced=True,
    )


class FixationsParams(PointsParams):
    """Parameters of CNN-Fixations: how many units are followed, and how the pixels become a map."""

    quick: ClassVar[dict[str, Any]] = {"k": 1}

    k: int = param(
        2,
        "How many units each chosen unit chooses in the layer before; more take longer.",
        title="Units kept (k)",
        ge=1,
        le=20,
    )
    classes: int = param(
        1,
        "Begin at so many classes: the chosen one, then the most probable others. More than 1 is not about one class.",
        title="Classes to begin at",
        ge=1,
        le=10,
        advanced=True,
    )
    residual: Literal["stronger", "both"] = param(
        "stronger",
        "At a sum of two branches, follow the one that contributes more, or share the choices out between both in "
        "proportion.",
        title="At a sum of branches",
        advanced=True,
    )
    sigma: float = param(
        0.03,
        "How far each chosen pixel spreads in the map.",
        title="Blur of the map",
        unit="shorter side",
        ge=0.001,
        le=0.5,
    )

    def passes(self, size: tuple[int, ...]) -> int | None:
        """How many forward passes the run takes as long as: one, and the walk, which grows with k."""
        known = sorted(LIKE_PASSES)
        above = next((k for k in known if k >= self.k), known[-1])
        below = max((k for k in known if k <= self.k), default=known[0])
        if above == below:
            return round(LIKE_PASSES[below] * max(1.0, self.k / below))
        part = (self.k - below) / (above - below)
        return round(LIKE_PASSES[below] + part * (LIKE_PASSES[above] - LIKE_PASSES[below]))


class NeuronsParams(FixationsParams):
    """Parameters of discernible neurons: those of the walk, and how much each kind of support counts."""

    a_cur: float = param(
        1.0,
        "How much counts what a unit adds to the unit that it is chosen by. Learned weights replace all three.",
        title="Weight of own evidence (a_cur)",
        ge=0.0,
        le=10.0,
    )
    a_pre: float = param(
        1.0,
        "How much counts the most that the unit itself receives from the layer before.",
        title="Weight of the layer before (a_pre)",
        ge=0.0,
        le=10.0,
    )
    a_suc: float = param(
        1.0,
        "How much counts for how many chosen units it is the best. It multiplies all scores of a layer alike and "
        "changes no choice.",
        title="Weight of the layer after (a_suc)",
        gt=0.0,
        le=10.0,
        advanced=True,
    )
