"""The parameters of the fine-tuning of scores. Loads no torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param


class TunedParams(Params):
    """How finely the class's probability is followed, and what stands where the picture is taken away."""

    quick: ClassVar[dict[str, Any]] = {"samples": 8}

    samples: int = param(32, "How many shares of the best pixels the model is shown.", ge=2, le=1000)
    background: Literal["blur", "black", "mean"] = param(
        "blur", "What stands where the picture is taken away: its blur, black, or the training data's mean colour."
    )
    sigma: float = param(
        0.045, "Width of the Gaussian that blurs the picture (sigma).", unit="shorter side", gt=0, le=1.0
    )

    def passes(self, size: tuple[int, ...]) -> int:
        """One input per share."""
        return self.samples
