"""Strided operations that send their signal back as if their stride were 1, so that no grid shows in what arrives.

A backward pass through a stride S leaves S - 1 of S places of each axis without a signal of their own, or sends them
less: a grid. Here the signal (B) that comes to a convolution or a pooling with kernel M, padding O and dilation d is
resampled by the nearest neighbour to the size that the output would have at stride 1,

    B1 = A + 2 O - d (M - 1),        A: the size of the operation's input,

and goes back through the operation at stride 1. Max pooling looks for its switches anew, at stride 1 on the input of
the forward pass. Where the stride is 1 nothing changes. A slice with a step is a convolution of M = 1; an adaptive
pooling whose output divides its input is a pooling with M = S = A / B, and any other keeps its own gradient.

What arrives is larger than the gradient by about the product of the strides: it is a picture of where, not an amount.

Source: "Visual explanation by interpretation: improving visual feedback capabilities of deep neural networks" (2019),
section 3.3, Eq. 2-3, Figure 3; there without dilation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional as F

from salviewer.numeric.call_kinds import Kind, argument
from salviewer.numeric.call_order import Seen
from salviewer.numeric.handing_down import with_back

_CONVOLUTIONS: Final = {"conv1d": F.conv_transpose1d, "conv2d": F.conv_transpose2d, "conv3d": F.conv_transpose3d}
_POOLS: Final = {
    f"{kind}_pool{n}d{ending}": getattr(F, f"{kind}_pool{n}d")
    for kind in ("max", "avg")
    for n in (1, 2, 3)
    for ending in ("", "_with_indices")
}
_ADAPTIVE: Final = {f"adaptive_{name}": pool for name, pool in _POOLS.items()}


def at_stride_one(seen: Seen) -> Any:
    """An answer for `CallOrder`: the call's own result with the backward pass above; `NotImplemented` for others."""
    name = seen.call.name
    if name in _CONVOLUTIONS:
        return _convolution(seen)
    if name in _POOLS:
        return _pooling(seen)
    if name in _ADAPTIVE:
        return _adaptive(seen)
    if name == "getitem":
        return _slices(seen)
    return NotImplemented


def resampled(signal: Tensor, size: Sequence[int]) -> Tensor:
    """`signal` (N, C, *B) on (N, C, *size) by the nearest neighbour."""
    return signal if tuple(signal.shape[2:]) == tuple(size) else F.interpolate(signal, size=tuple(size))


def _convolution(seen: Seen) -> Any:
    x, w, bias, stride, padding, dilation, groups = (
        argument(seen.args, seen.kwargs, i, name, default)
        for i, (name, default) in enumerate(
            (("input", None), ("weight", None), ("bias", None), ("stride", 1), ("padding", 0), ("dilation", 1),
             ("groups", 1))
        )
    )  # fmt: skip
    dims = w.ndim - 2
    if max(_each(stride, dims)) == 1 or not isinstance(x, Tensor) or x.ndim != w.ndim:
        return NotImplemented
    pad, wide = _each(padding if not isinstance(padding, str) else 0, dims), _each(dilation, dims)
    size = [a + 2 * o - d * (m - 1) for a, o, d, m in zip(x.shape[2:], pad, wide, w.shape[2:], strict=True)]
    transpose, weights = _CONVOLUTIONS[seen.call.name], w.detach()

    def back(signal: Tensor) -> tuple[Tensor, ...]:
        return (transpose(resampled(signal, size), weights, None, 1, pad, 0, groups, wide),)

    return with_back(lambda: seen.func(x, w, bias, stride, padding, dilation, groups), back, x)


def _pooling(seen: Seen) -> Any:
    pool, name = _POOLS[seen.call.name], seen.call.name
    keys = _MAX if name.startswith("max") else _AVERAGE
    given = {key: argument(seen.args, seen.kwargs, i, key, default) for i, (key, default) in enumerate(keys)}
    x, stride = given.pop("input"), given.pop("stride")
    dims = x.ndim - 2
    if max(_each(given["kernel_size"] if stride is None or stride == [] else stride, dims)) == 1:
        return NotImplemented
    if given.pop("return_indices", False) or name.endswith("indices"):
        return NotImplemented
    given["ceil_mode"] = False  # at stride 1 it decides nothing
    return _through(seen, x, lambda value: pool(value, stride=1, **given))


_MAX: Final = (
    ("input", None), ("kernel_size", None), ("stride", None), ("padding", 0), ("dilation", 1), ("ceil_mode", False),
    ("return_indices", False),
)  # fmt: skip
_AVERAGE: Final = (
    ("input", None), ("kernel_size", None), ("stride", None), ("padding", 0), ("ceil_mode", False),
    ("count_include_pad", True), ("divisor_override", None),
)  # fmt: skip


def _adaptive(seen: Seen) -> Any:
    x, wanted = (argument(seen.args, seen.kwargs, i, n, None) for i, n in enumerate(("input", "output_size")))
    dims = x.ndim - 2
    sizes = list(x.shape[2:])
    outs = [a if b is None else int(b) for a, b in zip(sizes, _each(wanted, dims), strict=True)]
    if any(a % b for a, b in zip(sizes, outs, strict=True)) or seen.call.name.endswith("indices"):
        return NotImplemented
    kernel = [a // b for a, b in zip(sizes, outs, strict=True)]
    if all(b == 1 for b in outs) or max(kernel) == 1:
        return NotImplemented  # one place, or every place its own: no stride
    pool = _ADAPTIVE[seen.call.name]
    return _through(seen, x, lambda value: pool(value, kernel, stride=1))


def _through(seen: Seen, x: Tensor, at_one: Callable[[Tensor], Tensor]) -> Tensor:
    """The call's own result; its signal goes back through `at_one`, the same operation at stride 1, on the same x."""
    kept = x.detach()

    def back(signal: Tensor) -> tuple[Tensor, ...]:
        with torch.enable_grad():
            leaf = kept.requires_grad_()
            out = at_one(leaf)
            return torch.autograd.grad(out, leaf, resampled(signal, out.shape[2:]))

    return with_back(seen.plain, back, x)


def _slices(seen: Seen) -> Any:
    x, index = seen.args
    parts = index if isinstance(index, tuple) else (index,)
    if not isinstance(x, Tensor) or x.ndim < 3 or not all(isinstance(one, slice) for one in parts):
        return NotImplemented
    ranges = [range(*one.indices(size)) for one, size in zip(parts, x.shape, strict=False)]
    steps = [one.step for one in ranges]
    if max(steps[2:], default=1) == 1 or max(steps[:2]) != 1 or min(map(len, ranges)) == 0:
        return NotImplemented
    whole = tuple(slice(r.start, r.stop) for r in ranges)

    def back(signal: Tensor) -> tuple[Tensor, ...]:
        found = signal.new_zeros(x.shape)
        found[whole] = resampled(signal, found[whole].shape[2:])
        return (found,)

    return with_back(lambda: x[index].clone(), back, x)


def _each(value: Any, dims: int) -> list[Any]:
    """`value` per dimension."""
    found = list(value) if isinstance(value, list | tuple) else [value]
    return found * dims if len(found) == 1 else found


STRIDED: Final = frozenset({Kind.CONVOLUTION, Kind.POOLING, Kind.SHAPE})
"""The kinds among which strided operations are."""
