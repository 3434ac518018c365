"""What the front door hands out: a model, a picture or a volume, ready to be asked about."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from salviewer.api import InputRef, ModelRef, Picture, Volume

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


def opened(ref: InputRef, value: Picture | Volume) -> OpenedInput | OpenedVolume:
    """`value` under the name `ref`."""
    return OpenedVolume.of(value, ref) if isinstance(value, Volume) else OpenedInput(ref, value)


def held(source: OpenedInput | OpenedVolume) -> Picture | Volume:
    """The picture or volume of `source`."""
    return source if isinstance(source, OpenedVolume) else source.picture
