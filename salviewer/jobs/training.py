"""The verb "train": what a trainer learns about a model from a collection, and how that came about."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from salviewer.api import CollectionRef, JobSpec, Params, Progress, Trained, TrainerInfo, TrainRequest
from salviewer.errors import InvalidChoice, PluginError, UnsupportedModel
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.labelled import LabelledSamples
from salviewer.jobs.plan import Plan, threads
from salviewer.jobs.planner import plan_for
from salviewer.jobs.provenance import model_facts, versions
from salviewer.jobs.requirements import check_needs
from salviewer.jobs.session import gradients, same_randomness
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.targets import look
from salviewer.jobs.training_places import Place, features_of, tidy
from salviewer.jobs.work import PlannedWork
from salviewer.models.loaded import LoadedModel
from salviewer.models.undisturbed import layout


@dataclass(frozen=True, eq=False)
class _Training:
    """One job, opened and checked. `digest`: its fingerprint."""

    spec: JobSpec
    info: TrainerInfo
    params: Params
    model: LoadedModel
    samples: LabelledSamples
    collection: CollectionRef
    version: str
    digest: str


def train(spec: JobSpec, shelf: Shelf, progress: Progress, plan: Plan | None = None) -> Trained:
    """What the trainer `spec.method` learned about the model from `spec.collection`, with how that came about.

    A training that was interrupted goes on from where it was when the same is asked for again.

    Raises:
        InvalidChoice: there is no such trainer, collection or parameter, or the collection lacks what is needed.
        UnsupportedModel: nothing can be learned about this model in this way.
        Unavailable: the same training is running already, or there is no room for its work.
    """
    job = _opened(spec, shelf, progress)
    began, start = datetime.now(UTC), time.perf_counter()
    place = Place(job.digest)
    with _live(job, place, shelf, progress, plan) as (request, work):
        progress(0.0, "Going on from where it was" if place.resumed else "Training")
        found = shelf.host.load(job.info)().train(request, job.params, progress)
    _check(found, job.info)
    about = _provenance(job, work.plan)
    about |= {"began": began.isoformat(timespec="seconds"), "resumed": place.resumed}
    about |= {"duration_s": round(time.perf_counter() - start, 3)}
    progress(1.0, "Done")
    said = (job.samples.classes.note, *work.notes, *(note.text for note in job.model.notes))
    notes = (*found.notes, *(text for text in said if text))
    return replace(found, notes=notes, provenance={**about, **found.provenance})


@contextmanager
def _live(
    job: _Training, place: Place, shelf: Shelf, progress: Progress, plan: Plan | None
) -> Iterator[tuple[TrainRequest, PlannedWork]]:
    """What the trainer is given, and the network in the state in which it is run, for the length of a block."""
    spec, first = job.spec, job.samples[0].input
    check_needs(job.info, job.model, first)
    cache = features_of(job.info.key, _features_name(job.model, job.version))
    tidy(cache)
    with ExitStack() as stack:
        stack.enter_context(same_randomness())
        stack.enter_context(job.model.ready())
        stack.enter_context(gradients(job.info))
        with threads(plan.threads if plan else shelf.max_threads):
            look(job.model, first)  # a network that cannot take the samples is named before hours of work
        scratch = stack.enter_context(place.held({"title": job.info.title, "model": job.model.architecture}))
        progress(0.0, "Measuring how to run the model fastest")
        fast = spec.precision == "fast"
        plan = plan or _kept(place, shelf) or plan_for(
            job.model, first.tensor, shelf.plans, max_threads=shelf.max_threads, fast=fast,
            memory_share=shelf.memory_share,
        )  # fmt: skip
        place.keep_plan(plan)
        stack.enter_context(threads(plan.threads))
        memory_format = plan.memory_format(first.tensor.ndim - 2)
        stack.enter_context(layout(job.model.module, memory_format))
        model = replace(job.model, memory_format=memory_format)
        generator = torch.Generator(model.device).manual_seed(spec.seed)
        work = PlannedWork(plan, progress, partial=False)
        samples, collection = job.samples, job.collection
        yield (
            TrainRequest(model, samples, samples.ids, collection, spec.seed, generator, work, scratch, cache),
            work,
        )


def _opened(spec: JobSpec, shelf: Shelf, progress: Progress) -> _Training:
    info = shelf.host.trainer(spec.method)
    params = checked_params(shelf.host.params(info), spec.params, info.key)
    if spec.collection is None:
        raise InvalidChoice(f"{info.title} learns from a collection, and none was given: name one.",
                            code="no-collection")  # fmt: skip
    progress(0.0, "Opening the model")
    model = shelf.model(spec.model, progress.part(0.0, 0.0))
    if model.outputs == "caption":
        raise UnsupportedModel(
            f"{info.title} learns about a model with classes, and {model.architecture} writes captions: open a "
            f"classifier.",
            code="no-classes",
        )
    progress(0.0, "Opening the collection")
    samples = LabelledSamples(shelf, spec.collection, model, with_truth="annotation" in info.needs)
    if "annotation" in info.needs:
        samples.check_truth(info)
    version = shelf.host.version(info)
    digest = _digest(spec, params, model, samples.ids, version)
    return _Training(spec, info, params, model, samples, spec.collection, version, digest)


def _kept(place: Place, shelf: Shelf) -> Plan | None:
    """The plan of an interrupted training, where it is possible here and now."""
    plan = place.plan() if place.resumed else None
    device = torch.device(shelf.device).type
    return plan if plan and torch.device(plan.device).type == device and plan.threads <= shelf.max_threads else None


def _digest(spec: JobSpec, params: Params, model: LoadedModel, ids: tuple[str, ...], version: str) -> str:
    """The job's fingerprint: by the model's content, all parameters, and which samples there are now."""
    collection = spec.collection or CollectionRef(key="")
    pinned = spec.model_copy(
        update={
            "model": spec.model.model_copy(update={"sha256": model.sha256, "architecture": model.architecture}),
            "params": params.model_dump(mode="json"),
            "collection": collection.model_copy(update={"params": _full_paths(collection.params)}),
        }
    )
    return hashlib.sha256(f"{pinned.fingerprint(version)} {_ids_digest(ids)}".encode()).hexdigest()


def _ids_digest(ids: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(ids).encode()).hexdigest()


def _full_paths(params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` with the full path in place of what is a path: the same folder from wherever it is named."""
    return {k: str(Path(v).expanduser().absolute()) if _is_path(v) else v for k, v in params.items()}


