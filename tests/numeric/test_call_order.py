"""Forward passes by call order: every way to call a ReLU gets its rule, what cannot be followed is refused by name."""

from __future__ import annotations

import collections
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import NAMES, Kind
from salviewer.numeric.call_order import CallOrder
from salviewer.numeric.relu_rules import relu_rule


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


def back(net, rule="guided", x=None):
    x = (picture() if x is None else x).clone().requires_grad_()
    fed = x.clone()
    with relu_rule(net, fed, rule, title="The rule") as order:
        y = net(fed)
    return torch.autograd.grad(y[0, 1], x)[0], order


def relus(order):
    return sum(call.kind is Kind.RELU for call in order.calls)


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
    assert relus(order) == 2
    assert torch.allclose(found, by_hand(net, rule, picture()), atol=1e-6)


@pytest.mark.parametrize("call", CALLS)
def test_the_plain_rule_is_the_plain_gradient(call):
    net, x = Net(CALLS[call]).requires_grad_(False), picture().requires_grad_()
    assert torch.allclose(back(net, "plain")[0], torch.autograd.grad(net(x)[0, 1], x)[0], atol=1e-7)


@pytest.mark.parametrize("call", [nn.ReLU6(), F.relu6, nn.Hardtanh(0.0, 6.0), nn.ReLU6(inplace=True)])
def test_relu6_is_a_relu_with_a_ceiling(call):
    net = Net(call).requires_grad_(False)
    x = picture() * 30
    found, order = back(net, "guided", x)
    assert relus(order) == 2
    assert torch.allclose(net(x), Net(nn.ReLU6())(x), atol=1e-5)
    assert not torch.allclose(found, by_hand(net, "guided", x), atol=1e-5)  # the ceiling stops some


def test_the_forward_pass_is_unchanged_and_nothing_is_left():
    net, x = Net(nn.ReLU()), picture()
    before = net(x)
    plain = torch.autograd.grad(net(x.requires_grad_())[0, 1], x)[0]
    with relu_rule(net, x, "guided", title="The rule"):
        within = net(x)
    assert torch.equal(within, before)
    assert torch.equal(torch.autograd.grad(net(x)[0, 1], x)[0], plain)
    assert not torch.overrides._get_current_function_mode_stack()


def scripted(function):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.script(function)


def rectify(x: torch.Tensor):
    return torch.clamp(x, min=0.0)


class Rectify(nn.Module):
    def forward(self, x):
        return torch.clamp(x, min=0.0)


def through_numpy(x):
    return torch.from_numpy(np.maximum(x.detach().numpy(), 0))


def zero_where_negative(x):
    x[x < 0] = 0
    return x


def without_graph(x):
    with torch.no_grad():
        return F.relu(x)


class OwnRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return F.relu(x)

    @staticmethod
    def backward(ctx, gradient):
        return gradient


def computed_again(reentrant):
    from torch.utils.checkpoint import checkpoint

    return lambda x: checkpoint(F.relu, x, use_reentrant=reentrant)


