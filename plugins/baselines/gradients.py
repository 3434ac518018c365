"""Gradient, gradient x input, SmoothGrad and integrated gradients: what the slope of the score says at each pixel.

| key | map | source |
|---|---|---|
| gradient | dS/dx | Simonyan et al. 2013, section 3 |
| gradient-x-input | x * dS/dx | Shrikumar et al. 2016 |
| smoothgrad | mean over n of dS/dx at x + N(0, sigma^2) | Smilkov et al. 2017, section 3 |
| integrated-gradients | (x - x') * mean of dS/dx on the way from x' to x | Sundararajan et al. 2017, Eq. 1-3 |

S is the target's logit, or its probability if that was asked for. Channels become one number as `channels` says.
Differs from the papers: the mean over the path is taken at the midpoints of its steps, which needs fewer of them than
the right ends do (Sundararajan's Eq. 3); "sigma" is a share of the input's range, max - min, as in SmoothGrad's section
3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.errors import UnsupportedModel
from salviewer.numeric.channels import Joining, joined
from salviewer.numeric.gaussian import blur
from salviewer_plugins.baselines.gradient_params import (
    GradientParams,
    GradientTimesInputParams,
    IntegratedGradientsParams,
    SmoothGradParams,
)

BLUR = 0.05
"""Sigma of the baseline "blur", as a fraction of the shorter side."""


class Gradient(Explainer[GradientParams]):
    """Key `gradient`. One forward and one backward pass."""

    def explain(self, request: Request, params: GradientParams, progress: Progress) -> Explanation:
        """The map (*S): dS/dx."""
        return self.explain_batch([request], params, progress)[0]

    def explain_batch(
        self, requests: Sequence[Request], params: GradientParams, progress: Progress
    ) -> tuple[Explanation, ...]:
        """The map (*S) of each request: dS/dx; those of one network and target in the same passes."""
        return tuple(
            Explanation((as_heatmap("Gradient", gradient, params.channels, request),))
            for request, gradient in zip(requests, _of_each(requests, progress), strict=True)
        )


class GradientTimesInput(Explainer[GradientTimesInputParams]):
    """Key `gradient-x-input`. One forward and one backward pass."""

    def explain(self, request: Request, params: GradientTimesInputParams, progress: Progress) -> Explanation:
        """The map (*S): x * dS/dx, x in the model's normalised space."""
        return self.explain_batch([request], params, progress)[0]

    def explain_batch(
        self, requests: Sequence[Request], params: GradientTimesInputParams, progress: Progress
    ) -> tuple[Explanation, ...]:
        """The map (*S) of each request: x * dS/dx; those of one network and target in the same passes."""
        return tuple(
            Explanation((as_heatmap("Gradient × input", gradient * request.input.tensor, params.channels, request),))
            for request, gradient in zip(requests, _of_each(requests, progress), strict=True)
        )


class SmoothGrad(Explainer[SmoothGradParams]):
    """Key `smoothgrad`. `samples` forward and backward passes."""

    def explain(self, request: Request, params: SmoothGradParams, progress: Progress) -> Explanation:
        """The map (*S): the mean gradient around x."""
        x = request.input.tensor
        sigma = params.noise * (x.max() - x.min())
        noise = _Noise(request)

        def change(values: Tensor) -> Tensor:
            return values.square() if params.squared else values

        total, name = torch.zeros_like(x), "SmoothGrad"
        inputs = lambda part: x + sigma * noise.rows(part)  # noqa: E731 - a batch of inputs, as everywhere here
        for done, gradient in enumerate_batches(request, params.samples, inputs, progress, change):
            total += gradient
            so_far = total / done
            progress(done / params.samples, name, lambda m=so_far: (as_heatmap(name, m, params.channels, request),))
        return Explanation((as_heatmap(name, total / params.samples, params.channels, request),))


class IntegratedGradients(Explainer[IntegratedGradientsParams]):
    """Key `integrated-gradients`. `steps` forward and backward passes, and two forward passes for the check."""

    def explain(self, request: Request, params: IntegratedGradientsParams, progress: Progress) -> Explanation:
        """The map (*S): what each pixel adds on the way from the baseline, in units of the score."""
        x = request.input.tensor
        start = baseline(request, params.baseline)
        step_ends = torch.arange(params.steps, device=x.device, dtype=x.dtype)
        alphas = ((step_ends + 0.5) / params.steps).view(-1, *(1,) * (x.ndim - 1))

        total, name = torch.zeros_like(x), "Integrated gradients"
        inputs = lambda part: start + alphas[part] * (x - start)  # noqa: E731 - a batch of inputs, as everywhere here
        for done, gradient in enumerate_batches(request, params.steps, inputs, progress):
            total += gradient
            so_far = (x - start) * total / done
            progress(done / params.steps, name, lambda m=so_far: (as_heatmap(name, m, params.channels, request),))
        found = (x - start) * total / params.steps
        return Explanation(
            (as_heatmap(name, found, params.channels, request),), notes=_completeness(request, found, start, x)
        )


