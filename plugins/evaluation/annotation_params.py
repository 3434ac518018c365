"""The parameters of the metrics that compare a map with boxes or masks, and of box occlusion."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param


class PointingParams(Params):
    """When a point counts as a hit."""

    tolerance: float = param(
        0.0, "A point this near to the truth still hits; 15 in Zhang et al. 2016.", unit="pixels", ge=0, le=1000
    )
    blob: float = param(
        0.95, "The centroid is that of the biggest blob above this share of the maximum.", gt=0, lt=1, advanced=True
    )
    small: float = param(
        0.25, "An object is small if its boxes cover less than this share of the picture.", gt=0, le=1, advanced=True
    )


class ExplainabilityParams(Params):
    """Average precision has nothing to choose."""


class IouParams(Params):
    """Where the map is cut."""

    threshold: float = param(0.5, "The map is cut at this share of its maximum (t).", ge=0, lt=1)


class LesionParams(Params):
    """Where the map is cut into proposed regions."""

    threshold: float = param(0.5, "Proposed is what lies above this share of the map's maximum.", ge=0, lt=1)


class BoxOcclusionParams(Params):
    """Which patches are laid over the picture, and how many."""

    quick: ClassVar[dict[str, Any]] = {"draws": 2, "steps": 3, "patch": 0.15}

    share: float = param(0.3, "Patches are added until they cover this share of the picture.", gt=0, le=1)
    steps: int = param(10, "Points of the curve on the way there.", ge=1, le=100)
    patch: float = param(0.07, "Side of a patch.", unit="shorter side", gt=0, le=1)
    draws: int = param(5, "Random draws that are averaged.", ge=1, le=1000)
    fill: Literal["mean", "black"] = param("mean", "What a patch shows: the training data's mean colour, or black.")
