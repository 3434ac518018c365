"""The gradient of tiny probabilities keeps its digits, and that of others is the plain one to the last."""

from __future__ import annotations

import pytest
import torch
from direct import PlainModel, request_for
from torch import nn

from salviewer_plugins.fgvis.similarity import Similarity


class NetModel(PlainModel):
    """A model around a module that can be looked into."""

    def __init__(self, module, classes=2):
        super().__init__(module, classes)
        self.module = module.eval().requires_grad_(False)


class Small(nn.Module):
    """logit 0 = sum of weights * x - below, through values 1e10 times as large; logit 1 = 0."""

    def __init__(self, weights, below):
        super().__init__()
        self.register_buffer("weights", weights)
        self.below = below

    def forward(self, x):
        seen = (torch.relu(x * 1e10) * (self.weights * 1e-10)).flatten(1).sum(1) - self.below
        return torch.stack([seen, 0 * seen], dim=1)


@pytest.mark.parametrize("below", [3.0, 40.0, 79.0, 86.0])
@pytest.mark.parametrize("output", ["probability", "logit"])
def test_the_gradient_of_a_tiny_probability_keeps_its_digits(below, output):
    weights = torch.rand(1, 2, 3, 4, generator=torch.Generator().manual_seed(0)) / 24
    x = torch.full((1, 2, 3, 4), 2.0)
    similarity = Similarity([request_for(NetModel(Small(weights, below)), x, 0, output)], shared=False, defended=True)
    similarity.stakes()
    scores, gradients, _ = similarity.gradient(similarity.masks(1.0))
    logit = (2 * weights).double().sum() - below
    p = logit.sigmoid()
    slope = p * (1 - p) if output == "probability" else 1
    torch.testing.assert_close(scores[0].double(), p if output == "probability" else logit, rtol=1e-4, atol=0)
    torch.testing.assert_close(gradients.double(), 2 * weights.double() * slope, rtol=1e-4, atol=0)


def test_rows_of_any_probability_have_the_plain_gradient_to_the_last_digit():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 5))
    net[-1].weight.data *= 200
    model, x = NetModel(net, 5), torch.randn(5, 3, 10, 10)
    requests = [request_for(model, x[i : i + 1], i) for i in range(5)]
    similarity = Similarity(requests, shared=False, defended=False)
    scores, found, _ = similarity.gradient(similarity.masks(1.0))
    leaf = x.clone().requires_grad_()
    (plain,) = torch.autograd.grad(net(leaf).softmax(1).diagonal().sum(), leaf)
    assert float(scores.min()) < 1e-6 < 0.1 < float(scores.max())
    assert torch.equal(found, plain * x)
