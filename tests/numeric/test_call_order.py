"""ReLUs by call order: every way to call one, what has no rule is refused by name, nothing is left afterwards."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_order import relu_rule


class Net(nn.Module):
    """conv - ReLU - conv - ReLU - pool - linear, with the ReLU as `call` says."""

    def __init__(self, call):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.a, self.b, self.c = nn.Conv2d(3, 5, 3), nn.Conv2d(5, 6, 3), nn.Linear(6, 3)
        self.call = call

    def forward(self, x):
        return self.c(self.call(self.b(self.call(self.a(x)))).mean((2, 3)))


def kept_in_place(x):
    x.relu_()
    return x


CALLS = {
    "module": nn.ReLU(),
    "in-place module": nn.ReLU(inplace=True),
    "F.relu": F.relu,
    "F.relu in place": lambda x: F.relu(x, inplace=True),
    "torch.relu": torch.relu,
    "method": lambda x: x.relu(),
    "method in place": lambda x: x.relu_(),
    "in place, result unused": kept_in_place,
    "torch.relu_": torch.relu_,
}


def picture():
    return torch.randn(1, 3, 10, 10, generator=torch.Generator().manual_seed(1))


def back(net, rule, x=None):
    x = (picture() if x is None else x).requires_grad_()
    with relu_rule(net, x, rule) as order:
        y = net(x)
    return torch.autograd.grad(y[0, 1], x)[0], order


def by_hand(net, rule, x):
    """The same by explicit transposed operations."""
    a = net.a(x)
    b = net.b(a.relu())
    r = net.c.weight[1][None, :, None, None].expand(b.shape) / b[0, 0].numel()
    r = r.clamp(min=0) * ((b > 0) if rule == "guided" else 1)
    r = F.conv_transpose2d(r, net.b.weight)
    r = r.clamp(min=0) * ((a > 0) if rule == "guided" else 1)
    return F.conv_transpose2d(r, net.a.weight)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("rule", ["guided", "deconvnet"])
def test_every_way_to_call_a_relu_gets_the_rule(call, rule):
    net = Net(CALLS[call]).requires_grad_(False)
    found, order = back(net, rule)
    assert order.rewritten == 2
    assert torch.allclose(found, by_hand(net, rule, picture()), atol=1e-6)


@pytest.mark.parametrize("call", [nn.ReLU6(), F.relu6, nn.Hardtanh(0.0, 6.0), nn.ReLU6(inplace=True)])
def test_relu6_is_a_relu_with_a_ceiling(call):
    net = Net(call).requires_grad_(False)
    x = picture() * 30
    found, order = back(net, "guided", x)
    assert order.rewritten == 2
    assert torch.allclose(net(x), Net(nn.ReLU6())(x), atol=1e-5)
    assert not torch.allclose(found, by_hand(net, "guided", x), atol=1e-5)  # the ceiling stops some


def test_the_forward_pass_is_unchanged_and_nothing_is_left():
    net, x = Net(nn.ReLU()), picture()
    before = net(x)
    plain = torch.autograd.grad(net(x.requires_grad_())[0, 1], x)[0]
    with relu_rule(net, x, "guided"):
        within = net(x)
    assert torch.equal(within, before)
    assert torch.equal(torch.autograd.grad(net(x)[0, 1], x)[0], plain)


class Scripted(nn.Module):
    def forward(self, x):
        return torch.clamp(x, min=0.0)


def through_numpy(x):
    return torch.from_numpy(np.maximum(x.detach().numpy(), 0))


PLANTED = {
    "clamp": lambda x: x.clamp(min=0),
    "clamp_min": lambda x: torch.clamp_min(x, 0),
    "maximum": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "gt": lambda x: x * (x > 0),
    "where": lambda x: torch.where(torch.isfinite(x), x, x),
    "threshold": lambda x: F.threshold(x, 0.0, 0.0),
    "prelu": nn.PReLU(),
    "gelu": F.gelu,
    "silu": F.silu,
    "leaky_relu": F.leaky_relu,
    "sigmoid": torch.sigmoid,
    "numpy": through_numpy,
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_has_no_rule_is_refused_by_name(name):
    with pytest.raises(UnsupportedModel, match=r"“\w+” \(call \d+ of its forward pass\)"):
        back(Net(PLANTED[name]), "guided")


def test_a_part_whose_calls_cannot_be_seen_is_refused():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scripted = torch.jit.script(Scripted())
    with pytest.raises(UnsupportedModel, match="works unseen|no rule|for which"):
        back(Net(scripted), "guided")


@pytest.mark.parametrize(
    ("name", "relus"), [("resnet18", 17), ("googlenet", 57), ("densenet121", 121), ("squeezenet1_0", 26), ("vgg11", 10)]
)
def test_well_known_networks_have_all_their_relus_rewritten(name, relus):
    import torchvision

    options = {"init_weights": False} if name == "googlenet" else {}
    net = torchvision.models.get_model(name, weights=None, **options).eval().requires_grad_(False)
    found, order = back(net, "guided", torch.randn(1, 3, 64, 64)) if name != "googlenet" else _googlenet(net)
    assert order.rewritten == relus
    assert torch.isfinite(found).all()


def _googlenet(net):
    x = torch.randn(1, 3, 64, 64).requires_grad_()
    with relu_rule(net, x, "guided") as order:
        y = net(x)
    return torch.autograd.grad(y[0, 1], x)[0], order