def _names(params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` without where on this machine something lies: of a path its last part."""
    return {k: Path(v).name if _is_path(v) else v for k, v in params.items()}


def _is_path(value: Any) -> bool:
    try:
        return isinstance(value, str) and value != "" and Path(value).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _features_name(model: LoadedModel, version: str) -> str:
    """By content of all that decides a feature but the input: weights, what is done to inputs, the plugin."""
    shown = "" if model.preprocessing is None else model.preprocessing.model_dump_json()
    whole = json.dumps([model.sha256, model.variant, shown, version])
    return f"{model.sha256[:16]}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def _check(found: Any, info: TrainerInfo) -> None:
    """Raise `PluginError` where what a trainer returned is no trained state, or one that cannot be used or saved."""
    if not isinstance(found, Trained):
        raise PluginError(f"{info.title} returned {type(found).__name__} instead of what it learned.")
    for name, array in found.tensors.items():
        if not isinstance(array, np.ndarray):
            raise PluginError(f"{info.title} returned “{name}” as {type(array).__name__} instead of an array.")
        if array.dtype.kind in "fc" and not np.isfinite(array).all():
            raise PluginError(
                f"{info.title} did not succeed: “{name}” holds values that are no numbers. Try other parameters, such "
                f"as a smaller learning rate, or check the collection.",
                code="not-finite",
            )
    try:
        json.dumps(dict(found.facts))
    except (TypeError, ValueError) as e:
        raise PluginError(f"{info.title} returned facts that cannot be saved as JSON ({e}).") from e


def _provenance(job: _Training, plan: Plan) -> dict[str, Any]:
    """Everything that decides what is learned, as plain values; names and hashes, never paths."""
    ref = job.collection
    return {
        "trainer": job.info.key,
        "title": job.info.title,
        "source": dict(vars(job.info.source)),
        "plugin": job.version,
        "params": job.params.model_dump(mode="json"),
        "seed": job.spec.seed,
        "precision": job.spec.precision,
        "plan": dict(vars(plan)),
        "model": model_facts(job.model),
        "collection": {
            "key": ref.key,
            "params": _names(ref.params),
            "limit": ref.limit,
            "samples": len(job.samples),
            "sha256": _ids_digest(job.samples.ids),
        },
        "fingerprint": job.digest,
        "versions": versions(),
    }
