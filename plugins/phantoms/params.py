"""The parameters of the rendered collections."""

from __future__ import annotations

from typing import Literal

from salviewer.api import Params, param


class An8FlowerParams(Params):
    """Which plant is rendered, whether each frame is also cropped and turned, and which viewpoints are taken."""

    seed: int = param(0, "Grows another plant: its leaves, its petals and the lamp are placed anew.", ge=0, lt=2**31)
    augmented: bool = param(
        False, "Crop each frame at five places and turn each crop by five angles: 1,000 pictures per class, not 40."
    )
    subset: Literal["all", "train", "held-out"] = param(
        "all", "Every viewpoint, those that the network of the chosen fold was trained on, or those kept from it."
    )
    fold: int = param(0, "Which fifth of the viewpoints is held out: every fifth, from this one on.", ge=0, le=4)


class CaptionedParams(Params):
    """Which plant is rendered."""

    seed: int = param(0, "Grows another plant: its leaves, its petals and the lamp are placed anew.", ge=0, lt=2**31)


class BrainParams(Params):
    """Which brains are made, and which of them are taken."""

    subjects: int = param(400, "Brains in all; every second one has atrophy.", ge=10, le=10_000)
    subset: Literal["all", "train", "held-out"] = param(
        "all", "Everybody, those that the network of the chosen fold was trained on, or those kept from it."
    )
    fold: int = param(0, "Which of five parts is held out.", ge=0, le=4)
    regions: Literal["medial-temporal", "left-temporal", "parietal", "frontal"] = param(
        "medial-temporal", "Where the atrophy is: the answer that an explanation should find."
    )
    strength: Literal["mild", "moderate", "severe"] = param("moderate", "How much is lost there.")
    size: int = param(64, "Voxels along each axis; the field is 192 mm wide.", ge=32, le=256)
    seed: int = param(0, "Draws another cohort.", ge=0, lt=2**31)

    @property
    def strength_range(self) -> tuple[float, float]:
        """Least and greatest strength of a subject's atrophy, 0..1."""
        return {"mild": (0.25, 0.7), "moderate": (0.5, 1.0), "severe": (0.8, 1.0)}[self.strength]


class FundusParams(Params):
    """Which retinas are photographed, and how large."""

    people: int = param(200, "Persons in all, two eyes each; every second person's eyes are referable.", ge=2, le=9999)
    size: int = param(256, "Pixels along each side; the same eyes at every size.", ge=64, le=4096)
    left_out: Literal["nothing", "everything", "hemorrhages", "hard exudates", "soft exudates", "red small dots"] = (
        param("nothing", "Lesions that are not drawn: the same eyes without them, to see what a network says then.")
    )
    seed: int = param(0, "Draws another population.", ge=0, lt=2**31)
