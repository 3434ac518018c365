"""The parameters of class activation maps and activation maps. Loads no torch."""

from __future__ import annotations

from typing import Literal

from salviewer.api import Params, param

LAYER = "The layer whose feature maps are used; empty: the last one whose output is still a map."


class GradCamParams(Params):
    """Which layer."""

    layer: str = param("", LAYER, kind="layer")


class GradCamPlusPlusParams(GradCamParams):
    """Which layer."""


class CamParams(Params):
    """CAM has nothing to choose: the architecture says which layer it is."""


class ActivationMapParams(Params):
    """Which layer, and how its channels become one map."""

    layer: str = param("", LAYER, kind="layer")
    channels: Literal["mean", "largest", "length", "one"] = param(
        "mean", "The mean of all channels, their largest value, the length of the feature vector, or one channel."
    )
    channel: int = param(0, "Which one, if one is shown.", ge=0, le=1_000_000)
