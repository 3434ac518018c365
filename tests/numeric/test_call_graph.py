"""A forward pass kept as a graph: what was computed stands in it as it was, in-place calls included."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_graph import Value, record
from salviewer.numeric.call_kinds import Kind


class Block(nn.Module):
    """A residual block, with everything in place."""

    def __init__(self):
        super().__init__()
        self.one, self.norm, self.two = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.Conv2d(3, 3, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        same = x
        out = self.relu(self.norm(self.one(x)))
        out = self.two(out)
        out += same
        return self.relu(out).mean((2, 3))


def recorded(net, x):
    return record(net.eval(), x, net, title="The test")


def picture(*shape):
    return torch.randn(shape or (1, 3, 6, 6), generator=torch.Generator().manual_seed(0))


def test_the_calls_stand_in_order_with_what_they_read():
    net = Block()
    graph = recorded(net, picture())
    told = [(n.call.name, n.call.place, n.inputs) for n in graph.nodes]
    assert told == [
        ("conv2d", "one", (Value(0),)),
        ("batch_norm", "norm", (Value(1),)),
        ("relu", "relu", (Value(2),)),
        ("conv2d", "two", (Value(3),)),
        ("add", "", (Value(4), Value(0))),
        ("relu", "relu", (Value(5),)),
        ("mean", "", (Value(6),)),
    ]
    assert graph.output == Value(7)
    assert [n.number for n in graph.readers(Value(0))] == [1, 5]
    assert graph.nodes[0].weight is net.one.weight


def test_what_in_place_calls_wrote_over_is_kept():
    net, x = Block(), picture()
    graph = recorded(net, x)
    with torch.no_grad():
        normed = net.norm(net.one(x))
        two = net.two(F.relu(normed))
    for number, expected in [(2, normed), (3, F.relu(normed)), (4, two), (5, two + x), (6, F.relu(two + x))]:
        assert torch.allclose(graph.tensor(Value(number)), expected, atol=1e-6), number
    assert torch.equal(graph.tensor(Value(0)), x)


def test_in_inference_mode_and_with_an_input_changed_in_place_the_picture_stays_as_it_was():
    with torch.inference_mode():
        x = picture()
        before = x.clone()
        graph = recorded(nn.Sequential(nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(108, 2)), x)
        assert torch.equal(x, before)
        assert torch.equal(graph.tensor(Value(0)), before)
        assert torch.equal(graph.tensor(Value(1)), before.relu())


class Parts(nn.Module):
    def forward(self, x):
        one, two, three = x.chunk(3, dim=1)
        joined = torch.cat([three, one], dim=1)
        made = torch.zeros_like(x)
        made[:, 1:] = joined
        return (made + two).sum((2, 3))


def test_several_outputs_are_parts_and_an_assignment_gives_a_value():
    x = picture()
    graph = recorded(Parts(), x)
    assert graph.nodes[1].inputs == (Value(1, 2), Value(1, 0))
    made = next(n for n in graph.nodes if n.call.name == "setitem")
    assert torch.equal(made.outputs[0][:, 1:], x[:, [2, 0]])
    assert torch.allclose(graph.tensor(graph.output), Parts()(x))


class ThroughAView(nn.Module):
    def forward(self, x):
        y = x + 1
        y[:, :2].mul_(2)
        return y.sum((2, 3))


def test_a_value_changed_through_a_view_is_refused():
    with pytest.raises(UnsupportedModel, match=r"changed through another view"):
        recorded(ThroughAView(), picture())


def test_the_models_own_logits_count_as_the_networks_output():
    net = nn.Sequential(nn.Flatten(), nn.Linear(108, 2))
    graph = record(net, picture(), lambda x: net(x.double().float()).float() * 2 + 1, title="The test")
    assert graph.output == Value(2)
    assert graph.nodes[1].call.kind is Kind.LINEAR


def test_nothing_is_left_in_the_network():
    net = Block().eval()
    recorded(net, picture())
    assert not any(part._forward_hooks for part in net.modules())
    assert torch.overrides._get_current_function_mode() is None


@pytest.mark.parametrize("build", ["resnet18", "mobilenet_v2", "squeezenet1_1"])
def test_known_networks_end_where_they_should(build):
    models = pytest.importorskip("torchvision.models")
    net = getattr(models, build)(weights=None).eval()
    x = picture(1, 3, 64, 64)
    graph = recorded(net, x)
    with torch.no_grad():
        assert torch.allclose(graph.tensor(graph.output), net(x), atol=1e-5)
