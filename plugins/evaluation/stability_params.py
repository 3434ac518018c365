"""The parameters of the metrics that run a method again or change the network."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from salviewer.api import Params, param


class MaxSensitivityParams(Params):
    """Parameters of max-sensitivity; the paper's symbols are in `max_sensitivity.py`."""

    quick: ClassVar[dict[str, Any]] = {"samples": 2}

    radius: float = param(
        0.02, "How far each value of the model's normalised input may move (r).", unit="of the input", gt=0.0, le=100.0
    )
    samples: int = param(10, "Disturbed inputs that are explained.", ge=1, le=1000)


class RandomisationParams(Params):
    """Parameters of the randomisation check."""

    quick: ClassVar[dict[str, Any]] = {"steps": 2}

    mode: Literal["cascading", "independent", "both"] = param(
        "cascading", "Randomise all layers down to a depth, or each layer alone; the headline is the cascade's if both."
    )
    steps: int = param(
        8, "Explanations per mode: neighbouring layers are taken together where there are more layers.", ge=1, le=1000
    )
    draw: Literal["moments", "reset"] = param(
        "moments",
        "New weights: normal, with the mean and spread that each tensor had; or as the layer was initialised.",
    )


class AdversarialEvidenceParams(Params):
    """Parameters of the adversarial-evidence rate."""

    quick: ClassVar[dict[str, Any]] = {"confidence": 0.0}

    classes: Literal["least likely", "random"] = param(
        "least likely", "Which classes count as absent from the picture: the least likely ones, or any others."
    )
    count: int = param(1, "How many absent classes are explained.", ge=1, le=1000)
    confidence: float = param(
        0.995, "Only pictures whose predicted class is at least so probable are asked; others have no answer.",
        ge=0.0, le=1.0,
    )  # fmt: skip
    scale: Literal["maximum", "as it is"] = param(
        "maximum", "How a map becomes a mask: divided by its maximum, or taken for a mask in 0..1 already.",
        advanced=True,
    )  # fmt: skip


class AblationParams(Params):
    """Parameters of accuracy under ablation."""

    quick: ClassVar[dict[str, Any]] = {"top": 2, "repeats": 2}

    units: str = param(
        "",
        "Units to silence, as in “layer4:3,5,9; layer3:1”. Empty: those that the explanation names, else the top ones.",
    )
    layer: str = param("", "Layer whose top units are taken; empty: the last one that gives a map.", kind="layer")
    top: int = param(10, "How many units of that layer are taken.", ge=1, le=100_000)
    fill: Literal["zero", "mean"] = param(
        "zero", "What a silenced unit gives: nothing, or everywhere its own mean over the picture."
    )
    repeats: int = param(10, "Draws of as many random units of the same layers, for comparison.", ge=1, le=1000)
