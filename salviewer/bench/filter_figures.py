"""Figures 4 and 9 of "Visual explanation by interpretation" on the rendered sets: ablation, and reconstruction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from salviewer.api import CollectionRef, Progress
from salviewer.api.trained_file import read_trained
from salviewer.bench import charts
from salviewer.bench.experiment import Findings, Lines, Size
from salviewer.bench.filter_ablation import Ablated, ablated, relevant
from salviewer.bench.flower_folds import LEARNED_BY, SETS, WITHOUT_AVERAGES, Fold, facts_of, learned
from salviewer.bench.interpretation_tables import PAPER
from salviewer.bench.kept_curves import MeanCurve
from salviewer.bench.statistics import estimate
from salviewer.bench.table import Table
from salviewer.jobs.labelled import LabelledSamples
from salviewer.jobs.shelf import Shelf
from salviewer.numeric.counted import counted

POOLS: Final = {"All": "all", "OnlyConv": "only-conv"}
"""The paper's names of what filters are chosen from."""
MUS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True)
class Ablation:
    """Figure 4."""

    name: str = "interpretation-figure-4"
    title: str = "Interpretation, Figure 4: accuracy without the relevant filters"
    draws: int = 10

    def run(self, shelf: Shelf, folder: Path, size: Size, progress: Progress) -> Findings:
        """Bars per fold."""
        asked = [(which, fold) for which in SETS for fold in which.folds(shelf, size.folds)]
        found: dict[str, dict[str, Ablated]] = {}
        for i, (which, fold) in enumerate(asked):
            part = progress.part(i / len(asked), (i + 1) / len(asked))
            found[fold.title] = self._fold(shelf, fold, which.classes, folder / fold.folder, size, part)
        progress(1.0, "Done")
        heads = ("filters silenced", *(f"{t}: {what}" for t in found for what in ("filters", "mean class accuracy")))
        names = list(next(iter(found.values()), {}))
        lines = [(name, *(cell for by in found.values() for cell in _cells(by[name]))) for name in names]
        table = Lines(
            "Mean class accuracy in percent; of random filters mean ± deviation over the draws", (heads, *lines)
        )
        drawn = {t: _as_table(by, f"Mean class accuracy, {t}") for t, by in found.items()}
        notes = (
            f"The paper: {PAPER}, section 4.1 and Figure 4, which prints no figures; mu = 10.",
            f"Filters learned from {counted(size.training, 'crop')} of each class, of viewpoints that the network "
            f"has seen; accuracy on {size.limit} of each class, of those that it has not.",
            f"Random filters: {counted(self.draws, 'draw')} from the same layers, as many of each; relevant ones "
            f"may be among them.",
        )
        numbers = {t: {name: vars(one) for name, one in by.items()} for t, by in found.items()}
        bars = tuple(charts.bars(one, one.columns[0]) for one in drawn.values())
        return Findings(self.title, (table,), bars, notes, numbers)

    def _fold(
        self, shelf: Shelf, fold: Fold, classes: int, folder: Path, size: Size, progress: Progress
    ) -> dict[str, Ablated]:
        states = _states(shelf, fold, classes, folder, size, {}, progress.part(0.0, 0.8))
        model = shelf.model(fold.model)
        ref = CollectionRef(key=fold.collection, params=fold.held_out(), limit=size.limit * classes)
        samples = LabelledSamples(shelf, ref, model, with_truth=False)
        sets = {pool: relevant(read_trained(path)) for pool, path in states.items()}
        return ablated(model, samples, sets, self.draws, size.seed, progress.part(0.8, 1.0))


@dataclass(frozen=True)
class Reconstruction:
    """Figure 9."""

    name: str = "interpretation-figure-9"
    title: str = "Interpretation, Figure 9: classes reconstructed from few filters"

    def run(self, shelf: Shelf, folder: Path, size: Size, progress: Progress) -> Findings:
        """A curve per set, fold and pool."""
        asked = [(which, fold) for which in SETS for fold in which.folds(shelf, size.folds)]
        paths: dict[str, list[dict[str, Any]]] = {}
        for i, (which, fold) in enumerate(asked):
            part = progress.part(i / len(asked), (i + 1) / len(asked))
            states = _states(shelf, fold, which.classes, folder / fold.folder, size, {"path": MUS}, part)
            paths |= {f"{fold.title}, {pool}": facts_of(path)["path"] for pool, path in states.items()}
        progress(1.0, "Done")
        heads = ("mu", *(f"{title}: {what}" for title in paths for what in ("filters", "mean AUC")))
        rows = [
            (f"{mu:g}", *(cell for path in paths.values() for cell in _at(path, mu))) for mu in sorted({*MUS, 10.0})
        ]
        chart = charts.lines("Reconstruction of the classes", {t: _curve(p) for t, p in paths.items()}, list(paths))
        return Findings(
            self.title,
            (Lines("Mean area under the ROC curve of w'x over the classes", (heads, *rows)),),
            (chart,),
            (
                f"The paper: {PAPER}, section 8 and Figure 9, which prints no figures.",
                f"On the {size.training} crops of each class that the filters were learned from; the paper does not "
                f"say on which pictures.",
            ),
            dict(paths),
        )


def _states(
    shelf: Shelf, fold: Fold, classes: int, folder: Path, size: Size, more: Mapping[str, Any], progress: Progress
) -> dict[str, Path]:
    """What was learned by choosing from each pool."""
    found = {}
    for i, (pool, layers) in enumerate(POOLS.items()):
        params = {**WITHOUT_AVERAGES, "layers": layers, **more}
        part = progress.part(i / len(POOLS), (i + 1) / len(POOLS))
        found[pool] = learned(shelf, fold, LEARNED_BY, params, size.training * classes, size.seed, folder, part)
    return found


def _cells(one: Ablated) -> tuple[str, str]:
    spread = "" if len(one.accuracies) < 2 else f" ± {100 * one.deviation:.1f}"
    return str(one.filters), f"{100 * one.mean:.1f}{spread}"


def _as_table(by: Mapping[str, Ablated], title: str) -> Table:
    """For the chart, whose bars are a table's cells."""
    cells = {(name, title): estimate(np.array(one.accuracies)) for name, one in by.items()}
    return Table(tuple(by), (title,), cells, {}, {}, {})


def _at(path: list[dict[str, Any]], mu: float) -> tuple[str, str]:
    one = next((one for one in path if one["mu"] == mu), None)
    return ("–", "–") if one is None else (str(one["filters"]), f"{one['mean_area_under_roc']:.3f}")


def _curve(path: list[dict[str, Any]]) -> MeanCurve:
    x, y = (np.array([one[key] for one in path], np.float32) for key in ("mu", "mean_area_under_roc"))
    return MeanCurve(x, y, 1, "mu", "mean area under the ROC curve")
