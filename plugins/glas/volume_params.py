"""The parameters of 3D-GLAS and of the ranking of regions over subjects."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param


class Glas3dParams(Params):
    """Parameters of 3D-GLAS; the paper's symbols are in `plugins/glas/glas3d.py`."""

    dials: ClassVar[dict[str, tuple[str, ...]]] = {"fine to coarse": ("sigma_light", "sigma_shadow", "sigma_spatial")}

    quick: ClassVar[dict[str, Any]] = {"grid": 5}

    sigma_light: float = param(15.0, "Width of the light that is cast on a point.", unit="mm", ge=0.5, le=500.0)
    sigma_shadow: float = param(10.0, "Width of the shadow that is cast on a point.", unit="mm", ge=0.5, le=500.0)
    sigma_spatial: float = param(
        12.0, "How far a point's score spreads in the map: small pinpoints.", unit="mm", ge=0.5, le=500.0
    )
    mode: Literal["fusion", "light", "shadow"] = param(
        "fusion", "Multiply light and shadow, or use one of them alone (twice as fast)."
    )
    background: Literal["mean", "black", "blur"] = param(
        "mean",
        "What lies in the dark: the value that the network takes for the mean, black, or the blurred volume.",
    )
    grid: int = param(
        8, "Without an atlas: search points along each axis, the centres of grid × grid × grid cells.", ge=2, le=24
    )


class RankingParams(Params):
    """Parameters of the ranking of regions over subjects."""

    draws: int = param(
        2000, "Draws of subjects, with replacement, for the intervals of the ranks.", ge=100, le=100_000, advanced=True
    )
