"""DeconvNet and guided backpropagation: captum where it is right, and where it is silently wrong."""

from __future__ import annotations

import warnings

import pytest
import torch
from direct import PlainModel, request_for
from torch import nn
from torch.nn import functional as F

from salviewer.api import Progress
from salviewer.errors import UnsupportedModel
from salviewer_plugins.baselines.cams import gradient_map, on_grid
from salviewer_plugins.baselines.rule_params import GuidedGradCamParams, RuleParams
from salviewer_plugins.baselines.rules import (
    DeconvNet,
    GuidedBackprop,
    GuidedGradCam,
    GuidedGradCamPlusPlus,
    rewritten,
)


class NetModel(PlainModel):
    def __init__(self, module):
        super().__init__(module, 3)
        self.module = module


class Functional(nn.Module):
    def __init__(self, like):
        super().__init__()
        self.like = like

    def forward(self, x):
        x = F.relu(self.like[0](x))
        x = self.like[2](x)
        return self.like[6](F.relu(self.like[3](x)).mean((2, 3)))


def net():
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.ReLU(),
                             nn.AdaptiveAvgPool2d(1), nn.Linear(8, 3)).eval().requires_grad_(False)  # fmt: skip


class Flat(nn.Sequential):
    def forward(self, x):
        return self[6](nn.Sequential(*list(self)[:6])(x).flatten(1))


def module_net():
    return Flat(*net()).eval().requires_grad_(False)


def picture(size=16):
    return torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(0))


def request(module, target=1):
    return request_for(NetModel(module), picture(), target=target, output="logit")


@pytest.mark.parametrize(("rule", "name"), [("guided", "GuidedBackprop"), ("deconvnet", "Deconvolution")])
def test_it_is_captums_where_relus_are_modules(rule, name):
    import captum.attr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = getattr(captum.attr, name)(module_net()).attribute(picture().requires_grad_(), target=1)
    assert torch.allclose(rewritten(request(module_net()), rule), theirs.detach(), atol=1e-6)


@pytest.mark.parametrize("rule", ["guided", "deconvnet"])
def test_functional_relus_give_the_same_where_captum_gives_the_plain_gradient(rule):
    import captum.attr

    functional = Functional(net()).eval().requires_grad_(False)
    assert torch.allclose(rewritten(request(functional), rule), rewritten(request(module_net()), rule), atol=1e-6)
    x = picture().requires_grad_()
    plain = torch.autograd.grad(functional(x)[0, 1], x)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = captum.attr.GuidedBackprop(functional).attribute(picture().requires_grad_(), target=1)
    assert torch.allclose(theirs, plain, atol=1e-6)
    assert not torch.allclose(rewritten(request(functional), rule), plain, atol=1e-4)


@pytest.mark.parametrize(("method", "plus_plus"), [(GuidedGradCam(), False), (GuidedGradCamPlusPlus(), True)])
def test_guided_gradcam_is_the_product(method, plus_plus):
    module = module_net()
    coarse = on_grid(request(module), gradient_map(request(module), "", plus_plus=plus_plus))
    expected = (rewritten(request(module), "guided")[0] * coarse).abs().amax(0)
    found = method.explain(request(module), GuidedGradCamParams(), Progress()).heatmap
    assert found == pytest.approx(expected.numpy(), abs=1e-6)


@pytest.mark.parametrize("method", [DeconvNet(), GuidedBackprop()])
def test_a_network_without_relu_is_refused(method):
    linear = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)).eval()
    with pytest.raises(UnsupportedModel, match="has no ReLU"):
        method.explain(request(linear), RuleParams(), Progress())


def test_volumes_work_too():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = nn.Sequential(
            nn.Conv3d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 3)
        ).eval()
    x = torch.randn(1, 1, 7, 8, 9)
    e = GuidedBackprop().explain(request_for(NetModel(module), x, output="logit"), RuleParams(), Progress())
    assert e.heatmap.shape == (7, 8, 9)
