"""The galleries that a training leaves: for each class its filters by relevance, with their average pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from salviewer.api import FilterGallery, Progress, TrainRequest
from salviewer.errors import UnsupportedModel
from salviewer.numeric.feature_rows import Rows
from salviewer_plugins.interpretation.averages import Averages, Averaging, Wanted, usable
from salviewer_plugins.interpretation.channel_norms import Layer
from salviewer_plugins.interpretation.crops import Box, Fields
from salviewer_plugins.interpretation.filter_maps import Filter
from salviewer_plugins.interpretation.filter_params import FilterParams
from salviewer_plugins.interpretation.show_params import VARIANTS
from salviewer_plugins.interpretation.strongest import Choice, by_weight, strongest

FEW_CLASSES: Final = 20
AUTOMATIC: Final = 6
"""Filters of a class where nobody says how many, for up to `FEW_CLASSES` classes."""


@dataclass(frozen=True, eq=False)
class Solved:
    """What training found. rows: features (N, m); weights (m, c) and labels (N, c) of the classes `names`.

    samples: of each row, its place in the request; layers: of the network; filters: (m, 2), layer and filter.
    """

    rows: Rows
    weights: NDArray[np.floating]
    labels: NDArray[np.floating]
    names: tuple[str, ...]
    samples: NDArray[np.intp]
    layers: tuple[Layer, ...]
    filters: NDArray[np.integer]

    def filter(self, choice: Choice) -> Filter:
        """The filter that was chosen."""
        layer, channel = self.filters[choice.column]
        return Filter(self.layers[layer], int(channel))


def wanted(params: FilterParams, classes: int) -> int:
    """Of how many filters of a class average pictures are made."""
    if params.averages is not None:
        return params.averages
    return AUTOMATIC if classes <= FEW_CLASSES else 0


def galleries(
    request: TrainRequest, params: FilterParams, solved: Solved, progress: Progress
) -> tuple[tuple[FilterGallery, ...], tuple[str, ...]]:
    """(a gallery per class, and one per class and further variant of heatmaps; what should be known of them)."""
    most = wanted(params, len(solved.names))
    pictured, others = by_weight(solved.weights, most)
    ready, notes = _ready(request, params, solved, pictured)
    if ready is None:
        return _without(solved, sorted([*pictured, *others], key=lambda one: (one.index, -one.weight))), notes
    rows = strongest(solved.rows, solved.labels, pictured, params.average_of)
    layers = tuple({**layer.facts(), "field": ready.fields.side(layer)} for layer in solved.layers)
    found: list[FilterGallery] = []
    for j, name in enumerate(solved.names):
        mine = [i for i, one in enumerate(pictured) if one.index == j]
        part = progress.part(j / len(solved.names), (j + 1) / len(solved.names))
        part(0.0, f"Average pictures of “{name}”, class {j + 1:,} of {len(solved.names):,}")
        if mine:
            of = [Wanted(solved.filter(pictured[i]), tuple(solved.samples[rows[i]].tolist())) for i in mine]
            made = _kept(request.scratch / f"averages-{j}.npz", lambda of=of, part=part: ready.of(of, part))
            bare = _bare(solved, name, [*(pictured[i] for i in mine), *(one for one in others if one.index == j)])
            found += _pictured(bare, request, of, made, layers, params.sharpen)
    return tuple(found), notes


def _ready(
    request: TrainRequest, params: FilterParams, solved: Solved, pictured: Sequence[Choice]
) -> tuple[Averaging | None, tuple[str, ...]]:
    """What makes average pictures, None where there are to be none; and what should be known of that."""
    if not pictured:
        return None, _why_none(params, len(solved.names))
    x, module = request.samples[0].input.tensor, request.model.module
    if x.ndim != 4 or module is None:
        return None, ("Average pictures are made of pictures only, not of volumes.",)
    try:
        fields = Fields(request.model, module, x, solved.layers)
    except UnsupportedModel as error:
        return None, (f"There are no average pictures, as receptive fields cannot be told. {error}",)
    asked = {"none": (), "all": tuple(VARIANTS)}.get(params.average_maps, (params.average_maps,))
    faults = usable(request, module, solved.filter(pictured[0]), asked)
    variants = [variant for variant in asked if variant not in faults]
    notes = tuple(f"There are no average heatmaps ({VARIANTS[one]}): {why}" for one, why in faults.items())
    return Averaging(request, module, fields, params.average_side, params.sharpen, variants), notes


def _why_none(params: FilterParams, classes: int) -> tuple[str, ...]:
    if params.averages is not None or classes <= FEW_CLASSES:
        return ()
    return (
        f"No average pictures were made, as there are {classes:,} classes: set “averages” to have them. What was "
        f"computed is kept, so that only they are still to do.",
    )


def _without(solved: Solved, choices: Sequence[Choice]) -> tuple[FilterGallery, ...]:
    """A gallery per class without pictures."""
    of_classes = [(name, [one for one in choices if one.index == j]) for j, name in enumerate(solved.names)]
    return tuple(_bare(solved, name, mine) for name, mine in of_classes if mine)


def _bare(solved: Solved, name: str, choices: Sequence[Choice]) -> FilterGallery:
    no_maps, places = np.zeros((0, 0, 0), np.float32), solved.filters[[one.column for one in choices]]
    return FilterGallery(
        f"Filters: {name}",
        layer=places[:, 0].astype(np.int32),
        channel=places[:, 1].astype(np.int32),
        relevance=np.array([one.weight for one in choices], np.float32),
        response=np.full(len(choices), np.nan, np.float32),
        heatmaps=no_maps,
        averages=np.zeros((0, 0, 0, 3), np.uint8),
        average_maps=no_maps,
        layers=tuple(layer.facts() for layer in solved.layers),
        label=name,
    )


def _pictured(
    bare: FilterGallery,
    request: TrainRequest,
    of: Sequence[Wanted],
    made: Averages,
    layers: tuple[dict[str, Any], ...],
    sharpened: float,
) -> list[FilterGallery]:
    """`bare` with pictures and the first variant of heatmaps, and once more with the heatmaps of each further one."""
    crops = tuple(
        tuple((request.ids[at], *box) for at, box in zip(one.samples, boxes, strict=True))
        for one, boxes in zip(of, made.boxes, strict=True)
    )
    full = replace(bare, averages=made.pictures, crops=crops, layers=layers, sharpened=sharpened,
                   collection=request.collection.model_dump(mode="json"))  # fmt: skip
    maps = list(made.maps.items())
    if not maps:
        return [full]
    first, *more = maps
    return [
        replace(full, average_maps=first[1], variant=VARIANTS[first[0]]),
        *(replace(bare, name=f"{bare.name} ({VARIANTS[variant]})", average_maps=values, layers=layers,
                  variant=VARIANTS[variant]) for variant, values in more),
    ]  # fmt: skip


def _kept(file: Path, make: Any) -> Averages:
    """What is in `file`, or what `make` gives, which is kept there: the training may be interrupted later on."""
    if file.is_file():
        with np.load(file) as stored:
            boxes = json.loads(str(stored["boxes"]))
            maps = {key.removeprefix("map "): stored[key] for key in stored.files if key.startswith("map ")}
            pictures = stored["pictures"]
        return Averages(pictures, maps, tuple(tuple(Box(*box) for box in of_one) for of_one in boxes))
    found: Averages = make()
    draft = file.with_suffix(".part")
    maps = {f"map {variant}": values for variant, values in found.maps.items()}
    with draft.open("wb") as f:
        np.savez(f, pictures=found.pictures, boxes=np.array(json.dumps(found.boxes)), **maps)
    draft.replace(file)
    return found
