"""The parameters of LRP and DeepLIFT. Loads no torch."""

from __future__ import annotations

from typing import Literal

from salviewer.api import Params, param


class LrpParams(Params):
    """Parameters of layer-wise relevance propagation."""

    rule: Literal["composite", "epsilon"] = param(
        "composite",
        "Which rules layers have: the usual composite (flat in the first layer, z+ in the other convolutions, epsilon "
        "in linear layers), or epsilon everywhere.",
    )
    epsilon: float = param(
        1e-6, "Of the epsilon rule: what is weak against it gets no relevance (epsilon).", ge=0.0, le=100.0
    )


class DeepLiftParams(Params):
    """Parameters of DeepLIFT."""

    baseline: Literal["black", "mean", "blur"] = param(
        "black",
        "The reference that the picture is compared with: a black picture, the mean colour of the training data, or "
        "the blurred picture.",
    )
