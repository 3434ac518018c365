"""Silent filters: what comes out is what the network would give with those channels zero, and nothing stays changed."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.errors import UnsupportedModel
from salviewer.numeric.silenced_filters import silenced_filters


class Net(nn.Module):
    """One ReLU module at two places, one of them in place, and units after a pooling over everything."""

    def __init__(self):
        super().__init__()
        self.one, self.two, self.relu = nn.Conv2d(1, 3, 3), nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        a = self.relu(self.one(x))  # calls 1, 2
        b = F.relu(self.two(a))  # 3, 4
        return self.head(F.adaptive_max_pool2d(b, 1).flatten(1))  # 5, 6, 7


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Net().eval()


@pytest.fixture
def x():
    return torch.rand(5, 1, 9, 9, generator=torch.Generator().manual_seed(1))


def by_hand(net, x, first=(), second=(), pooled=()):
    with torch.no_grad():
        a = F.relu(net.one(x))
        a[:, list(first)] = 0
        b = F.relu(net.two(a))
        b[:, list(second)] = 0
        p = b.amax((2, 3))
        p[:, list(pooled)] = 0
        return net.head(p)


CHANNELS = {2: 3, 4: 4, 5: 4}


def test_the_answer_is_that_of_the_network_with_these_channels_zero(net, x):
    filters = {2: [1], 4: [0, 3], 5: [2]}
    with torch.no_grad(), silenced_filters(net, x, filters, CHANNELS):
        found = net(x)
    torch.testing.assert_close(found, by_hand(net, x, [1], [0, 3], [2]))
    assert not torch.allclose(found, by_hand(net, x))


def test_afterwards_the_network_is_as_it_was(net, x):
    state = {name: value.clone() for name, value in net.state_dict().items()}
    before = by_hand(net, x)
    with torch.no_grad(), silenced_filters(net, x, {4: [0]}, CHANNELS):
        net(x)
    torch.testing.assert_close(net(x), before, rtol=0, atol=0)
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())
    assert not any(part._forward_hooks for part in net.modules())


def test_also_after_an_error_in_the_block(net, x):
    with pytest.raises(RuntimeError, match="in the block"), silenced_filters(net, x, {4: [0]}, CHANNELS):
        raise RuntimeError("in the block")
    torch.testing.assert_close(net(x), by_hand(net, x), rtol=0, atol=0)


def test_no_filters_change_nothing(net, x):
    with torch.no_grad(), silenced_filters(net, x, {}, {}):
        found = net(x)
    torch.testing.assert_close(found, by_hand(net, x), rtol=0, atol=0)


def test_an_infinite_answer_is_silenced_too(net, x):
    net.one.bias.data[1] = float("inf")
    with torch.no_grad(), silenced_filters(net, x, {2: [1]}, CHANNELS):
        assert net(x).isfinite().all()


@pytest.mark.parametrize(("filters", "channels"), [({40: [0]}, {40: 3}), ({2: [0]}, {2: 11})])
def test_a_network_of_other_steps_is_refused(net, x, filters, channels):
    with (
        pytest.raises(UnsupportedModel, match="other steps"),
        torch.no_grad(),
        silenced_filters(net, x, filters, channels),
    ):
        net(x)
