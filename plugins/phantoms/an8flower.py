"""an8Flower-single-6c as a collection: a plant whose flower has one of six colours, seen from 40 sides.

The mask "flower" of each sample is the discriminative part, the only place where the classes differ. A pixel belongs to
it where at least half of it shows the flower; at the rim, pixels that show less than half also carry a trace of the
class's colour.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 4.3, section 9, Figures 10 and 12.
Differs from the paper: the plant is our own (theirs is built on Anim8or's eggplant model), and so are the six colours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from salviewer.api import Collection, Picture, Sample
from salviewer_plugins.phantoms.augment import CUTS, Cut, cut_out
from salviewer_plugins.phantoms.palette import BACKGROUND, FLOWER
from salviewer_plugins.phantoms.params import An8FlowerParams
from salviewer_plugins.phantoms.turntable import VIEWS, Turntable


class Shot(NamedTuple):
    """What a sample shows: the flower's colour, the viewpoint 0..39 (9 degrees apart), and how the frame is cut."""

    colour: str
    view: int
    cut: Cut | None = None

    @property
    def id(self) -> str:
        """As in "red-07", or "red-07-c3-r15" for crop 3 turned by 15 degrees."""
        return f"{self.colour}-{self.view:02d}" + (f"-c{self.cut.crop}-r{self.cut.angle_deg}" if self.cut else "")

    @property
    def title(self) -> str:
        """As in "an8flower red, view 7"."""
        cut = f", crop {self.cut.crop}, turned {self.cut.angle_deg}°" if self.cut else ""
        return f"an8flower {self.colour}, view {self.view}{cut}"


class An8FlowerSingle6c(Collection[An8FlowerParams]):
    """240 frames of 300 x 300 pixels, or 6,000 crops of 250 x 250."""

    def open(self, params: An8FlowerParams) -> Flowers:
        """The samples: by colour, within it by viewpoint, within it by crop and angle."""
        cuts = CUTS if params.augmented else (None,)
        shots = (Shot(colour, view, cut) for colour in FLOWER for view in range(VIEWS) for cut in cuts)
        return Flowers(Turntable(params.seed), tuple(shots))


class Flowers(Sequence[Sample]):
    """Samples that are rendered when they are looked at; a slice of them is lazy too."""

    def __init__(self, turntable: Turntable, shots: tuple[Shot, ...]) -> None:
        self._turntable, self._shots = turntable, shots

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids in order, without rendering anything."""
        return tuple(shot.id for shot in self._shots)

    def __len__(self) -> int:
        return len(self._shots)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Flowers: ...
    def __getitem__(self, index: int | slice) -> Sample | Flowers:
        if isinstance(index, slice):
            return Flowers(self._turntable, self._shots[index])
        return self._taken(self._shots[index])

    def __iter__(self) -> Iterator[Sample]:
        return map(self._taken, self._shots)

    def _taken(self, shot: Shot) -> Sample:
        view = self._turntable.view(shot.view)
        pixels, share = view.painted(FLOWER[shot.colour]), view.share
        if shot.cut:
            pixels, share = cut_out(pixels, share, shot.cut, BACKGROUND)
        return Sample(
            id=shot.id,
            picture=Picture(pixels, shot.title, fingerprint(pixels)),
            label=list(FLOWER).index(shot.colour),
            group=f"view-{shot.view:02d}",
            masks={"flower": share >= HALF},
        )


HALF = 128
"""A pixel is in the mask from this share of 255 on."""


def fingerprint(pixels: NDArray[np.uint8]) -> str:
    """SHA-256 of shape and pixels, in hexadecimal."""
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
