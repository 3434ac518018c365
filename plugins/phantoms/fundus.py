"""Retinas made by us, half of them with the lesions of diabetes: photographs whose findings are known to the pixel.

A person has two eyes, both healthy or both referable: any hemorrhage or exudate makes an eye referable, and so do more
than three red small dots. Some healthy eyes have one or two of these, and all have what only looks like a lesion:
drusen, a pigment spot, dust and reflections of the camera, a contour burned in around the disc.

The masks of a sample are its lesions by kind. A mask holds every pixel that its lesions change: without them the
picture is the same outside the masks, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, overload

from salviewer.api import Collection, Picture, Sample
from salviewer_plugins.phantoms.an8flower import fingerprint
from salviewer_plugins.phantoms.fundus_eye import counts, eye
from salviewer_plugins.phantoms.fundus_lesions import KINDS, referable
from salviewer_plugins.phantoms.fundus_net import CLASSES
from salviewer_plugins.phantoms.fundus_render import photograph
from salviewer_plugins.phantoms.params import FundusParams

KEY = "fundus-phantom"
SIDES = ("left", "right")


class FundusPhantom(Collection[FundusParams]):
    """Two photographs per person; every second person's eyes are referable."""

    def open(self, params: FundusParams) -> Fundi:
        """The photographs by person, left before right: rendered when they are looked at."""
        return Fundi(params, tuple(Place(person, side) for person in range(params.people) for side in range(2)))


class Place(NamedTuple):
    """Whose eye it is, and which: side 0 is the left one."""

    person: int
    side: int

    @property
    def ill(self) -> bool:
        """Whether this eye is drawn with lesions that make it referable."""
        return self.person % 2 == 1

    @property
    def group(self) -> str:
        """The person, as in "person-0007"."""
        return f"person-{self.person:04d}"

    @property
    def id(self) -> str:
        """As in "person-0007-left"."""
        return f"{self.group}-{SIDES[self.side]}"


class Fundi(Sequence[Sample]):
    """Samples that are rendered when they are looked at; a slice of them is lazy too."""

    classes = CLASSES

    def __init__(self, params: FundusParams, places: tuple[Place, ...]) -> None:
        self._params, self._places = params, places
        self._shown = tuple(kind for kind in KINDS if params.left_out not in (kind, "everything"))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """All ids in order, without rendering anything."""
        return tuple(place.id for place in self._places)

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """All labels in order, without rendering anything."""
        return tuple(map(self._label, self._places))

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """All persons in order, without rendering anything."""
        return tuple(place.group for place in self._places)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Fundi: ...
    def __getitem__(self, index: int | slice) -> Sample | Fundi:
        if isinstance(index, slice):
            return Fundi(self._params, self._places[index])
        return self._sample(self._places[index])

    def __iter__(self) -> Iterator[Sample]:
        return map(self._sample, self._places)

    def _label(self, place: Place) -> int:
        """By the rule, from the lesions that are shown."""
        found = counts(self._params.seed, *place, place.ill)
        return int(referable({kind: n for kind, n in found.items() if kind in self._shown}))

    def _sample(self, place: Place) -> Sample:
        params, label = self._params, self._label(place)
        made = photograph(eye(params.seed, *place, place.ill), params.size, self._shown)
        title = f"fundus phantom, person {place.person}, {SIDES[place.side]} eye ({CLASSES[label]})"
        picture = Picture(made.pixels, title, fingerprint(made.pixels))
        return Sample(place.id, picture, label, group=place.group, masks=made.masks)
