"""LRP and DeepLIFT: the class's score shared out among the pixels, layer by layer.

| key | map | source |
|---|---|---|
| lrp | relevance of each pixel, from the logit | Bach et al. 2015; composite: Kohlbrenner et al. 2020 |
| deeplift | (x - x0) * multiplier, from the difference of the logits | Shrikumar et al. 2017, rescale rule |

The rules are `salviewer.numeric.relevance` and `salviewer.numeric.rescaling`, by the order of calls: shared and
functional ReLUs, residual sums and batch normalisation are seen. Witnesses: zennit and captum (LRP), captum (DeepLIFT).
captum's DeepLIFT takes functional ReLUs for linear in silence, and does not keep the sum where max poolings overlap or
follow a ReLU; its LRP counts residual sums twice.
"""

from __future__ import annotations

import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.errors import UnsupportedModel
from salviewer.numeric.relevance import relevance
from salviewer.numeric.rescaling import rescaling
from salviewer_plugins.baselines.gradients import baseline
from salviewer_plugins.baselines.relevance_params import DeepLiftParams, LrpParams

LRP, DEEPLIFT = "LRP", "DeepLIFT"


class Lrp(Explainer[LrpParams]):
    """Key `lrp`. One forward pass, and a backward pass that costs about three."""

    def explain(self, request: Request, params: LrpParams, progress: Progress) -> Explanation:
        """The map (*S), signed: relevance summed over channels, in units of the logit."""
        module = _module(request)

        def step(part: slice) -> tuple[Tensor, float]:
            x = request.input.tensor[part].clone().requires_grad_()
            with torch.enable_grad():
                fed = x.clone()  # no leaf: a network may change its input in place
                with relevance(module, fed, params.rule, params.epsilon, title=LRP):
                    logit = request.model(fed)[:, request.target.index]
                (found,) = torch.autograd.grad(logit, x, logit.detach())
            return found.detach(), float(logit.detach())

        ((_, (found, logit)),) = request.work.batched(1, step)
        total = float(found.sum())
        request.work.note(f"The logit is {logit:.4g}; the map's values sum to {total:.4g}, the rest went to biases.")
        return _told(LRP, found, request, progress)


class DeepLift(Explainer[DeepLiftParams]):
    """Key `deeplift`. One forward pass of the picture and the reference, and a backward pass that costs about three."""

    def explain(self, request: Request, params: DeepLiftParams, progress: Progress) -> Explanation:
        """The map (*S), signed: what each pixel's difference from the reference adds to the logit."""
        module = _module(request)
        reference = baseline(request, params.baseline)

        def step(part: slice) -> tuple[Tensor, float]:
            x = request.input.tensor[part].clone().requires_grad_()
            with torch.enable_grad():
                fed = torch.cat([x, reference])
                with rescaling(module, fed, title=DEEPLIFT):
                    logits = request.model(fed)[:, request.target.index]
                (found,) = torch.autograd.grad(logits[0], x)
            return found.detach() * (x.detach() - reference), float(logits[0].detach() - logits[1].detach())

        ((_, (found, gap)),) = request.work.batched(1, step)
        total = float(found.sum())
        request.work.note(
            f"From the reference to the picture the logit rises by {gap:.4g}; the map sums to {total:.4g}."
        )
        return _told(DEEPLIFT, found, request, progress)


def _module(request: Request) -> torch.nn.Module:
    if request.model.module is None:
        raise UnsupportedModel("Of this model only the outputs can be had, not its layers.", code="needs-module")
    return request.model.module


def _told(name: str, values: Tensor, request: Request, progress: Progress) -> Explanation:
    if not bool(torch.isfinite(values).all()):
        raise UnsupportedModel(
            f"{name} of this input is not a number: raise epsilon, or choose another method.", code="not-finite"
        )
    heatmap = Heatmap(name, values[0].sum(dim=0).float().cpu().numpy(), signed=True, unit="logit")
    progress(1.0, name, lambda: (heatmap,))
    return Explanation((heatmap,))
