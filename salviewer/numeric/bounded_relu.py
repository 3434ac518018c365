"""A ReLU whose gradient passes only where the result is not above a bound, at little more than the ReLU's own cost.

    h = max(0, z),    dz = dh [h > 0] [h <= bound]

The two conditions become one value, min(h, [h <= bound]), which is above 0 where both hold, so that the ReLU's own
backward rule can be used with it in place of h. Nothing is kept between the passes that a ReLU would not keep. On a
processor great tensors are done piece by piece: a piece stays in the cache from one step to the next. Smaller ones are
done whole, as the cutting would cost more than the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

PIECE: Final = 131_072
"""Values for each thread at a time: of float32 two such pieces fill a cache of 1 MiB."""


def bounded_relu(z: Tensor, bound: Tensor, *, in_place: bool) -> Tensor:
    """max(0, z), with the gradient described above; of z's shape, and z itself if `in_place`. bound: like z, >= 0.

    The gradient cannot be differentiated again.
    """
    result: Tensor = _BoundedRelu.apply(z, bound, in_place)
    return result


class _BoundedRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, z: Tensor, bound: Tensor, in_place: bool) -> Tensor:
        if in_place:
            ctx.mark_dirty(z)
        h = z.relu_() if in_place else z.relu()
        ctx.save_for_backward(h)
        ctx.bound = bound
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (h,) = ctx.saved_tensors
        found = torch.empty_like(h)
        let: Tensor | None = None
        for h_part, bound, given, out in _pieces(h, ctx.bound, gradient, found):
            if let is None or let.shape != h_part.shape:
                let = torch.empty_like(h_part)
            torch.le(h_part, bound, out=let)
            torch.minimum(let, h_part, out=let)
            torch.ops.aten.threshold_backward.grad_input(given, let, 0, grad_input=out)
        return found, None, None


def _pieces(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Views of tensors of one shape, in pieces where they are great and lie in memory in one order without gaps."""
    first, piece = tensors[0], PIECE * torch.get_num_threads()
    if first.numel() <= 2 * piece:
        return iter((tensors,))
    reach = 1 + sum((n - 1) * step for n, step in zip(first.shape, first.stride(), strict=True))
    alike = all(t.stride() == first.stride() and t.device.type == "cpu" for t in tensors)
    if not alike or first.numel() != reach:
        return iter((tensors,))
    flat = (t.as_strided((reach,), (1,)).split(piece) for t in tensors)
    return zip(*flat, strict=True)
