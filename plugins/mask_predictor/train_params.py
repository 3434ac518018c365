"""The parameters by which a mask predictor, and its rival of the same shape, are trained."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param

ETA, H = 1.5, 2.5
"""Section 3.2.3; see `salviewer.numeric.score_controller`, which loads too much for a form."""


class LoopParams(Params):
    """How anything that makes masks from a classifier's maps is trained; the defaults are the paper's."""

    quick: ClassVar[dict[str, Any]] = {"epochs": 2}

    epochs: int = param(10, "How often every picture is learned from.", ge=1, le=100_000)
    batch: int = param(64, "Pictures of a step; fewer where the collection has fewer.", ge=1, le=4096)
    rate: float = param(0.01, "Learning rate of Adam at the start.", gt=0.0, le=1.0)
    halve_every: int = param(3, "After so many epochs the learning rate is halved.", ge=1, le=100_000)
    augment: bool = param(
        False, "Mirror and crop the pictures at random: for collections of a few hundred.", title="Vary the pictures"
    )
    patience: int = param(
        0, "End when the loss of an epoch has not fallen for so many epochs; 0 for all epochs.", ge=0, le=1000
    )
    filter_epochs: int = param(
        1,
        "How often every picture is learned from beforehand, by the filter that keeps the places of the class.",
        title="Epochs of the filter",
        ge=0,
        le=100_000,
    )
    filter_rate: float = param(
        0.01, "Learning rate of Adam for the filter.", title="Learning rate of the filter", gt=0.0, le=1.0,
        advanced=True,
    )  # fmt: skip
    variance: float = param(
        10.0, "Variance of the blur that stands in the place of half of the pictures.", unit="px²", gt=0.0, le=10_000,
        title="Variance of the blur", advanced=True,
    )  # fmt: skip
    noise: float = param(
        0.1,
        "Noise on the colours that stand in the place of the others, of the range from black to white.",
        title="Noise on colours",
        ge=0.0,
        le=1.0,
        advanced=True,
    )
    width: int = param(
        16, "Channels of the predictor at its largest resolution; it has more at smaller ones.", ge=2, le=256,
        advanced=True,
    )  # fmt: skip
    taps: tuple[int, ...] = param(
        (),
        "The feature maps that it reads, by the numbers of the calls that make them; empty for one of each resolution.",
        title="Feature maps",
        advanced=True,
    )


class PredictorTrainParams(LoopParams):
    """Parameters of the trainer `mask-predictor`."""

    transformer: Literal["customized", "basic", "basic-clamped"] = param(
        "customized",
        "How scores become a mask: sigmoid(eta z)^h; or max(0, z), which goes beyond 1 and there exaggerates the "
        "picture; or the same, ended at 1.",
    )
    eta: float = param(ETA, "Spreads the scores of the customized mask: 1.5 is nearly even.", gt=0.0, le=20.0)
    h: float = param(H, "How few scores of the customized mask are high: more leaves fewer.", gt=0.0, le=20.0)


class GeneratorTrainParams(LoopParams):
    """Parameters of the trainer `mask-generator`: the weights of Dabkowski and Gal."""

    tv: float = param(1e-3, "What differences between neighbouring pixels of the mask cost, squared.", ge=0.0, le=1e4)
    area: float = param(10.0, "What a mask costs that shows the whole picture.", ge=0.0, le=1e4)
    destroy: float = param(
        5.0, "What it costs that the class is still there where the mask's part is taken away.", ge=0.0, le=1e4
    )
    power: float = param(
        0.3, "The power of the probability that is left there: below 1, small rests count too.", gt=0.0, le=4.0
    )
