"""The few filters of a network from whose responses its classes can be told.

    W = argmin ||X' W - L'||_F^2   subject to ||w_j||_1 <= mu, j = 1..C        (equation 1)

| paper | here |
|---|---|
| x, X | `channel_norms.py`, `features.py`; one row per image |
| L | one-hot labels, the collection's (`labels="given"`) |
| mu | `mu`, 10 by default |
| W, nonzero elements (p, q) | `tensors["weights"]` (m, C); `tensors["features"]` (m, 2): layer, filter |
| All, OnlyConv | `layers="all"`, `layers="only-conv"` |

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 3.1; sections 4.1 and 7 for All and
OnlyConv; section 8 and Figure 9 for the reconstruction.
Differs from the paper: it does not say what OnlyConv holds of the 15 layers that it calls convolutional (conv, ReLU,
norm and pooling up to the first fully connected one): here all of them, which are those whose outputs have more than
one place. The steps on the faces of the ball, and the duality gap at which the solver stops, are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salviewer.api import Curve, FilterGallery, Progress, Trained, Trainer, TrainRequest
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.numeric import mu_lasso
from salviewer.numeric.counted import counted
from salviewer_plugins.interpretation.channel_norms import WEIGHTED, Layer
from salviewer_plugins.interpretation.feature_table import FeatureTable, TableRows
from salviewer_plugins.interpretation.features import Extraction, columns_of
from salviewer_plugins.interpretation.filter_params import FilterParams
from salviewer_plugins.interpretation.galleries import Solved, galleries
from salviewer_plugins.interpretation.reconstruction import answers, areas

EXTRACTING = 0.8
"""Share of the progress that computing the features takes, of finding the filters."""
FINDING = 0.5
"""Share of the progress that finding the filters takes, where average pictures are made."""


class RelevantFilters(Trainer[FilterParams]):
    """Key `relevant-filters`."""

    def train(self, request: TrainRequest, params: FilterParams, progress: Progress) -> Trained:
        """Find the filters. What was computed of the features stays for the next time."""
        share = 1.0 if params.averages == 0 else FINDING
        finding, averaging = progress.part(0.0, share), progress.part(share, 1.0)
        extraction = Extraction(
            request, params.per_class, finding.part(0.0, EXTRACTING), unlabelled=params.labels == "predicted"
        )
        chosen = _chosen(extraction.layers, params.layers)
        with extraction.run() as table:
            data = _data(request, extraction, table, chosen, params)
            found = _solved(data, params, finding.part(EXTRACTING, 1.0))
            pictures, notes = _galleries(request, params, extraction, chosen, data, found, averaging)
        trained = _trained(request, params, extraction, chosen, data, found)
        return replace(trained, evidence=(*trained.evidence, *pictures), notes=(*trained.notes, *notes))


@dataclass(frozen=True, eq=False)
class _Data:
    """rows: X'. classes: the model's classes that have images, (c,). labels: (N, c). accuracy: the model's own."""

    rows: TableRows
    classes: NDArray[np.intp]
    labels: NDArray[np.float32]
    accuracy: float


@dataclass(frozen=True, eq=False)
class _Found:
    """The solution for mu, and of each mu of the path (mu, filters, mean area). scores: (N, c), W' x."""

    solution: mu_lasso.Solution
    path: tuple[tuple[float, int, float], ...]
    areas: NDArray[np.float64]
    scores: NDArray[np.float64]
    unsolved: tuple[tuple[float, float], ...]


def _chosen(layers: tuple[Layer, ...], which: str) -> tuple[int, ...]:
    kept = {
        "all": lambda layer: True,
        "only-conv": lambda layer: layer.places > 1,
        "weighted": lambda layer: layer.kind in WEIGHTED,
    }[which]
    chosen = tuple(i for i, layer in enumerate(layers) if kept(layer))
    if not chosen:
        raise UnsupportedModel(
            f"This network has no layers of the kind asked for ({which}) before those that make the classes' scores: "
            f"choose from all layers.",
            code="no-layers",
        )
    return chosen


def _data(
    request: TrainRequest, extraction: Extraction, table: FeatureTable, chosen: tuple[int, ...], params: FilterParams
) -> _Data:
    taken = extraction.taken
    predicted = np.array([table.predicted(ref) for ref in taken.refs], np.intp)
    given = np.array(taken.labels, np.intp)
    own = predicted if params.labels == "predicted" else given
    classes = np.unique(own)
    if len(classes) < 2:
        raise InvalidChoice(
            f"{'The only picture is' if len(own) == 1 else f'All {len(own):,} pictures are'} of one class, "
            f"“{request.model.classes[classes[0]]}”, and filters are chosen "
            f"that tell classes apart: choose a collection of two classes or more.",
            code="one-class",
        )
    known = given >= 0
    accuracy = float((predicted == given)[known].mean()) if known.any() else float("nan")
    return _Data(extraction.rows(table, chosen), classes, (own[:, None] == classes).astype(np.float32), accuracy)


