"""The three sets of an8Flower as collections: a plant seen from 40 sides, in classes that differ in one part of it.

The mask of each sample is its discriminative part, the only place where it differs from the same plant in another class
of the same part, or without the part. A pixel belongs to it where at least half of it shows the part; at the rim,
pixels that show less than half also carry a trace of it. Balls and thorns throw no shadow on the plant, so that nothing
outside the mask changes with them.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 4.3, section 9, Figures 10 to 12.
Differs from the paper: the plant is our own (theirs is built on Anim8or's eggplant model), and so are its colours, and
form and number of its balls and thorns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import ClassVar, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from salviewer.api import Collection, Picture, Sample
from salviewer.numeric.folds import folds
from salviewer_plugins.phantoms import flower_sets
from salviewer_plugins.phantoms.augment import CUTS, Cut, cut_out
from salviewer_plugins.phantoms.flower_sets import Look
from salviewer_plugins.phantoms.palette import BACKGROUND
from salviewer_plugins.phantoms.params import An8FlowerParams
from salviewer_plugins.phantoms.turntable import VIEWS, Turntable

_SHEETS = 4
"""Whole frames that are kept for the crops that follow; crops of one frame are next to each other."""


class Shot(NamedTuple):
    """What a sample shows: its class, the viewpoint 0..39 (9 degrees apart), and how the frame is cut."""

    label: int
    look: Look
    view: int
    cut: Cut | None = None

    @property
    def id(self) -> str:
        """As in "red-07", or "red-07-c3-r15" for crop 3 turned by 15 degrees."""
        return f"{self.look.id}-{self.view:02d}" + (f"-c{self.cut.crop}-r{self.cut.angle_deg}" if self.cut else "")

    @property
    def title(self) -> str:
        """As in "an8flower red, view 7"."""
        cut = f", crop {self.cut.crop}, turned {self.cut.angle_deg}°" if self.cut else ""
        return f"an8flower {self.look.name}, view {self.view}{cut}"

    @property
    def group(self) -> str:
        """The viewpoint, as in "view-07"."""
        return group_of(self.view)


class _An8Flower(Collection[An8FlowerParams]):
    """40 frames of 300 x 300 pixels per class, or 1,000 crops of 250 x 250; fewer of a subset."""

    looks: ClassVar[tuple[Look, ...]]

    def open(self, params: An8FlowerParams) -> Flowers:
        """The samples: by class, within it by viewpoint, within it by crop and angle."""
        cuts = CUTS if params.augmented else (None,)
        views = views_of(params.subset, params.fold)
        shots = (Shot(i, look, view, cut) for i, look in enumerate(self.looks) for view in views for cut in cuts)
        return Flowers(Frames(params.seed, self.looks), tuple(shots))


class An8FlowerSingle6c(_An8Flower):
    """240 frames, or 6,000 crops; the flower's colour is the class."""

    looks = flower_sets.SINGLE_6C


class An8FlowerDouble12c(_An8Flower):
    """480 frames, or 12,000 crops; a colour, and whether the flower or the stem has it, are the class."""

    looks = flower_sets.DOUBLE_12C


class An8FlowerPart2c(_An8Flower):
    """80 frames, or 2,000 crops; balls on the flower or thorns on the stem are the class."""

    looks = flower_sets.PART_2C


class Frames:
    """The frames of all `looks`: each plant that they need is grown from `seed`, and turned once for its classes."""

    def __init__(self, seed: int, looks: Sequence[Look]) -> None:
        self._looks = looks
        painted: dict[tuple[float, str], dict[str, None]] = {}
        for look in looks:
            painted.setdefault((look.stem_width, look.extra), {}).update(dict.fromkeys(look.paint))
        self._turntables = {plant: Turntable(seed, *plant, tuple(parts)) for plant, parts in painted.items()}
        self.frame = lru_cache(maxsize=_SHEETS)(self._frame)

    def _frame(self, label: int, view: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """(H, W, 3) pixels, and (H, W) how much of each shows the discriminative part, in 0..255."""
        look = self._looks[label]
        seen = self._turntables[look.stem_width, look.extra].view(view)
        return seen.painted(look.paint), seen.shares[look.part]


class Flowers(Sequence[Sample]):
    """Samples that are rendered when they are looked at; a slice of them is lazy too."""

    def __init__(self, frames: Frames, shots: tuple[Shot, ...]) -> None:
        self._frames, self._shots = frames, shots

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """All ids in order, without rendering anything."""
        return tuple(shot.id for shot in self._shots)

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """All labels in order, without rendering anything."""
        return tuple(shot.label for shot in self._shots)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """All viewpoints in order, without rendering anything."""
        return tuple(shot.group for shot in self._shots)

    def __len__(self) -> int:
        return len(self._shots)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Flowers: ...
    def __getitem__(self, index: int | slice) -> Sample | Flowers:
        if isinstance(index, slice):
            return Flowers(self._frames, self._shots[index])
        return self._taken(self._shots[index])

    def __iter__(self) -> Iterator[Sample]:
        return map(self._taken, self._shots)

    def _taken(self, shot: Shot) -> Sample:
        pixels, share = self._frames.frame(shot.label, shot.view)
        if shot.cut:
            pixels, share = cut_out(pixels, share, shot.cut, BACKGROUND)
        return Sample(
            id=shot.id,
            picture=Picture(pixels, shot.title, fingerprint(pixels)),
            label=shot.label,
            group=shot.group,
            masks={shot.look.part: share >= HALF},
        )


def group_of(view: int) -> str:
    """A viewpoint's name, as in "view-07"; in the order of the names the viewpoints are in their own."""
    return f"view-{view:02d}"


def views_of(subset: str, fold: int) -> tuple[int, ...]:
    """The viewpoints of a subset, rising. "held-out": those that the network of `fold` was not trained on."""
    held_out = set(folds([group_of(view) for view in range(VIEWS)])[fold])
    return tuple(view for view in range(VIEWS) if subset == "all" or (view in held_out) == (subset == "held-out"))


HALF = 128
"""A pixel is in the mask from this share of 255 on."""


def fingerprint(pixels: NDArray[np.uint8]) -> str:
    """SHA-256 of shape and pixels, in hexadecimal."""
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