PLANTED = {
    "clamp": lambda x: x.clamp(min=0),
    "clamp_min": lambda x: torch.clamp_min(x, 0),
    "maximum": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "max": lambda x: torch.max(x, torch.zeros(())),
    "mul": lambda x: x * (x > 0),
    "mul ": lambda x: x * (x > 0).float(),
    "where": lambda x: torch.where(x > 0, x, 0),
    "masked_fill": lambda x: x.masked_fill(x < 0, 0),
    "setitem": zero_where_negative,
    "abs": lambda x: (x + x.abs()) / 2,
    "pow": lambda x: (x + (x**2) ** 0.5) / 2,
    "threshold": lambda x: F.threshold(x, 0.0, 0.0),
    "threshold ": nn.Threshold(0.0, 0.0),
    "prelu": nn.PReLU(),
    "leaky_relu": nn.LeakyReLU(0.0),
    "hardtanh": nn.Hardtanh(),
    "gelu": nn.GELU(),
    "silu": F.silu,
    "hardswish": nn.Hardswish(),
    "elu": nn.ELU(),
    "softplus": nn.Softplus(100),
    "tanh": torch.tanh,
    "mul  ": lambda x: x * torch.sigmoid(x),
    "mul   ": lambda x: x * x,
    "numpy": lambda x: torch.from_numpy(np.maximum(x.numpy(force=True), 0)),
    "detach": through_numpy,
    "data": lambda x: x.data.relu(),
    "item": lambda x: x * x.max().item(),
    "__float__": lambda x: x * float(x.max()),
    "tolist": lambda x: torch.tensor(x.tolist()),
    "relu": without_graph,
    "relu ": OwnRelu.apply,
    "relu  ": computed_again(reentrant=True),
    "relu   ": computed_again(reentrant=False),
    "set data": lambda x: setattr(x, "data", x) or x,
    "sort": lambda x: x.sort(1)[0],
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_has_no_rule_is_refused_by_name_and_place(name):
    with pytest.raises(UnsupportedModel, match=rf"^The rule .* “{name.strip()}” in .* \(call \d+\)"):
        back(Net(PLANTED[name]))
    assert not torch.overrides._get_current_function_mode_stack()


@pytest.mark.parametrize("made", [lambda: torch.Tensor([2.0]), lambda: torch.from_numpy(np.ones(1, np.float32))])
def test_a_value_of_unknown_origin_is_refused(made):
    with pytest.raises(UnsupportedModel, match="no call seen here has made"):
        back(Net(lambda x: x * made()))


def test_what_torchscript_gives_is_of_unknown_origin():
    function = scripted(rectify)
    with pytest.raises(UnsupportedModel, match="no call seen here has made"):
        back(Net(function))


def test_a_scripted_part_is_refused_by_its_name():
    with pytest.raises(UnsupportedModel, match="part “call” of this network, which was scripted"):
        back(Net(scripted(Rectify())))


def test_the_message_names_the_module_and_the_number_of_the_call():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Sequential(nn.ReLU(), nn.GELU()), nn.Flatten(), nn.Linear(256, 3))
    with pytest.raises(UnsupportedModel, match=r"“gelu” in “1\.1” \(call 3\), a non-linearity other than the ReLU"):
        back(net)


