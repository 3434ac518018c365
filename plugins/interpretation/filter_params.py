"""The parameters by which relevant filters are found."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import field_validator

from salviewer.api import Params, param


class FilterParams(Params):
    """Parameters of the trainer `relevant-filters`; the defaults are the paper's."""

    quick: ClassVar[dict[str, Any]] = {"per_class": 50, "gap": 1e-3, "averages": 1, "average_of": 8}

    mu: float = param(10.0, "How large a class's weights may be together (L1 norm): less gives fewer filters.", ge=0.0)
    layers: Literal["all", "only-conv", "weighted"] = param(
        "all",
        "Which layers' filters may be chosen: all; those of the convolutional part, whose outputs are still maps; or "
        "convolutions and fully connected layers alone, without what follows each.",
    )
    labels: Literal["given", "predicted"] = param(
        "given", "Whether a picture counts for the class that the collection says, or for the one the model predicts."
    )
    per_class: int | None = param(None, "Pictures of a class at most; empty for all.", ge=1)
    path: tuple[float, ...] = param(
        (), "More values of mu, to see how the number of filters and the reconstruction of the classes depend on it."
    )
    gap: float = param(
        1e-4, "The weights are good enough when this is their duality gap, as a share of the error.", gt=0.0, le=1.0,
        advanced=True,
    )  # fmt: skip
    steps: int = param(5_000, "Steps of the solver at most, for each mu.", ge=1, le=10_000_000, advanced=True)

    averages: int | None = param(
        None,
        "Of how many filters of each class average pictures are made, the strongest; 0 for none, empty for 6 where "
        "there are 20 classes or fewer. Each takes a pass forward and back for each of its pictures.",
        ge=0,
        le=1000,
    )
    average_maps: Literal["none", "stride-1", "deconv", "activations", "all"] = param(
        "stride-1",
        "Which average heatmaps are made beside the pictures, as in “Interpretation”; none is several times faster.",
    )
    average_of: int = param(
        100, "Pictures of an average, those that excite the filter most.", ge=1, le=10_000, advanced=True
    )
    average_side: int = param(96, "Sides of the average pictures in pixels.", ge=16, le=512, advanced=True)
    sharpen: float = param(
        0.0,
        "How far pictures may be moved onto each other before the average is taken, as a share of its side: that makes "
        "it sharper, and no longer shows where in a filter's field things are.",
        ge=0.0,
        le=0.5,
        advanced=True,
    )

    @field_validator("path")
    @classmethod
    def _usable(cls, path: tuple[float, ...]) -> tuple[float, ...]:
        if not all(0 <= mu < float("inf") for mu in path):
            raise ValueError("give values that are not below 0, such as 1, 5 and 20")
        return path
