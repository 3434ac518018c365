"""The pictures that the sample networks for an8Flower are trained and measured on, at the networks' size."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from salviewer.api import Collection, Sample
from salviewer.numeric.folds import folds
from salviewer_plugins.phantoms.an8flower import (
    An8FlowerDouble12c,
    An8FlowerPart2c,
    An8FlowerSingle6c,
    Flowers,
    Frames,
    Shot,
)
from salviewer_plugins.phantoms.augment import CUTS
from salviewer_plugins.phantoms.flower_sets import PART_2C, Look
from salviewer_plugins.phantoms.nets import FLOWER_NETS, INPUT, PREPROCESSING
from salviewer_plugins.phantoms.params import An8FlowerParams
from salviewer_plugins.phantoms.turntable import VIEWS

GREY = 128 / 255


class FlowerSet(NamedTuple):
    """A set, and how the network is trained on it. `net`: the name of its architecture.

    tint: by how much all but the discriminative part is tinted at most; less where the other part's colour must not
    turn into one that means a class. extra: whether it is the presence of the part that tells the class.
    """

    key: str
    opened: type[Collection[An8FlowerParams]]
    net: str
    epochs: int
    tint: float
    extra: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """In index order."""
        return FLOWER_NETS[self.net].classes


SETS = {
    "single-6c": FlowerSet("an8flower-single-6c", An8FlowerSingle6c, "an8flower-cnn", 6, 0.4),
    "double-12c": FlowerSet("an8flower-double-12c", An8FlowerDouble12c, "an8flower-double-12c-cnn", 4, 0.15),
    "part-2c": FlowerSet("an8flower-part-2c", An8FlowerPart2c, "an8flower-part-2c-cnn", 6, 0.4, extra=True),
}


class Batch(NamedTuple):
    """N pictures, floats in 0..1. pixels, plain: (N, 3, 92, 92); part: (N, 1, 92, 92); label: (N,)."""

    pixels: Tensor
    part: Tensor
    plain: Tensor | None
    label: Tensor


class Pictures(NamedTuple):
    """N pictures at the network's size, bytes. pixels: (N, 3, 92, 92); part: (N, 1, 92, 92), its share; label: (N,).

    plain: the same plants without the part, (N, 3, 92, 92), where it is the part's presence that tells the class.
    """

    pixels: Tensor
    part: Tensor
    plain: Tensor | None
    label: Tensor
    group: tuple[str, ...]

    def at(self, rows: Tensor) -> Pictures:
        """Those at `rows`, bools or places."""
        places = rows.nonzero()[:, 0] if rows.dtype == torch.bool else rows
        plain = None if self.plain is None else self.plain[places]
        group = tuple(self.group[i] for i in places.tolist())
        return Pictures(self.pixels[places], self.part[places], plain, self.label[places], group)

    def batch(self, rows: Tensor) -> Batch:
        """Those at `rows`, as floats."""
        plain = None if self.plain is None else self.plain[rows] / 255
        return Batch(self.pixels[rows] / 255, self.part[rows] / 255, plain, self.label[rows])


def gather(about: FlowerSet, *, augmented: bool, seed: int = 0) -> Pictures:
    """All pictures of the set, or its whole frames only, of the plant grown from `seed`."""
    samples = about.opened().open(An8FlowerParams(seed=seed, augmented=augmented))
    plain = plain_plants(seed, augmented=augmented).repeat(len(about.classes), 1, 1, 1) if about.extra else None
    return _gathered(samples)._replace(plain=plain)


def frames_of(about: FlowerSet, fold: int, seed: int) -> Pictures:
    """The whole frames from the viewpoints of `fold`, of the plant grown from `seed`, without `plain`."""
    samples = about.opened().open(An8FlowerParams(seed=seed))
    return _gathered(samples[i] for i in folds(samples.groups)[fold])


def _gathered(samples: Iterable[Sample]) -> Pictures:
    pixels, part, label, group = [], [], [], []
    for sample in samples:
        pixels.append(small(sample.picture.pixels))
        part.append(small(np.uint8(255) * next(iter(sample.masks.values()))))
        label.append(sample.label)
        group.append(sample.group)
    return Pictures(stacked(pixels), torch.tensor(np.stack(part))[:, None], None, torch.tensor(label), tuple(group))


def plain_plants(seed: int, *, augmented: bool) -> Tensor:
    """The pictures of a plant that has nothing extra, in the order of one class."""
    look = Look("plain", "flower", stem_width=PART_2C[0].stem_width)
    cuts = CUTS if augmented else (None,)
    shots = tuple(Shot(0, look, view, cut) for view in range(VIEWS) for cut in cuts)
    return stacked(small(sample.picture.pixels) for sample in Flowers(Frames(seed, (look,)), shots))


def stacked(pictures: Iterable[NDArray[np.uint8]]) -> Tensor:
    """(N, 3, H, W) of pictures (H, W, 3)."""
    return torch.tensor(np.stack(list(pictures)).transpose(0, 3, 1, 2))


def small(layer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`layer` (H, W) or (H, W, 3) at 92 x 92, resized as `PREPROCESSING` says."""
    return np.asarray(Image.fromarray(layer).resize((INPUT, INPUT), Image.Resampling.BILINEAR))


def normalised(raw: Tensor) -> Tensor:
    """`raw` (N, 3, H, W) in 0..1 as the network wants it."""
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (PREPROCESSING.mean, PREPROCESSING.std))
    return (raw - mean) / std


def write_samples(folder: Path) -> None:
    """Two frames for drag and drop, of viewpoints that are held out."""
    frames = An8FlowerSingle6c().open(An8FlowerParams())
    for name in ("red-00", "blue-35"):
        picture = frames[frames.ids.index(name)].picture
        Image.fromarray(picture.pixels).save(folder / f"an8flower-{name}.png", optimize=True)
