"""A published table over the folds of rendered sets: each fold's network on the pictures that it has not seen.

Per method the mean over a fold's pictures, then mean and standard deviation over folds. Methods that need many passes
are run on fewer pictures; which is said. Every other method that is installed and that nothing hinders is in the table
too, without a figure of the paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from salviewer.api import ExplainerInfo, Progress
from salviewer.bench.evaluate import evaluate
from salviewer.bench.experiment import Findings, Lines, Size
from salviewer.bench.flower_folds import LEARNED_BY, SETS, WITHOUT_AVERAGES, Fold, learned
from salviewer.bench.judgement import CONTROLS
from salviewer.bench.recipe import Figure
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.bench.statistics import Estimate
from salviewer.bench.store import Store
from salviewer.bench.table import Table, table
from salviewer.jobs.shelf import Shelf
from salviewer.numeric.counted import counted

ONE_PASS: Final = frozenset(
    {
        "activation-map",
        "cam",
        "centred-gaussian",
        "cnn-fixations",
        "contrastive-excitation-backprop",
        "deconvnet",
        "deeplift",
        "discernible-neurons",
        "excitation-backprop",
        "gradcam",
        "gradcam-plus-plus",
        "gradient",
        "gradient-x-input",
        "guided-backprop",
        "guided-gradcam",
        "guided-gradcam-plus-plus",
        "interpretation",
        "lrp",
        "random-map",
    }
)
"""Methods of a few passes per picture; of any other it is supposed that it needs many."""
ON_THE_FEW: Final = {name: f"{name} on the few" for name in CONTROLS}
"""The controls' names where they were run on the fewer pictures."""
FEW: Final = "These are to be compared with the controls “on the few”: another choice of pictures may be easier."


@dataclass(frozen=True)
class FoldLine:
    """A row: a method with parameters, and the paper's figure per set, as mean and deviation."""

    title: str
    key: str
    paper: tuple[Figure, ...]
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def trained(self) -> bool:
        """Whether it takes what was learned."""
        return self.key == "interpretation"


