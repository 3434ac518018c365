"""The randomisation check: does the map still look the same when what the network has learned is gone?

A copy of the network is made random from the output down (cascading), or one layer at a time (independent), and the
method explains the same class again. A method that draws much the same map for a random network shows the picture, not
the network. Each new map is compared with the one that is judged:

    rank correlation    Spearman's rho of |map| and |new map| over pixels
    SSIM                structural similarity of both, each |map| divided by its own maximum

Source: Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim, "Sanity Checks for Saliency Maps", NeurIPS 2018, section 4.
Differs from the paper: neighbouring layers are taken together where there are more than `steps`; weights are drawn by
default with the mean and spread that they had, since freshly initialised ones can leave a deep network without any
signal to explain (`draw="reset"` initialises them, as the paper does); the comparison of signed maps and of their
histograms of oriented gradients is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from torch import nn

from salviewer.api import Curve, Measurement, MeasureRequest, Metric, Progress
from salviewer.errors import UnsupportedModel
from salviewer.numeric.counted import counted
from salviewer.numeric.ranks import rank_correlation
from salviewer.numeric.structure import ssim
from salviewer_plugins.evaluation.again import Inner, map_again, why_degenerate
from salviewer_plugins.evaluation.random_layers import (
    Layer,
    copied,
    draw,
    drawn,
    gathered,
    layers_from_output,
    says_nothing,
)
from salviewer_plugins.evaluation.stability_params import RandomisationParams


class Step(NamedTuple):
    """One comparison. `depth`: layers counted from the output, this step's included."""

    depth: int
    rank_correlation: float
    ssim: float


class Randomisation(Metric[RandomisationParams]):
    """Key `randomisation`."""

    def measure(self, request: MeasureRequest, params: RandomisationParams, progress: Progress) -> Measurement:
        """`rank_correlation` -1..1, the mean over steps, its mean size `abs_rank_correlation`, and `ssim`.

        Per mode also the last step's numbers, and two curves over depth. Far below 0 the map has turned round, which is
        a likeness too: `abs_rank_correlation` is not lowered by it.

        A map that is constant or holds NaN can be like no other: NaN. A step whose new map is such is NaN in the curve
        and left out of the mean. The provenance names the layers under `steps`.

        Raises `UnsupportedModel` where the network has no parameters or cannot be copied.
        """
        module = request.model.module
        if module is None or not any(p.is_floating_point() for p in module.parameters()):
            raise UnsupportedModel(
                "This model has no weights that could be made random: the check needs a network with parameters.",
                code="no-parameters",
            )
        modes = ("cascading", "independent") if params.mode == "both" else (params.mode,)
        if note := why_degenerate(request.heatmap):
            return _measurement({mode: [] for mode in modes}, (note,))
        found: dict[str, list[Step]] = {}
        notes: tuple[str, ...] = ()
        names: list[str] = []
        for i, mode in enumerate(modes):
            part = progress.part(i / len(modes), (i + 1) / len(modes))
            with copied(module) as twin:
                layers, left = layers_from_output(twin, _one_pass(request, twin))
                blocks = gathered(layers, params.steps)
                names = [_name(block) for block in blocks]
                notes = _notes(blocks, left, [layer.name for layer in layers if says_nothing(layer)], params.draw)
                found[mode] = list(_walk(request, twin, blocks, mode, params.draw, part))
        return replace(_measurement(found, notes), provenance={"steps": names})


def _one_pass(request: MeasureRequest, twin: nn.Module) -> Iterator[object]:
    yield request.model.with_module(twin, "copy")(request.input.tensor)


def _walk(
    request: MeasureRequest, twin: nn.Module, blocks: list[list[Layer]], mode: str, how: str, progress: Progress
) -> Iterator[Step]:
    """One step per block of `twin`, which is left random by a cascade and as it was by the independent mode."""
    depth = 0
    for i, block in enumerate(blocks):
        name = _name(block)
        model = request.model.with_module(twin, f"randomised ({mode}): {name}")
        inner = Inner(progress, i / len(blocks), (i + 1) / len(blocks), f"Explaining a network with random {name}")
        with drawn(block, request.seed + i, how) if mode == "independent" else nullcontext():
            if mode == "cascading":
                draw(block, request.seed + i, how)
            again = map_again(request, inner, model=model)
        depth += len(block)
        yield _step(depth, request.heatmap, again)


def _step(depth: int, judged: np.ndarray, again: np.ndarray) -> Step:
    if not np.isfinite(again).all():
        return Step(depth, float("nan"), float("nan"))
    a, b = np.abs(judged).astype(np.float64), np.abs(again)
    return Step(depth, rank_correlation(a, b), ssim(_scaled(a), _scaled(b)))


def _scaled(values: np.ndarray) -> np.ndarray:
    """Non-negative `values` divided by their maximum; zero stays zero."""
    top = values.max()
    return values / top if top > 0 else values


def _name(block: list[Layer]) -> str:
    first, last = (layer.name or "the network's own weights" for layer in (block[0], block[-1]))
    return first if len(block) == 1 else f"{first} to {last}"


def _measurement(found: dict[str, list[Step]], notes: tuple[str, ...]) -> Measurement:
    values: dict[str, float] = {}
    curves: list[Curve] = []
    for mode, steps in found.items():
        prefix = "" if not values else f"{mode}_"
        for name in ("rank_correlation", "ssim"):
            numbers = np.array([getattr(step, name) for step in steps])
            seen = numbers[~np.isnan(numbers)]
            values[prefix + name] = float(seen.mean()) if len(seen) else float("nan")
            if name == "rank_correlation":
                values[f"{prefix}abs_{name}"] = float(np.abs(seen).mean()) if len(seen) else float("nan")
            values[f"{prefix}{name}_last"] = float(numbers[-1]) if len(numbers) else float("nan")
            if steps:
                curves.append(_curve(mode, name, steps, numbers))
        if empty := int(sum(np.isnan(step.rank_correlation) for step in steps)):
            were = "was" if empty == 1 else "were"
            count = f"{empty} of {counted(len(steps), f'{mode} step')}"
            notes = (*notes, f"{count} gave a constant map and {were} left out of the mean.")
    return Measurement(values, tuple(curves), notes)


def _curve(mode: str, name: str, steps: list[Step], numbers: np.ndarray) -> Curve:
    label = "layers randomised, from the output" if mode == "cascading" else "depth of the layer, from the output"
    x = np.array([step.depth for step in steps], np.float32)
    y_label = "rank correlation of |map|" if name == "rank_correlation" else "SSIM of |map|"
    return Curve(f"{y_label}, {mode}", x, numbers.astype(np.float32), label, y_label)


def _notes(blocks: list[list[Layer]], left: list[str], constant: list[str], how: str) -> tuple[str, ...]:
    steps = "; ".join(_name(block) for block in blocks)
    notes = (f"Randomised, from the output down: {steps}.",)
    if left:
        notes = (*notes, f"Not randomised, since they take no part: {', '.join(left)}.")
    if constant and how == "moments":
        notes = (*notes, f"Unchanged, since their weights are constant: {', '.join(constant)}.")
    return notes