class Free(nn.Module):
    """Much that is allowed: tensors that are attributes, branches on the data, writes into parts, views, a softmax."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 3)
        self.head.weight.data = torch.tensor([[0.0] * 4, [1.0, -1.0, 1.0, -1.0], [0.0] * 4])
        self.scale = torch.full((1, 4, 1, 1), 0.5)
        self.more = {"offsets": [torch.ones(1, 4, 1, 1)]}

    def forward(self, x):
        if x.max() > 100 or torch.isnan(x).any() or x.shape[0] > 7:
            return x
        x = self.conv(x) * self.scale + self.more["offsets"][0] * torch.arange(4).view(1, 4, 1, 1).clamp(max=2)
        x[:, :2].relu_()
        out = torch.zeros_like(x)
        part = out[:, 2:]
        part += torch.relu(x[:, 2:])
        out[:, :2] = x[:, :2]
        return torch.softmax(self.head(out.mean((2, 3))), 1).squeeze(0)[None]


def test_what_is_harmless_is_allowed_and_exact():
    net, x = Free().requires_grad_(False), picture()
    found, order = back(net, "plain")
    leaf = x.clone().requires_grad_()
    assert torch.allclose(found, torch.autograd.grad(net(leaf)[0, 1], leaf)[0], atol=1e-8)
    assert relus(order) == 2
    assert not torch.allclose(back(net, "guided")[0], found, atol=1e-8)


def test_only_the_last_value_may_come_out_of_an_output_activation():
    with pytest.raises(UnsupportedModel, match=r"“linear” in “2” \(call 4\) computes with .*“softmax” in “1”"):
        back(nn.Sequential(nn.Sequential(nn.Flatten(), nn.ReLU()), nn.Softmax(1), nn.Linear(300, 3)))


def test_what_is_done_with_the_outputs_afterwards_is_free():
    net, x = Net(F.relu).requires_grad_(False), picture().requires_grad_()
    with relu_rule(net, x, "guided", title="The rule"):
        y = F.logsigmoid(net(x)).clamp_min(-50)
    assert torch.isfinite(torch.autograd.grad(y[0, 1], x)[0]).all()


def test_a_network_that_is_not_called_as_a_module_is_not_taken_for_one_without_rules():
    net, x = Net(F.relu), picture().requires_grad_()
    with pytest.raises(UnsupportedModel), relu_rule(net, x, "guided", title="The rule"):
        net.forward(x)


def test_an_error_within_is_that_error_and_nothing_is_left():
    net = Net(lambda x: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        back(net)
    assert not torch.overrides._get_current_function_mode_stack()


def test_activations_can_be_kept_and_put_back_by_call_order():
    """Recording is an answer, too: what ReLUs gave for one input replaces what they give for another."""
    net = Net(nn.ReLU(inplace=True)).eval().requires_grad_(False)
    kept = {}

    def keep(seen):
        if seen.call.kind is not Kind.RELU:
            return NotImplemented
        kept[seen.call.number] = seen.plain().clone()
        return kept[seen.call.number]

    def put_back(seen):
        return kept[seen.call.number].clone() if seen.call.number in kept else NotImplemented

    first, second = picture(), -picture()
    everything = frozenset(Kind)
    with torch.no_grad(), CallOrder(net, (first,), keep, title="It", allowed=everything, gradients=False) as order:
        expected = net(first)
    assert [call.kind for call in order.calls if call.number in kept] == [Kind.RELU] * 2
    assert [str(call) for call in order.calls][1] == "“relu” in “call” (call 2)"
    with torch.no_grad(), CallOrder(net, (second,), put_back, title="It", allowed=everything, gradients=False):
        assert torch.equal(net(second), expected)
    assert not torch.equal(net(second), expected)


def test_no_name_is_of_two_kinds():
    counts = collections.Counter(name for names in NAMES.values() for name in names)
    assert [name for name, count in counts.items() if count > 1] == []


NETWORKS = {"resnet18": 17, "googlenet": 57, "densenet121": 121, "squeezenet1_0": 26,
            "mobilenet_v2": 35, "shufflenet_v2_x0_5": 37, "mnasnet0_5": 35, "resnext50_32x4d": 49,
            "regnet_x_400mf": 67, "alexnet": 7}  # fmt: skip


def torchvision_net(name):
    import torchvision

    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    return torchvision.models.get_model(name, weights=None, **options).eval().requires_grad_(False)


@pytest.mark.parametrize(("name", "count"), NETWORKS.items())
def test_well_known_networks_have_all_their_relus_rewritten(name, count):
    found, order = back(torchvision_net(name), x=torch.randn(1, 3, 64, 64))
    assert relus(order) == count
    assert torch.isfinite(found).all()


@pytest.mark.parametrize(
    ("name", "first"),
    [("efficientnet_b0", "silu"), ("convnext_tiny", "gelu"), ("vit_b_32", "multi_head_attention_forward"),
     ("mobilenet_v3_small", "hardswish"), ("swin_t", "mul|matmul"), ("regnet_y_400mf", "mul")],
)  # fmt: skip
def test_networks_with_other_non_linearities_are_refused(name, first):
    size = 224 if name == "vit_b_32" else 64
    with pytest.raises(UnsupportedModel, match=f"“({first})”"):
        back(torchvision_net(name), x=torch.randn(1, 3, size, size))


def test_all_calls_of_every_kind_of_network_are_known_to_a_recorder():
    for name in ("swin_v2_t", "maxvit_t", "mobilenet_v3_small", "inception_v3"):
        size = 96 if name == "inception_v3" else 224
        net, x = torchvision_net(name), torch.randn(1, 3, size, size)
        known = frozenset(Kind) - {Kind.UNKNOWN}
        seen = lambda _: NotImplemented  # noqa: E731 - only listening
        with torch.no_grad(), CallOrder(net, (x,), seen, title="It", allowed=known, gradients=False) as order:
            net(x)
        assert len(order.calls) > 100
