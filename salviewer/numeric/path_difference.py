"""How far two paths through networks go together, and where they part company.

A path is a set of units per layer, from the class (layer 0) down to the pixels. Layers of the two are matched, and in
each pair it is counted what they share:

units     of all units that either path has there, the part that both have, |A n B| / |A u B| (Jaccard). A unit is a
          channel at a place; where the two grids differ, a channel alone ("channels"). Layers are matched by name and
          number of channels, in order. This is for one network: two classes, two inputs.
places    the overlap of where on the picture the two look, sum of min(p, q): p and q are the densities of their units'
          receptive fields, each field spread evenly over its area. Layers are matched by relative depth. This is for
          two networks, whose units have nothing to do with each other.

**The yardstick.** Two sets of a and b units drawn at random out of N share about (ab / N) / (a + b - ab / N); where
most of a small layer is chosen that is a lot. For places it is the mean overlap after the second path's fields were
thrown anywhere on the picture. `beyond` is what is shared beyond chance, (shared - chance) / (1 - chance): 1 the same,
0 as two strangers; NaN where chance alone shares everything and the layer says nothing.

**Where they part.** Walking from the pixels up to the class, the parting layer is the last one at which the two are
still together: at least half shared beyond chance, to the nearest percent. After it they go separate ways. The class
itself is not counted: two classes differ by definition, and the same class is shared by definition. There are two
paths that do not part (the layer next to the class is still shared) and two that are never together (no layer is);
`parting` is None for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from salviewer.numeric.place_density import density, overlap, overlap_by_chance

HALF = 0.5
"""Shared beyond chance, from which on two paths count as together."""

By = Literal["units", "channels", "places"]
Frame = Sequence[tuple[float, float]]
"""Per axis (x, y) or (x, y, z), where a network's input grid begins and ends on the picture, in parts of it."""


class Path(Protocol):
    """What is needed of a path; see `salviewer.api.NeuronPath`."""

    @property
    def layers(self) -> tuple[dict[str, Any], ...]:
        """From the class down: "name", "kind", "channels", "shape"."""

    @property
    def channel(self) -> np.ndarray:
        """(n,), of each unit."""

    @property
    def place(self) -> np.ndarray:
        """(n, d), its index on its layer's grid."""

    @property
    def fields(self) -> np.ndarray:
        """(n, 2 d), the edges of its receptive field on the input's grid, lower ones first."""

    def in_layer(self, index: int) -> slice:
        """Where the units of layer `index` stand."""


@dataclass(frozen=True)
class Step:
    """One pair of layers. first, second: their numbers in the two paths; names: what they are called.

    counts: units of the first and the second path there. by: what was compared. shared, chance: 0..1.
    """

    first: int
    second: int
    names: tuple[str, str]
    counts: tuple[int, int]
    by: By
    shared: float
    chance: float

    @property
    def name(self) -> str:
        """Both names, or the one that they have in common."""
        return " / ".join(dict.fromkeys(self.names))

    @property
    def beyond(self) -> float:
        """Shared beyond chance: 1 the same, 0 as two strangers; NaN where chance shares everything."""
        return (self.shared - self.chance) / (1 - self.chance) if self.chance < 1 else float("nan")

    @property
    def together(self) -> bool:
        """Whether at least half is shared beyond chance, to the nearest percent."""
        return self.beyond == self.beyond and round(self.beyond, 2) >= HALF


@dataclass(frozen=True)
class Difference:
    """Two paths side by side. steps: from the class down to the pixels. left_out: layers that only one of them has.

    parting: index in `steps` of the last layer, from the pixels up, at which they are together; None: see `verdict`.
    """

    steps: tuple[Step, ...]
    left_out: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[int, ...]:
        """Indices of the steps that say something: the class is left out, and layers where chance shares everything."""
        return tuple(
            i for i, step in enumerate(self.steps) if step.first and step.second and step.beyond == step.beyond
        )

    @property
    def verdict(self) -> Literal["part", "together", "apart", "unknown"]:
        """They part; they stay together up to the class; they are never together; or no layer says anything."""
        if not self.counted:
            return "unknown"
        if self.steps[self.counted[0]].together:
            return "together"
        return "part" if any(self.steps[i].together for i in self.counted) else "apart"

    @property
    def parting(self) -> int | None:
        """See the class."""
        if self.verdict != "part":
            return None
        return next(i for i in self.counted if self.steps[i].together)

    @property
    def sentence(self) -> str:
        """What it comes to, in words."""
        what = "places" if any(s.by == "places" for s in self.steps) else "units"
        if self.verdict == "unknown":
            return "No layer tells the two paths apart from chance."
        if self.verdict == "together":
            return f"The two paths do not part: up to the class they share at least half of their {what}."
        if self.verdict == "apart":
            return f"The two paths are apart from the pixels on: in no layer do they share half of their {what}."
        last = self.steps[self.parting or 0]
        return (
            f"From the pixels up, {last.name} is the last layer at which the two paths still share at least half of "
            f"their {what} ({100 * last.shared:.0f} %; by chance {100 * last.chance:.0f} %): after it they "
            "part company."
        )


