"""Accuracy under ablation: does the network still name the class when the units behind the explanation are silent?

| paper                                | here                                                                        |
|--------------------------------------|-----------------------------------------------------------------------------|
| relevant features, pairs (p, q)      | units: channels q of layers p                                               |
| set the layer/filter to zero         | `fill`: zero, or the unit's own mean over the picture                       |
| random features of the same layers   | `repeats` draws of as many channels of each layer, from all its channels    |
| mean class accuracy (mCA)            | `correct_after`, averaged over the pictures of a class, then over classes   |

Which units: those that `units` says; else those that a piece of evidence names by its method `units()`, a mapping of
layer names to channel indices; else the `top` channels of `layer` by

    r_c = sum over positions u of  M(u) dz/dA_c(u) A_c(u)

with z the target's logit, A the layer's output and M the map's positive part, averaged over the cells of the layer's
grid: what the channels contribute, to first order, where the map says that the evidence lies.

Source: "Visual Explanation by Interpretation: Improving Visual Feedback Capabilities of Deep Neural Networks" (ICLR
2019), section 4.1 and Figure 4.
Differs from the paper: it silences one set of units per network, chosen on the training pictures; here each picture may
have its own. The choice by gradient times activation is ours, for methods that name no units. The map only weighs it,
and on photographs four very different maps chose units of the same effect: it tells of the layer more than of the map.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.api import Measurement, MeasureRequest, Metric, Progress
from salviewer.errors import UnsupportedModel
from salviewer.numeric.activations import Layer, as_map, caught, named_layer
from salviewer_plugins.evaluation.silencing import Output, Units, checked_units, outputs_of, read_units, silenced
from salviewer_plugins.evaluation.stability_params import AblationParams

POOLS = {2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}


class Ablation(Metric[AblationParams]):
    """Key `ablation`."""

    def measure(self, request: MeasureRequest, params: AblationParams, progress: Progress) -> Measurement:
        """`correct_after` 0 or 1: whether the target is the predicted class without the units.

        Then `correct_before`; `correct_after_random`, the share of random draws; `probability_drop` of the target;
        `probability_drop_random`; the number of `units`. A map decides only where nothing names the units: where it
        has no positive value or holds NaN then, all values are NaN. Raises `InvalidChoice` for units that the network
        does not have, and `UnsupportedModel` where there is no inside or no class.
        """
        module = _inside(request)
        progress(0.0, "Finding the units")
        x = _as_fed(module, request.input.tensor)
        outputs = outputs_of(module, x)
        named = units = _named(request, params)
        if units is None:
            if (weights := _positive_part(request.heatmap)) is None:
                note = "The map has no positive values, so it points to no units."
                return Measurement(dict.fromkeys(VALUES, float("nan")), notes=(note,))
            layer = named_layer(module, x, params.layer, len(request.model.classes))
            units = top_units(request, module, layer, weights, params.top)
        units = checked_units(units, outputs, params.fill)
        keep = rows_to_keep(units, outputs, params.repeats, request.seed)
        axes = {name: outputs[name].axis for name in units}
        p = _probabilities(request, module, keep, axes, params, progress)
        return _measurement(p, request.target.index, units, chosen_here=named is None)


VALUES = (
    "correct_after",
    "correct_before",
    "correct_after_random",
    "probability_drop",
    "probability_drop_random",
    "units",
)


def rows_to_keep(units: Units, outputs: dict[str, Output], repeats: int, seed: int) -> dict[str, Tensor]:
    """By layer, bool (2 + repeats, channels): the whole network, without `units`, and without random ones."""
    generator = torch.Generator().manual_seed(seed)
    keep = {}
    for name, channels in units.items():
        rows = torch.ones(2 + repeats, outputs[name].channels, dtype=torch.bool)
        rows[1, list(channels)] = False
        for row in rows[2:]:
            row[torch.randperm(len(row), generator=generator)[: len(channels)]] = False
        keep[name] = rows
    return keep


def top_units(request: MeasureRequest, module: nn.Module, layer: Layer, weights: np.ndarray, top: int) -> Units:
    """The `top` channels of `layer` with the greatest r_c; weights: M (*S), non-negative."""
    with torch.enable_grad(), caught(module, layer.name, gradients=True) as seen:
        logit = request.model(request.input.tensor)[:, request.target.index].sum()
        found = torch.autograd.grad(logit, seen.output, allow_unused=True) if logit.requires_grad else (None,)
    if seen.output is None or found[0] is None:
        raise UnsupportedModel(
            f"The class does not depend on what layer “{layer.name}” gives: choose another layer.", code="no-layer"
        )
    contribution = as_map(found[0] * seen.output.detach(), layer)[0]
    on_grid = POOLS[len(layer.shape) - 1](torch.from_numpy(weights)[None, None], layer.shape[1:])[0]
    r = (contribution * on_grid.to(contribution)).flatten(1).sum(1)
    return {layer.name: tuple(torch.argsort(r, descending=True, stable=True)[:top].tolist())}


def _inside(request: MeasureRequest) -> nn.Module:
    if request.model.module is None:
        raise UnsupportedModel(
            "Of this model only the outputs can be had: ablation needs a network with units.", code="needs-module"
        )
    if request.target.index < 0:
        raise UnsupportedModel(
            "A function of the outputs was explained: accuracy needs a class as the target.", code="needs-class"
        )
    return request.model.module


def _as_fed(module: nn.Module, x: Tensor) -> Tensor:
    """X in the precision of the network's weights."""
    return x.to(next((p.dtype for p in module.parameters() if p.is_floating_point()), x.dtype))


