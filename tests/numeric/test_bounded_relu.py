"""The gradient of the bounded ReLU is the two conditions written out: whole or in pieces, in any memory layout."""

from __future__ import annotations

import pytest
import torch

from salviewer.numeric.bounded_relu import PIECE, bounded_relu


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("width", [7, PIECE - 5])  # whole; and two pieces with a rest
@pytest.mark.parametrize("layouts", ["alike", "both turned", "one turned"])
def test_gradients_pass_where_the_result_is_above_zero_and_not_above_the_bound(in_place, width, layouts):
    threads = torch.get_num_threads()
    generator = torch.Generator().manual_seed(0)
    z, bound, gradient = (torch.randn(1, 3, threads, width, generator=generator) for _ in range(3))
    bound.clamp_(min=0)
    bound[..., ::3] = z.relu()[..., ::3]  # at the bound itself it passes
    turned = torch.channels_last
    if layouts != "alike":
        z = z.contiguous(memory_format=turned)
    if layouts == "both turned":
        bound, gradient = bound.contiguous(memory_format=turned), gradient.contiguous(memory_format=turned)
    leaf = z.clone().requires_grad_()
    fed = leaf.clone()
    result = bounded_relu(fed, bound, in_place=in_place)
    result.backward(gradient)
    assert (result is fed) == in_place
    assert torch.equal(result, z.relu())
    assert torch.equal(leaf.grad, torch.where((z > 0) & (z.relu() <= bound), gradient, 0.0))
