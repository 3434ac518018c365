"""Discernible neurons and CNN-Fixations: the units that carried a decision, from the class down to the pixels.

| key | Omega, by which units are chosen | source |
|---|---|---|
| discernible-neurons | a_suc Z_suc (a_cur Z_cur + a_pre Z_pre) | Eq. 1, see `choice` and `walk` |
| cnn-fixations | Z_cur alone | Mopuri, Garg, Babu: CNN Fixations (2018), section III |

The chosen pixels, outliers left out, become a map by a Gaussian each, and the box around them is told
(`findings`).
Differs from the papers: batch normalisation, which neither treats, is folded into the weights before it. CNN-Fixations
keeps k units for each chosen unit in every layer, as its successor does.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeVar

from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_graph import CallGraph, record
from salviewer.numeric.counted import counted
from salviewer_plugins.discernible.choice import Rules
from salviewer_plugins.discernible.findings import findings
from salviewer_plugins.discernible.path import neuron_path, pixels
from salviewer_plugins.discernible.starts import starts_of
from salviewer_plugins.discernible.steps import READ
from salviewer_plugins.discernible.walk import walk
from salviewer_plugins.discernible.walk_params import FixationsParams, NeuronsParams

P = TypeVar("P", bound=FixationsParams)
NEURONS, FIXATIONS = "Discernible neurons", "CNN-Fixations"
LEARNED = ("a_cur", "a_suc", "a_pre")


class DiscernibleNeurons(Explainer[NeuronsParams]):
    """Key `discernible-neurons`. One forward pass, and a walk that takes longer with k."""

    def explain(self, request: Request, params: NeuronsParams, progress: Progress) -> Explanation:
        """The map (*S) of chosen pixels, and the path to them."""
        learned: dict[str, float] = {name: getattr(params, name) for name in LEARNED}
        if request.trained is not None:
            learned = {name: float(request.trained.facts.get(name, learned[name])) for name in LEARNED}
            told = ", ".join(f"{name} = {value:g}" for name, value in learned.items())
            request.work.note(f"The learned weights were used: {told}.")
        rules = Rules(params.k, **learned, residual=params.residual, places=params.places)
        return _explained(NEURONS, request, params, rules, progress)


class CnnFixations(Explainer[FixationsParams]):
    """Key `cnn-fixations`. One forward pass, and a walk that takes longer with k."""

    def explain(self, request: Request, params: FixationsParams, progress: Progress) -> Explanation:
        """The map (*S) of chosen pixels, and the path to them."""
        rules = Rules(params.k, a_pre=0.0, counting=False, residual=params.residual, places=params.places)
        return _explained(FIXATIONS, request, params, rules, progress)


def _explained(title: str, request: Request, params: P, rules: Rules, progress: Progress) -> Explanation:
    module = request.model.module
    if module is None:
        raise UnsupportedModel("Of this model only the outputs can be had, not its layers.", code="needs-module")
    if request.target.function is not None:
        raise UnsupportedModel(f"{title} starts at the unit of one class, not at a function.", code="needs-class")
    progress(0.0, "The forward pass")
    graph, logits = _recorded(title, request)
    others = [int(i) for i in logits[0].argsort(descending=True, stable=True) if int(i) != request.target.index]
    wanted = [request.target.index, *others[: params.classes - 1]]
    starts, gains = starts_of(title, graph, wanted, logits.shape[1])
    walked = walk(graph, starts, gains, rules, title, lambda done: progress(0.1 + 0.8 * done, "The walk"))
    points = pixels(graph, walked)
    if not len(points):
        raise UnsupportedModel(
            f"{title} found no way from this class to the picture: what decides comes from constants. Choose another "
            "class or a method that needs outputs alone, such as GLAS or occlusion.",
            code="no-path",
        )
    size = tuple(request.input.tensor.shape[2:])
    sigma = max(1e-3, params.sigma * min(size))
    found = findings(points, size, sigma=sigma, radius=params.radius, share=params.share)
    heatmap = Heatmap(title, found.values, unit="chosen pixels")
    decided: dict[str, Any] = {**asdict(rules), "classes": params.classes, **found.facts}
    path = neuron_path(graph, module, walked, decided, f"{title}: path")
    units = len(path.layer) - len(walked[-1].flat)
    request.work.note(f"{counted(len(points), 'pixel was', 'pixels were')} chosen, by {counted(units, 'unit')}.")
    progress(1.0, title, lambda: (heatmap, path))
    return Explanation((heatmap, path), found.notes)


def _recorded(title: str, request: Request) -> tuple[CallGraph, Tensor]:
    kept: list[tuple[CallGraph, Tensor]] = []

    def step(part: slice) -> Tensor:
        found: list[Tensor] = []

        def forward(x: Tensor) -> Tensor:
            found.append(request.model(x))
            return found[-1]

        module = request.model.module
        if module is not None:
            kept[:] = [(record(module, request.input.tensor[part], forward, title=title, allowed=READ), found[-1])]
        return found[-1]

    for _ in request.work.batched(1, step):
        pass
    return kept[-1]
