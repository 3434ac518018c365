"""DeconvNet and guided backpropagation: captum where it is right, and where it is silently wrong."""

from __future__ import annotations

import importlib
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


def back(module, rule, x=None):
    return rewritten(request_for(NetModel(module), picture() if x is None else x, target=1, output="logit"), rule, "It")


def captums(name, module, x):
    import captum.attr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(captum.attr, name)(module).attribute(x.clone().requires_grad_(), target=1).detach()


@pytest.mark.parametrize(("rule", "name"), [("guided", "GuidedBackprop"), ("deconvnet", "Deconvolution")])
def test_it_is_captums_where_relus_are_modules(rule, name):
    assert torch.allclose(back(module_net(), rule), captums(name, module_net(), picture()), atol=1e-6)


@pytest.mark.parametrize("rule", ["guided", "deconvnet"])
def test_functional_relus_give_the_same_where_captum_gives_the_plain_gradient(rule):
    functional = Functional(net()).eval().requires_grad_(False)
    assert torch.allclose(back(functional, rule), back(module_net(), rule), atol=1e-6)
    x = picture().requires_grad_()
    plain = torch.autograd.grad(functional(x)[0, 1], x)[0]
    assert torch.allclose(captums("GuidedBackprop", functional, picture()), plain, atol=1e-6)
    assert not torch.allclose(back(functional, rule), plain, atol=1e-4)


def torchvision_net(name):
    import torchvision

    options = {"init_weights": False} if name == "googlenet" else {}
    with torch.random.fork_rng():
        torch.manual_seed(3)
        net = torchvision.models.get_model(name, weights=None, **options).eval().requires_grad_(False)
        for part in net.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_(0, 0.1)
                part.running_var.uniform_(0.5, 2)
    return net


def photograph():
    return torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(8))


def same(a, b):
    return torch.allclose(a, b, rtol=1e-5, atol=1e-5 * float(b.abs().max()))


@pytest.mark.parametrize(("rule", "name"), [("guided", "GuidedBackprop"), ("deconvnet", "Deconvolution")])
def test_it_is_captums_on_a_resnet_that_shares_its_relus(rule, name):
    net = torchvision_net("resnet18")
    theirs = captums(name, net, photograph())
    assert float(theirs.abs().max()) > 0
    assert same(back(net, rule, photograph()), theirs)


@pytest.mark.parametrize("name", ["googlenet", "densenet121"])
def test_networks_with_functional_relus_are_as_captum_has_them_with_modules(name, monkeypatch):
    densenet, googlenet = (importlib.import_module(f"torchvision.models.{n}") for n in ("densenet", "googlenet"))
    net, x = torchvision_net(name), photograph()
    own = back(net, "guided", x)
    # captum's numbers for the plain nets are another map, without a word
    assert not same(own, captums("GuidedBackprop", net, x))

    for part in list(net.modules()):
        if isinstance(part, googlenet.BasicConv2d | densenet.DenseNet):
            part.last_relu = nn.ReLU()
    basic = lambda self, x: self.last_relu(self.bn(self.conv(x)))  # noqa: E731 - as torchvision's, with a module
    monkeypatch.setattr(googlenet.BasicConv2d, "forward", basic)
    whole = lambda self, x: self.classifier(self.last_relu(self.features(x)).mean((2, 3)))  # noqa: E731 - the same
    monkeypatch.setattr(densenet.DenseNet, "forward", whole)
    theirs = captums("GuidedBackprop", net, x)
    assert float(theirs.abs().max()) > 0
    assert same(own, theirs)


def test_relu6_gets_the_rule_where_captum_gives_the_plain_gradient():
    net, x = torchvision_net("mobilenet_v2"), photograph()
    theirs = captums("GuidedBackprop", net, x)
    leaf = x.clone().requires_grad_()
    (plain,) = torch.autograd.grad(net(leaf)[0, 1], leaf)
    own = back(net, "guided", x)
    assert same(theirs, plain)
    assert not torch.allclose(own, plain, atol=0.1 * float(plain.abs().max()))
    assert same(own, by_hooks(net, x))


def by_hooks(net, x):
    """Guided backpropagation of the ReLU6 modules of a network that calls each of them once, by gradient hooks."""
    handles = []

    def clamp_gradient(_, __, output):
        output.register_hook(lambda gradient: gradient.clamp(min=0))

    for part in net.modules():
        if isinstance(part, nn.ReLU6):
            part.inplace = False
            handles.append(part.register_forward_hook(clamp_gradient))
    leaf = x.clone().requires_grad_()
    (found,) = torch.autograd.grad(net(leaf)[0, 1], leaf)
    for handle in handles:
        handle.remove()
    return found


def test_it_is_pytorch_grad_cams_where_relus_are_modules():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = pytest.importorskip("pytorch_grad_cam")
        model = module_net().requires_grad_(True)
        theirs = peer.GuidedBackpropReLUModel(model=model, device="cpu")(picture(), target_category=1)
    own = back(module_net(), "guided")[0].permute(1, 2, 0).numpy()
    assert own == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize(("method", "plus_plus"), [(GuidedGradCam(), False), (GuidedGradCamPlusPlus(), True)])
def test_guided_gradcam_is_the_product(method, plus_plus):
    module = module_net()
    coarse = on_grid(request(module), gradient_map(request(module), "", plus_plus=plus_plus))
    expected = (back(module, "guided")[0] * coarse).abs().amax(0)
    found = method.explain(request(module), GuidedGradCamParams(), Progress()).heatmap
    assert found == pytest.approx(expected.numpy(), abs=1e-6)


@pytest.mark.parametrize("method", [DeconvNet(), GuidedBackprop()])
def test_a_network_without_relu_is_refused(method):
    linear = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)).eval()
    with pytest.raises(UnsupportedModel, match="has none"):
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


def test_a_signal_that_dies_out_is_told():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
        ).eval()
    module[4].weight.data.copy_(-module[4].weight.data.abs())
    e = DeconvNet().explain(request(module), RuleParams(), Progress())
    assert not e.heatmap.any()
    assert "Nothing came back" in e.notes[0]