def _named(request: MeasureRequest, params: AblationParams) -> Units | None:
    """The units that the person or a piece of evidence names."""
    if params.units.strip():
        return read_units(params.units)
    for evidence in request.explanation.evidence:
        if callable(units := getattr(evidence, "units", None)):
            return units()
    return None


def _positive_part(heatmap: np.ndarray) -> np.ndarray | None:
    """M (*S) float32; None where there is nothing positive, or NaN."""
    if not np.isfinite(heatmap).all() or not (heatmap > 0).any():
        return None
    return np.maximum(heatmap, 0).astype(np.float32)


def _probabilities(
    request: MeasureRequest,
    module: nn.Module,
    keep: dict[str, Tensor],
    axes: dict[str, int],
    params: AblationParams,
    progress: Progress,
) -> Tensor:
    """(2 + repeats, K) on the CPU, a row per row of `keep`: all in a few batches, each input with its own units."""
    x, count = request.input.tensor, 2 + params.repeats

    def step(part: slice) -> Tensor:
        rows = {name: r[part].to(x.device) for name, r in keep.items()}
        with torch.no_grad(), silenced(module, rows, axes, params.fill):
            return request.model(x.expand(part.stop - part.start, *x.shape[1:])).float()

    found = []
    for part, logits in request.work.batched(count, step):
        found.append(request.model.probabilities(logits).cpu())
        progress(part.stop / count, "Silencing units")
    return torch.cat(found)


def _measurement(p: Tensor, target: int, units: Units, *, chosen_here: bool) -> Measurement:
    correct = (p.argmax(1) == target).double()
    drop = (p[0, target] - p[:, target]).double()
    numbers = (correct[1], correct[0], correct[2:].mean(), drop[1], drop[2:].mean(), sum(map(len, units.values())))
    named = "; ".join(f"{name}: {', '.join(map(str, channels))}" for name, channels in units.items())
    notes = [f"Silenced: {named[:400]}." if named else "No unit was named, so nothing was silenced."]
    if chosen_here:
        notes.append("The explanation names no units: these were chosen here, and depend little on the map.")
    return Measurement({name: float(n) for name, n in zip(VALUES, numbers, strict=True)}, notes=tuple(notes))