def _solved(data: _Data, params: FilterParams, progress: Progress) -> _Found:
    """The solutions for mu and for all of the path, from the smallest mu to the largest."""
    mus = sorted({params.mu, *params.path})
    seen: list[tuple[float, int, float]] = []
    unsolved: list[tuple[float, float]] = []
    kept: tuple[mu_lasso.Solution, NDArray[np.float64], NDArray[np.float64]] | None = None

    def watch(mu: float, trace: tuple[tuple[int, float, float], ...]) -> None:
        progress(len(seen) / len(mus), f"Solving for mu {mu:g}: gap {trace[-1][2]:.1e}", lambda: _courses(trace))

    for solution in mu_lasso.path(data.rows, data.labels, mus, gap=params.gap, steps=params.steps, watch=watch):
        scores = answers(data.rows, solution.weights)
        area = areas(scores, data.labels > 0)
        used = int(solution.weights.any(1).sum())
        seen.append((solution.mu, used, float(np.nanmean(area))))
        if solution.gap.max() > params.gap:
            unsolved.append((solution.mu, float(solution.gap.max())))
        if solution.mu == params.mu:
            kept = (solution, area, scores)
    if kept is None:
        raise RuntimeError("the path ended without the mu that was asked for")
    return _Found(kept[0], tuple(seen), kept[1], kept[2], tuple(unsolved))


def _galleries(
    request: TrainRequest,
    params: FilterParams,
    extraction: Extraction,
    chosen: tuple[int, ...],
    data: _Data,
    found: _Found,
    progress: Progress,
) -> tuple[tuple[FilterGallery, ...], tuple[str, ...]]:
    """The filters of each class with their average pictures, and what should be known of them."""
    at = {name: i for i, name in enumerate(request.ids)}
    samples = np.array([at[name] for name in extraction.taken.ids], np.intp)
    names = tuple(request.model.classes[j] for j in data.classes)
    filters, weights = _features(extraction.layers, chosen), found.solution.weights
    solved = Solved(data.rows, weights, data.labels, names, samples, extraction.layers, filters)
    return galleries(request, params, solved, progress)


def _trained(
    request: TrainRequest,
    params: FilterParams,
    extraction: Extraction,
    chosen: tuple[int, ...],
    data: _Data,
    found: _Found,
) -> Trained:
    names = request.model.classes
    weights = np.zeros((data.rows.shape[1], len(names)), np.float32)
    weights[:, data.classes] = found.solution.weights
    right = found.scores.argmax(1) == data.labels.argmax(1)
    facts: dict[str, Any] = {
        "mu": params.mu,
        "layers": [layer.facts() for layer in extraction.layers],
        "chosen_layers": list(chosen),
        "classes": list(names),
        "gap": _by_class(names, data.classes, found.solution.gap),
        "images": _by_class(names, data.classes, data.labels.sum(0)),
        "filters": _by_class(names, data.classes, found.solution.active),
        "area_under_roc": _by_class(names, data.classes, found.areas),
        "accuracy": {"filters": float(right.mean()), "model": data.accuracy if data.accuracy >= 0 else None},
        "path": [{"mu": mu, "filters": n, "mean_area_under_roc": area} for mu, n, area in found.path],
    }
    tensors = {"weights": weights, "features": _features(extraction.layers, chosen)}
    evidence = (*_courses(found.solution.trace), *_over_mu(found.path), *_sorted_weights(found, data, names))
    return Trained(tensors, facts, evidence, _notes(extraction, params, found, data, names), "")


def _features(layers: tuple[Layer, ...], chosen: tuple[int, ...]) -> NDArray[np.int32]:
    """(m, 2): layer (an index into the layers of the facts) and filter of each row of the weights."""
    whole = [(i, q) for i, layer in enumerate(layers) for q in range(layer.channels)]
    return np.array(whole, np.int32)[columns_of(layers, chosen)]


def _by_class(names: tuple[str, ...], classes: NDArray[np.intp], values: NDArray[Any]) -> dict[str, Any]:
    return {names[j]: value.item() for j, value in zip(classes, values, strict=True)}


def _courses(trace: tuple[tuple[int, float, float], ...]) -> list[Curve]:
    steps, value, gap = (np.array(column, np.float32) for column in zip(*trace, strict=True))
    label = "steps of the solver"
    return [Curve("objective", steps, value, label, "squared error"), Curve("gap", steps, gap, label, "relative gap")]


def _over_mu(path: tuple[tuple[float, int, float], ...]) -> list[Curve]:
    if len(path) < 2:
        return []
    mu, filters, area = (np.array(column, np.float32) for column in zip(*path, strict=True))
    return [
        Curve("filters over mu", mu, filters, "mu", "filters with a weight"),
        Curve("reconstruction over mu", mu, area, "mu", "mean area under the ROC curve"),
    ]


def _sorted_weights(found: _Found, data: _Data, names: tuple[str, ...]) -> list[Curve]:
    """The weights of each class that are not zero, largest first."""
    curves = []
    for j, of_class in zip(data.classes, found.solution.weights.T, strict=True):
        values = np.sort(of_class[of_class != 0])[::-1].astype(np.float32)
        places = np.arange(1, len(values) + 1, dtype=np.float32)
        curves.append(Curve(f"weights: {names[j]}", places, values, "filter, by weight", "weight"))
    return curves


def _notes(
    extraction: Extraction, params: FilterParams, found: _Found, data: _Data, names: tuple[str, ...]
) -> tuple[str, ...]:
    taken = extraction.taken
    notes = [
        f"For mu {mu:g} the solver stopped after {counted(params.steps, 'step')} at a gap of {gap:.1e} instead of "
        f"{params.gap:.1e}: the weights are near the best ones, not the best."
        for mu, gap in found.unsolved
    ]
    if taken.unknown:
        notes.append(f"Pictures left out because their class is not one of the model's: {taken.unknown:,}.")
    if taken.beyond:
        notes.append(f"Pictures left out because their class had {params.per_class:,} already: {taken.beyond:,}.")
    if missing := len(names) - len(data.classes):
        notes.append(f"Classes of the model without pictures here, and so without filters: {missing:,}.")
    return tuple(notes)
