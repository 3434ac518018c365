"""The leaderboard: methods by metrics, with error bars, and which of them do not beat the controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from salviewer.api import ExplainerInfo, MetricInfo
from salviewer.bench.judgement import CONTROLS, NAMES_OF_CONTROLS
from salviewer.bench.statistics import Difference, Estimate, difference, estimate
from salviewer.bench.store import Row


@dataclass(frozen=True)
class Table:
    """Methods by columns.

    methods, columns: in order. cells: an estimate per (method, column). against: per (method, column, control) the
    paired difference, method minus control. seconds: the mean time of an explanation by method. memory: the most bytes
    that the process grew by during one. errors: by method, how many cells failed and the first sentence. values: per
    (method, column) the values themselves, by (model, picture). empty: by column in which no method has a value, what
    the measurements said most often, "" where they said nothing.
    """

    methods: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Estimate]
    against: Mapping[tuple[str, str, str], Difference]
    seconds: Mapping[str, Estimate]
    errors: Mapping[str, tuple[int, str]]
    values: Mapping[tuple[str, str], Mapping[tuple[str, str], float]] = field(default_factory=dict, repr=False)
    memory: Mapping[str, float] = field(default_factory=dict)
    empty: Mapping[str, str] = field(default_factory=dict)


def table(rows: Iterable[Row], values: Sequence[str] = ()) -> Table:
    """The table of `rows`; columns are the metrics' headlines, and the "metric/value name"s in `values`."""
    by: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
    seconds: dict[str, list[float]] = {}
    memory: dict[str, float] = {}
    errors: dict[str, list[str]] = {}
    methods: dict[str, None] = {}
    columns: dict[str, None] = {}
    said: dict[str, Counter[str]] = {}
    for row in rows:
        methods[row.method] = None
        if row.error:
            errors.setdefault(row.method, []).append(row.error)
        if row.metric == "" and row.value_name == "memory":
            memory[row.method] = max(memory.get(row.method, 0.0), row.value)
            continue
        if row.metric == "":
            seconds.setdefault(row.method, []).append(row.seconds)
            continue
        if row.note:
            said.setdefault(row.metric, Counter())[row.note] += 1
        column = row.metric if row.headline else f"{row.metric}/{row.value_name}"
        if row.headline or column in values:
            columns[column] = None
            by.setdefault((row.method, column), {})[row.model, row.picture] = row.value
    cells = {key: estimate(np.array(list(found.values()))) for key, found in by.items()}
    against = {
        (method, column, control): _paired(found, by[control, column])
        for (method, column), found in by.items()
        for control in CONTROLS
        if method not in CONTROLS and (control, column) in by
    }
    filled = {column for (_, column), cell in cells.items() if cell.n}
    ordered = [m for m in methods if m not in CONTROLS] + [m for m in methods if m in CONTROLS]
    return Table(
        tuple(ordered),
        tuple(columns),
        cells,
        against,
        {m: estimate(np.array(s)) for m, s in seconds.items()},
        {m: (len(e), e[0]) for m, e in errors.items()},
        by,
        memory,
        {c: _most_said(said.get(c.partition("/")[0])) for c in columns if c not in filled},
    )


def no_values(found: Table, metrics: Mapping[str, MetricInfo]) -> tuple[str, ...]:
    """Sentences, one per column in which no method has a value: why that is so, where the measurements tell."""
    titles = {c: metrics[c].title if c in metrics else c for c in found.empty}
    return tuple(f"{titles[c]}: no value for any method. {why}".strip() for c, why in found.empty.items())


def remarks(
    found: Table, metrics: Mapping[str, MetricInfo], explainers: Mapping[str, ExplainerInfo] | None = None
) -> tuple[str, ...]:
    """Sentences, one per metric: which methods do not beat which control (paired over the pictures, 95 %)."""
    said = []
    for column in found.columns:
        info = metrics.get(column.partition("/")[0])
        if info is None or not info.better or "/" in column:
            continue
        parts = []
        for control in CONTROLS:
            lost = [m for m in found.methods if _lost(found.against.get((m, column, control)), info.better)]
            if lost:
                names = ", ".join(titled(m, explainers or {}) for m in lost)
                parts.append(f"{NAMES_OF_CONTROLS[control]}: {names}")
        if parts:
            said.append(f"{info.title}: no better than {'; no better than '.join(parts)}.")
    return tuple(said)


def titled(method: str, explainers: Mapping[str, ExplainerInfo]) -> str:
    """A method's title, with its settings where it is a row with settings; its key where nobody knows the title."""
    key, bracket, settings = method.partition(" (")
    return f"{explainers[key].title}{bracket}{settings}" if key in explainers else method


def as_text(found: Table) -> list[list[str]]:
    """The table as rows of text, the first one the heading."""
    lines = [["method", *found.columns, "s"]]
    for method in found.methods:
        cells = (found.cells.get((method, column)) for column in found.columns)
        time = found.seconds.get(method)
        lines.append([method, *(number(c) for c in cells), "" if time is None else f"{time.mean:.2f}"])
    return lines


def number(cell: Estimate | None) -> str:
    """As in "0.887 ± 0.012 (n 20)"; what has no value is counted."""
    if cell is None:
        return "–"
    if not cell.n:
        return f"– (none of {cell.missing})"
    left = f", {cell.missing} without" if cell.missing else ""
    return f"{cell.mean:.3f} ± {cell.error:.3f} (n {cell.n}{left})"


def _most_said(notes: Counter[str] | None) -> str:
    return notes.most_common(1)[0][0] if notes else ""


def _paired(a: Mapping[tuple[str, str], float], b: Mapping[tuple[str, str], float]) -> Difference:
    both = [key for key in a if key in b]
    return difference(np.array([a[k] for k in both]), np.array([b[k] for k in both]))


def _lost(gap: Difference | None, better: str) -> bool:
    """Whether the interval of the difference does not lie on the better side."""
    if gap is None or not gap.n:
        return False
    return not (gap.low > 0 if better == "higher" else gap.high < 0)
