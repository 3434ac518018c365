"""From a job spec to its answer. Window, terminal and Python all come through `run`, and get the same arrays."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import torch

from salviewer.api import Explanation, JobSpec, Prediction, Progress
from salviewer.jobs.answers import Answers
from salviewer.jobs.assets import assets_of, with_sources
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.measuring import measure
from salviewer.jobs.plan import Plan, threads
from salviewer.jobs.provenance import provenance
from salviewer.jobs.requirements import check_explanation, check_needs
from salviewer.jobs.session import session
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.targets import look, read, refusals_explained
from salviewer.jobs.training import train


def run(spec: JobSpec, shelf: Shelf, progress: Progress | None = None, plan: Plan | None = None) -> Any:
    """What `spec` asks for.

    An `Explanation` ("explain"), a `Measurement` ("measure"), a `Prediction` ("predict") or a `Trained` ("train").

    `plan`: how to run the network; None measures it or takes what was measured before. Raises `SalViewerError`.
    """
    verbs: dict[str, Callable[..., Any]] = {
        "explain": _explain, "predict": _predict, "measure": _measure, "train": train
    }  # fmt: skip
    return verbs[spec.verb](spec, shelf, progress or Progress(), plan)


def _predict(spec: JobSpec, shelf: Shelf, progress: Progress, plan: Plan | None) -> Prediction:
    progress(0.0, "Opening the model")
    model = shelf.model(spec.model, progress)
    progress(0.5, "Predicting")
    count = plan.threads if plan else shelf.max_threads
    source = shelf.input(spec.input, model)
    with threads(count):
        model = model.reading(source.tensor)
        with model.ready(), torch.inference_mode():
            said = shelf.memos.about(model, source.tensor).find("logits")
            prediction = look(model, source) if said is None else read(said, model, source)
    progress(1.0, "Done")
    return prediction


def _explain(spec: JobSpec, shelf: Shelf, progress: Progress, plan: Plan | None) -> Explanation:
    info = shelf.host.explainer(spec.method)
    params = checked_params(shelf.host.params(info), spec.params, info.key)
    method = shelf.host.load(info)()
    progress(0.0, "Opening the model")
    model = shelf.model(spec.model, progress.part(0.0, 0.0))
    progress(0.0, "Opening the input")
    source = shelf.input(spec.input, model)
    model = model.reading(source.tensor)
    check_needs(info, model, source)
    assets = assets_of(spec, info, shelf, model, source)
    began, start = datetime.now(UTC), time.perf_counter()
    with ExitStack() as stack:
        if info.sources and spec.sources:
            nested, found = partial(_nested, spec, shelf, plan), stack.enter_context(Answers())
            assets = with_sources(assets, spec, info, shelf, nested, progress.part(0.0, 0.9), found)
            progress = progress.part(0.9, 1.0)
        live = stack.enter_context(session(spec, info, shelf, model, source, progress, plan, assets=assets))
        stack.enter_context(refusals_explained(model, source))
        explanation = method.explain(live.request, params, progress)
        check_explanation(explanation, info, source)
        if not np.isfinite(explanation.heatmap).all():
            look(model, source)  # a network whose outputs are no numbers is named
    about = provenance(spec, info, shelf, model, source, live.target, params, live.work.plan)
    about |= {**assets.facts, "began": began.isoformat(timespec="seconds")}
    about |= {"duration_s": round(time.perf_counter() - start, 3)}
    progress(1.0, "Done")
    return replace(
        explanation,
        notes=(
            *explanation.notes,
            *assets.notes,
            *live.work.notes,
            *(note.text for note in (*source.notes, *model.notes)),
        ),
        grid=source.grid,
        provenance={**about, **explanation.provenance},
    )


def _nested(spec: JobSpec, shelf: Shelf, plan: Plan | None, one: JobSpec, progress: Progress) -> Explanation:
    """The answer to `one` of `spec`'s sources, if it is not known; `plan` is how to run `spec`'s own network."""
    known = shelf.answer_to(one)
    return known if known is not None else run(one, shelf, progress, plan if one.model == spec.model else None)


def _measure(spec: JobSpec, shelf: Shelf, progress: Progress, plan: Plan | None) -> Any:
    """A measurement; where the spec's source is itself a spec, that is answered first (nine tenths of the progress)."""
    judged = spec.sources[0] if spec.sources else None
    if isinstance(judged, JobSpec):
        explanation = run(judged, shelf, progress.part(0.0, 0.9), plan)
        return measure(spec, explanation, shelf, progress.part(0.9, 1.0), plan, judged.atlas)
    return measure(spec, shelf.explanation(judged), shelf, progress, plan)
