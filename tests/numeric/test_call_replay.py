"""Later passes are told from the first by their calls, and leave the network as it was."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import CallOrder
from salviewer.numeric.call_replay import CallReplay


class Forked(nn.Module):
    """Takes the other layer, or one step more or less, as `way` says."""

    def __init__(self):
        super().__init__()
        self.layers, self.way = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)]), "usual"

    def forward(self, x):
        h = F.relu(self.layers[self.way == "other layer"](x))
        if self.way == "longer":
            h = h + 1
        return h if self.way == "shorter" else h * 2


def steps_of(net, x):
    with (
        torch.no_grad(),
        CallOrder(
            net, (x,), lambda seen: NotImplemented, title="It", allowed=frozenset(Kind), gradients=False
        ) as order,
    ):
        net(x)
    return order.steps


def tripled(func, args, kwargs):
    return 3 * func(*args, **kwargs)


def test_a_chosen_step_gets_its_answer_and_what_is_done_outside_the_network_does_not():
    net, x = Forked(), torch.ones(1, 4)
    plain, steps = net(x), steps_of(net, x)
    with CallReplay(net, steps, {1: tripled}) as replay:
        assert not replay.same
        found = F.relu(net(F.relu(x)) * 2)
    assert replay.same
    torch.testing.assert_close(found, plain * 6)
    assert torch.equal(net(x), plain)
    assert not net._forward_hooks and not net._forward_pre_hooks


@pytest.mark.parametrize("way", ["other layer", "longer", "shorter"])
def test_a_pass_that_differs_runs_on_as_the_network_has_it(way):
    net, x = Forked(), torch.ones(1, 4)
    steps = steps_of(net, x)
    net.way = way
    wanted = net(x)
    with CallReplay(net, steps, {len(steps) - 1: tripled}) as replay:
        found = net(x)
    assert not replay.same
    assert torch.equal(found, wanted)


def test_a_second_pass_in_the_same_block_is_one_too_many():
    net, x = Forked(), torch.ones(1, 4)
    with CallReplay(net, steps_of(net, x), {}) as replay:
        net(x), net(x)
    assert not replay.same


def test_calls_in_a_hook_of_the_network_are_steps_too():
    net, x = Forked(), torch.ones(1, 4)
    net.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    net.register_forward_hook(lambda module, args, output: output - 1)
    with CallReplay(net, steps_of(net, x), {}) as replay:
        net(x)
    assert replay.same


def test_a_pass_that_fails_leaves_the_network_as_it_was():
    net, x = Forked(), torch.ones(1, 4)
    steps = steps_of(net, x)
    with pytest.raises(RuntimeError), CallReplay(net, steps, {}):
        net(torch.ones(1, 3))
    assert not net._forward_hooks and not net._forward_pre_hooks
