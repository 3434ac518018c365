"""DeconvNet, guided backpropagation, and their product with Grad-CAM: gradients whose ReLUs pass on what is positive.

| key | backward rule of a ReLU | source |
|---|---|---|
| deconvnet | R = ReLU(R_above) | Zeiler, Fergus 2014, section 2.1 |
| guided-backprop | R = ReLU(R_above) where the input was positive | Springenberg et al. 2015, Figure 1 |
| guided-gradcam | guided backpropagation x Grad-CAM, up-sampled | Selvaraju et al. 2017, section 3.2 |
| guided-gradcam-plus-plus | guided backpropagation x Grad-CAM++ | Chattopadhay et al. 2018, section 3.3 |

All ReLUs of a pass get the rule, by the order of calls: modules, shared ones, functional and in-place ones, ReLU6.
Peers differ: captum's GuidedBackprop and Deconvolution hook modules, and give the plain gradient in silence where ReLUs
are functional. DeconvNet and guided backpropagation hardly depend on the class (Mahendran, Vedaldi 2016; Nie et al.
2018): the randomisation check tells.
"""

from __future__ import annotations

import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Progress, Request
from salviewer.errors import UnsupportedModel
from salviewer.numeric.relu_rules import Rule, relu_rule
from salviewer_plugins.baselines.cams import gradient_map, on_grid
from salviewer_plugins.baselines.gradients import as_heatmap
from salviewer_plugins.baselines.rule_params import GuidedGradCamParams, RuleParams

GUIDED = "Guided backpropagation"

NOTHING = (
    "Nothing came back to the picture: at some layer every signal was negative, and this rule lets none of them pass."
)


class DeconvNet(Explainer[RuleParams]):
    """Key `deconvnet`. One forward and one backward pass."""

    def explain(self, request: Request, params: RuleParams, progress: Progress) -> Explanation:
        """The map (*S)."""
        found = rewritten(request, "deconvnet", "DeconvNet")
        return _told("DeconvNet", found, params.channels, request, progress)


class GuidedBackprop(Explainer[RuleParams]):
    """Key `guided-backprop`. One forward and one backward pass."""

    def explain(self, request: Request, params: RuleParams, progress: Progress) -> Explanation:
        """The map (*S)."""
        found = rewritten(request, "guided", GUIDED)
        return _told(GUIDED, found, params.channels, request, progress)


class GuidedGradCam(Explainer[GuidedGradCamParams]):
    """Key `guided-gradcam`. Two forward and two backward passes."""

    def explain(self, request: Request, params: GuidedGradCamParams, progress: Progress) -> Explanation:
        """The map (*S)."""
        return _product("Guided Grad-CAM", request, params, progress, plus_plus=False)


class GuidedGradCamPlusPlus(Explainer[GuidedGradCamParams]):
    """Key `guided-gradcam-plus-plus`. Two forward and two backward passes."""

    def explain(self, request: Request, params: GuidedGradCamParams, progress: Progress) -> Explanation:
        """The map (*S)."""
        return _product("Guided Grad-CAM++", request, params, progress, plus_plus=True)


def rewritten(request: Request, rule: Rule, title: str) -> Tensor:
    """What comes back to the input (1, C, *S) when every ReLU has `rule`; `UnsupportedModel` where one cannot."""
    module = request.model.module
    if module is None:
        raise UnsupportedModel("Of this model only the outputs can be had, not its layers.", code="needs-module")

    def step(part: slice) -> Tensor:
        x = request.input.tensor[part].clone().requires_grad_()
        with torch.enable_grad():
            fed = x.clone()  # no leaf: a network may change its input in place
            with relu_rule(module, fed, rule, title=title):
                logits = request.model(fed)
            (found,) = torch.autograd.grad(request.score_of(logits).sum(), x)
        return found.detach()

    ((_, found),) = request.work.batched(1, step)
    return found


def _product(
    name: str, request: Request, params: GuidedGradCamParams, progress: Progress, *, plus_plus: bool
) -> Explanation:
    coarse = gradient_map(request, params.layer, plus_plus=plus_plus)
    progress(0.5, name)
    fine = rewritten(request, "guided", name)
    return _told(name, fine * on_grid(request, coarse).to(fine.dtype), params.channels, request, progress)


def _told(name: str, values: Tensor, channels: str, request: Request, progress: Progress) -> Explanation:
    heatmap = as_heatmap(name, values, channels, request)
    progress(1.0, name, lambda: (heatmap,))
    return Explanation((heatmap,), notes=() if heatmap.values.any() else (NOTHING,))