def differ(
    first: Path, second: Path, *, same_network: bool = True, frames: tuple[Frame | None, Frame | None] = (None, None)
) -> Difference:
    """How far `first` and `second` go together.

    Args:
        first: a path of n >= 1 units.
        second: another one, on an input of as many dimensions.
        same_network: whether a channel of one means the same in the other, so that units can be compared; else places.
        frames: where the input grids of the two lie on the picture that both are about; None: they are the picture.

    Raises:
        ValueError: the paths have no layers, or inputs of different dimensions.
    """
    if min(len(first.layers), len(second.layers)) < 2 or first.fields.shape[1] != second.fields.shape[1]:
        raise ValueError("two paths have layers, and inputs of as many dimensions")
    if not same_network:
        pairs = by_depth(len(first.layers), len(second.layers))
        return Difference(tuple(_place_step(first, second, i, j, frames) for i, j in pairs))
    pairs, left_out = by_name(first.layers, second.layers)
    return Difference(tuple(_unit_step(first, second, i, j) for i, j in pairs), left_out)


def by_name(
    first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]
) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """Pairs of layers with the same name, kind and channels, the class and the pixels in any case; and those left over.

    A name that comes several times is matched in order.
    """
    ends = {(0, 0), (len(first) - 1, len(second) - 1)}
    known = {key: j for j, key in enumerate(_keys(second)) if 0 < j < len(second) - 1}
    middle = {(i, known[key]) for i, key in enumerate(_keys(first)) if 0 < i < len(first) - 1 and key in known}
    pairs = tuple(sorted(ends | middle))
    alone = [str(layer["name"]) for side, layers in enumerate((first, second)) for n, layer in enumerate(layers)
             if n not in {pair[side] for pair in pairs}]  # fmt: skip
    return pairs, tuple(dict.fromkeys(alone))


def by_depth(first: int, second: int) -> tuple[tuple[int, int], ...]:
    """Pairs of layers of networks of `first` and `second` layers that are equally deep; each of the fewer ones once."""
    if first > second:
        return tuple((j, i) for i, j in by_depth(second, first))
    return tuple((i, int(i * (second - 1) / (first - 1) + 0.5)) for i in range(first))


def shared_by_chance(a: int, b: int, n: int) -> float:
    """What two sets of `a` and `b` members drawn at random out of `n` share (Jaccard of the mean numbers), 0..1."""
    both = a * b / n if n else 0.0
    return both / (a + b - both) if a + b - both > 0 else 0.0


def _keys(layers: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """What a layer is recognised by: name, kind, channels, and which of those alike it is."""
    seen: dict[tuple[Any, ...], int] = {}
    found = []
    for layer in layers:
        key = (layer["name"], layer["kind"], layer["channels"])
        found.append((*key, seen.get(key, 0)))
        seen[key] = seen.get(key, 0) + 1
    return found


def _unit_step(first: Path, second: Path, i: int, j: int) -> Step:
    a, b = first.in_layer(i), second.in_layer(j)
    shapes = [list(path.layers[n]["shape"]) for path, n in ((first, i), (second, j))]
    same_grid = shapes[0] == shapes[1]
    one, two = (_units(path, part, places=same_grid) for path, part in ((first, a), (second, b)))
    channels = int(first.layers[i]["channels"])
    either = one | two
    shared = len(one & two) / len(either) if either else 0.0
    n = max(len(either), channels * (int(np.prod(shapes[0])) if same_grid else 1))
    names = (str(first.layers[i]["name"]), str(second.layers[j]["name"]))
    return Step(i, j, names, (a.stop - a.start, b.stop - b.start), "units" if same_grid else "channels", shared,
                shared_by_chance(len(one), len(two), n))  # fmt: skip


def _units(path: Path, part: slice, *, places: bool) -> set[tuple[int, ...]]:
    channels = path.channel[part].tolist()
    if not places:
        return {(c,) for c in channels}
    return {(c, *at) for c, at in zip(channels, path.place[part].tolist(), strict=True)}


def _place_step(first: Path, second: Path, i: int, j: int, frames: tuple[Frame | None, Frame | None]) -> Step:
    a, b = first.in_layer(i), second.in_layer(j)
    one, two = _on_picture(first, a, frames[0]), _on_picture(second, b, frames[1])
    p = density(one)
    names = (str(first.layers[i]["name"]), str(second.layers[j]["name"]))
    return Step(i, j, names, (len(one), len(two)), "places", overlap(p, density(two)), overlap_by_chance(p, two))


def _on_picture(path: Path, part: slice, frame: Frame | None) -> np.ndarray:
    """(n, 2 d), the fields in parts of the picture."""
    fields, d = path.fields[part].astype(np.float64), path.fields.shape[1] // 2
    size = list(path.layers[-1]["shape"])[::-1]  # x before y, as fields have it
    edges = [(0.0, 1.0)] * d if frame is None else list(frame)
    found = np.empty_like(fields)
    for axis, (n, (low, high)) in enumerate(zip(size, edges, strict=True)):
        for column in (axis, d + axis):
            found[:, column] = low + fields[:, column] / n * (high - low)
    return found
