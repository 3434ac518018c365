"""What is said of chosen units, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from salviewer.numeric.counted import counted
from salviewer.numeric.neuron_links import Links
from salviewer.numeric.neuron_table import BOTH, NeuronTable


class Term(NamedTuple):
    """One of the three terms of a unit's score, as people are told of it."""

    title: str
    symbol: str
    about: str


TERMS = (
    Term("Own evidence", "Z_cur", "Its activation times its weight to the unit that chose it."),
    Term("What it receives", "Z_pre", "The largest activation times weight that reaches it from the layer before."),
    Term("Choosers won", "Z_suc", "For how many chosen units of the layer nearer to the class it is the strongest."),
)


class Value(NamedTuple):
    """A term of one unit. `share`: of the highest of its layer, 0..1; NaN both where the term was not computed."""

    value: float
    share: float


class About(NamedTuple):
    """A unit in words. `title`: which it is; `lines`: what is known of it; `support`: one value per term."""

    title: str
    lines: tuple[str, ...]
    support: tuple[Value, ...]

    @property
    def sentence(self) -> str:
        """All of it, for a screen reader."""
        terms = [f"{term.title} {number(value.value)}" for term, value in zip(TERMS, self.support, strict=True)]
        return ". ".join((self.title, *self.lines, ", ".join(terms)))


def about_unit(table: NeuronTable, links: Links, unit: int, names: Sequence[str] = ()) -> About:
    """What is known of `unit`. `links`: those of the whole path; `names`: what two paths are called."""
    here = np.array([unit])
    choosers, chosen = len(links.choosers_of(here)), len(links.chosen_by(here))
    lines = [f"Score {number(float(table.score[unit]))}", _linked(choosers, chosen)]
    last = len(table.columns) - 1
    if table.column[unit] < last:
        pixels = table.units_in(last)
        count = pixels.stop - pixels.start
        reached = int(links.below(here)[pixels].sum())
        lines.append(
            f"On paths to {reached:,} of {counted(count, 'chosen pixel')}"
            + (f" ({100 * reached / count:.0f} %)" if count else "")
        )
    lines.append(field_words(table.fields[unit]))
    if names:
        which = int(table.path[unit])
        lines.insert(0, "On both paths" if which == BOTH else f"Only on the path of {names[which - 1]}")
    return About(unit_title(table, unit), tuple(lines), support_of(table, unit))


def unit_title(table: NeuronTable, unit: int) -> str:
    """Which unit it is: "features.10, channel 12 at x 4, y 7"."""
    column, place = table.columns[int(table.column[unit])], table.place[unit]
    kind = "unit" if column.kind in ("class", "linear") else "channel"
    at = ", ".join(f"{axis} {int(i)}" for axis, i in zip("xyz", place[::-1], strict=False) if i >= 0)
    return f"{column.name}, {kind} {int(table.channel[unit])}" + (f" at {at}" if at else "")


def support_of(table: NeuronTable, unit: int) -> tuple[Value, ...]:
    """The three terms of `unit`."""
    layer = np.abs(table.support[table.units_in(int(table.column[unit]))].astype(np.float64))
    most = np.fmax.reduce(layer, axis=0)
    values = table.support[unit].astype(float)
    return tuple(
        Value(float(v), float(abs(v) / m) if m > 0 else float("nan")) for v, m in zip(values, most, strict=True)
    )


def field_words(field: np.ndarray) -> str:
    """The receptive field: "Sees 35 × 35 px of the model's input, x 10 to 45, y 0 to 35"."""
    low, high = np.split(field.astype(float), 2)
    sides = " × ".join(f"{side:g}" for side in np.round(high - low, 1))
    edges = zip("xyz", np.round(low, 1), np.round(high, 1), strict=False)
    where = ", ".join(f"{axis} {a:g} to {b:g}" for axis, a, b in edges)
    return f"Sees {sides} {'voxels' if len(low) == 3 else 'px'} of the model's input: {where}"


def path_words(table: NeuronTable, weights: Mapping[str, Any]) -> str:
    """What the whole path is, in a sentence or two."""
    total = sum(column.size for column in table.columns)
    found = (
        f"{counted(len(table.columns), 'layer')}, {len(table):,} of {counted(total, 'unit')} chosen, "
        f"{counted(len(table.links), 'link')}."
    )
    known = ", ".join(f"{name} {number(value)}" for name, value in weights.items() if _is_number(value))
    return f"{found} {known}." if known else found


def two_words(table: NeuronTable, names: Sequence[str], parting: int | None) -> str:
    """What two paths have in common."""
    counts = [int((table.path == which).sum()) for which in (1, 2, 3)]
    found = (
        f"{counted(counts[2], 'unit')} on both paths, {counts[0]:,} only for {names[0]}, {counts[1]:,} only for "
        f"{names[1]}."
    )
    return f"{found} They part at {table.columns[parting].name}." if parting is not None else found


def number(value: Any) -> str:
    """A number with three digits or more; a dash where there is none."""
    if value is None or not np.isfinite(value):
        return "–"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}" if abs(value) < 1e7 else f"{float(value):.3g}"
    return f"{float(value):.3g}"


def _linked(choosers: int, chosen: int) -> str:
    by = "Where the path begins" if not choosers else f"Chosen by {counted(choosers, 'unit')}"
    return f"{by}, chose {counted(chosen, 'unit')}" if chosen else f"{by}, chose none"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
