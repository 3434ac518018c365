"""Excitation backprop: how probable it is that each place of a layer wins, walking down from the class at random.

The walk begins at the class's unit. From a neuron it goes to one of those that excite it, j with probability in
proportion to a_j w+_j, until it comes to the layer that is asked for. P(a) is how probable it is that it comes by a
(the marginal winning probability, MWP), and all of it is computed in one pass back (Zhang et al. 2016).

| paper | here |
|---|---|
| P(a_j), Eq. 5 and 6 | `salviewer.numeric.excitation`, as the backward rule of each call |
| top-down signal P_0 | 1 at the class's unit |
| the map: P summed over the channels of a layer | `on_grid` of the sum |
| dual unit, weights -w (section 3.3) | what comes back from minus the class's logit |
| contrastive MWP | P from the class's unit - P from its dual unit |

Source: Zhang, Lin, Brandt, Shen, Sclaroff: Top-down Neural Attention by Excitation Backprop (2016), sections 3.2, 3.3.
Differs from the paper: batch normalisation and residual connections, which it does not treat, are taken as part of the
layer of weights that they belong to. The layer is chosen by its grid, not by name.
"""

from __future__ import annotations

from contextlib import ExitStack

import torch
from torch import Tensor, nn

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.errors import UnsupportedModel
from salviewer.numeric.activations import caught, layers, named_layer
from salviewer.numeric.excitation import excitation
from salviewer_plugins.baselines.cams import on_grid
from salviewer_plugins.baselines.excitation_params import ExcitationParams

COARSEST = 16
"""The layer is at most so many times coarser than the input: 14 x 14 for 224 x 224, as after VGG's fourth pooling."""
FEWEST = 8
"""... and has so many places along its shorter side, if any layer has."""
ALL = 0.98
"""A layer counts as passed by all probability if its share of what the best layer gets is at least this."""


class ExcitationBackprop(Explainer[ExcitationParams]):
    """Key `excitation-backprop`. Two forward passes and one backward pass."""

    def explain(self, request: Request, params: ExcitationParams, progress: Progress) -> Explanation:
        """The map (*S), not negative; on the layer's own grid it sums to 1."""
        title = "Excitation backprop"
        name, own, _ = winning(request, params.layer, title, dual=False)
        total = float(own.sum())
        if total < ALL:
            request.work.note(
                f"{100 * (1 - total):.0f} % of the probability went to neurons that nothing but their bias excites, "
                "and is lost."
            )
        return _told(request, title, name, own, progress, signed=False)


class ContrastiveExcitationBackprop(Explainer[ExcitationParams]):
    """Key `contrastive-excitation-backprop`. Two forward passes and two backward passes."""

    def explain(self, request: Request, params: ExcitationParams, progress: Progress) -> Explanation:
        """The map (*S), signed: where the class's unit wins more often than its dual unit."""
        title = "Contrastive excitation backprop"
        name, own, dual = winning(request, params.layer, title, dual=True)
        if not float(dual.sum()):
            request.work.note("Nothing excites the class's dual unit from this layer: there is nothing to contrast.")
        return _told(request, title, name, own - dual, progress, signed=True)


def winning(request: Request, layer: str, title: str, *, dual: bool) -> tuple[str, Tensor, Tensor]:
    """(layer, P, P of the dual unit or zeros), each P (*s) summed over the layer's channels."""
    module = request.model.module
    if module is None:
        raise UnsupportedModel("Of this model only the outputs can be had, not its layers.", code="needs-module")
    if request.target.function is not None:
        raise UnsupportedModel(f"{title} starts at the unit of one class, not at a function.", code="needs-class")
    names = [named_layer(module, request.input.tensor, layer).name] if layer else _fine_enough(request, module)
    chosen: list[str] = []

    def step(part: slice) -> tuple[Tensor, Tensor]:
        x = request.input.tensor[part].clone().requires_grad_()
        with torch.enable_grad():
            fed = x.clone()
            with ExitStack() as stack:
                kept = [stack.enter_context(caught(module, name)) for name in names]
                stack.enter_context(excitation(module, fed, title=title))
                logit = request.model(fed)[:, request.target.index].sum()
            outputs = [k.output for k in kept]
            found = _back(logit, outputs, keep=dual)
            at = _last_passed_by_all(found, names, title)
            chosen[:] = [names[at]]
            against = _back(-logit, [outputs[at]])[0] if dual else None
        own = found[at]
        return own, torch.zeros_like(own) if against is None else against.clamp(min=0)

    ((_, (own, against)),) = request.work.batched(1, step)
    return chosen[0], own[0], against[0]


def _back(logit: Tensor, outputs: list[Tensor | None], *, keep: bool = False) -> list[Tensor | None]:
    """Per layer what comes back to it, (1, *s) summed over channels; None where it took no part."""
    parts = [output for output in outputs if output is not None and output.requires_grad]
    found = torch.autograd.grad(logit, parts, allow_unused=True, retain_graph=keep) if logit.requires_grad else ()
    by_part = {id(part): p for part, p in zip(parts, found, strict=False)}
    wins = (by_part.get(id(output)) for output in outputs)
    return [None if p is None else p.detach().float().sum(1) for p in wins]


def _last_passed_by_all(found: list[Tensor | None], names: list[str], title: str) -> int:
    totals = [0.0 if p is None else float(p.sum()) for p in found]
    if len(names) == 1 and found[0] is None:
        raise UnsupportedModel(
            f"The layer “{names[0]}” has no part of its own in {title}: it does not lead to the class, or is one layer "
            "with the normalisation after it. Choose a later one.",
            code="unknown-layer",
        )
    if max(totals) <= 0:
        raise UnsupportedModel(
            "Nothing excites this class here: none of the features that the network found speak for it. Choose another "
            "class, or a method that also shows what speaks against one, such as the gradient.",
            code="no-excitation",
        )
    return max(i for i, total in enumerate(totals) if total >= ALL * max(totals))


def _fine_enough(request: Request, module: nn.Module) -> list[str]:
    """The names of the layers whose grid is fine enough, in the order in which they run."""
    x = request.input.tensor
    found = [layer for layer in layers(module, x) if not layer.tokens and max(layer.shape[1:]) > 1]
    below = [layer for layer in found if layer.shape[0] != len(request.model.classes)]  # a map per class is no feature
    passing = nn.modules.dropout._DropoutNd
    maps = [layer for layer in below or found if not isinstance(module.get_submodule(layer.name), passing)]
    if not maps:
        raise UnsupportedModel(
            "No layer of this network gives a map of the picture (a grid of features): choose a method that needs "
            "outputs alone, such as GLAS or occlusion.",
            code="no-map",
        )
    finest = max(min(layer.shape[1:]) for layer in maps)
    least = min(finest, max(FEWEST, min(x.shape[2:]) // COARSEST))
    return [layer.name for layer in maps if min(layer.shape[1:]) >= least]


def _told(request: Request, title: str, layer: str, values: Tensor, progress: Progress, *, signed: bool) -> Explanation:
    request.work.note(f"Probabilities of the layer “{layer}” ({' x '.join(str(n) for n in values.shape)} places).")
    heatmap = Heatmap(title, on_grid(request, values).cpu().numpy(), signed=signed, unit="probability")
    progress(1.0, title, lambda: (heatmap,))
    return Explanation((heatmap,))
