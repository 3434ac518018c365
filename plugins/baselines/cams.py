"""Grad-CAM, Grad-CAM++, CAM and plain activation maps: what the features of one layer have to do with the class.

A^k: the layer's feature maps, S: the target's logit (or probability, if asked), g = dS/dA.

| key | weights w_k | map |
|---|---|---|
| gradcam | mean over places of g^k (Selvaraju et al. 2017, Eq. 1) | ReLU(sum_k w_k A^k) (Eq. 2) |
| gradcam-plus-plus | sum over places of alpha^k ReLU(g^k) (Chattopadhay et al. 2018, Eq. 5 and 19) | the same |
| cam | the classifier's own weights (Zhou et al. 2016, Eq. 2) | sum_k w_k A^k, signed |
| activation-map | none | mean, maximum or length over k, or one k |

alpha = g^2 / (2 g^2 + sum_ab A_ab g^3), 0 where g is 0: Eq. 19 for Y = exp(S) and a network that is linear between its
ReLUs, where the second and third derivatives of Y are Y g^2 and Y g^3.

Differs from the papers: Grad-CAM++'s common factor Y = exp(S) is left out: it changes every value by the same factor
and overflows for large logits. Of a transformer the tokens are laid out as the grid of patches, class tokens dropped.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.numeric.activations import Layer, as_map, caught, named_layer
from salviewer.numeric.counted import counted
from salviewer_plugins.baselines.cam_params import ActivationMapParams, CamParams, GradCamParams, GradCamPlusPlusParams

SEVERAL = "The layer {} is called {} times in one pass; its last output is used."


class GradCam(Explainer[GradCamParams]):
    """Key `gradcam`. One forward pass, and a backward pass down to the layer."""

    def explain(self, request: Request, params: GradCamParams, progress: Progress) -> Explanation:
        """The map (*S), not negative."""
        found = gradient_map(request, params.layer, plus_plus=False)
        return _told(request, "Grad-CAM", found, progress)


class GradCamPlusPlus(Explainer[GradCamPlusPlusParams]):
    """Key `gradcam-plus-plus`. One forward pass, and a backward pass down to the layer."""

    def explain(self, request: Request, params: GradCamPlusPlusParams, progress: Progress) -> Explanation:
        """The map (*S), not negative."""
        found = gradient_map(request, params.layer, plus_plus=True)
        return _told(request, "Grad-CAM++", found, progress)


class Cam(Explainer[CamParams]):
    """Key `cam`. Two forward passes. Needs global average pooling and one linear layer, or class maps and pooling."""

    def explain(self, request: Request, params: CamParams, progress: Progress) -> Explanation:
        """The map (*S), signed: its mean plus the class's bias is the logit."""
        class_map = _class_map(request)
        return _told(request, "CAM", class_map, progress, signed=True, unit="logit")


class ActivationMap(Explainer[ActivationMapParams]):
    """Key `activation-map`. One forward pass."""

    def explain(self, request: Request, params: ActivationMapParams, progress: Progress) -> Explanation:
        """The map (*S) of one layer's activations, whatever the class."""
        maps = layer_maps(request, params.layer)[1][0]
        if params.channels == "one" and params.channel >= len(maps):
            raise InvalidChoice(
                f"The layer has {counted(len(maps), 'channel')}, 0 to {len(maps) - 1}: there is no channel "
                f"{params.channel}.",
                code="unknown-channel",
            )
        joined = {
            "mean": lambda: maps.mean(0),
            "largest": lambda: maps.amax(0),
            "length": lambda: maps.square().sum(0).sqrt(),
            "one": lambda: maps[params.channel],
        }[params.channels]()
        return _told(request, "Activation map", joined, progress, signed=bool((joined < 0).any()), unit="activation")


def gradient_map(request: Request, layer: str, *, plus_plus: bool) -> Tensor:
    """The Grad-CAM or Grad-CAM++ map on the layer's own grid, not negative."""
    maps, gradients = layer_gradients(request, layer)
    spatial = tuple(range(1, maps.ndim))
    if plus_plus:
        square, cube = gradients.square(), gradients**3
        below = 2 * square + maps.sum(spatial, keepdim=True) * cube
        alpha = torch.where((gradients != 0) & (below != 0), square / torch.where(below == 0, 1.0, below), 0.0)
        weights = (alpha * gradients.relu()).sum(spatial, keepdim=True)
    else:
        weights = gradients.mean(spatial, keepdim=True)
    return (weights * maps).sum(0).relu()


