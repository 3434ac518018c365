"""The chosen units of one path through a network, or of two laid over each other, as one table of columns and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FIRST, SECOND, BOTH = 1, 2, 3
"""Which path a unit or a link belongs to."""

Array = NDArray[Any]


class Path(Protocol):
    """What is read of a path: the arrays of `salviewer.api.neurons.NeuronPath`, as described there."""

    layer: Array
    channel: Array
    place: Array
    support: Array
    score: Array
    links: Array
    fields: Array
    thumbnails: Array
    thumbnail_of: Array
    layers: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Column:
    """One layer. `shape`: its own grid, () where it has none; `other`: its name in the second path if that differs."""

    name: str
    kind: str
    channels: int
    shape: tuple[int, ...]
    other: str = ""

    @property
    def size(self) -> int:
        """How many units the layer has."""
        return self.channels * int(np.prod(self.shape or (1,)))


@dataclass(frozen=True, eq=False)
class NeuronTable:
    """n units in columns from the class to the pixels, and their m links.

    column, channel: int (n,), column ascending; place: int (n, d); support: float (n, 3); score: float (n,);
    fields: float (n, 2 d), all as in `Path`; of a unit of both paths the first one's numbers.
    path, link_path: uint8 (n,) and (m,): `FIRST`, `SECOND` or `BOTH`. links: int (m, 2).
    thumbnails: (T, T) each; thumbnail_of: int (t, 2), (column, channel).
    columns_of: per path, the column of each of its layers; units_of: per path, the row here of each of its units.
    """

    columns: tuple[Column, ...]
    column: Array
    channel: Array
    place: Array
    support: Array
    score: Array
    fields: Array
    path: Array
    links: Array
    link_path: Array
    thumbnails: tuple[Array, ...]
    thumbnail_of: Array
    columns_of: tuple[tuple[int, ...], ...]
    units_of: tuple[Array, ...]

    def __len__(self) -> int:
        return len(self.column)

    def units_in(self, column: int) -> slice:
        """Where the units of `column` stand."""
        low, high = np.searchsorted(self.column, (column, column + 1))
        return slice(int(low), int(high))


def joined(first: Path, second: Path | None = None) -> NeuronTable:
    """`first` as a table, with `second` laid over it: units of the same layer, channel and place become one.

    Layers are the same where name and shape agree, in order; the first and the last always are.

    Raises:
        ValueError: one path is of pictures and the other of volumes.
    """
    if second is None:
        return _single(first)
    if first.place.shape[1] != second.place.shape[1]:
        raise ValueError("a path through a network for pictures and one for volumes cannot be laid over each other")
    columns, columns_of = _matched(first.layers, second.layers)
    paths = (first, second)
    rows = np.concatenate([_keys(path, places) for path, places in zip(paths, columns_of, strict=True)])
    found, index, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    units_of = np.split(inverse.reshape(-1), [len(first.layer)])
    path_of = np.zeros(len(found), np.uint8)
    for bit, units in zip((FIRST, SECOND), units_of, strict=True):
        path_of[units] |= bit
    links, link_path = _joined_links(paths, units_of, len(found))
    pictures = _joined_thumbnails(paths, columns_of)
    support, score, fields = (
        np.concatenate([values(path) for path in paths])[index]
        for values in (lambda p: p.support, lambda p: p.score, lambda p: p.fields)
    )
    return NeuronTable(
        columns, found[:, 0], found[:, 1], found[:, 2:], support, score, fields, path=path_of, links=links,
        link_path=link_path, thumbnails=tuple(pictures.values()),
        thumbnail_of=np.array(list(pictures), np.int64).reshape(-1, 2), columns_of=columns_of,
        units_of=tuple(units_of),
    )  # fmt: skip


def _single(path: Path) -> NeuronTable:
    n, m = len(path.layer), len(path.links)
    return NeuronTable(
        tuple(_column(layer) for layer in path.layers),
        path.layer.astype(np.int64), path.channel.astype(np.int64), path.place.astype(np.int64), path.support,
        path.score, path.fields, path=np.full(n, FIRST, np.uint8), links=path.links.astype(np.int64),
        link_path=np.full(m, FIRST, np.uint8), thumbnails=tuple(path.thumbnails),
        thumbnail_of=path.thumbnail_of.astype(np.int64), columns_of=(tuple(range(len(path.layers))),),
        units_of=(np.arange(n),),
    )  # fmt: skip


def _column(layer: Mapping[str, Any], other: str = "") -> Column:
    return Column(
        str(layer.get("name", "")), str(layer.get("kind", "")), int(layer.get("channels", 1)),
        tuple(int(side) for side in layer.get("shape", ())), other,
    )  # fmt: skip


def _matched(
    first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Column, ...], tuple[tuple[int, ...], tuple[int, ...]]]:
    """The columns of both, and the column of each layer of each."""
    names = [[(str(x.get("name")), tuple(x.get("shape", ()))) for x in layers] for layers in (first, second)]
    blocks = SequenceMatcher(None, names[0][1:-1], names[1][1:-1], autojunk=False).get_matching_blocks()
    pairs = [(0, 0), *((b.a + i + 1, b.b + i + 1) for b in blocks for i in range(b.size))]
    pairs.append((len(first) - 1, len(second) - 1))
    columns: list[Column] = []
    places: tuple[list[int], list[int]] = ([], [])
    for i, j in pairs:
        for layers, upto, at in ((first, i, places[0]), (second, j, places[1])):
            while len(at) < upto:
                at.append(len(columns))
                columns.append(_column(layers[len(at) - 1]))
        for at in places:
            at.append(len(columns))
        other = str(second[j].get("name", ""))
        columns.append(_column(first[i], other if other != first[i].get("name") else ""))
    return tuple(columns), (tuple(places[0]), tuple(places[1]))


def _keys(path: Path, places: Sequence[int]) -> Array:
    return np.column_stack((np.asarray(places, np.int64)[path.layer], path.channel, path.place)).astype(np.int64)


def _joined_links(paths: Sequence[Path], units_of: Sequence[Array], count: int) -> tuple[Array, Array]:
    keys = [
        units[path.links[:, 0]].astype(np.int64) * count + units[path.links[:, 1]]
        for path, units in zip(paths, units_of, strict=True)
    ]
    found, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    belongs = np.zeros(len(found), np.uint8)
    for bit, which in zip((FIRST, SECOND), np.split(inverse.reshape(-1), [len(keys[0])]), strict=True):
        belongs[which] |= bit
    return np.column_stack((found // max(1, count), found % max(1, count))), belongs


def _joined_thumbnails(paths: Sequence[Path], columns_of: Sequence[Sequence[int]]) -> dict[tuple[int, int], Array]:
    found: dict[tuple[int, int], Array] = {}
    for path, places in zip(paths, columns_of, strict=True):
        for (layer, channel), picture in zip(path.thumbnail_of, path.thumbnails, strict=True):
            found.setdefault((places[int(layer)], int(channel)), picture)
    return found
