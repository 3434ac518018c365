"""Runs an evaluation: picture by picture, each method once, judged by every metric; resumes where it stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from salviewer.api import Explanation, InputRef, JobSpec, ModelRef, Prediction, Progress, TrainedRef
from salviewer.bench.atlas_given import atlas_met, part_of_key
from salviewer.bench.judgement import CONTROLS
from salviewer.bench.kept_curves import KeptCurve, curves_of
from salviewer.bench.small_maps import small_map
from salviewer.bench.spec import Asked, BenchSpec, cell_key, model_name
from salviewer.bench.store import Row, Store
from salviewer.bench.watched_memory import watched_memory
from salviewer.errors import Cancelled, InvalidChoice, SalViewerError
from salviewer.jobs.labels import label_at, spread
from salviewer.jobs.measuring import measure
from salviewer.jobs.run import run
from salviewer.jobs.session import same_randomness
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.trained_states import content_sha256

NAN = float("nan")


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    cells: how many there are; done: computed now; kept: found finished; left_out: pictures that the model got wrong,
    where only those that it gets right were asked for.
    """

    cells: int
    done: int
    kept: int
    left_out: int


@dataclass(frozen=True, eq=False)
class _Picture:
    ref: InputRef
    id: str
    label: int


def evaluate(
    spec: BenchSpec, shelf: Shelf, folder: Path, progress: Progress | None = None, share: tuple[int, int] = (0, 1)
) -> Outcome:
    """Fill the store in `folder` with what `spec` asks for. The controls are always among the methods.

    share: (i, n) takes every n-th picture, from number i on, and leaves the others to other processes.

    A method or metric that fails on a picture leaves its sentence in the row, and the others go on. Raises
    what `check_asked` raises, and `Cancelled`; what was finished stays.
    """
    progress = progress or Progress()
    check_asked(spec, shelf)
    methods = with_controls(spec.methods)
    pictures = list(_pictures(spec, shelf))[share[0] :: share[1]]
    total = len(spec.models) * len(pictures) * len(methods)
    done = kept = left_out = 0
    with Store(folder) as store, same_randomness():
        store.remember(spec)
        for model in spec.models:
            for i, picture in enumerate(pictures):
                with shelf.holding():
                    target = _target(spec, model, picture, shelf)
                    if target is None:
                        left_out += 1
                        continue
                    for asked in methods:
                        more = (*part_of_key(spec, asked, shelf), *_learned(asked, shelf))
                        key = cell_key(model, picture.ref, asked, list(spec.metrics), spec.seed, target, *more)
                        kept += 1
                        if not store.has(key):
                            kept, done = kept - 1, done + 1
                            store.add(key, *_cell(spec, model, picture, asked, target, shelf, progress))
                        said = f"{picture.id}: {asked.name} ({i + 1} of {len(pictures)})"
                        progress((done + kept) / max(1, total), said)
    progress(1.0, "Done")
    return Outcome(total, done, kept, left_out)


def _learned(asked: Asked, shelf: Shelf) -> tuple[str, ...]:
    """What of a trained state a cell was made from: its content; empty where there is none."""
    return (content_sha256(shelf.trained(TrainedRef(source=asked.trained))),) if asked.trained else ()


def check_asked(spec: BenchSpec, shelf: Shelf) -> None:
    """Raise `InvalidChoice` for a key that does not exist, and for a method that lacks what was learned for it."""
    for asked in with_controls(spec.methods):
        info = shelf.host.explainer(asked.key)
        if "trained" in info.needs and not asked.trained:
            raise InvalidChoice(
                f"{info.title} takes what was learned about the model, and nothing was given: learn it (“salviewer "
                f"train {info.trained_by}”), then name the file with --trained {asked.key}=FILE, in Python "
                f'{{"key": "{asked.key}", "trained": FILE}}.',
                code="not-trained",
            )
    for asked in spec.metrics:
        shelf.host.metric(asked.key)


