"""The parameters of explaining by a mask predictor. Loads no torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param


class PredictorParams(Params):
    """How the generator's scores become a mask, and whether they are tuned to this picture."""

    quick: ClassVar[dict[str, Any]] = {"fine_tune": False}

    transformer: Literal["trained", "customized", "basic", "basic-clamped"] = param(
        "trained",
        "How scores become a mask: as it was trained; sigmoid(eta z)^h; max(0, z); or the same, ended at 1. None "
        "turns the order of two scores round.",
    )
    eta: float | None = param(
        None, "Spreads the scores of the customized mask: 1.5 is nearly even. As trained if empty.", gt=0.0, le=20.0
    )
    h: float | None = param(
        None, "How few scores of the customized mask are high: more leaves fewer. As trained if empty.",
        gt=0.0, le=20.0,
    )  # fmt: skip
    fine_tune: bool = param(
        False,
        "Weigh each score by what its pixels still add to the class in this picture. Takes more passes.",
        title="Fine-tune the scores",
    )
    samples: int = param(
        32, "How many shares of the best pixels the model is shown to fine-tune.", ge=2, le=1000, advanced=True
    )

    def passes(self, size: tuple[int, ...]) -> int:
        """The picture itself, and the shares of its pixels."""
        return 1 + (self.samples if self.fine_tune else 0)
