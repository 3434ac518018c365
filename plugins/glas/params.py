"""The parameters of GLAS and RGLAS. Each sigma is a fraction of the model input's shorter side."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

SIDE = "shorter side"


class GlasParams(Params):
    """Parameters of GLAS; the paper's symbols are in `plugins/glas/glas.py`."""

    dials: ClassVar[dict[str, tuple[str, ...]]] = {"fine to coarse": ("sigma_light", "sigma_shadow", "sigma_spatial")}

    quick: ClassVar[dict[str, Any]] = {"grid": 12}

    grid: int = param(15, "Search points along each side: the centres of grid × grid cells.", ge=2, le=64)
    sigma_light: float = param(0.11, "Width of the light that is cast on a point.", unit=SIDE, ge=0.005, le=2.0)
    sigma_shadow: float = param(0.11, "Width of the shadow that is cast on a point.", unit=SIDE, ge=0.005, le=2.0)
    sigma_spatial: float = param(
        0.09,
        "How far a point's score spreads in the map: small pinpoints.",
        unit=SIDE,
        ge=0.005,
        le=2.0,
    )
    mode: Literal["fusion", "light", "shadow"] = param(
        "fusion", "Multiply light and shadow, or use one of them alone (twice as fast)."
    )
    background: Literal["mean", "black", "blur"] = param(
        "mean",
        "What lies in the dark: the mean colour of the training data, black, or the blurred picture.",
    )

    def passes(self, size: tuple[int, ...]) -> int | None:
        """The picture itself, and each point's light and shadow."""
        return (2 if self.mode == "fusion" else 1) * self.grid**2 + 1


class RglasParams(GlasParams):
    """Parameters of RGLAS: those of GLAS for each round, and when to stop."""

    threshold: float = param(
        0.8, "Search points where a round's normalised map exceeds this are not visited again (t1).", gt=0.0, lt=1.0
    )
    stop_ratio: float = param(
        5.0,
        "Stop when the mean of the round's map over the remaining probability reaches this (t2).",
        gt=0.0,
        le=1000.0,
        advanced=True,
    )
    max_rounds: int = param(6, "Rounds at most.", ge=1, le=50)

    def passes(self, size: tuple[int, ...]) -> int | None:
        """Those of one round, and what is left of the class; how many more rounds there are the pictures decide."""
        one = super().passes(size)
        return one + 1 if one is not None and self.max_rounds == 1 else None