@dataclass(frozen=True)
class FoldTable:
    """An `Experiment`. column: of `salviewer.bench.table`; scale: ours times this is in the paper's unit.

    others: whether all other methods are in the table too.
    """

    name: str
    title: str
    source: str
    metric: Asked
    column: str
    scale: float
    unit: str
    lines: tuple[FoldLine, ...]
    remarks: tuple[str, ...] = ()
    others: bool = True

    def run(self, shelf: Shelf, folder: Path, size: Size, progress: Progress) -> Findings:
        """The table, all sets beside each other; the methods that take long come last."""
        asked = [(which, fold) for which in SETS for fold in which.folds(shelf, size.folds)]
        parts = self.parts(shelf, size)
        for number, (lines, limit) in enumerate(parts):
            for i, (which, fold) in enumerate(asked):
                start = number + i / len(asked)
                part = progress.part(start / len(parts), (start + 1 / len(asked)) / len(parts))
                self._evaluate(shelf, fold, lines, which.classes, limit, folder / fold.folder, size, part)
        found: dict[str, list[Table]] = {which.title: [] for which in SETS}
        for which, fold in asked:
            found[which.title].append(self._table(folder / fold.folder, slow=any(_slow(lines) for lines, _ in parts)))
        progress(1.0, "Done")
        return self._said(found, shelf, size)

    def parts(self, shelf: Shelf, size: Size) -> list[tuple[list[FoldLine], int]]:
        """In the order in which they are run, the paper's first: rows, and pictures of each class for them."""
        rows = self.rows(shelf)[len(self.lines) :]
        quick, slow = ([one for one in rows if (one.key in ONE_PASS) is wanted] for wanted in (True, False))
        parts = [(list(self.lines), size.limit), (quick, size.limit), (slow, size.few)]
        return [(lines, limit) for lines, limit in parts if lines]

    def rows(self, shelf: Shelf) -> tuple[FoldLine, ...]:
        """The paper's rows, then those that the paper does not have."""
        named = {line.key for line in self.lines}
        more = [key for key, info in shelf.host.explainers.items() if key not in named and _fits(info)]
        nothing = (None,) * len(SETS)
        others = tuple(FoldLine(shelf.host.explainers[key].title, key, nothing) for key in more) if self.others else ()
        return (*self.lines, *others)

    def _evaluate(
        self, shelf: Shelf, fold: Fold, lines: list[FoldLine], classes: int, limit: int, folder: Path, size: Size,
        progress: Progress,
    ) -> None:  # fmt: skip
        training = size.training * classes
        params = {**WITHOUT_AVERAGES, "layers": "all"}
        state = learned(shelf, fold, LEARNED_BY, params, training, size.seed, folder, progress.part(0.0, 0.3))
        spec = self.spec(fold, lines, limit * classes, state, size.seed)
        evaluate(spec, shelf, _home(folder, slow=_slow(lines)), progress.part(0.3, 1.0))

    def _table(self, folder: Path, *, slow: bool) -> Table:
        """All that was measured about one fold; the controls on both numbers of pictures, for few may be easier."""
        with Store(_home(folder, slow=False)) as store:
            rows = list(store.rows())
        if slow:
            with Store(_home(folder, slow=True)) as store:
                rows += [row._replace(method=ON_THE_FEW.get(row.method, row.method)) for row in store.rows()]
        return table(rows, (self.column,))

    def spec(self, fold: Fold, lines: list[FoldLine], limit: int, state: Path, seed: int) -> BenchSpec:
        """What is run for some rows of one fold: on the viewpoints that its network has not seen, and on no others."""
        methods = tuple(
            Asked(key=one.key, params=dict(one.params), label=one.title, trained=str(state) if one.trained else "")
            for one in lines
            if one.key not in CONTROLS
        )
        return BenchSpec(models=(fold.model,), methods=methods, metrics=(self.metric,), collection=fold.collection,
                         collection_params=fold.held_out(), limit=limit, seed=seed, target="predicted",
                         recipe=self.name)  # fmt: skip

    def _said(self, found: Mapping[str, list[Table]], shelf: Shelf, size: Size) -> Findings:
        sets = [which.title for which in SETS]
        rows = self.rows(shelf)
        controls = [*CONTROLS, *(ON_THE_FEW.values() if _slow(rows) else ())]
        names = [*(line.title for line in rows if line.key not in CONTROLS), *controls]
        papers = {line.title: line.paper for line in rows}
        lines = [("method", *(f"{one}, {whose}" for one in sets for whose in ("paper", "here")))]
        for name in names:
            paper = papers.get(name, (None,) * len(sets))
            cells = [[_paper(figure), self._ours(found[one], name)] for one, figure in zip(sets, paper, strict=True)]
            lines.append((f"{name} (control)" if name in controls else name, *(cell for two in cells for cell in two)))
        numbers = {one: {name: self.means(found[one], name) for name in names} for one in sets}
        return Findings(self.title, (Lines(self.unit, tuple(lines)),), (), self._notes(found, rows, size), numbers)

    def means(self, folds: list[Table], name: str) -> list[float]:
        """Of one method the mean of each fold, in the paper's unit; folds without a value are left out."""
        return [float(cell.mean * self.scale) for cell in self._cells(folds, name)]

    def _cells(self, folds: list[Table], name: str) -> list[Estimate]:
        cells = (one.cells.get((name, self.column)) for one in folds)
        return [cell for cell in cells if cell is not None and cell.n]

    def _ours(self, folds: list[Table], name: str) -> str:
        means, cells = self.means(folds, name), self._cells(folds, name)
        if not means:
            return "–"
        if len(means) > 1:
            return f"{np.mean(means):.1f} ± {np.std(means, ddof=1):.1f} ({len(means)} folds)"
        return f"{means[0]:.1f} (1 fold, n {cells[0].n}, error {cells[0].error * self.scale:.1f})"

    def _notes(self, found: Mapping[str, list[Table]], rows: tuple[FoldLine, ...], size: Size) -> tuple[str, ...]:
        slow = ", ".join(line.title for line in rows if line.key not in ONE_PASS)
        failed = {
            name: why for tables in found.values() for one in tables for name, (_, why) in one.errors.items()
        }  # fmt: skip
        return (
            f"The paper: {self.source}; five folds, mean ± deviation over folds.",
            f"Here: {', '.join(f'{len(tables)} of 5 folds of {name}' for name, tables in found.items())} "
            f"(those whose weights are there), each on held-out viewpoints alone, crops of all places and angles: "
            f"{size.limit} pictures of each class and fold, evenly over them; the predicted class is explained.",
            *((f"On {size.few} of each class only, for the time they take: {slow}.", FEW) if slow else ()),
            f"Relevant filters were learned from {counted(size.training, 'crop')} of each class, of viewpoints that "
            f"the network has seen.",
            *self.remarks,
            *(f"{name}: no value where it failed. {why}" for name, why in failed.items()),
        )


def _fits(info: ExplainerInfo) -> bool:
    """Whether a method can be asked about one picture without anything else."""
    return 2 in info.dims and "trained" not in info.needs and not info.sources


def _slow(lines: Iterable[FoldLine]) -> bool:
    """Whether any of them needs many passes."""
    return any(line.key not in ONE_PASS for line in lines)


def _home(folder: Path, *, slow: bool) -> Path:
    return folder / ("few-pictures" if slow else "pictures")


def _paper(figure: Figure) -> str:
    return "–" if figure is None else str(figure)