def with_controls(methods: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """`methods`, and the controls that are not among them."""
    asked = {m.key for m in methods}
    return (*methods, *(Asked(key=key) for key in CONTROLS if key not in asked))


def _pictures(spec: BenchSpec, shelf: Shelf) -> Iterator[_Picture]:
    samples = shelf.collection(spec.collection, spec.collection_params)
    count = len(samples)
    if not count:
        raise InvalidChoice(f"The collection “{spec.collection}” is empty.", code="no-samples")
    options: dict[str, Any] = {"collection": dict(spec.collection_params)} if spec.collection_params else {}
    ids = shelf.sample_ids(spec.collection, spec.collection_params)
    for at in spread(count, spec.limit, getattr(samples, "labels", None)):
        ref = InputRef(source=f"collection:{spec.collection}/{ids[at]}", options=options)
        yield _Picture(ref, ids[at], label_at(samples, at))


def _target(spec: BenchSpec, model: ModelRef, picture: _Picture, shelf: Shelf) -> int | None:
    """The class to explain; None leaves the picture out."""
    if spec.target == "label" and picture.label >= 0 and not spec.correct_only:
        return picture.label
    said: Prediction = run(JobSpec(verb="predict", model=model, input=picture.ref), shelf)
    if spec.correct_only and picture.label >= 0 and said.predicted != picture.label:
        return None
    return picture.label if spec.target == "label" and picture.label >= 0 else said.predicted


def _cell(
    spec: BenchSpec, model: ModelRef, picture: _Picture, asked: Asked, target: int, shelf: Shelf, progress: Progress
) -> tuple[list[Row], np.ndarray | None, list[KeptCurve]]:
    """The rows of one picture and one method, a small copy of its map, and the metrics' curves."""
    about = (model_name(model), picture.id, asked.name)
    silent = _Watching(progress)
    job = JobSpec(method=asked.key, params=asked.params, model=model, input=picture.ref, target=target, seed=spec.seed,
                  trained=TrainedRef(source=asked.trained) if asked.trained else None)  # fmt: skip
    try:
        # Before the clock starts: a registration is no part of what the method costs.
        atlas = atlas_met(spec, asked, picture.ref, shelf, silent)
        job = job.model_copy(update={"atlas": atlas})
        start = time.perf_counter()
        with watched_memory(shelf.device) as growth:
            explanation: Explanation = run(job, shelf, silent)
    except SalViewerError as e:
        _reraise(e)
        return [Row(*about, "", "seconds", 1, NAN, time.perf_counter() - start, error=str(e))], None, []
    seconds = time.perf_counter() - start
    rows = [
        Row(*about, "", "seconds", 1, seconds, seconds, note=" ".join(explanation.notes)),
        Row(*about, "", "memory", 0, float(growth.bytes), seconds),
    ]
    curves: list[KeptCurve] = []
    for metric in spec.metrics:
        rows += _measured(metric, about, job, explanation, shelf, silent, curves)
    return rows, small_map(explanation), curves


def _measured(
    metric: Asked,
    about: tuple[str, str, str],
    job: JobSpec,
    explanation: Explanation,
    shelf: Shelf,
    progress: Progress,
    curves: list[KeptCurve],
) -> Iterator[Row]:
    """The rows of one metric; its curves are added to `curves`."""
    spec = JobSpec(
        verb="measure", method=metric.key, params=metric.params, model=job.model, input=job.input, seed=job.seed
    )
    start = time.perf_counter()
    try:
        found = measure(spec, explanation, shelf, progress, atlas=job.atlas)
    except SalViewerError as e:
        _reraise(e)
        yield Row(*about, metric.name, metric.key, 1, NAN, time.perf_counter() - start, error=str(e))
        return
    seconds = time.perf_counter() - start
    curves += curves_of(about, metric.name, found)
    for i, (name, value) in enumerate(found.values.items()):
        yield Row(
            *about, metric.name, name, int(i == 0), float(value), seconds, note=" ".join(found.notes) if not i else ""
        )


class _Watching(Progress):
    """Reports nothing, and stops when the whole is to stop."""

    def __init__(self, whole: Progress) -> None:
        super().__init__()
        self._whole = whole

    def check(self) -> None:
        """Raise `Cancelled` if the whole is to stop."""
        self._whole.check()


def _reraise(error: Exception) -> None:
    if isinstance(error, Cancelled):
        raise error
