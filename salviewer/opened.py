"""What the front door hands out: a model, a picture, a volume or a collection, ready to be asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, overload

from salviewer.api import CollectionRef, InputRef, ModelRef, Picture, Sample, Volume
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf
    from salviewer.models.loaded import LoadedModel


@dataclass(frozen=True)
class OpenedModel:
    """A model, ready to be asked. `ref` is what job specs say of it; `loaded` is the live network with its facts."""

    ref: ModelRef
    loaded: LoadedModel = field(repr=False, compare=False)
    shelf: Shelf = field(repr=False, compare=False)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in index order."""
        return self.loaded.classes

    @property
    def notes(self) -> tuple[str, ...]:
        """What should be known about this model, in sentences."""
        return tuple(note.text for note in self.loaded.notes)


@dataclass(frozen=True)
class OpenedInput:
    """A picture, ready to be explained. `ref` is what job specs say of it; `picture` holds its pixels."""

    ref: InputRef
    picture: Picture = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """As shown to people."""
        return self.picture.name

    @property
    def notes(self) -> tuple[str, ...]:
        """What was converted or should be known, in sentences."""
        return tuple(note.text for note in self.picture.warnings)


@dataclass(frozen=True, eq=False, repr=False)
class OpenedVolume(Volume):
    """A volume, ready to be explained: `array`, `affine`, `axcodes`, `warnings`. `ref`: what job specs say of it."""

    ref: InputRef = field(kw_only=True)

    @classmethod
    def of(cls, volume: Volume, ref: InputRef) -> OpenedVolume:
        """`volume` under the name `ref`."""
        return cls(**{one.name: getattr(volume, one.name) for one in fields(Volume)}, ref=ref)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was converted or should be known, in sentences."""
        return tuple(note.text for note in self.warnings)

    def __repr__(self) -> str:
        """Without the values: a volume has millions."""
        size, step = (" x ".join(f"{n:.4g}" for n in numbers) for numbers in (self.shape, self.spacing))
        lies = "".join(self.axcodes) if self.axcodes else "orientation unknown"
        return f"OpenedVolume({self.name!r}, {size} voxels of {step} mm, {lies}, {self.array.dtype})"


@dataclass(frozen=True, eq=False, repr=False)
class OpenedCollection(Sequence[Sample]):
    """A collection's samples, each made when it is asked for. `ref`: what job specs say of it.

    classes: names in the order of the labels; () where there are none. Whatever else its samples know is here too, such
    as `labels`.
    """

    ref: CollectionRef
    samples: Sequence[Sample]
    classes: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all samples, in order."""
        return tuple(getattr(self.samples, "ids", None) or (sample.id for sample in self.samples))

    def __len__(self) -> int:
        return len(self.samples)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | Sequence[Sample]:
        return self.samples[index]

    def __getattr__(self, name: str) -> Any:
        if name in ("ref", "samples", "classes") or name.startswith("__"):  # not there yet, or nothing to hand on
            raise AttributeError(name)
        return getattr(self.samples, name)

    def __repr__(self) -> str:
        """Without the samples: making them takes time."""
        return f"OpenedCollection({self.ref.key!r}, {counted(len(self), 'sample')})"


def opened(ref: InputRef, value: Picture | Volume) -> OpenedInput | OpenedVolume:
    """`value` under the name `ref`."""
    return OpenedVolume.of(value, ref) if isinstance(value, Volume) else OpenedInput(ref, value)


def held(source: OpenedInput | OpenedVolume) -> Picture | Volume:
    """The picture or volume of `source`."""
    return source if isinstance(source, OpenedVolume) else source.picture
