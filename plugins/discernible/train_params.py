"""The parameters by which the weights of the three supports are learned."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import field_validator

from salviewer.api import param
from salviewer_plugins.discernible.walk_params import PointsParams


class WeightParams(PointsParams):
    """Parameters of the trainer; the walk's own are those with which the weights will be used."""

    quick: ClassVar[dict[str, Any]] = {"trials": 50}

    trials: int = param(
        200,
        "Trials for each of the three weights; each walks through one picture.",
        title="Trials of each weight",
        ge=2,
        le=100_000,
    )
    values: tuple[float, ...] = param(
        (0.0, 0.25, 0.5, 0.75, 1.0),
        "The values that a weight may take. 0 is left out where all scores would be 0.",
        title="Values to try",
    )
    iou: float = param(
        0.5,
        "A box is right where its intersection over union with a true box reaches this.",
        title="Overlap of a right box (IoU)",
        gt=0.0,
        le=1.0,
    )
    k: int = param(
        2, "How many units each chosen unit chooses in the layer before.", title="Units kept (k)", ge=1, le=50
    )

    @field_validator("values")
    @classmethod
    def _usable(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        usable = all(0 <= v <= 1e6 for v in values) and sum(v > 0 for v in values) > 1
        if not usable or len(set(values)) < len(values):
            raise ValueError("give at least two different values above 0, and none below 0, such as 0, 0.5 and 1")
        return values
