"""Judges one explanation by one metric."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from salviewer.api import (
    Annotation,
    AtlasRef,
    Explanation,
    GridMap,
    Heatmap,
    JobSpec,
    Measurement,
    MeasureRequest,
    MetricInfo,
    ModelInput,
    Progress,
    Target,
)
from salviewer.errors import InvalidChoice, PluginError
from salviewer.jobs.annotations import source_truth, truth_on_grid
from salviewer.jobs.assets import NOTHING, Assets
from salviewer.jobs.atlases import atlas_for
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.plan import Plan
from salviewer.jobs.provenance import provenance
from salviewer.jobs.requirements import check_needs
from salviewer.jobs.session import session
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.trained_states import trained_again
from salviewer.models.classes import find_class
from salviewer.models.loaded import LoadedModel
from salviewer.numeric.resample import resample_axes


def measure(
    spec: JobSpec,
    explanation: Explanation,
    shelf: Shelf,
    progress: Progress,
    plan: Plan | None = None,
    atlas: AtlasRef | None = None,
) -> Measurement:
    """What the metric `spec.method` says about `explanation`, with how that came about in its provenance.

    `atlas`: that the explanation was made with, where `spec` names none; a metric that runs the method again needs it.
    Raises `InvalidChoice` where the metric needs an annotation or a method that are not there.
    """
    info = shelf.host.metric(spec.method)
    params = checked_params(shelf.host.params(info), spec.params, info.key)
    metric = shelf.host.load(info)()
    progress(0.0, "Opening the model")
    model = shelf.model(spec.model, progress.part(0.0, 0.0))
    source = shelf.input(spec.input, model)
    model = model.reading(source.tensor)
    check_needs(info, model, source)
    _check_explanation(info, explanation)
    shown, truth = _truth(spec, shelf, source) if "annotation" in info.needs else (None, None)
    wanted = spec.atlas or atlas
    assets = NOTHING
    if info.given == "explainer":
        at = atlas_for(spec.model_copy(update={"atlas": wanted}), shelf, source.grid)[0] if wanted is not None else None
        assets = Assets(at, trained_again(explanation, spec, shelf))
    start, target = time.perf_counter(), _target(spec, info, model, explanation)
    with session(spec, info, shelf, model, source, progress, plan, target, assets) as live:
        request = MeasureRequest(
            **vars(live.request),
            explanation=explanation,
            heatmap=heatmap_on(source.grid, explanation),
            truth=truth,
            source_truth=shown,
        )
        found = metric.measure(request, params, progress)
    if not isinstance(found, Measurement):
        raise PluginError(f"{info.title} returned {type(found).__name__} instead of a Measurement.")
    about = provenance(spec, info, shelf, model, source, live.request.target, params, live.work.plan)
    about |= {"explanation": _origin(explanation), "duration_s": round(time.perf_counter() - start, 4)}
    progress(1.0, "Done")
    return replace(found, notes=(*found.notes, *live.work.notes), provenance={**about, **found.provenance})


def heatmap_on(grid: GridMap, explanation: Explanation) -> np.ndarray:
    """The explanation's first map, float32, on the model's grid.

    A map of another size covers the model's field of view, coarser or finer; but a bare array with the source's shape
    lies on the source's pixels, as `Explanation.on_input` gives it.

    Raises `InvalidChoice` where the map has another number of dimensions, or no values.
    """
    values, shape = np.asarray(explanation.heatmap, dtype=np.float32), grid.model_shape
    if values.shape == shape:
        return values
    if values.ndim != len(shape) or not values.size:
        raise InvalidChoice(
            f"The map has shape {values.shape} and the model's input {shape}: give a map with {len(shape)} dimensions, "
            f"of that size, of the picture's or a coarser one.",
            code="map-dims",
        )
    if explanation.grid is None and values.shape == grid.source_shape:
        return grid.from_source(values)
    scales = [n / m for n, m in zip(shape, values.shape, strict=True)]
    return resample_axes(values, shape, scales, [(s - 1) / 2 for s in scales])


def from_array(values: Any, name: str = "array") -> Explanation:
    """An explanation around a bare array (*S), of which nobody knows how it was made. Raises `InvalidChoice`."""
    given = np.asarray(values)
    if given.dtype.kind not in "biuf" or given.ndim not in (2, 3):
        raise InvalidChoice(
            f"A map is an array of numbers (H, W) or (D, H, W); this one has shape {given.shape} and holds "
            f"{given.dtype}.",
            code="map-dims",
        )
    array = np.ascontiguousarray(given, dtype=np.float32)
    return Explanation((Heatmap(name, array, signed=bool((array < 0).any())),))


def _truth(spec: JobSpec, shelf: Shelf, source: ModelInput) -> tuple[Annotation, Annotation]:
    """Where the truth lies, on the source's pixels and on the model's grid."""

    def make() -> tuple[Annotation, Annotation]:
        shown = source_truth(spec, shelf, source.grid.source_shape, source.grid.affine)
        return shown, truth_on_grid(shown, source.grid)

    return shelf.once(("truth", spec.input.model_dump_json(), spec.annotation.model_dump_json(), id(source)), make)


def _target(spec: JobSpec, info: MetricInfo, model: LoadedModel, explanation: Explanation) -> Target | None:
    """What the explanation explained, unless the spec says otherwise; None leaves it to the prediction."""
    explained = explanation.provenance.get("target")
    wanted = explained["index"] if explained and spec.target is None else spec.target
    if wanted is None:
        return None
    if wanted == -1:
        raise InvalidChoice(
            "This map explains a function of the outputs, which a stored result does not hold: name the class to judge "
            "it by.",
            code="target-function",
        )
    index = find_class(model.classes, wanted)
    return Target(index, model.classes[index], spec.output or info.output)


def _check_explanation(info: MetricInfo, explanation: Explanation) -> None:
    if info.given == "explainer" and "method" not in explanation.provenance:
        raise InvalidChoice(
            f"{info.title} runs the method again, and nobody knows how this map was made: give an explanation that "
            f"SalViewer made instead of an array.",
            code="no-method",
        )


def _origin(explanation: Explanation) -> dict[str, Any]:
    """Of the explanation that was judged: what made it and its fingerprint."""
    return {key: explanation.provenance[key] for key in ("method", "fingerprint") if key in explanation.provenance}
