"""What a training shows, sorted into charts: curves that belong together in one, values that were tried as bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salviewer.api.evidence import Curve, Evidence, Heatmap
from salviewer.gui.views.plot import Trace

TRIALS = "trials"
"""The y label of a curve that counts how often each value of another curve, over the same x, was tried."""
MOST_LINES = 3
MOST_PICTURES = 16
SYMBOL = 6
"""Names with an underscore up to this long are symbols, such as a_cur, and stay as they are."""
SHORTEST = 3
"""So are all that are shorter than this, such as mu."""


@dataclass(frozen=True)
class Chart:
    """One chart. trials: how often each point of the only trace was tried; empty where it is a line."""

    title: str
    x_label: str
    y_label: str
    traces: tuple[Trace, ...]
    trials: tuple[int, ...] = ()


def charts_of(evidence: Iterable[Evidence]) -> tuple[Chart, ...]:
    """The curves of `evidence` as charts, in their order.

    "Loss: training" and "Loss: held out" share the chart "Loss" where their axes are the same. Beside a curve over the
    values that were tried, one whose y label is `TRIALS` gives the numbers under its bars.
    """
    groups: dict[str, list[Curve]] = {}
    for one in evidence:
        if isinstance(one, Curve) and len(one.x):
            groups.setdefault(one.name.partition(": ")[0], []).append(one)
    return tuple(chart for title, curves in groups.items() for chart in _charts(title, curves))


def pictures_of(evidence: Iterable[Evidence]) -> tuple[Heatmap, ...]:
    """The maps among `evidence`, such as sample masks."""
    return tuple(one for one in evidence if isinstance(one, Heatmap))[:MOST_PICTURES]


def fact_rows(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Facts that a line can say, as name and value: numbers, words, and short lists of them."""
    rows = []
    for name, value in facts.items():
        said = ", ".join(f"{k} {_short(v)}" for k, v in value.items() if _is_plain(v)) if isinstance(value, Mapping) \
            else _short(value) if _is_plain(value) else _listed(value)  # fmt: skip
        if said:
            rows.append((headed(name), said))
    return tuple(rows)


def headed(name: str) -> str:
    """`name` as it heads something: a symbol as it is, words with a capital and without underscores."""
    if len(name) <= SYMBOL and ("_" in name or len(name) < SHORTEST):
        return name
    words = name.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}"


def _charts(title: str, curves: Sequence[Curve]) -> list[Chart]:
    counts = [c for c in curves if c.y_label == TRIALS]
    rest = [c for c in curves if c.y_label != TRIALS]
    made = []
    for curve in [c for c in rest if _trials(c, counts)]:
        trace = Trace(_series(curve), _floats(curve.x), _floats(curve.y))
        made.append(Chart(title, curve.x_label, curve.y_label, (trace,), _trials(curve, counts)))
    lines = [c for c in rest if not _trials(c, counts)] + ([] if made else counts)
    by_axes: dict[tuple[str, str], list[Curve]] = {}
    for curve in lines:
        by_axes.setdefault((curve.x_label, curve.y_label), []).append(curve)
    for (x_label, y_label), members in by_axes.items():
        for start in range(0, len(members), MOST_LINES):
            few = members[start : start + MOST_LINES]
            traces = tuple(Trace(_series(c), _floats(c.x), _floats(c.y), look) for look, c in enumerate(few))
            made.append(Chart(title, x_label, y_label, traces))
    return made


def _trials(curve: Curve, counts: Sequence[Curve]) -> tuple[int, ...]:
    """How often each value of `curve` was tried; empty where nobody says."""
    found = next((c for c in counts if _floats(c.x) == _floats(curve.x)), None)
    return tuple(round(n) for n in _floats(found.y)) if found is not None else ()


def _series(curve: Curve) -> str:
    return curve.name.partition(": ")[2] or curve.name


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(v) for v in values)


def _is_plain(value: Any) -> bool:
    return value is not None and isinstance(value, str | int | float)


def _listed(value: Any) -> str:
    few = isinstance(value, list | tuple) and len(value) <= MOST_PICTURES and all(_is_plain(v) for v in value)
    return ", ".join(_short(v) for v in value) if few else ""


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and 0 < abs(value) < 1e-3:
        return f"{value:.1g}"
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
