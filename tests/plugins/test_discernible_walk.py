"""The walk from the class to the pixels on networks small enough to be worked out on paper."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_graph import Value, record
from salviewer_plugins.discernible import products
from salviewer_plugins.discernible.choice import Rules
from salviewer_plugins.discernible.steps import READ
from salviewer_plugins.discernible.walk import walk
from salviewer_plugins.discernible.weighted import WeightedLayer


def walked(net, x, starts=(0,), **rules):
    """Per layer with chosen units, from the class to the input: their flat indices."""
    x = torch.as_tensor(x, dtype=torch.float32)
    graph = record(net.eval(), x, net, title="The test", allowed=READ)
    return graph, walk(graph, torch.tensor(starts), torch.ones(len(starts)), Rules(**rules), "The test")


def chosen(net, x, starts=(0,), **rules):
    return [one.flat.tolist() for one in walked(net, x, starts, **rules)[1]]


def linear(*rows):
    layer = nn.Linear(len(rows[0]), len(rows), bias=False)
    layer.weight.data = torch.tensor(rows, dtype=torch.float32)
    return layer


def conv(weight, **more):
    w = torch.tensor(weight, dtype=torch.float32)
    groups = more.get("groups", 1)
    layer = nn.Conv2d(w.shape[1] * groups, w.shape[0], tuple(w.shape[2:]), bias=False, **more)
    layer.weight.data = w
    return layer


# x = (1, 2, 0, 3); h = ReLU(1 + 3, 2 + 0, -1) = (4, 2, 0); Z_cur = (4 * 1, 2 * 2.25, 0) = (4, 4.5, 0)
# what h0 receives: (1, 0, 0, 3), at most 3; h1: (0, 2, 0, 0), at most 2. With both: h0 4 + 3 = 7, h1 4.5 + 2 = 6.5
SMALL = nn.Sequential(
    linear([1, 0, 0, 1], [0, 1, 1, 0], [-1, 0, 0, 0]), nn.ReLU(), linear([1, 2.25, 5], [0, 0, 1]), nn.Dropout(0.5)
)
X = [[1.0, 2.0, 0.0, 3.0]]


def test_a_linear_network_by_what_a_unit_adds_alone():
    assert chosen(SMALL, X, k=1, a_pre=0.0) == [[0], [1], [1]]


def test_what_a_unit_receives_turns_the_choice():
    assert chosen(SMALL, X, k=1) == [[0], [0], [3]]
    found = walked(SMALL, X, k=1)[1]
    assert found[1].score.tolist() == [7.0]
    assert found[1].support.tolist() == [[4.0, 3.0, 1.0]]
    assert found[2].support.tolist() == [[3.0, 0.0, 1.0]]  # nothing comes before the input


def test_two_of_each_and_their_union():
    assert chosen(SMALL, X, k=2) == [[0], [0, 1], [0, 1, 3]]  # h0 chooses x3 and x0, h1 chooses x1 alone
    found = walked(SMALL, X, k=2)[1]
    links = [(one.choosers.tolist(), (one.first + one.chose).tolist()) for one in found[1:]]
    assert links == [([0, 0], [1, 2]), ([1, 1, 2], [5, 3, 4])]


def test_a_unit_that_is_best_for_two_counts_twice():
    # h = (1, 1, 1). Z_cur of class 0: (3, 2, 0), of 1: (0, 4, 1), of 2: (0, 5, 1): h1 is best for two.
    # For class 0: h0 3 * 1, h1 2 * 2 = 4, so that h1 is chosen where it is counted.
    net = nn.Sequential(linear([3, 2, 0], [0, 4, 1], [0, 5, 1]))
    assert chosen(net, [[1.0, 1.0, 1.0]], (0, 1, 2), k=1, a_pre=0.0) == [[0, 1, 2], [1]]
    assert chosen(net, [[1.0, 1.0, 1.0]], (0, 1, 2), k=1, a_pre=0.0, counting=False) == [[0, 1, 2], [0, 1]]


NINE = torch.arange(1.0, 10).reshape(1, 1, 3, 3)


def test_a_convolution_with_stride_and_padding():
    # Padding 1, stride 2: output (1, 1) reads 5 6 / 8 9. H = 5 * 1, 6 * 2, 8 * 3, 9 * -4: sum 5, most at 8.
    net = nn.Sequential(conv([[[[1, 2], [3, -4]]]], stride=2, padding=1), nn.Flatten(), linear([0, 0, 0, 1]))
    assert chosen(net, NINE, k=2) == [[0], [3], [7]]
    # Output (0, 0) reads the 1 alone, by -4: nothing speaks for it, and 1 is all that there is but padding.
    net[2].weight.data = torch.tensor([[-1.0, 0, 0, 0]])
    assert chosen(net, NINE, k=2) == [[0], [0], [0]]


def test_the_strongest_channels_and_in_each_the_strongest_position():
    # Channel sums 1 + 2 = 3, 5 - 1 = 4, 2 + 2.5 = 4.5; positions 2 of channel 0, 1 of channel 1, 2 of channel 2.
    net = nn.Sequential(conv([[[[1, 1]], [[1, 1]], [[1, 1]]]]), nn.Flatten(), linear([1]))
    x = [[[[1.0, 2.0]], [[5.0, -1.0]], [[2.0, 2.5]]]]
    assert chosen(net, x, k=1) == [[0], [0], [5]]
    assert chosen(net, x, k=2) == [[0], [0], [2, 5]]


def test_groups_read_their_own_channels():
    # 4 channels in 2 groups; output 1 reads channels 2 and 3, by 1 and 2: 3 * 1 and 4 * 2.
    net = nn.Sequential(conv([[[[1]], [[1]]], [[[1]], [[2]]]], groups=2), nn.Flatten(), linear([0, 1]))
    assert chosen(net, [[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]], k=1) == [[0], [1], [3]]


def test_dilation():
    net = nn.Sequential(conv([[[[1, 1]]]], dilation=(1, 2)), nn.Flatten(), linear([1]))  # reads columns 0 and 2
    assert chosen(net, [[[[1.0, 9.0, 2.0]]]], k=3) == [[0], [0], [2]]


def test_max_pooling_goes_to_the_maximum_and_average_pooling_to_the_strongest():
    x = [[[[1.0, 3.0, -5.0], [2.0, 0.0, 4.0], [-9.0, 1.0, 1.0]]]]
    head = [nn.Flatten(), linear([-1])]
    assert chosen(nn.Sequential(nn.MaxPool2d(3), *head), x) == [[0], [0], [5]]
    assert chosen(nn.Sequential(nn.AdaptiveAvgPool2d(1), *head), x) == [[0], [0], [5]]
    assert chosen(nn.Sequential(nn.MaxPool2d(2, 2, ceil_mode=True), nn.Flatten(), linear([0, 0, 1, 0])), x)[-1] == [7]


class Global(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.how, self.head = how, linear([1, 0.0])

    def forward(self, x):
        return self.head(self.how(x))


@pytest.mark.parametrize("how", [lambda x: x.mean((2, 3)), lambda x: x.amax((-1, -2)), lambda x: x.flatten(2).sum(-1)])
def test_global_pooling(how):
    x = torch.tensor([[[[1.0, 3.0], [2.0, 0.0]], [[9.0, 9.0], [9.0, 9.0]]]])
    assert chosen(Global(how), x, k=1) == [[0], [0], [1]]


@pytest.mark.parametrize(("places", "found"), [(1, [1]), (2, [1, 2]), (9, [0, 1, 2])])
def test_several_places_of_a_global_average(places, found):
    # 3, 2 and 1 speak for it; the 0 adds nothing
    x = torch.tensor([[[[1.0, 3.0], [2.0, 0.0]], [[9.0, 9.0], [9.0, 9.0]]]])
    assert chosen(Global(lambda x: x.mean((2, 3))), x, k=1, places=places) == [[0], [0], found]
    assert chosen(Global(lambda x: x.amax((2, 3))), x, k=1, places=places) == [[0], [0], [1]]


def test_a_local_average_leads_to_one_place():
    net = nn.Sequential(nn.AvgPool2d((1, 2)), nn.Flatten(), linear([1, 1]))
    assert chosen(net, [[[[1.0, 3.0], [2.0, 0.5]]]], k=2, places=4) == [[0], [0, 1], [1, 2]]


def test_a_normalisation_with_a_negative_factor_turns_the_evidence():
    # x = (2, 1); z = 2 - 3 = -1, normalised -1 * -1 = 1. A small z speaks for it: 1 * -3 * -1 = 3 in channel 1.
    norm = nn.BatchNorm2d(1, eps=0.0)
    norm.weight.data.fill_(-1)
    net = nn.Sequential(conv([[[[1]], [[-3]]]]), norm, nn.ReLU(), nn.Flatten(), linear([1]))
    _, path = walked(net, [[[[2.0]], [[1.0]]]], k=2)
    assert [one.flat.tolist() for one in path] == [[0], [0], [1]]
    assert path[-1].score.tolist() == [3.0]


class Residual(nn.Module):
    """2 a + 3 b and a, where a and b are the two inputs: the branch of weights adds more."""

    def __init__(self, weight):
        super().__init__()
        self.branch, self.head = conv(weight), linear([1])

    def forward(self, x):
        out = self.branch(x)
        out += x[:, :1]
        return self.head(F.relu_(out).flatten(1))


def test_a_sum_follows_the_branch_that_contributes_more():
    x = [[[[4.0]], [[1.0]]]]
    # 4 * 2 + 1 * 3 = 11 by the branch, 4 by the input itself; 4 * 0.5 + 1 = 3 in the second network
    net = Residual([[[[2]], [[3]]]])
    layers = [None if one.node is None else one.node.call.name for one in walked(net, x, k=2)[1]]
    assert layers == ["linear", "conv2d", None]
    assert chosen(net, x, k=2) == [[0], [0], [0, 1]]
    assert chosen(Residual([[[[0.5]], [[1]]]]), x, k=2) == [[0], [0]]


def test_a_sum_shares_its_choices_out_in_proportion():
    # 11 of 15 and 4 of 15: of 4 choices 3 (2.93) for the branch, which has two candidates, and 1 (1.07) for the input
    x, net = [[[[4.0]], [[1.0]]]], Residual([[[[2]], [[3]]]])
    _, path = walked(net, x, k=4, residual="both")
    assert [one.flat.tolist() for one in path] == [[0], [0], [0, 1]]
    assert sorted(path[-1].choosers.tolist()) == [0, 1, 1]  # the class itself chose a pixel, past the branch


class Joined(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.head = conv([[[[1]]]]), conv([[[[1]]]]), linear([0, 0, 3, 1])

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        y = torch.cat([self.one(a), 2 - self.two(b) * 0.5], dim=1)
        return self.head(y.permute(0, 2, 3, 1).transpose(1, 3).flatten(1))


def test_a_concatenation_goes_to_the_branch_that_owns_the_channel():
    # x: channel 0 (1, 2), channel 1 (-6, 3). y1 = 2 - x / 2 = (5, 0.5); the head reads them by 3 and 1: 15 and 0.5.
    _, path = walked(Joined(), [[[[1.0, 2.0]], [[-6.0, 3.0]]]], k=1)
    assert [one.node and one.node.call.place for one in path] == ["head", "two", None]
    assert [one.flat.tolist() for one in path] == [[0], [0], [2]]
    assert path[-1].score.tolist() == [3.0]  # a gain of -0.5, times -6


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 1)

    def forward(self, x):
        return F.layer_norm(self.conv(x), (3, 3)).mean((2, 3))


def test_an_activation_that_only_rises_is_passed_through():
    net = nn.Sequential(linear([1, 0], [0, 2]), nn.SELU(), linear([1, 1]))
    assert chosen(net, [[3.0, 1.0]], k=1) == [[0], [0], [0]]


def test_an_operation_without_a_rule_is_named_with_its_layer():
    with pytest.raises(UnsupportedModel, match=r"“layer_norm” in the network's own forward"):
        chosen(Gate(), NINE)
    with pytest.raises(UnsupportedModel, match=r"“gelu” in “1”"):
        chosen(nn.Sequential(nn.Flatten(), nn.GELU(), linear([1] * 9)), NINE)


def network(sizes, seed):
    generator = torch.Generator().manual_seed(seed)
    layers = []
    for before, after in pairwise(sizes):
        layer = nn.Linear(before, after)
        for p in layer.parameters():
            p.data = torch.randn(p.shape, generator=generator)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1]), torch.randn((1, sizes[0]), generator=generator)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=4), st.integers(0, 10**6))
def test_with_all_kept_every_unit_that_adds_something_is_there(sizes, seed):
    net, x = network(sizes, seed)
    graph, path = walked(net, x, k=6)
    for one, below in pairwise(path):
        a, w = graph.tensor(one.node.inputs[0])[0], one.node.weight
        adds = (w[one.flat] * a > 0).any(0).nonzero()[:, 0]
        assert set(adds.tolist()) <= set(below.flat.tolist())


@pytest.mark.parametrize("layer", [nn.Conv2d(5, 7, 3, 2, 1), nn.Conv2d(5, 7, 1), nn.ConvTranspose2d(5, 7, 3, 2, 1)])
def test_all_filters_at_once_receive_what_each_receives_alone(layer, monkeypatch):
    net, x = nn.Sequential(layer, nn.Flatten()), torch.randn(1, 5, 9, 8)
    graph = record(net, x, net, title="The test")
    weighted = WeightedLayer(graph, graph.nodes[0], "The test")
    units = torch.arange(graph.nodes[0].outputs[0].numel())
    gain = torch.where(units % 3 == 0, -2.0, 0.5)
    found = []
    for dear, at_once in ((0, 1 << 17), (1e9, 1 << 17), (0, 40), (1e9, 40)):
        monkeypatch.setattr(products, "DEAR", dear)
        monkeypatch.setitem(products.AT_ONCE, "cpu", at_once)
        found.append(products.strongest(weighted, units, gain))
    for other in found[1:]:
        assert torch.allclose(found[0], other, atol=1e-5)


def test_the_walk_ends_at_the_input():
    graph, path = walked(SMALL, X)
    assert path[-1].value == Value(0)
    assert path[0].node is graph.nodes[2]
