"""The subjects of a ranking: whether their explanations belong together, and what each says of each region."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from salviewer.api import AtlasOnGrid, Explanation, Heatmap, RegionTable
from salviewer.errors import InvalidChoice


@dataclass(frozen=True, eq=False)
class Subject:
    """What stays of one subject's explanation; its map does not, as there may be many.

    about: how it was made. table: its own table of regions, if it has one. sha256: of its input, or "".
    signed, unit: of its map.
    """

    about: Mapping[str, Any]
    name: str
    sha256: str
    signed: bool
    unit: str
    table: RegionTable | None


@dataclass(frozen=True, eq=False)
class Impacts:
    """What the subjects say of n regions.

    values: float64 (subjects, n), NaN where a subject does not know a region. columns: means over subjects, (n,) each.
    from_tables: whether the subjects' own tables were read; otherwise their maps were averaged.
    """

    values: np.ndarray
    columns: Mapping[str, np.ndarray]
    unit: str
    from_tables: bool


def _model(about: Mapping[str, Any]) -> Any:
    model = about.get("model", {})
    return (model.get("sha256"), model.get("variant"))


ALIKE: tuple[tuple[str, Callable[[Mapping[str, Any]], Any]], ...] = (
    ("models", _model),
    ("methods", lambda about: about.get("method")),
    ("target classes", lambda about: about.get("target", {}).get("label")),
    ("outputs (probability and logit)", lambda about: about.get("target", {}).get("output")),
    ("settings of the method", lambda about: about.get("params")),
)
"""What all subjects' explanations must have in common, in words, and where it is found."""


def subjects_of(sources: Sequence[Explanation]) -> tuple[Subject, ...]:
    """The subjects, in order.

    Raises:
        InvalidChoice: there are none, they do not belong together, one is not of a volume, or one is there twice.
    """
    if not sources:
        raise InvalidChoice(
            "A ranking puts together the explanations of several subjects, and none was given: explain the subjects "
            "first, and give those results.",
            code="no-subjects",
        )
    subjects = tuple(_subject(source, i) for i, source in enumerate(sources, start=1))
    first = subjects[0]
    for other in subjects[1:]:
        _check_alike(first, other)
    _check_once(subjects)
    return subjects


def impacts_of(atlas: AtlasOnGrid, subjects: tuple[Subject, ...], means: Sequence[np.ndarray]) -> Impacts:
    """Each subject's impact of each region: from the tables if all have one, else `means`, (n,) of each one's map."""
    labels = np.array([r.label for r in atlas.regions], np.int64)
    tables = [s.table for s in subjects if s.table is not None]
    if len(tables) < len(subjects):
        return Impacts(np.stack(means), {}, subjects[0].unit, from_tables=False)
    values = np.stack([_by_label(table.labels, table.impact, labels) for table in tables])
    shared = [name for name in tables[0].column_names if all(name in t.column_names for t in tables)]
    columns = {name: _mean([_by_label(t.labels, _column(t, name), labels) for t in tables]) for name in shared}
    return Impacts(values, columns, tables[0].unit, from_tables=True)


def _subject(source: Explanation, number: int) -> Subject:
    about = source.provenance.get("input", {})
    name = str(about.get("name", "")) or f"subject {number}"
    heatmap = source.evidence[0]
    if not isinstance(heatmap, Heatmap) or heatmap.values.ndim != 3:
        raise InvalidChoice(
            f"The explanation of {name} is not of a volume: regions are ranked over 3D explanations.", code="not-3d"
        )
    table = next((e for e in source.evidence if isinstance(e, RegionTable)), None)
    return Subject(source.provenance, name, str(about.get("sha256", "")), heatmap.signed, heatmap.unit, table)


def _check_alike(first: Subject, other: Subject) -> None:
    for what, of in ALIKE:
        a, b = of(first.about), of(other.about)
        if json.dumps(a, sort_keys=True, default=str) != json.dumps(b, sort_keys=True, default=str):
            between = f" ({a} and {b})" if isinstance(a, str) and isinstance(b, str) else ""
            raise InvalidChoice(
                f"The explanations of {first.name} and {other.name} have different {what}{between}: explain all "
                f"subjects with one model, one method with the same settings, and one target.",
                code="mixed-subjects",
            )


def _check_once(subjects: tuple[Subject, ...]) -> None:
    known: dict[str, str] = {}
    for subject in subjects:
        if subject.sha256 and subject.sha256 in known:
            raise InvalidChoice(
                f"{known[subject.sha256]} and {subject.name} are the same volume: give each subject once, as intervals "
                f"over subjects need.",
                code="subject-twice",
            )
        known[subject.sha256] = subject.name


def check_atlas(atlas: AtlasOnGrid, subjects: Sequence[Subject]) -> None:
    """Raise `InvalidChoice` where a subject's table has no region of this atlas, or one under another name."""
    for subject in subjects:
        if subject.table is not None:
            _check_atlas(atlas, subject, subject.table)


def _check_atlas(atlas: AtlasOnGrid, subject: Subject, table: RegionTable) -> None:
    names = {r.label: r.name for r in atlas.regions}
    theirs = dict(zip(table.labels.tolist(), table.regions, strict=True))
    shared = names.keys() & theirs.keys()
    other = next((label for label in sorted(shared) if names[label] != theirs[label]), None)
    if other is not None or not shared:
        why = (
            f"label {other} is “{theirs[other]}” there and “{names[other]}” in the ranking's atlas"
            if other is not None
            else "they share no region with the ranking's atlas"
        )
        raise InvalidChoice(
            f"The regions of {subject.name} are those of another atlas ({why}): explain all subjects with the atlas "
            f"that the ranking uses.",
            code="mixed-atlases",
        )


def _by_label(labels: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(len(wanted),) float64: the value of each label, NaN where there is none."""
    known = dict(zip(labels.tolist(), values.tolist(), strict=True))
    return np.array([known.get(label, np.nan) for label in wanted.tolist()], np.float64)


def _column(table: RegionTable, name: str) -> np.ndarray:
    return np.asarray(table.columns[table.column_names.index(name)])


def _mean(rows: list[np.ndarray]) -> np.ndarray:
    values = np.stack(rows)
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.divide(total, known.sum(axis=0), out=np.full(values.shape[1], np.nan), where=known.any(axis=0))
