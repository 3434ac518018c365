"""Brains made by us, half of them with atrophy in a named set of regions: a cohort whose answer is known.

Each subject is the same anatomy under its own smooth warp, its own field of brightness and its own noise; everybody has
lost a little somewhere, and those of the class "atrophy" a lot in the planted regions.

The masks of a subject with atrophy are its planted regions, by name and all together ("atrophy"), on its own voxels and
as large as they were before. A control has none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from salviewer.api import Atlas, Collection, Region, Sample, Volume
from salviewer_plugins.phantoms.brain_anatomy import NAMES
from salviewer_plugins.phantoms.brain_subject import Subject, affine, subject, template
from salviewer_plugins.phantoms.params import BrainParams

KEY, CONTROL, ATROPHY = "brain-phantom", "control", "atrophy"
CLASSES = (CONTROL, ATROPHY)
FOLDS = 5
PLANTED = {
    "medial-temporal": ("Hippocampus_L", "Hippocampus_R", "Amygdala_L", "Amygdala_R"),
    "left-temporal": ("Hippocampus_L", "Temporal_Superior_L", "Temporal_Inferior_L", "Insula_L"),
    "parietal": ("Parietal_Inferior_L", "Parietal_Inferior_R", "Precuneus_L", "Precuneus_R"),
    "frontal": ("Frontal_Orbital_L", "Frontal_Orbital_R", "Frontal_Medial_L", "Frontal_Medial_R"),
}
"""Which regions shrink, by the name of the set."""


class BrainPhantom(Collection[BrainParams]):
    """Subjects in order; every second one has atrophy."""

    def open(self, params: BrainParams) -> Brains:
        """The subjects of the chosen part of the cohort: made when they are looked at."""
        held_out = params.subset == "held-out"
        numbers = tuple(
            n for n in range(params.subjects) if params.subset == "all" or (fold_of(n) == params.fold) == held_out
        )
        return Brains(params, numbers)

    def atlas(self) -> Atlas:
        """The regions of the undeformed brain, at twice the resolution of the subjects."""
        size = 128
        labels = template(size)[1].astype(np.uint8)
        volume = Volume(
            labels, affine(size), "brain phantom's regions", fingerprint(labels), ("R", "A", "S"), "array", KEY
        )
        sides = {"L": "left", "R": "right"}
        regions = (Region(i, name, sides.get(name.rpartition("_")[2], "")) for i, name in enumerate(NAMES, 1))
        return Atlas(volume, tuple(regions))


class Brains(Sequence[Sample]):
    """Subjects that are made when they are looked at; a slice of them is lazy too."""

    classes = CLASSES

    def __init__(self, params: BrainParams, numbers: tuple[int, ...]) -> None:
        self._params, self._numbers = params, numbers

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids in order, without making anybody."""
        return tuple(map(id_of, self._numbers))

    @property
    def labels(self) -> tuple[int, ...]:
        """The label of each, without making anybody."""
        return tuple(map(label_of, self._numbers))

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Brains: ...
    def __getitem__(self, index: int | slice) -> Sample | Brains:
        if isinstance(index, slice):
            return Brains(self._params, self._numbers[index])
        return self._sample(self._numbers[index])

    def __iter__(self) -> Iterator[Sample]:
        return map(self._sample, self._numbers)

    def _sample(self, number: int) -> Sample:
        params = self._params
        lost = atrophy_of(number, params)
        made = subject(subject_seed(number, params), params.size, lost)
        name = f"brain phantom, subject {number} ({CLASSES[label_of(number)]})"
        volume = Volume(made.values, affine(params.size), name, fingerprint(made.values), ("R", "A", "S"), "array", KEY)
        return Sample(id_of(number), volume, label_of(number), group=f"subject-{number:03d}", masks=_masks(made, lost))


def label_of(number: int) -> int:
    """Index into `CLASSES` of subject `number`."""
    return number % 2


def fold_of(number: int) -> int:
    """The fold, 0..4, in which subject `number` is held out; each has as many of both classes."""
    return number // 2 % FOLDS


def id_of(number: int) -> str:
    """As in "subject-007-atrophy"."""
    return f"subject-{number:03d}-{CLASSES[label_of(number)]}"


def subject_seed(number: int, params: BrainParams) -> int:
    """What draws the shape and the scan of subject `number`: two of different numbers share nothing."""
    return int(np.random.SeedSequence((params.seed, number)).generate_state(1)[0])


def atrophy_of(number: int, params: BrainParams) -> dict[str, float]:
    """How much of each planted region subject `number` has lost, 0..1; empty for a control."""
    if CLASSES[label_of(number)] == CONTROL:
        return {}
    random = np.random.default_rng((params.seed, number, 1))
    overall = random.uniform(*params.strength_range)
    return {name: float(overall * random.uniform(0.7, 1.0)) for name in PLANTED[params.regions]}


def fingerprint(values: NDArray[np.generic]) -> str:
    """SHA-256 of type, shape and values, in hexadecimal."""
    return hashlib.sha256(f"{values.dtype} {values.shape}".encode() + values.tobytes()).hexdigest()


def _masks(made: Subject, lost: dict[str, float]) -> dict[str, NDArray[np.bool_]]:
    masks = {name: made.label == 1 + NAMES.index(name) for name in lost}
    return {ATROPHY: np.logical_or.reduce(tuple(masks.values())), **masks} if masks else {}
