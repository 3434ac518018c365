"""The filtered gradient against a slow float64 reference, on nets with shared, functional and in-place ReLUs."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.errors import UnsupportedModel
from salviewer.numeric.defended_gradients import Defence


class Shared(nn.Module):
    """One ReLU module, called twice, around a residual sum; then a functional and an in-place one."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 4, 3)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        h = self.relu(self.a(x))
        h = self.relu(h + self.b(h))
        h = F.max_pool2d(F.relu(self.c(h)), 2)
        return self.head(torch.relu_(h).mean((2, 3)))


class Branches(nn.Module):
    """Smooth non-linearities of both signs, two branches, a gate, an output activation."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.gate = nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 3, padding=1), nn.Linear(4, 4)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        h = torch.cat([F.silu(self.a(x)), torch.tanh(self.b(x))], 1)
        h = h * torch.sigmoid(self.gate(h.mean((2, 3))))[..., None, None]
        return torch.softmax(self.head(F.gelu(h).mean((2, 3))), 1)


def slow_shared(net, x, bounds, collect):
    """The pass written out; each non-linearity clips its gradient by a hook of its own."""

    def act(value):
        h = value.clamp(min=0)
        if collect:
            bounds.append(h.detach())
            return h
        return clipped(h, bounds.pop(0))

    h = act(net.a(x))
    h = act(h + net.b(h))
    h = F.max_pool2d(act(net.c(h)), 2)
    return net.head(act(h).mean((2, 3)))


def slow_branches(net, x, bounds, collect):
    def act(h):
        if collect:
            bounds.append(h.detach())
            return h
        return clipped(h, bounds.pop(0))

    h = torch.cat([act(F.silu(net.a(x))), act(torch.tanh(net.b(x)))], 1)
    h = h * act(torch.sigmoid(net.gate(h.mean((2, 3)))))[..., None, None]
    return torch.softmax(net.head(act(F.gelu(h)).mean((2, 3))), 1)


class _Clip(torch.autograd.Function):
    @staticmethod
    def forward(ctx, h, bound):
        ctx.save_for_backward(h, bound)
        return h.clone()

    @staticmethod
    def backward(ctx, gradient):
        h, bound = ctx.saved_tensors
        let = [
            g if min(0.0, b) <= v <= max(0.0, b) else 0.0
            for g, v, b in zip(*(t.flatten().tolist() for t in (gradient, h, bound)), strict=True)
        ]
        return torch.tensor(let, dtype=h.dtype).view_as(h), None


def clipped(h, bound):
    return _Clip.apply(h, bound)


def fast(net, x, e, defence):
    with torch.no_grad(), defence.recording(x):
        net(x.clone())
    leaf = e.clone().requires_grad_()
    fed = leaf.clone()
    with defence.filtering(fed):
        out = net(fed)
    (found,) = torch.autograd.grad(out[:, 1].sum(), leaf)
    return out.detach(), found


@pytest.mark.parametrize(("kind", "slow", "places"), [(Shared, slow_shared, 4), (Branches, slow_branches, 4)])
@pytest.mark.parametrize("seed", range(4))
def test_the_gradient_is_the_one_written_out(kind, slow, places, seed):
    torch.manual_seed(seed)
    net = kind().double().eval()
    x = torch.randn(2, 2, 8, 8, dtype=torch.double)
    e = x * torch.rand_like(x)
    defence = Defence(net, "Test")
    bounds = []
    slow(net, x, bounds, True)
    leaf = e.clone().requires_grad_()
    (wanted,) = torch.autograd.grad(slow(net, leaf, bounds, False)[:, 1].sum(), leaf)
    before = net(e.clone())
    out, found = fast(net, x + 0, e, Defence(net, "Test")) if seed % 2 else fast(net, x, e, defence)
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(out, before)
    plain_leaf = e.clone().requires_grad_()
    (plain,) = torch.autograd.grad(net(plain_leaf.clone())[:, 1].sum(), plain_leaf)
    assert not torch.equal(plain, found)
    if not seed % 2:
        assert len(defence.places) == places


def test_at_the_input_itself_nothing_is_filtered():
    torch.manual_seed(0)
    net, x = Shared().eval(), torch.randn(1, 2, 8, 8)
    _, found = fast(net, x, x, Defence(net, "Test"))
    leaf = x.clone().requires_grad_()
    (plain,) = torch.autograd.grad(net(leaf.clone())[:, 1].sum(), leaf)
    assert torch.equal(found, plain)


def test_a_linear_network_is_named():
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    with pytest.raises(UnsupportedModel, match="no non-linearity"), Defence(net, "Test").recording(torch.ones(1, 4)):
        net(torch.ones(1, 4))


@pytest.mark.parametrize("kind", [Shared, Branches])
def test_later_passes_give_what_a_first_one_gives(kind):
    torch.manual_seed(0)
    net, x = kind().eval(), torch.randn(1, 2, 8, 8)
    defence = Defence(net, "Test")
    with torch.no_grad(), defence.recording(x):
        net(x.clone())
    for _ in range(3):
        e = x * torch.rand_like(x)
        _, wanted = fast(net, x, e, Defence(net, "Test"))
        leaf = e.clone().requires_grad_()
        with defence.filtering(leaf):
            out = net(leaf.clone())
        assert torch.equal(torch.autograd.grad(out[:, 1].sum(), leaf)[0], wanted)
        assert not net._forward_hooks and not net._forward_pre_hooks


class Forked(nn.Module):
    """Takes another layer, which calls the same functions, or one step more, as `way` says."""

    def __init__(self):
        super().__init__()
        self.layers, self.way = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)]), 0

    def forward(self, x):
        h = F.relu(self.layers[self.way % 2](x))
        return h + 1 if self.way > 1 else h


@pytest.mark.parametrize("way", [1, 2])
def test_a_later_pass_that_takes_another_way_is_named(way):
    net, x = Forked(), torch.ones(1, 4)
    defence = Defence(net, "Test")
    with torch.no_grad(), defence.recording(x):
        net(x.clone())
    leaf = x.clone().requires_grad_()
    with defence.filtering(leaf):
        net(leaf.clone())
    net.way = way
    with pytest.raises(UnsupportedModel, match="another way"), defence.filtering(leaf):
        net(leaf.clone())
