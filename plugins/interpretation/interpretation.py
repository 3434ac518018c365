"""Visual explanation by interpretation: the relevant filters that fired in a picture, and where.

    r = w_class * x        x: the norms of the picture's channels (`channel_norms`), w: what `relevant-filters` found

The filters with the strongest response r are shown, each with a map of what in the picture it answers to
(`filter_maps`), beside the average picture of what excites it where the training made one.

Source: "Visual explanation by interpretation: improving visual feedback capabilities of deep neural networks" (under
review at ICLR 2019), sections 3.2 and 3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from torch import Tensor, nn

from salviewer.api import Evidence, Explainer, Explanation, FilterGallery, Heatmap, Progress, Request, Trained
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.numeric.channels import joined
from salviewer.numeric.counted import counted
from salviewer_plugins.interpretation.channel_norms import Layer, layers_and_norms
from salviewer_plugins.interpretation.filter_maps import Filter, activations, led_back
from salviewer_plugins.interpretation.learned import learned_pictures
from salviewer_plugins.interpretation.show_params import VARIANTS, InterpretationParams

SERIES: Final = "filters"


@dataclass(frozen=True, eq=False)
class Response:
    """One relevant filter in this picture. index: its row among those that training chose from."""

    filter: Filter
    layer_index: int
    relevance: float
    response: float


class Interpretation(Explainer[InterpretationParams]):
    """Key `interpretation`. One forward pass, and one forward and backward pass per filter."""

    def explain(self, request: Request, params: InterpretationParams, progress: Progress) -> Explanation:
        """The filters' maps joined, a gallery, and each filter's map."""
        module, trained = request.model.module, request.trained
        if module is None or trained is None:
            raise UnsupportedModel(
                "Interpretation needs the network itself and what “relevant-filters” learned about it.",
                code="needs-module",
            )
        found = responses(request, module, trained)[: params.filters]
        progress(0.1, "Responses")
        maps = _maps(request, module, found, params, progress)
        heatmaps = [_heatmap(one, values, i, params) for i, (one, values) in enumerate(zip(found, maps, strict=True))]
        shown = [one for one in heatmaps if one is not None]
        first = _joined(found, heatmaps, request, params)
        gallery = _gallery(request, trained, found, heatmaps, params)
        evidence: tuple[Evidence, ...] = (first, gallery, *shown)
        progress(1.0, "Done", lambda: evidence)
        return Explanation(evidence, notes=_notes(found, heatmaps, trained, request))


def responses(request: Request, module: nn.Module, trained: Trained) -> list[Response]:
    """The class's relevant filters by response, strongest first; of equal ones the more relevant.

    Raises:
        InvalidChoice: nothing was learned about this class.
        UnsupportedModel: the network has other layers than when it was learned.
    """
    weights = _weights(request, trained)
    x = request.input.tensor

    def step(part: slice) -> Tensor:
        layers, features, _ = layers_and_norms(module, x[part], request.model, len(request.model.classes))
        _check_layers(layers, trained)
        return features

    ((_, features),) = request.work.batched(1, step)
    rows = np.asarray(trained.tensors["features"])
    layers = tuple(Layer(**one) for one in trained.facts["layers"])
    starts = np.cumsum([0, *(layer.channels for layer in layers)])
    x_of = features[0].double().cpu().numpy()[starts[rows[:, 0]] + rows[:, 1]]
    r = weights * x_of
    active = np.flatnonzero(weights)
    order = active[np.lexsort((-weights[active], -r[active]))]
    return [
        Response(Filter(layers[rows[i, 0]], int(rows[i, 1])), int(rows[i, 0]), float(weights[i]), float(r[i]))
        for i in order
    ]


def _weights(request: Request, trained: Trained) -> np.ndarray:
    """float64 (m,): w of the explained class."""
    index, label = request.target.index, request.target.label
    if label not in trained.facts["images"]:
        raise InvalidChoice(
            f"No filters were looked for that matter for “{label}”: train on pictures of this class too, or explain "
            f"one of those that were there.",
            code="class-not-trained",
        )
    weights = np.asarray(trained.tensors["weights"][:, index], np.float64)
    if not weights.any():
        raise InvalidChoice(
            f"No filter was found that matters for “{label}”: train with more pictures or a greater mu.",
            code="no-filters",
        )
    return weights


def _check_layers(layers: Sequence[Layer], trained: Trained) -> None:
    known = [(one["number"], one["kind"], one["channels"]) for one in trained.facts["layers"]]
    if [(layer.number, layer.kind, layer.channels) for layer in layers] != known:
        raise UnsupportedModel(
            "This network takes other steps than when its relevant filters were looked for (another version of its "
            "code, or another size of input): train for it anew.",
            code="other-layers",
        )


def _maps(
    request: Request, module: nn.Module, found: Sequence[Response], params: InterpretationParams, progress: Progress
) -> list[Tensor | None]:
    """Per filter (C, *S), or (1, *S) of activations; None where the variant has none."""
    filters, x = [one.filter for one in found], request.input.tensor
    if params.variant == "activations":
        return [None if one is None else one[None] for one in activations(request.model, module, x, filters)]

    def step(part: slice) -> Tensor:
        mine = filters[part]
        return led_back(request.model, module, x.expand(len(mine), *x.shape[1:]), mine,
                        stride_one=params.variant == "stride-1")  # fmt: skip

    maps: list[Tensor | None] = []
    for part, values in request.work.batched(len(filters), step, images=2):
        maps += list(values.float().cpu())
        progress(0.1 + 0.9 * part.stop / len(filters), "Leading the filters' answers back")
    return maps


def _heatmap(one: Response, values: Tensor | None, at: int, params: InterpretationParams) -> Heatmap | None:
    if values is None:
        return None
    alone = params.variant == "activations"  # one number per place as it is, which keeps its sign
    name = f"{one.filter.layer.name} filter {one.filter.channel} ({one.response:+.2g})"
    one_per_place = (values[0] if alone else joined(values, params.channels)).float().cpu().numpy()
    signed = alone or params.channels == "sum"
    return Heatmap(name, one_per_place, signed=signed, unit="signal", series=SERIES, at=float(at + 1))


def _joined(
    found: Sequence[Response], maps: Sequence[Heatmap | None], request: Request, params: InterpretationParams
) -> Heatmap:
    """The filters that speak for the class, those of greater response more; or the first of them alone."""
    title = f"{TITLES[params.joined]} by {VARIANTS[params.variant]}"
    total = np.zeros(tuple(request.input.tensor.shape[2:]), np.float32)
    for one, heatmap in zip(found, maps, strict=True):
        if heatmap is None or one.response <= 0:
            continue
        most = float(np.abs(heatmap.values).max())
        total += 0.0 if most == 0 else one.response * np.abs(heatmap.values) / most
        if params.joined == "strongest":
            break
    return Heatmap(title, total, unit="response")


TITLES: Final = {"sum": "Relevant filters", "strongest": "The strongest filter"}


def _gallery(
    request: Request,
    trained: Trained,
    found: Sequence[Response],
    maps: Sequence[Heatmap | None],
    params: InterpretationParams,
) -> FilterGallery:
    size = tuple(request.input.tensor.shape[2:])
    blank = np.full(size, np.nan, np.float32)
    none = np.zeros((0, 0, 0), np.float32)
    learned = learned_pictures(trained, request.target.label, [(one.layer_index, one.filter.channel) for one in found])
    empty = {"averages": np.zeros((0, 0, 0, 3), np.uint8), "average_maps": none}
    return FilterGallery(
        "Filters that fired",
        layer=np.array([one.layer_index for one in found], np.int32),
        channel=np.array([one.filter.channel for one in found], np.int32),
        relevance=np.array([one.relevance for one in found], np.float32),
        response=np.array([one.response for one in found], np.float32),
        heatmaps=np.stack([blank if one is None else one.values for one in maps]) if len(size) == 2 else none,
        label=request.target.label,
        variant=VARIANTS[params.variant],
        **{**empty, **learned},
    )


def _notes(
    found: Sequence[Response], maps: Sequence[Heatmap | None], trained: Trained, request: Request
) -> tuple[str, ...]:
    notes = []
    if missing := [one.filter for one, heatmap in zip(found, maps, strict=True) if heatmap is None]:
        names = ", ".join(dict.fromkeys(one.layer.name for one in missing))
        notes.append(
            f"{counted(len(missing), 'of the filters is a unit', 'of the filters are units')} without places "
            f"({names}): what has no place cannot be drawn over the picture, and has no part in the first map."
        )
    if silent := [one for one in maps if one is not None and not one.values.any()]:
        notes.append(
            f"Of {counted(len(silent), 'filter')} nothing came back to the picture: nowhere was the signal positive."
        )
    if not any(one.response > 0 for one in found):
        notes.append(f"None of the filters that were found speaks for “{request.target.label}” in this picture.")
    return tuple(notes)
