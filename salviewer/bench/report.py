"""What is to be said about an evaluation, per model: tables, curves, differences, the best and the worst pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from salviewer.api import InputRef, MetricInfo
from salviewer.bench.kept_curves import MeanCurve, means
from salviewer.bench.recipe import Recipe, beside, said_about
from salviewer.bench.significance import Pairs, pairs
from salviewer.bench.small_maps import SIDE
from salviewer.bench.spec import BenchSpec, model_name
from salviewer.bench.store import Store
from salviewer.bench.table import Table, as_text, no_values, remarks, table
from salviewer.bench.thumbnails import thumbnail
from salviewer.errors import SalViewerError
from salviewer.jobs.shelf import Shelf

SHOWN = 3
"""So many best and worst pictures per method."""
SHARPER = 2
"""Thumbnails have so many pixels per place that they take: for screens of double density."""
ALL_BEAT = "Every method beats both controls in every metric that has a direction."
NONE_TOLD = "No metric that has a direction has values to set beside those of the controls."


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture of a method: its id, the metric's value, and the picture under the map, uint8 (h, w, 3)."""

    picture: str
    value: float
    rgb: np.ndarray


@dataclass(frozen=True, eq=False)
class Extremes:
    """The best and the worst pictures of one method, by the report's first metric with a direction."""

    method: str
    best: tuple[Shown, ...]
    worst: tuple[Shown, ...]


@dataclass(frozen=True, eq=False)
class Section:
    """All about one model.

    lines: the table as text, its heading first, as the recipe has it where there is one. no_values: sentences to stand
    beneath it, on columns that are empty.
    """

    model: str
    table: Table
    lines: Sequence[Sequence[str]]
    remarks: tuple[str, ...]
    pairs: tuple[Pairs, ...] = ()
    curves: Mapping[tuple[str, str], Mapping[str, MeanCurve]] = field(default_factory=dict)
    extremes: tuple[Extremes, ...] = ()
    ranked_by: str = ""
    no_values: tuple[str, ...] = ()

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The remarks; where there are none, that every method beats the controls, or that nothing tells."""
        return self.remarks or (ALL_BEAT if any(gap.n for gap in self.table.against.values()) else NONE_TOLD,)


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that the page and the PDF show. about: one sentence on what was run; notes: on a recipe."""

    title: str
    about: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()


def report(folder: Path, spec: BenchSpec, shelf: Shelf, recipe: Recipe | None = None) -> Report:
    """The report on the store in `folder`; `recipe`: the published table that was made again."""
    with Store(folder) as store, shelf.holding():
        rows = list(store.rows())
        models = dict.fromkeys(row.model for row in rows)
        sections = tuple(
            _section(name, table((r for r in rows if r.model == name), recipe.values if recipe else ()),
                     store, spec, shelf, recipe)
            for name in models
        )  # fmt: skip
    names = ", ".join(models) or ", ".join(model_name(m) for m in spec.models)
    title = recipe.title if recipe else f"Evaluation of {names}"
    return Report(title, about(spec), sections, said_about(recipe, shelf.host.explainers) if recipe else ())


def about(spec: BenchSpec) -> str:
    """What was run, in a sentence."""
    target = "each picture's true class" if spec.target == "label" else "the predicted class"
    only = ", of pictures that the model gets right" if spec.correct_only else ""
    return f"Collection {spec.collection}; explained is {target}{only}; seed {spec.seed}."


def _section(name: str, found: Table, store: Store, spec: BenchSpec, shelf: Shelf, recipe: Recipe | None) -> Section:
    metrics = shelf.host.metrics
    directed = [(c, b) for c in found.columns if (b := _better(c, metrics))]
    by, better = directed[0] if directed else ("", "")
    return Section(
        model=name,
        table=found,
        lines=beside(recipe, found) if recipe else as_text(found),
        remarks=remarks(found, metrics, shelf.host.explainers),
        pairs=tuple(pairs(found, c, b) for c, b in directed),
        curves=means(store.curves(name)),
        extremes=tuple(_extremes(m, by, better, found, store, spec, shelf) for m in found.methods if by),
        ranked_by=by,
        no_values=no_values(found, metrics),
    )


def _better(column: str, metrics: Mapping[str, MetricInfo]) -> str:
    info = metrics.get(column)
    return info.better if info else ""


def _extremes(
    method: str, column: str, better: str, found: Table, store: Store, spec: BenchSpec, shelf: Shelf
) -> Extremes:
    values = {key: v for key, v in found.values.get((method, column), {}).items() if np.isfinite(v)}
    order = sorted(values, key=lambda key: values[key], reverse=better == "higher")
    few = min(SHOWN, len(order) // 2) if len(order) > 1 else len(order)

    def shown(keys: Sequence[tuple[str, str]]) -> tuple[Shown, ...]:
        made = (_shown(model, picture, method, values[model, picture], store, spec, shelf) for model, picture in keys)
        return tuple(s for s in made if s is not None)

    return Extremes(method, shown(order[:few]), () if len(order) < 2 else shown(order[-few:][::-1]))


def _shown(
    model: str, picture: str, method: str, value: float, store: Store, spec: BenchSpec, shelf: Shelf
) -> Shown | None:
    """None where the picture is not to be had any more."""
    options = {"collection": dict(spec.collection_params)} if spec.collection_params else {}
    ref = InputRef(source=f"collection:{spec.collection}/{picture}", options=options)
    try:
        source = shelf.once(("sample for a report", picture), lambda: shelf.sample(ref))
    except SalViewerError:
        return None
    return Shown(picture, value, thumbnail(source.picture, store.heatmap(model, picture, method), SHARPER * SIDE))
