"""Receptive fields against the support of the gradient, in networks in which nothing cancels and nothing is lost."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.numeric.call_graph import Value, record
from salviewer.numeric.receptive_field import Geometry, field_of, geometry


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(2, 2, 3, 2, 1), nn.Conv2d(2, 2, 5, 1, 2)
        self.down = nn.Conv2d(2, 2, 1, 2)

    def forward(self, x):
        out = self.two(F.relu(self.one(x)))
        out += self.down(x)
        return F.relu(out)


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 3, padding=2, dilation=2)
        self.last = nn.Conv2d(6, 2, 2)

    def forward(self, x):
        return self.last(torch.cat([self.one(x), self.two(x), F.avg_pool2d(x, 3, 1, 1)], 1))


class Shuffled(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(2, 4, 3), nn.Conv2d(4, 2, 3, 3, padding="valid")

    def forward(self, x):
        x = self.one(F.pad(x, (2, 0, 1, 3)))
        n, c, h, w = x.shape
        return self.two(x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w))


NETS = {
    "plain": nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(3, 1, 3, 2)),
    "dilated, ceiling": nn.Sequential(nn.Conv2d(2, 3, 3, dilation=3), nn.AvgPool2d(3, 2, 1, True), nn.Conv2d(3, 1, 2)),
    "adaptive": nn.Sequential(nn.Conv2d(2, 3, 3, stride=2), nn.AdaptiveAvgPool2d((3, 2)), nn.Conv2d(3, 1, 1)),
    "turned": nn.Sequential(nn.Conv2d(2, 3, 3, 2), nn.ConvTranspose2d(3, 2, 3, 2, 1)),
    "lost rows": nn.Sequential(nn.Conv2d(2, 2, 2, 3), nn.Conv2d(2, 2, 3, padding=1)),
    "residual": Residual(),
    "inception": Inception(),
    "shuffled": Shuffled(),
    "whole": nn.Sequential(nn.Conv2d(2, 2, 3), nn.Flatten(1), nn.Unflatten(1, (2, 13, 16)), nn.Conv2d(2, 1, 1)),
}


def positive(net):
    for p in net.parameters():
        p.data.uniform_(0.1, 1)
    return net.eval()


def support(net, x, place):
    x = x.clone().requires_grad_()
    net(x)[(0, slice(None), *place)].sum().backward()
    read = x.grad.abs().sum((0, 1)) > 0
    return [[int(i.min()), int(i.max()) + 1] for i in (read.any(1).nonzero(), read.any(0).nonzero())]


@pytest.mark.parametrize("name", [n for n in NETS if n != "whole"])
def test_the_clipped_field_is_the_support_of_the_gradient(name):
    net, x = positive(NETS[name]), torch.rand(1, 2, 15, 18) + 0.1
    graph = record(net, x, net, title="The test")
    h, w = net(x).shape[2:]
    places = [[i, j] for i in range(h) for j in range(w)]
    found = field_of(graph, graph.output, places)
    assert [found[n].tolist() for n in range(len(places))] == [support(net, x, place) for place in places]


def test_what_mixes_places_reads_everything():
    net, x = positive(NETS["whole"]), torch.rand(1, 2, 15, 18)
    graph = record(net, x, net, title="The test")
    assert field_of(graph, graph.output, [[1, 1]]).tolist() == [[[0, 15], [0, 18]]]
    head = nn.Sequential(nn.Conv2d(2, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 13 * 16, 2))
    graph = record(head, x, head, title="The test")
    assert field_of(graph, graph.nodes[-1], [[0, 0]]).tolist() == [[[0, 15], [0, 18]]]


def test_size_stride_and_offset_are_those_worked_out_by_hand():
    # conv 3, padding 1: size 3, stride 1, offset -1; pool 2: size 4, stride 2; conv 3, stride 2: size 4 + 2 * 2 = 8
    net = NETS["plain"].eval()
    graph = record(net, torch.rand(1, 2, 15, 18), net, title="The test")
    assert geometry(graph, graph.nodes[0]) == Geometry((3, 3), (1, 1), (-1, -1))
    assert geometry(graph, graph.nodes[2]) == Geometry((4, 4), (2, 2), (-1, -1))
    assert geometry(graph, graph.output) == Geometry((8, 8), (4, 4), (-1, -1))
    assert field_of(graph, graph.output, [[-1, 2]], clipped=False).tolist() == [[[-5, 3], [7, 15]]]


def test_a_volume_has_three_axes_and_the_input_sees_itself():
    net = nn.Sequential(nn.Conv3d(1, 2, (1, 3, 5), padding=(0, 1, 2)), nn.MaxPool3d(2)).eval()
    graph = record(net, torch.rand(1, 1, 8, 8, 8), net, title="The test")
    assert field_of(graph, graph.output, [[0, 1, 3]]).tolist() == [[[0, 2], [1, 5], [4, 8]]]
    assert field_of(graph, Value(0), [[1, 2, 3]]).tolist() == [[[1, 2], [2, 3], [3, 4]]]
