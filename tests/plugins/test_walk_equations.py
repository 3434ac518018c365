"""The walk in tensors against the same in plain Python, straight from the equations, on random networks."""

from __future__ import annotations

import random

import plain_walk
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.numeric.call_graph import record
from salviewer_plugins.discernible.choice import Rules
from salviewer_plugins.discernible.walk import walk
from salviewer_plugins.discernible.weighted import LAYERS


class Written(nn.Module):
    """A network from a list of calls, see `plain_walk`."""

    def __init__(self, calls):
        super().__init__()
        self.calls = calls

    def forward(self, x):
        values = [x]
        for name, reads, given in self.calls:
            more = {key: torch.tensor(v) if isinstance(v, list) else v for key, v in given.items()}
            values.append(RUN[name](*(values[i] for i in reads), **more))
        return values[-1]


RUN = {
    "conv": lambda x, weight, bias, stride, padding, groups: F.conv2d(x, weight, bias, stride, padding, 1, groups),
    "linear": F.linear,
    "bn": lambda x, scale, shift: F.batch_norm(
        x, torch.zeros_like(scale), torch.ones_like(scale), scale, shift, eps=0.0
    ),
    "relu": F.relu,
    "max": lambda x, size, stride: F.max_pool2d(x, size, stride),
    "avg": lambda x, size, stride: F.avg_pool2d(x, size, stride),
    "mean": lambda x: x.mean((2, 3)),
    "add": torch.add,
    "cat": lambda a, b: torch.cat([a, b], 1),
    "flatten": lambda x: x.flatten(1),
}


class Dice:
    def __init__(self, seed):
        self.dice = random.Random(seed)

    def numbers(self, *shape):
        if not shape:
            return self.dice.gauss(0, 1)
        return [self.numbers(*shape[1:]) for _ in range(shape[0])]

    def conv(self, read, c, o, size, stride=1, padding=0, groups=1):
        given = {"weight": self.numbers(o, c // groups, size, size), "bias": self.numbers(o)}
        return "conv", (read,), {**given, "stride": stride, "padding": padding, "groups": groups}

    def linear(self, read, n, o):
        return "linear", (read,), {"weight": self.numbers(o, n), "bias": self.numbers(o)}

    def bn(self, read, c):
        return "bn", (read,), {"scale": self.numbers(c), "shift": self.numbers(c)}


def connected(dice):
    """Input (4, 1, 2)."""
    return [
        ("flatten", (0,), {}), dice.linear(1, 8, 7), ("relu", (2,), {}), dice.linear(3, 7, 6), ("relu", (4,), {}),
        dice.linear(5, 6, 3),
    ]  # fmt: skip


def strided(dice):
    """Strides, padding, groups, both poolings."""
    return [
        dice.conv(0, 4, 6, 3, stride=2, padding=1, groups=2), ("relu", (1,), {}),
        ("max", (2,), {"size": 2, "stride": 1}), dice.conv(3, 6, 4, 2, padding=1), ("relu", (4,), {}),
        ("avg", (5,), {"size": 2, "stride": 2}),
        ("flatten", (6,), {}), dice.linear(7, 16, 3),
    ]  # fmt: skip


def residual(dice):
    """A block with normalisation around which the input goes, a global average."""
    return [
        dice.conv(0, 4, 5, 3, padding=1), dice.bn(1, 5), ("relu", (2,), {}), dice.conv(3, 5, 5, 3, padding=1),
        dice.bn(4, 5), ("add", (5, 3), {}), ("relu", (6,), {}), ("mean", (7,), {}), dice.linear(8, 5, 3),
    ]  # fmt: skip


def joined(dice):
    """Two branches of different depth side by side."""
    return [
        dice.conv(0, 4, 3, 1), ("relu", (1,), {}), dice.conv(2, 3, 4, 3, padding=1), ("cat", (3, 2), {}),
        ("max", (4,), {"size": 3, "stride": 2}), dice.bn(5, 7), ("relu", (6,), {}), dice.conv(7, 7, 5, 2),
        ("relu", (8,), {}), ("mean", (9,), {}), dice.linear(10, 5, 2),
    ]  # fmt: skip


SIDES = {connected: (4, 1, 2), strided: (4, 7, 7), residual: (4, 5, 5), joined: (4, 6, 6)}
RULES = [(1, 1.0, 1.0), (2, 1.0, 1.0), (2, 1.0, 0.0), (3, 0.25, 1.0), (4, 0.01, 1.0), (9, 1.0, 0.3)]


@pytest.mark.parametrize("make", SIDES)
@pytest.mark.parametrize(("k", "a_cur", "a_pre"), RULES)
@pytest.mark.parametrize("seed", range(3))
def test_the_walk_is_that_of_the_equations(make, k, a_cur, a_pre, seed):
    dice, shape = Dice(f"{make.__name__} {k} {a_pre} {seed}"), SIDES[make]
    calls, numbers = make(dice), dice.numbers(*shape)
    x = {(c, y, z): numbers[c][y][z] for c in range(shape[0]) for y in range(shape[1]) for z in range(shape[2])}
    plain = plain_walk.PlainWalk(calls, x, k, a_cur, a_pre).run((1,))

    net = Written(calls)
    graph = record(net, torch.tensor(numbers)[None], net, title="The test")
    assert graph.tensor(graph.output)[0].tolist() == pytest.approx(list(plain.values[-1].values()), rel=1e-4, abs=1e-5)
    path = walk(graph, torch.tensor([1]), torch.ones(1), Rules(k, a_cur=a_cur, a_pre=a_pre), "The test")
    found = [one for one in path if one.node is None or one.node.call.kind in LAYERS]
    for one, (number, units) in zip(found, plain.chosen.items(), strict=True):
        numbered = {plain_walk.flat(unit, plain_walk.sizes(plain.values[number])): s for unit, s in units.items()}
        assert one.flat.tolist() == sorted(numbered)
        if one is not path[0]:
            expected = [support for at in sorted(numbered) for support in numbered[at][-2:]]
            close = {"rel": 1e-3, "abs": 1e-4}
            known = one.support[:, :2].nan_to_num().flatten().tolist()
            assert known[0::2] == pytest.approx(expected[0::2], **close)
            assert known[1::2] == pytest.approx(expected[1::2] if a_pre else [0.0] * len(known[1::2]), **close)
