"""The parameters of the methods that rewrite the backward pass. Loads no torch."""

from __future__ import annotations

from salviewer.api import Params, param
from salviewer_plugins.baselines.cam_params import LAYER
from salviewer_plugins.baselines.gradient_params import HOW, Channels


class RuleParams(Params):
    """Parameters of deconvnet and guided backpropagation."""

    channels: Channels = param("largest", HOW)


class GuidedGradCamParams(Params):
    """Parameters of guided Grad-CAM and guided Grad-CAM++."""

    layer: str = param("", LAYER, kind="layer")
    channels: Channels = param("largest", HOW)