def layer_maps(request: Request, name: str) -> tuple[Layer, Tensor]:
    """(the layer, its maps (1, C, *s)) for the request's input, without gradients."""
    module, x = _module(request), request.input.tensor
    layer = named_layer(module, x, name, len(request.model.classes))

    def step(part: slice) -> Tensor:
        with caught(module, layer.name) as kept, torch.no_grad():
            request.model(x[part])
            return as_map(_given(kept.output, layer), layer).detach()

    ((_, maps),) = request.work.batched(1, step)
    return layer, maps.float()


def layer_gradients(request: Request, name: str) -> tuple[Tensor, Tensor]:
    """(maps, gradients of the score with respect to them), each (C, *s)."""
    module, x = _module(request), request.input.tensor
    layer = named_layer(module, x, name, len(request.model.classes))

    def step(part: slice) -> tuple[Tensor, Tensor]:
        with caught(module, layer.name, gradients=True) as kept, torch.enable_grad():
            score = request.score(x[part]).sum()
            if kept.calls > 1:
                request.work.note(SEVERAL.format(layer.name, kept.calls))
            output = _given(kept.output, layer)
            if not score.requires_grad:
                raise UnsupportedModel(
                    f"The class's score does not depend on the layer “{layer.name}”: choose another.",
                    code="no-gradient",
                )
            (gradient,) = torch.autograd.grad(score, output)
        return as_map(output.detach(), layer), as_map(gradient, layer)

    ((_, (maps, gradients)),) = request.work.batched(1, step)
    return maps[0].float(), gradients[0].float()


def on_grid(request: Request, values: Tensor) -> Tensor:
    """`values` (*s) on the model's input grid (*S), linear between places."""
    size = tuple(request.input.tensor.shape[2:])
    mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[values.ndim]
    return F.interpolate(values[None, None], size, mode=mode, align_corners=False)[0, 0]


def _class_map(request: Request) -> Tensor:
    """The target's class map on the layer's grid. Raises `UnsupportedModel` where the architecture has none."""
    module = _module(request)
    logits = request.model(request.input.tensor)[0].detach()
    index = request.target.index
    layer, maps = layer_maps(request, "")
    for features in (maps[0], maps[0].relu()):
        for linear in (part for part in module.modules() if isinstance(part, nn.Linear)):
            if linear.in_features == len(features) and linear.out_features == len(logits):
                found = torch.tensordot(linear.weight[index].detach().float(), features, 1)
                bias = 0.0 if linear.bias is None else float(linear.bias[index])
                if _is_mean(found, float(logits[index]) - bias):
                    return found
    return _pooled_class_maps(request, module, logits, layer)


def _pooled_class_maps(request: Request, module: nn.Module, logits: Tensor, layer: Layer) -> Tensor:
    """The class map of a network that classifies each place and then takes the mean (SqueezeNet)."""
    from salviewer.numeric.activations import layers  # noqa: PLC0415 - beside its only use

    for other in reversed(layers(module, request.input.tensor)):
        if other.shape[0] == len(logits) and not other.tokens and max(other.shape[1:]) > 1:
            found = layer_maps(request, other.name)[1][0, request.target.index]
            if _is_mean(found, float(logits[request.target.index])):
                return found
    raise UnsupportedModel(
        "CAM needs a network that ends in global average pooling and one linear layer, or in class maps and pooling; "
        f"this one does something else after {layer.name}: choose Grad-CAM.",
        code="no-cam",
    )


def _is_mean(found: Tensor, logit: float) -> bool:
    return abs(float(found.mean()) - logit) <= 1e-3 * max(1.0, abs(logit))


def _module(request: Request) -> nn.Module:
    if request.model.module is None:
        raise UnsupportedModel("Of this model only the outputs can be had, not its layers.", code="needs-module")
    return request.model.module


def _given(output: Tensor | None, layer: Layer) -> Tensor:
    if output is None:
        raise UnsupportedModel(
            f"The layer “{layer.name}” took no part in this pass: choose another.", code="unknown-layer"
        )
    return output


def _told(
    request: Request, name: str, values: Tensor, progress: Progress, *, signed: bool = False, unit: str = ""
) -> Explanation:
    unit = unit or request.target.output
    heatmap = Heatmap(name, on_grid(request, values).detach().float().cpu().numpy(), signed=signed, unit=unit)
    progress(1.0, name, lambda: (heatmap,))
    return Explanation((heatmap,))
