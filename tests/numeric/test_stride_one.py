"""Backward at stride 1: against a slow re-derivation, and no change where every stride is 1."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from salviewer.numeric.call_order import CallOrder
from salviewer.numeric.stride_one import at_stride_one


def back(module, x, signal):
    leaf = x.clone().requires_grad_()
    with CallOrder(module, (leaf,), at_stride_one, title="Test"):
        out = module(leaf)
    (found,) = torch.autograd.grad(out, leaf, signal(out.shape) if callable(signal) else signal)
    return found.detach()


def plain(module, x, signal):
    leaf = x.clone().requires_grad_()
    out = module(leaf)
    (found,) = torch.autograd.grad(out, leaf, signal(out.shape))
    return found.detach()


def nearest(signal, size):
    """Place i of `size` takes place floor(i * B / size): written out."""
    rows, columns = ([i * b // s for i in range(s)] for b, s in zip(signal.shape[2:], size, strict=True))
    return signal[:, :, rows][:, :, :, columns]


def slow_convolution(x, w, signal, padding, dilation):
    """Each place of the stride-1 output adds its signal times the filter to the places that it looks at."""
    n, _, h, width = x.shape
    out, _, m, _ = w.shape
    size = [a + 2 * padding - dilation * (m - 1) for a in (h, width)]
    at_one = nearest(signal, size)
    padded = torch.zeros(n, x.shape[1], h + 2 * padding, width + 2 * padding, dtype=x.dtype)
    for i, j, a, b in itertools.product(range(size[0]), range(size[1]), range(m), range(m)):
        for o in range(out):
            padded[:, :, i + a * dilation, j + b * dilation] += at_one[:, o, i, j, None] * w[o, :, a, b]
    return padded[:, :, padding : padding + h, padding : padding + width]


def slow_pooling(x, signal, kernel, padding):
    """The stride-1 windows' maxima are found again; each gets its window's signal."""
    h, w = x.shape[2:]
    size = [a + 2 * padding - (kernel - 1) for a in (h, w)]
    at_one, found = nearest(signal, size), torch.zeros_like(x)
    for n, c, i, j in itertools.product(range(len(x)), range(x.shape[1]), range(size[0]), range(size[1])):
        rows = [r for r in range(i - padding, i - padding + kernel) if 0 <= r < h]
        columns = [s for s in range(j - padding, j - padding + kernel) if 0 <= s < w]
        best = max(itertools.product(rows, columns), key=lambda place: x[n, c, *place])
        found[n, c, best[0], best[1]] += at_one[n, c, i, j]
    return found


@pytest.mark.parametrize(("stride", "kernel", "padding", "dilation"), [(2, 3, 1, 1), (4, 5, 2, 1), (2, 3, 2, 2)])
def test_a_strided_convolution_goes_back_as_written_out(stride, kernel, padding, dilation):
    torch.manual_seed(1)
    layer = nn.Conv2d(2, 3, kernel, stride, padding, dilation).double().requires_grad_(requires_grad=False)
    x = torch.randn(2, 2, 13, 11, dtype=torch.double)
    signal = torch.randn_like(layer(x))
    torch.testing.assert_close(back(layer, x, signal), slow_convolution(x, layer.weight, signal, padding, dilation))


@pytest.mark.parametrize(("stride", "kernel", "padding"), [(2, 2, 0), (2, 3, 1), (4, 3, 0)])
def test_a_max_pooling_looks_for_its_switches_anew(stride, kernel, padding):
    torch.manual_seed(2)
    layer = nn.MaxPool2d(kernel, stride, padding)
    x = torch.randn(1, 2, 12, 9, dtype=torch.double)
    signal = torch.randn_like(layer(x))
    torch.testing.assert_close(back(layer, x, signal), slow_pooling(x, signal, kernel, padding))


def test_a_constant_signal_through_an_average_pooling_has_no_grid():
    x = torch.randn(1, 1, 12, 12)
    found = back(nn.AvgPool2d(3, 3, count_include_pad=False), x, torch.ones)
    torch.testing.assert_close(found[0, 0, 2:-2, 2:-2], torch.ones(8, 8))
    adaptive = back(nn.AdaptiveAvgPool2d(4), x, torch.ones)
    torch.testing.assert_close(adaptive, found)


class _Halved(nn.Module):
    def forward(self, x):
        return x[:, :, ::2, ::2]


def test_a_slice_with_a_step_hands_its_signal_to_all_places():
    x, signal = torch.randn(1, 1, 4, 4), torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    wanted = signal.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.equal(back(_Halved(), x, signal), wanted)


class _Straight(nn.Module):
    """All strides are 1."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, dilation=2)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.a(x)), 3, stride=1)
        return F.adaptive_avg_pool2d(F.relu(self.b(x)), 1).flatten(1)


def test_nothing_changes_where_every_stride_is_one():
    torch.manual_seed(3)
    net, x = _Straight().eval(), torch.randn(1, 1, 12, 12)
    assert torch.equal(back(net, x, torch.ones), plain(net, x, torch.ones))


def test_the_forward_pass_is_the_networks_own():
    torch.manual_seed(4)
    net = nn.Sequential(nn.Conv2d(1, 2, 3, 2), nn.ReLU(inplace=True), nn.MaxPool2d(2, ceil_mode=True)).eval()
    x = torch.randn(1, 1, 15, 15)
    with CallOrder(net, (x,), at_stride_one, title="Test"):
        found = net(x)
    assert torch.equal(found, net(x))


def test_a_strided_layer_leaves_a_grid_and_stride_one_leaves_none():
    """Filters of ones, kernel 3, stride 2: the plain signal is 1, 2, 4 by turns; at stride 1 it is 9 everywhere."""
    layer = nn.Conv2d(1, 1, 3, 2, 1, bias=False).requires_grad_(requires_grad=False)
    layer.weight.fill_(1.0)
    x = torch.randn(1, 1, 16, 16)
    before, after = plain(layer, x, torch.ones)[0, 0, 2:-2, 2:-2], back(layer, x, torch.ones)[0, 0, 2:-2, 2:-2]
    assert sorted(before.unique().tolist()) == [1.0, 2.0, 4.0]
    assert after.unique().tolist() == [9.0]
