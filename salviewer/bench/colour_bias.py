"""How much a network's classes hang on colour: which pictures keep their class when the colour channels change places.

    share kept = of the pictures that the network names rightly, those that it still names rightly when rotated

The two rotations move every channel: GBR and BRG, in RGB order. They are made in the picture's own colours, before it
is prepared, so that normalisation stays the network's own.

Source: Wagner et al., CVPR 2019, section 4.3, “Learned color”, and Table A3.
Differs from the paper: it writes RBG and GRB for these two, since it counts from BGR.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import torch

from salviewer.api import LabelledInput, Picture, Progress, Sample
from salviewer.errors import InvalidChoice, UnreadableInput, UnsupportedModel
from salviewer.jobs.session import same_randomness
from salviewer.models.loaded import LoadedModel

ROTATIONS: Final = {"GBR": (1, 2, 0), "BRG": (2, 0, 1)}
"""By name: which channel of an RGB picture stands in each place then."""
CHANNELS: Final = ("red", "green", "blue")
BATCH: Final = 32
LOST: Final = 0.25
"""A class hangs on colour where no more than this share of its pictures keep it: the paper counts these classes."""


@dataclass(frozen=True)
class Rotated:
    """One picture. kept: by rotation, whether it is still named rightly; {} where it was not named rightly at first."""

    id: str
    label: int
    kept: Mapping[str, bool] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Of the rotations that leave it its class, 0..1; NaN where it never had it."""
        return float(np.mean(list(self.kept.values()))) if self.kept else float("nan")


@dataclass(frozen=True)
class ColourClass:
    """One class. use: the mean of what masks take of red, green and blue, each 0..1; () where nobody asked."""

    name: str
    pictures: tuple[Rotated, ...]
    use: tuple[float, ...] = ()

    @property
    def right(self) -> tuple[Rotated, ...]:
        """Those that are named rightly in their own colours."""
        return tuple(one for one in self.pictures if one.kept)

    def share(self, rotation: str = "") -> float:
        """Of the rightly named, those that keep their class, 0..1; over both rotations; NaN where there is none."""
        kept = [one.kept[rotation] if rotation else one.share for one in self.right]
        return float(np.mean(kept)) if kept else float("nan")


@dataclass(frozen=True)
class ColourBias:
    """Classes in the model's order. notes: what was left out, in sentences."""

    classes: tuple[ColourClass, ...]
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> ColourClass:
        """All pictures together."""
        return ColourClass("all", tuple(one for of_class in self.classes for one in of_class.pictures))

    @property
    def lost(self) -> tuple[str, ...]:
        """Classes that lose at least three quarters of what is named rightly."""
        return tuple(one.name for one in self.classes if one.share() <= LOST)


def rotated(picture: Picture, rotation: str) -> Picture:
    """`picture`, RGB, with its channels in the places of `rotation`; these pixels lie in no file."""
    return replace(picture, pixels=np.ascontiguousarray(picture.pixels[:, :, ROTATIONS[rotation]]), sha256="")


def colour_bias(
    model: LoadedModel,
    samples: Sequence[Sample],
    taken: Sequence[int],
    label_of: Callable[[int], int],
    progress: Progress | None = None,
) -> ColourBias:
    """How many pictures keep their class; those without colours or without a known class are left out.

    Args:
        model: a network with classes.
        samples: of a collection, read one by one.
        taken: which of them, by index.
        label_of: the model's class index of a sample's label; -1 where that is not known.
        progress: told after each picture.

    Raises:
        InvalidChoice: no picture is left.
        UnsupportedModel: the network writes captions.
    """
    if model.outputs == "caption":
        raise UnsupportedModel(
            f"Colour bias counts pictures that keep their class, and {model.architecture} writes captions: open a "
            f"classifier.",
            code="no-classes",
        )
    progress = progress or Progress()
    reader = _Reader(model, samples, taken, label_of, progress)
    found: list[Rotated] = []
    with same_randomness(), model.ready(), torch.inference_mode():
        for batch in reader:
            found += _judged(model, batch)
    if not found:
        raise InvalidChoice(
            f"No picture here has colours and a class that the model knows: choose another collection. "
            f"{' '.join(reader.notes)}".strip(),
            code="no-labels",
        )
    by: dict[int, list[Rotated]] = {}
    for one in found:
        by.setdefault(one.label, []).append(one)
    twice = {name for name in model.classes if model.classes.count(name) > 1}
    classes = []
    for label, pictures in sorted(by.items()):
        name = model.classes[label]
        classes.append(ColourClass(f"{name} ({label})" if name in twice else name, tuple(pictures)))
    return ColourBias(tuple(classes), reader.notes)


def _judged(model: LoadedModel, batch: Sequence[tuple[LabelledInput, Picture]]) -> list[Rotated]:
    labels = np.array([one.label for one, _ in batch])
    right = np.flatnonzero(_predicted(model, [one.input.tensor for one, _ in batch]) == labels).tolist()
    kept: list[dict[str, bool]] = [{} for _ in batch]
    for rotation in ROTATIONS if len(right) else ():
        turned = [model.prepare(rotated(batch[at][1], rotation)).tensor for at in right]
        for at, same in zip(right, _predicted(model, turned) == labels[right], strict=True):
            kept[at][rotation] = bool(same)
    return [Rotated(one.id, one.label, kept_by) for (one, _), kept_by in zip(batch, kept, strict=True)]


def _predicted(model: LoadedModel, inputs: Sequence[torch.Tensor]) -> np.ndarray:
    return model.probabilities(model(torch.cat(list(inputs)))).argmax(1).cpu().numpy()


class _Reader:
    """Batches of pictures of one size, each with its input; remembers what it left out."""

    def __init__(self, model: LoadedModel, samples: Sequence[Sample], taken: Sequence[int],
                 label_of: Callable[[int], int], progress: Progress) -> None:  # fmt: skip
        self._model, self._samples, self._taken = model, samples, taken
        self._label_of, self._progress = label_of, progress
        self._grey, self._unknown = 0, 0
        self._unread: list[str] = []

    def __iter__(self) -> Iterator[list[tuple[LabelledInput, Picture]]]:
        waiting: list[tuple[LabelledInput, Picture]] = []
        for done, at in enumerate(self._taken):
            self._progress(done / len(self._taken), "Rotating colours")
            read = self._read(at)
            if read is None:
                continue
            shape = read[0].input.tensor.shape
            if len(waiting) == BATCH or (waiting and waiting[0][0].input.tensor.shape != shape):
                yield waiting
                waiting = []
            waiting.append(read)
        if waiting:
            yield waiting

    def _read(self, at: int) -> tuple[LabelledInput, Picture] | None:
        try:
            sample = self._samples[at]
            picture, label = sample.picture, self._label_of(int(sample.label))
            if label < 0:
                self._unknown += 1
                return None
            prepared = self._model.prepare(picture)
        except UnreadableInput as e:
            self._unread.append(str(e))
            return None
        if not isinstance(picture, Picture) or picture.pixels.shape[2] != len(CHANNELS):
            self._grey += 1
            return None
        return LabelledInput(sample.id, prepared, label), picture

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out."""
        said = []
        if self._unknown:
            said.append(f"Left out for want of a class that the model knows: {self._unknown:,}.")
        if self._grey:
            said.append(f"Left out because they are not in three colours: {self._grey:,}.")
        if self._unread:
            said.append(f"Left out because they cannot be used: {len(self._unread):,}, the first: {self._unread[0]}")
        return tuple(said)
