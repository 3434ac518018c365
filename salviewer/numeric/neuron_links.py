"""Who is linked to whom among the chosen units of a network, and which of them carry how much.

Units are numbered 0..n-1; a link (a, b) says that unit a, nearer to the class, chose unit b, nearer to the pixels.
Every array of units is int; every mask is bool (n,).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]
Mask = NDArray[np.bool_]


class Links:
    """Looks links up from both ends. `links`: (m, 2); `count`: n."""

    def __init__(self, links: Ints, count: int) -> None:
        self.count = count
        self._down = _Rows(links[:, 0], links[:, 1], count)
        self._up = _Rows(links[:, 1], links[:, 0], count)

    def chosen_by(self, units: Ints) -> Ints:
        """The units that any of `units` chose, ascending."""
        return np.unique(self._down.of(units))

    def choosers_of(self, units: Ints) -> Ints:
        """The units that chose any of `units`, ascending."""
        return np.unique(self._up.of(units))

    def below(self, units: Ints) -> Mask:
        """(n,): `units` and all that is reached from them towards the pixels."""
        return self._closure(self._down, units)

    def above(self, units: Ints) -> Mask:
        """(n,): `units` and all that leads to them from the class."""
        return self._closure(self._up, units)

    def _closure(self, rows: _Rows, units: Ints) -> Mask:
        found = np.zeros(self.count, bool)
        front = np.asarray(units, np.int64)
        while len(front):
            found[front] = True
            reached = np.zeros(self.count, bool)
            reached[rows.of(front)] = True
            front = np.flatnonzero(reached & ~found)
        return found


class _Rows:
    """The partners of each unit, one after the other."""

    def __init__(self, keys: Ints, values: Ints, count: int) -> None:
        order = np.argsort(keys, kind="stable")
        self._values = np.asarray(values, np.int64)[order]
        self._starts = np.searchsorted(keys[order], np.arange(count + 1))

    def of(self, units: Ints) -> Ints:
        return self._values[self._places(units)[1]]

    def pairs(self, units: Ints) -> tuple[Ints, Ints]:
        """(which of `units`, a partner of it), one entry per link."""
        which, places = self._places(units)
        return which, self._values[places]

    def _places(self, units: Ints) -> tuple[Ints, Ints]:
        starts = self._starts[units]
        lengths = self._starts[np.asarray(units) + 1] - starts
        which = np.repeat(np.arange(len(units)), lengths)
        first = np.cumsum(lengths) - lengths
        return which, np.arange(int(lengths.sum())) - first[which] + starts[which]


def contracted(links: Ints, hidden: Mask) -> Ints:
    """The links among the units that are not `hidden`, (k, 2), each once.

    Two of them are linked where a way leads from one to the other over hidden units only.
    """
    rows = _Rows(links[:, 0], links[:, 1], len(hidden))
    open_ended = np.asarray(links, np.int64)[~hidden[links[:, 0]]]
    found = [np.empty((0, 2), np.int64)]
    while len(open_ended):
        ends_hidden = hidden[open_ended[:, 1]]
        found.append(open_ended[~ends_hidden])
        rest = open_ended[ends_hidden]
        which, partners = rows.pairs(rest[:, 1])
        open_ended = _each_once(np.column_stack((rest[which, 0], partners)), len(hidden))
    return _each_once(np.concatenate(found), len(hidden))


def _each_once(links: Ints, count: int) -> Ints:
    if not len(links):
        return links.reshape(0, 2)
    keys = np.unique(links[:, 0] * np.int64(count) + links[:, 1])
    return np.column_stack((keys // count, keys % count))


def carrying(layer: Ints, score: NDArray[np.floating[Any]], share: float) -> Mask:
    """(n,): in each layer the strongest units that together carry `share` (0..1) of the sum of its scores.

    layer: (n,), ascending; score: (n,), what is no number or below 0 counts as 0. At least one unit of each layer is
    kept, and all of a layer whose scores are all 0.
    """
    kept = np.zeros(len(layer), bool)
    known = np.maximum(np.nan_to_num(np.asarray(score, np.float64), posinf=0.0), 0.0)
    for units in np.split(np.arange(len(layer)), np.flatnonzero(np.diff(layer)) + 1):
        total = known[units].sum()
        if total <= 0:
            kept[units] = True
            continue
        order = units[np.argsort(-known[units], kind="stable")]
        before = np.cumsum(known[order]) - known[order]
        kept[order[before < share * total * (1 - 1e-12)]] = True
        kept[order[0]] = True
    return kept


def leading_to(links: Links, layer: Ints, score: NDArray[np.floating[Any]], share: float) -> Mask:
    """(n,): the units on a path to the strongest `share` (0..1) of the units of the last layer, with these.

    layer: (n,), ascending; at least one unit of the last layer is taken.
    """
    if not len(layer):
        return np.zeros(0, bool)
    last = np.flatnonzero(layer == layer[-1])
    known = np.nan_to_num(np.asarray(score, np.float64)[last], nan=-np.inf)
    wanted = max(1, int(np.ceil(share * len(last) - 1e-9)))
    return links.above(last[np.argsort(-known, kind="stable")[:wanted]])