def enumerate_batches(
    request: Request,
    count: int,
    inputs: Callable[[slice], Tensor],
    progress: Progress,
    change: Callable[[Tensor], Tensor] = lambda values: values,
) -> Any:
    """Yield (inputs done, sum over the batch (1, C, *S) of the changed gradients) after each batch."""

    def step(part: slice) -> Tensor:
        return change(_gradient(request, inputs(part).detach()))

    for part, gradients in request.work.batched(count, step):
        yield part.stop, gradients.sum(dim=0, keepdim=True)


def _of_each(requests: Sequence[Request], progress: Progress) -> list[Tensor]:
    """The gradient (1, C, *S) of each request."""
    gradients: list[Tensor] = []
    for _, group in groupby(requests, lambda r: (id(r.model), r.target)):
        members = list(group)
        x = torch.cat([r.input.tensor for r in members]) if len(members) > 1 else members[0].input.tensor
        for _, found in members[0].work.batched(len(members), lambda part, r=members[0], x=x: _gradient(r, x[part])):
            gradients += found.split(1)
            progress(len(gradients) / len(requests), "Gradient")
    return gradients


def _gradient(request: Request, x: Tensor) -> Tensor:
    """dS/dx (N, C, *S). Raises `UnsupportedModel` where the score does not depend on x, or its slope is no number."""
    x = x.clone().requires_grad_()
    with torch.enable_grad():
        score = request.score(x).sum()
        if not score.requires_grad:
            raise UnsupportedModel(
                "The network's outputs cannot be differentiated with respect to its input: choose a method that needs "
                "outputs alone, such as GLAS or occlusion.",
                code="no-gradient",
            )
        (gradient,) = torch.autograd.grad(score, x)
    if not bool(torch.isfinite(gradient).all()):
        raise UnsupportedModel(
            "The gradient at this input is not a number: check the weights, or explain the logit instead of the "
            "probability.",
            code="gradient-not-finite",
        )
    return gradient.detach()


def baseline(request: Request, kind: str) -> Tensor:
    """The picture in which nothing is to be seen, (1, C, *S), in the model's normalised space."""
    x = request.input.tensor
    if kind == "black":
        return request.model.encode(torch.zeros_like(x))
    return blur(x, BLUR * min(x.shape[2:])) if kind == "blur" else torch.zeros_like(x)


def as_heatmap(name: str, values: Tensor, channels: Joining, request: Request) -> Heatmap:
    """`values` (1, C, *S) as a map (*S), channels joined as `channels` says; signed where they are summed."""
    unit = request.target.output
    return Heatmap(name, joined(values[0], channels).float().cpu().numpy(), signed=channels == "sum", unit=unit)


def _completeness(request: Request, found: Tensor, start: Tensor, x: Tensor) -> tuple[str, ...]:
    """How far the map's sum is from the difference of the scores, which it should equal."""
    with torch.no_grad():
        low, high = (float(request.score(value)[0]) for value in (start, x))
    gap = float(found.sum()) - (high - low)
    share = abs(gap) / max(abs(high - low), 1e-12)
    return (
        f"The map's values sum to {float(found.sum()):.4g}; the {request.target.output} rises by {high - low:.4g} from "
        f"the baseline to the input (a gap of {100 * share:.1f} %; more steps make it smaller).",
    )


class _Noise:
    """Standard normal noise, one (C, *S) per sample, the same for a sample whatever the batches are."""

    def __init__(self, request: Request) -> None:
        self._x, self._seed = request.input.tensor, request.seed

    def rows(self, part: slice) -> Tensor:
        """(n, C, *S) for the samples in `part`."""
        shape = self._x.shape[1:]
        rows = []
        for i in range(part.start, part.stop):
            generator = torch.Generator(self._x.device).manual_seed((self._seed * 1_000_003 + i) % 2**63)
            rows.append(torch.randn(shape, generator=generator, device=self._x.device, dtype=self._x.dtype))
        return torch.stack(rows)
