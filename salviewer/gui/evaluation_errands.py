"""What the evaluation window has done on the engine's threads: plain values in, plain values out, no widget.

Nothing here imports torch by itself: what needs it is imported where it is called, on the worker's thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import InputRef
from salviewer.api.progress import Preview, Progress
from salviewer.api.values import Volume
from salviewer.errors import Cancelled, SalViewerError
from salviewer.gui.evaluation_values import SECONDS, Board, Pictures, Score

if TYPE_CHECKING:
    import numpy as np

    from salviewer.bench.evaluate import Outcome
    from salviewer.bench.report import Report
    from salviewer.bench.spec import BenchSpec
    from salviewer.host import Host
    from salviewer.jobs.shelf import Shelf

LOOKED_AT = 3
"""Samples of a collection that are opened to see whether they have annotations."""
EXPORTS: Mapping[str, str] = {"csv": "CSV table (*.csv)", "parquet": "Parquet table (*.parquet)", "pdf": "PDF (*.pdf)"}


class _Polite(Progress):
    """Says what is evaluated, and lets short jobs go first between two cells."""

    def __init__(self, whole: Progress, give_way: Callable[[], None]) -> None:
        super().__init__()
        self._whole, self._give_way = whole, give_way

    def __call__(self, fraction: float, message: str = "", preview: Preview | None = None) -> None:
        self._whole(fraction, f"Evaluating {message}")
        self._give_way()

    def check(self) -> None:
        self._whole.check()


def evaluate(
    spec: BenchSpec, shelf: Shelf, folder: Path, progress: Progress, give_way: Callable[[], None]
) -> Outcome | None:
    """Run `spec`; what is there in `folder` is kept. None where it was stopped."""
    from salviewer.bench.evaluate import evaluate as run  # noqa: PLC0415 - loads torch, on the worker thread

    try:
        return run(spec, shelf, folder, _Polite(progress, give_way))
    except Cancelled:
        return None


def look_at(shelf: Shelf, key: str, params: Mapping[str, Any]) -> Pictures:
    """What is to be known of collection `key`; its `fault` where it cannot be opened."""
    try:
        samples = shelf.collection(key, params)
        count = len(samples)
        looked = [samples[i] for i in sorted({0, count // 2, count - 1})[:LOOKED_AT]] if count else []
    except SalViewerError as e:
        return Pictures(fault=str(e))
    if not count:
        return Pictures(fault=f"There are no pictures in “{shelf.host.collection(key).title}”.")
    return Pictures(
        count=count,
        annotated=any(s.masks or s.boxes for s in looked),
        labelled=any(s.label >= 0 for s in looked),
        classes=tuple(getattr(samples, "classes", None) or shelf.host.collection(key).classes),
        dims=3 if any(isinstance(s.picture, Volume) for s in looked) else 2,
    )


def read_board(folder: Path, host: Host) -> Board | None:
    """The leaderboard of `folder`; None where it holds no results yet."""
    from salviewer.bench.recipes import RECIPES  # noqa: PLC0415 - loads numpy, which the first paint does without
    from salviewer.bench.store import FILE, Store  # noqa: PLC0415 - the same
    from salviewer.bench.table import no_values, remarks, table  # noqa: PLC0415 - the same

    if not (folder / FILE).exists():
        return None
    with Store(folder) as store:
        spec = store.remembered()
        recipe = RECIPES.get(spec.recipe) if spec else None
        found = table(store.rows(), recipe.values if recipe else ())
    said = remarks(found, host.metrics, host.explainers)
    return Board(folder, found, said, no_values(found, host.metrics), spec) if found.methods else None


def read_scores(folder: Path, method: str, column: str, better: str) -> tuple[Score, ...]:
    """The pictures of a cell, the best first; where nobody says what is better, the highest first."""
    from salviewer.bench.store import Store  # noqa: PLC0415 - loads numpy

    metric, _, name = column.partition("/")
    newest: dict[tuple[str, str], float] = {}
    with Store(folder) as store:
        for row in store.rows():
            if row.method != method:
                continue
            if column == SECONDS and row.metric == "" and row.headline:
                newest[row.model, row.picture] = row.seconds
            elif row.metric and row.metric == metric and (row.value_name == name if name else row.headline):
                newest[row.model, row.picture] = row.value
    sign = 1.0 if better == "lower" or column == SECONDS else -1.0
    scores = [Score(model, picture, method, value) for (model, picture), value in newest.items()]
    return tuple(sorted(scores, key=lambda s: (not math.isfinite(s.value), sign * s.value, s.picture)))


def picture_of(spec: BenchSpec, picture: str) -> InputRef:
    """The picture that `spec`'s collection calls `picture`."""
    options: dict[str, Any] = {"collection": dict(spec.collection_params)} if spec.collection_params else {}
    return InputRef(source=f"collection:{spec.collection}/{picture}", options=options)


def read_thumbnail(shelf: Shelf, folder: Path, spec: BenchSpec, score: Score, side: int) -> np.ndarray:
    """uint8 (h, w, 3): the picture of `score` under its map."""
    from salviewer.bench.store import Store  # noqa: PLC0415 - loads numpy
    from salviewer.bench.thumbnails import thumbnail  # noqa: PLC0415 - loads Pillow

    with Store(folder) as store:
        heatmap = store.heatmap(score.model, score.picture, score.method)
    return thumbnail(shelf.source(picture_of(spec, score.picture)), heatmap, side)


def label_of(shelf: Shelf, ref: InputRef) -> int | None:
    """The class of a sample; None where that is not known."""
    label = shelf.sample(ref).label
    return label if label >= 0 else None


def write_page(shelf: Shelf, folder: Path, spec: BenchSpec) -> Path:
    """Write the page of `folder`; its path."""
    from salviewer.bench import page  # noqa: PLC0415 - loads numpy

    said = _report(shelf, folder, spec)
    return _plainly(folder / "index.html", lambda path: page.write_page(path, said))


def export(shelf: Shelf, folder: Path, spec: BenchSpec | None, path: Path, kind: str) -> Path:
    """Write the rows ("csv", "parquet") or the whole report ("pdf") of `folder` to `path`."""
    from salviewer.bench.pdf import write_pdf  # noqa: PLC0415 - needed here only
    from salviewer.bench.store import Store  # noqa: PLC0415 - loads numpy

    if kind == "pdf":
        if spec is None:
            raise SalViewerError(f"Nobody knows how the results in {folder} came about: export CSV.", code="no-spec")
        said = _report(shelf, folder, spec)
        return _plainly(path, lambda p: write_pdf(p, said))
    with Store(folder) as store:
        return _plainly(path, store.write_csv if kind == "csv" else store.write_parquet)


def _report(shelf: Shelf, folder: Path, spec: BenchSpec) -> Report:
    from salviewer.bench.recipes import RECIPES  # noqa: PLC0415 - loads numpy
    from salviewer.bench.report import report  # noqa: PLC0415 - the same

    said = report(folder, spec, shelf, RECIPES.get(spec.recipe))
    if not said.sections:
        raise SalViewerError(f"There are no results in {folder} yet: run the evaluation first.", code="no-results")
    return said


def _plainly(path: Path, write: Callable[[Path], Any]) -> Path:
    try:
        write(path)
    except OSError as e:
        why = e.strerror or str(e)
        raise SalViewerError(f"{path.name} cannot be written ({why}): choose another folder.", code="unwritable") from e
    return path
