"""The parameters of the controls. Loads no torch."""

from __future__ import annotations

from salviewer.api import Params, param

SIDE = "shorter side"


class RandomMapParams(Params):
    """How coarse the noise is."""

    sigma: float = param(0.0, "Width of the Gaussian that smooths the noise; 0: none.", unit=SIDE, ge=0.0, le=1.0)


class CentredGaussianParams(Params):
    """How wide the spot is."""

    sigma: float = param(0.25, "Width of the spot in the middle.", unit=SIDE, gt=0.0, le=4.0)
