from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from salviewer.errors import Cancelled
from salviewer.models.undisturbed import layout, undisturbed


@pytest.fixture
def net(tiny):
    """Every flag in an unusual position, and a gradient already there."""
    tiny.train()
    tiny.norm.eval()
    tiny.conv.weight.requires_grad_(False)
    tiny.head(torch.ones(1, 4)).sum().backward()
    return tiny


def picture_of(net):
    flags = [(name, part.training) for name, part in net.named_modules()]
    return flags, [(id(p), p.requires_grad, id(p.grad), p.data_ptr(), p.stride()) for p in net.parameters()]


@pytest.mark.parametrize("leave", ["return", "error", "cancel"])
def test_flags_and_gradients_come_back(net, leave):
    before, gradient = picture_of(net), net.head.weight.grad.clone()
    x = torch.ones(2, 3, 4, 4, requires_grad=True)
    try:
        with undisturbed(net) as inside:
            assert inside is net
            assert not any(part.training for part in net.modules())
            assert not any(p.requires_grad for p in net.parameters())
            net(x).sum().backward()
            assert x.grad.abs().sum() > 0
            if leave == "error":
                raise RuntimeError
            if leave == "cancel":
                raise Cancelled
    except (RuntimeError, Cancelled):
        pass
    assert picture_of(net) == before
    assert torch.equal(net.head.weight.grad, gradient)


def test_running_statistics_stay(net):
    before = copy.deepcopy(net.state_dict())
    net.norm.train()
    with undisturbed(net):
        net(torch.rand(4, 3, 4, 4))
    assert all(torch.equal(net.state_dict()[key], before[key]) for key in before)


def test_an_outer_no_grad_is_no_obstacle(net):
    before = picture_of(net)
    with torch.no_grad(), undisturbed(net):
        net(torch.rand(1, 3, 4, 4))
    assert picture_of(net) == before


@pytest.mark.parametrize("mode", [torch.inference_mode, torch.no_grad, torch.enable_grad])
def test_the_layout_comes_back_bit_for_bit(net, mode):
    before, x = picture_of(net), torch.rand(2, 3, 4, 4)
    with undisturbed(net), mode():
        plain = net(x)
        with layout(net, torch.channels_last):
            assert net.conv.weight.is_contiguous(memory_format=torch.channels_last)
            assert not net.conv.weight.is_contiguous()
            swapped = net(x.contiguous(memory_format=torch.channels_last))
    assert picture_of(net) == before
    assert torch.allclose(plain, swapped, atol=1e-6)


def test_the_layout_comes_back_after_an_error(net):
    before = picture_of(net)
    with pytest.raises(Cancelled), layout(net, torch.channels_last):
        raise Cancelled
    assert picture_of(net) == before


def test_volumes_have_their_own_layout():
    net = nn.Sequential(nn.Conv3d(2, 4, 3), nn.Conv2d(2, 4, 3))
    with layout(net, torch.channels_last_3d):
        assert net[0].weight.is_contiguous(memory_format=torch.channels_last_3d)
        assert net[1].weight.is_contiguous()
    assert net[0].weight.is_contiguous()


def test_shared_parameters_stay_shared():
    first, second = nn.Conv2d(3, 3, 3), nn.Conv2d(3, 3, 3)
    second.weight = first.weight
    net = nn.Sequential(first, second)
    at = first.weight.data_ptr()
    with undisturbed(net), layout(net, torch.channels_last):
        assert second.weight is first.weight
        assert first.weight.is_contiguous(memory_format=torch.channels_last)
    assert second.weight is first.weight and first.weight.data_ptr() == at and first.weight.requires_grad


def test_no_layout_is_no_change(net):
    before = picture_of(net)
    with layout(net, None):
        assert picture_of(net) == before
    with layout(None, torch.channels_last):
        pass
