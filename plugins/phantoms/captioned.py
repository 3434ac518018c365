"""Flowers with a sentence that describes them: "a red flower on a thin stem before a blue wall".

Six flowers, two stems, four walls, 40 viewpoints. The masks "flower", "stem" and "wall" say where a word is to be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple, overload

from salviewer.api import Collection, Picture, Sample
from salviewer_plugins.phantoms.an8flower import HALF, fingerprint
from salviewer_plugins.phantoms.palette import FLOWER, STEM_WIDTH, WALL
from salviewer_plugins.phantoms.params import CaptionedParams
from salviewer_plugins.phantoms.sentences import SENTENCES, sentence
from salviewer_plugins.phantoms.turntable import VIEWS, Turntable


class Scene(NamedTuple):
    """What a sample shows."""

    colour: str
    stem: str
    wall: str
    view: int

    @property
    def id(self) -> str:
        """As in "red-thin-blue-07"."""
        return f"{self.colour}-{self.stem}-{self.wall}-{self.view:02d}"


SCENES = tuple(Scene(*scene) for scene in product(FLOWER, STEM_WIDTH, WALL, range(VIEWS)))


class CaptionedFlowers(Collection[CaptionedParams]):
    """1,920 pictures of 300 x 300 pixels; a sample's label is the index of its sentence."""

    def open(self, params: CaptionedParams) -> Scenes:
        """The samples: by colour, stem, wall, viewpoint."""
        return Scenes({name: Turntable(params.seed, width) for name, width in STEM_WIDTH.items()}, SCENES)


class Scenes(Sequence[Sample]):
    """Samples that are rendered when they are looked at; a slice of them is lazy too."""

    def __init__(self, turntables: dict[str, Turntable], scenes: tuple[Scene, ...]) -> None:
        self._turntables, self._scenes = turntables, scenes

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids in order, without rendering anything."""
        return tuple(scene.id for scene in self._scenes)

    def __len__(self) -> int:
        return len(self._scenes)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Scenes: ...
    def __getitem__(self, index: int | slice) -> Sample | Scenes:
        if isinstance(index, slice):
            return Scenes(self._turntables, self._scenes[index])
        return self._taken(self._scenes[index])

    def __iter__(self) -> Iterator[Sample]:
        return map(self._taken, self._scenes)

    def _taken(self, scene: Scene) -> Sample:
        view = self._turntables[scene.stem].view(scene.view)
        pixels = view.before(WALL[scene.wall], {"flower": FLOWER[scene.colour]})
        return Sample(
            id=scene.id,
            picture=Picture(pixels, sentence(scene.colour, scene.stem, scene.wall), fingerprint(pixels)),
            label=SENTENCES.index(sentence(scene.colour, scene.stem, scene.wall)),
            group=f"view-{scene.view:02d}",
            masks={name: view.shares[name] >= HALF for name in ("flower", "stem", "wall")},
        )
