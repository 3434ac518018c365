"""The parameters of visual explanation by interpretation. Loads no torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

Variant = Literal["stride-1", "deconv", "activations"]
VARIANTS: dict[str, str] = {
    "stride-1": "guided backpropagation at stride 1",
    "deconv": "deconvolution with guided backpropagation",
    "activations": "up-sampled activations",
}


class InterpretationParams(Params):
    """Parameters of `interpretation`."""

    quick: ClassVar[dict[str, Any]] = {"filters": 4}

    filters: int = param(10, "How many filters are shown, the strongest first.", ge=1, le=200)
    variant: Variant = param(
        "stride-1",
        "How a filter's answer is led back to the picture: at stride 1, without a grid; with the network's own "
        "strides; or its activations, up-sampled.",
    )
    channels: Literal["largest", "length", "sum"] = param(
        "length",
        "How colour channels become one number: the largest of the absolute values, the length of the vector, or the "
        "signed sum. Activations are one number already.",
    )
    joined: Literal["sum", "strongest"] = param(
        "sum",
        "The first map: the filters' maps, each scaled to 1, added by their responses; or the strongest filter's own.",
    )

    def passes(self, size: tuple[int, ...]) -> int | None:
        """One to measure the responses, and one per filter."""
        return 1 + self.filters
