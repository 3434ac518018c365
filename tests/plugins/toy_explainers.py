"""Explainers whose maps are known by hand, as a plugin: for tests of what runs a method again."""

from __future__ import annotations

import numpy as np
import torch

from salviewer.api import (
    Explainer,
    ExplainerInfo,
    Explanation,
    Heatmap,
    Params,
    Source,
    hookimpl,
    param,
)
from salviewer.host import Found, Host, _installed


class ToyParams(Params):
    value: float = param(1.0, "Any number.")


def explained(values):
    return Explanation((Heatmap("toy", np.ascontiguousarray(values, dtype=np.float32), signed=True),))


class Edges(Explainer):
    """Where the picture changes: knows nothing of the model."""

    def explain(self, request, params, progress):
        x = request.input.tensor[0].mean(0)
        progress(0.0, "edges", lambda: explained(x.numpy()).evidence)
        return explained((x - x.roll(1, -1)).abs().numpy())


class Gradient(Explainer):
    """The gradient of the target's number, largest over the channels."""

    def explain(self, request, params, progress):
        x = request.input.tensor.clone().requires_grad_()
        progress(0.5, "gradient")
        (g,) = torch.autograd.grad(request.score(x).sum(), x)
        return explained(g[0].abs().amax(0).numpy())


class Values(Explainer):
    """The input's first channel times `value`: its sensitivity is known."""

    def explain(self, request, params, progress):
        return explained(params.value * request.input.tensor[0, 0].numpy())


class TargetPixel(Explainer):
    """All on the pixel in row 0 and the column of the target's index."""

    def explain(self, request, params, progress):
        values = np.zeros(request.input.tensor.shape[2:])
        values[0, request.target.index] = params.value
        return explained(values)


def _offer(key, name, needs=()):
    return ExplainerInfo(
        key, key, "A toy.", f"toy_explainers:{name}", "toy_explainers:ToyParams", Source("none"), "What?",
        dims=(2, 3), needs=frozenset(needs),
    )  # fmt: skip


class Toys:
    @hookimpl
    def salviewer_explainers(self):
        return [
            _offer("toy-edges", "Edges"),
            _offer("toy-gradient", "Gradient", {"gradients"}),
            _offer("toy-values", "Values"),
            _offer("toy-target-pixel", "TargetPixel"),
        ]


def host_with_toys():
    """A host of all installed plugins and the toys."""
    return Host([*_installed(), Found("toys", "tests", "1", Toys)])
