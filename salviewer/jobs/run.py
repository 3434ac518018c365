"""From a job spec to its answer. Window, terminal and Python all come through `run`, and get the same arrays."""

from __future__ import annotations

import platform
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from salviewer.api import (
    ExplainerInfo,
    Explanation,
    Heatmap,
    JobSpec,
    ModelInput,
    Params,
    Prediction,
    Progress,
    Request,
    Target,
)
from salviewer.errors import PluginError, UnsupportedModel
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.footprint import is_out_of_memory
from salviewer.jobs.plan import Plan, threads
from salviewer.jobs.planner import plan_for
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.work import PlannedWork
from salviewer.models.classes import find_class
from salviewer.models.undisturbed import layout

if TYPE_CHECKING:
    from salviewer.models.loaded import LoadedModel


def run(spec: JobSpec, shelf: Shelf, progress: Progress | None = None, plan: Plan | None = None) -> Any:
    """What `spec` asks for: an `Explanation` (verb "explain") or a `Prediction` (verb "predict").

    `plan`: how to run the network; None measures it or takes what was measured before. Raises `SalViewerError`.
    """
    verbs: dict[str, Callable[..., Any]] = {"explain": _explain, "predict": _predict}
    return verbs[spec.verb](spec, shelf, progress or Progress(), plan)


def _predict(spec: JobSpec, shelf: Shelf, progress: Progress, plan: Plan | None) -> Prediction:
    progress(0.0, "Opening the model")
    model = shelf.model(spec.model, progress)
    progress(0.5, "Predicting")
    count = plan.threads if plan else shelf.max_threads
    with model.ready(), torch.inference_mode(), threads(count):
        prediction = _look(model, shelf.input(spec.input, model))
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
    _check_needs(info, model, source)
    began, start = datetime.now(UTC), time.perf_counter()
    with ExitStack() as stack:
        stack.enter_context(_same_randomness())
        stack.enter_context(model.ready())
        stack.enter_context(torch.inference_mode("gradients" not in info.needs))
        with threads(plan.threads if plan else shelf.max_threads):
            target = _resolve(spec, info, model, source)
        progress(0.0, "Measuring how to run the model fastest")
        fast = spec.precision == "fast"
        plan = plan or plan_for(model, source.tensor, shelf.plans, max_threads=shelf.max_threads, fast=fast)
        stack.enter_context(threads(plan.threads))
        stack.enter_context(layout(model.module, plan.memory_format(source.tensor.ndim - 2)))
        work = PlannedWork(plan, progress)
        generator = torch.Generator(source.tensor.device).manual_seed(spec.seed)
        mine = replace(source, tensor=source.tensor.detach().clone(memory_format=torch.preserve_format))
        request = Request(model, mine, target, spec.seed, generator, work)
        explanation = method.explain(request, params, progress)
    _check_result(explanation, info, source)
    about = _provenance(spec, info, shelf, model, source, target, params, work.plan)
    about |= {"began": began.isoformat(timespec="seconds"), "duration_s": round(time.perf_counter() - start, 3)}
    progress(1.0, "Done")
    return replace(
        explanation,
        notes=(*explanation.notes, *work.notes, *(note.text for note in (*source.notes, *model.notes))),
        grid=source.grid,
        provenance={**about, **explanation.provenance},
    )


@contextmanager
def _same_randomness() -> Iterator[None]:
    """Whatever a method draws, the process's random generators continue as if it had not run."""
    python, legacy, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002 - saved
    gpu = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002 - put back as it was
        torch.set_rng_state(cpu)
        if gpu is not None:
            torch.cuda.set_rng_state_all(gpu)


def _look(model: LoadedModel, source: ModelInput) -> Prediction:
    logits = _first_pass(model, source)
    probabilities = model.probabilities(logits)
    if not bool(torch.isfinite(logits).all()):
        raise UnsupportedModel(
            f"The model's output for {source.name or 'this input'} is not a number: check that its weights and the "
            f"preprocessing fit the input.",
            code="output-not-finite",
        )
    return Prediction(model.classes, tuple(logits[0].tolist()), tuple(probabilities[0].tolist()))


