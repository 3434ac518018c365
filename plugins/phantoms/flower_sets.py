"""The three sets of an8Flower as data: what each class looks like, and which part of the plant tells it.

Plain Python, so that a descriptor can name the classes.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 9 and Figure 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from salviewer_plugins.phantoms.palette import FLOWER

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """A class. `name` as shown to people; `part`: the discriminative part of the plant, and the name of its mask.

    `paint`: sRGB bytes of the parts that are painted otherwise than the palette's `PLANT`.
    `extra`: what grows on this plant beside what every plant has: "", "balls" or "thorns".
    `stem_width`: a factor; 1 is the usual stem.
    """

    name: str
    part: str
    paint: Mapping[str, Colour] = field(default_factory=dict)
    extra: str = ""
    stem_width: float = 1.0

    @property
    def id(self) -> str:
        """As in "red-stem"."""
        return self.name.replace(" ", "-")


SINGLE_6C = tuple(Look(name, "flower", {"flower": colour}) for name, colour in FLOWER.items())
"""The flower's colour is the class."""

DOUBLE_12C = tuple(
    Look(f"{name} {part}", part, {part: colour}, stem_width=1.5)
    for part in ("flower", "stem")
    for name, colour in FLOWER.items()
)
"""A colour and the part that has it are the class; the other part keeps its usual colour, which is none of the six.

The stem is thicker than usual, so that enough of it is seen between the leaves from every side."""

PART_2C = (Look("balls", "balls", extra="balls"), Look("thorns", "thorns", extra="thorns"))
"""What grows on the plant is the class: balls on its flower, or thorns on its stem; no colour differs."""


def names(looks: tuple[Look, ...]) -> tuple[str, ...]:
    """The class names in index order."""
    return tuple(look.name for look in looks)