def _first_pass(model: LoadedModel, source: ModelInput) -> torch.Tensor:
    """Logits (1, K). Raises `UnsupportedModel` where the network cannot take this input."""
    try:
        return model(source.tensor).float()
    except (RuntimeError, ValueError, TypeError, LookupError) as e:
        if is_out_of_memory(e):
            raise
        shape = " x ".join(map(str, source.tensor.shape))
        reason = str(e).strip().partition("\n")[0] or type(e).__name__
        raise UnsupportedModel(
            f"The network {model.architecture} refused an input of {shape} made from {source.name or 'the input'}: "
            f"{reason}",
            code="input-refused",
        ) from e


def _resolve(spec: JobSpec, info: ExplainerInfo, model: LoadedModel, source: ModelInput) -> Target:
    prediction = _look(model, source)
    wanted = prediction.top(1)[0][0] if spec.target is None else spec.target
    index = find_class(model.classes, wanted)
    return Target(index, model.classes[index], spec.output or info.output)


def _check_needs(info: ExplainerInfo, model: LoadedModel, source: ModelInput) -> None:
    dims = source.tensor.ndim - 2
    if dims not in info.dims:
        known = " or ".join(f"{d}D" for d in info.dims)
        raise UnsupportedModel(f"{info.title} explains {known} inputs; this one is {dims}D.", code="wrong-dims")
    if info.needs & {"gradients", "module"} and model.module is None:
        raise UnsupportedModel(
            f"{info.title} looks inside the network, and of this model only the outputs can be had: choose a method "
            f"that needs outputs alone.",
            code="needs-module",
        )


def _check_result(explanation: Any, info: ExplainerInfo, source: ModelInput) -> None:
    if not isinstance(explanation, Explanation):
        raise PluginError(f"{info.title} returned {type(explanation).__name__} instead of an Explanation.")
    grid = tuple(source.tensor.shape[2:])
    for evidence in explanation.evidence:
        if isinstance(evidence, Heatmap) and evidence.values.ndim != len(grid):
            raise PluginError(f"{info.title} returned a map of shape {evidence.values.shape} for an input of {grid}.")


def _provenance(
    spec: JobSpec,
    info: ExplainerInfo,
    shelf: Shelf,
    model: LoadedModel,
    source: ModelInput,
    target: Target,
    params: Params,
    plan: Plan,
) -> dict[str, Any]:
    """Everything that decides the result, as plain values; names and hashes, never paths."""
    shown: Mapping[str, Any] = {"inputs": "as given"}
    if model.preprocessing is not None:
        shown = model.preprocessing.model_dump(mode="json")
    return {
        "method": info.key,
        "title": info.title,
        "source": asdict(info.source),
        "plugin": shelf.host.version(info),
        "params": params.model_dump(mode="json"),
        "target": asdict(target),
        "seed": spec.seed,
        "precision": spec.precision,
        "plan": asdict(plan),
        "model": {
            "architecture": model.architecture,
            "sha256": model.sha256,
            "variant": model.variant,
            "outputs": model.outputs,
            "classes": len(model.classes),
            "preprocessing": shown,
        },
        "input": {"name": source.name, "sha256": source.ref, "options": dict(spec.input.options)},
        "fingerprint": _fingerprint(spec, shelf, info, model, source),
        "versions": {
            "salviewer": metadata.version("salviewer"),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }


def _fingerprint(spec: JobSpec, shelf: Shelf, info: ExplainerInfo, model: LoadedModel, source: ModelInput) -> str:
    by_content = spec.model_copy(
        update={
            "model": spec.model.model_copy(update={"sha256": model.sha256}),
            "input": spec.input.model_copy(update={"sha256": source.ref}),
        }
    )
    return by_content.fingerprint(shelf.host.version(info))
