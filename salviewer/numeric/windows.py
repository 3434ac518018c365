"""Which values a call reads for each value that it gives: convolutions, poolings, reductions, axis by axis.

A window is the product of its axes: along each, a table says which input indices stand under each output index.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from salviewer.numeric.call_graph import Node
from salviewer.numeric.call_kinds import Kind

_REDUCING: Final = frozenset({"mean", "sum", "nansum", "amax", "amin", "max", "min"})
_MAXIMA: Final = frozenset({"max", "amax"})
_POOL: Final = re.compile(r"(adaptive_)?(avg|max)_pool([123])d(_with_indices)?")
_CONVOLUTION: Final = re.compile(r"conv(_transpose)?([123])d")


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a window.

    table: int64 (outputs, taps), the input index under each tap, -1 where there is none.
    affine: (stride, padding, reach), where output o begins at o stride - padding and ends `reach` later, both
    inclusive and before clipping; None where it is not of that form.
    """

    table: Tensor
    affine: tuple[int, int, int] | None = None


def one_by_one(size: int) -> Axis:
    """The axis along which each output reads the input of the same index."""
    return Axis(torch.arange(size)[:, None], (1, 0, 0))


def whole(size: int) -> Axis:
    """The axis whose one output reads all inputs."""
    return Axis(torch.arange(size)[None, :])


def sliding(size: int, outputs: int, taps: int, stride: int, padding: int, dilation: int) -> Axis:
    """A window of `taps` places, `dilation` apart, that moves by `stride`; `padding` before the first input."""
    table = torch.arange(outputs)[:, None] * stride - padding + torch.arange(taps) * dilation
    return Axis(_inside(table, size), (stride, padding, (taps - 1) * dilation))


def spreading(size: int, outputs: int, taps: int, stride: int, padding: int, dilation: int) -> Axis:
    """The axis of a transposed convolution, whose inputs slide over its outputs."""
    above = torch.arange(outputs)[:, None] + padding - torch.arange(taps) * dilation
    return Axis(_inside(torch.where(above % stride == 0, above.div(stride, rounding_mode="floor"), -1), size))


def adaptive(size: int, outputs: int) -> Axis:
    """Output o of m reads the inputs from floor(o n / m) to ceil((o + 1) n / m)."""
    o = torch.arange(outputs)[:, None]
    start, stop = o * size // outputs, -(-(o + 1) * size // outputs)
    table = start + torch.arange(int((stop - start).max()))
    return Axis(torch.where(table < stop, table, -1))


def is_maximum(node: Node) -> bool:
    """Whether a pooling takes the greatest value of its window."""
    found = _POOL.fullmatch(node.call.name)
    return node.call.name in _MAXIMA or (found is not None and found[2] == "max")


def axes_of(node: Node, given: Sequence[int], made: Sequence[int]) -> tuple[Axis, ...] | None:
    """The axes of a convolution or pooling, one for each axis of its input; None where it is no window.

    Of a convolution the axis of channels is one by one, and means nothing.

    Args:
        node: the call.
        given: the shape of its input.
        made: the shape of its output.
    """
    name = node.call.name
    if node.call.kind is Kind.CONVOLUTION and (found := _CONVOLUTION.fullmatch(name)):
        return _convolution(node, given, made, int(found[2]), turned=bool(found[1]))
    if found := _POOL.fullmatch(name):
        return _pooling(node, given, made, int(found[3]), adapts=bool(found[1]), average=found[2] == "avg")
    if name in _REDUCING:
        dims = node.given("dim", 1)
        chosen = range(len(given)) if dims is None else [dims] if isinstance(dims, int) else dims
        reduced = {d % len(given) for d in chosen} or set(range(len(given)))
        return tuple(whole(size) if i in reduced else one_by_one(size) for i, size in enumerate(given))
    return None


def _convolution(
    node: Node, given: Sequence[int], made: Sequence[int], dims: int, *, turned: bool
) -> tuple[Axis, ...] | None:
    if node.weight is None:
        return None
    taps, stride = node.weight.shape[2:], _each(node.given("stride", 3, 1), dims)
    dilation = _each(node.given("dilation", 7 if turned else 5, 1), dims)
    asked = node.given("padding", 4, 0)
    if asked == "same":
        padding = [d * (t - 1) // 2 for d, t in zip(dilation, taps, strict=True)]
    else:
        padding = _each(0 if asked == "valid" else asked, dims)
    make = spreading if turned else sliding
    spatial = zip(given[-dims:], made[-dims:], taps, stride, padding, dilation, strict=True)
    return (*map(one_by_one, given[:-dims]), *(make(*about) for about in spatial))


def _pooling(
    node: Node, given: Sequence[int], made: Sequence[int], dims: int, *, adapts: bool, average: bool
) -> tuple[Axis, ...]:
    before, sizes, outputs = map(one_by_one, given[:-dims]), given[-dims:], made[-dims:]
    if adapts:
        return (*before, *(adaptive(n, m) for n, m in zip(sizes, outputs, strict=True)))
    kernel = _each(node.given("kernel_size", 1), dims)
    stride = _each(node.given("stride", 2) or kernel, dims)
    padding = _each(node.given("padding", 3, 0), dims)
    dilation = [1] * dims if average else _each(node.given("dilation", 4, 1), dims)
    about = zip(sizes, outputs, kernel, stride, padding, dilation, strict=True)
    return (*before, *(sliding(*one) for one in about))


def places(axes: Sequence[Axis], outputs: Tensor, given: Sequence[int], made: Sequence[int]) -> Tensor:
    """int64 (n, taps): the flat input index under each tap of each output, -1 where there is none.

    Args:
        axes: of the window.
        outputs: int64 (n,), flat indices of outputs.
        given: the shape of the input.
        made: the shape of the output, in which each axis of the window has its own (of 1, where it was reduced).
    """
    steps = _steps(given)
    found, missing = outputs.new_zeros((len(outputs), 1)), None
    for at, step, axis in zip(coordinates(outputs, made), steps, axes, strict=True):
        under = axis.table.to(outputs.device)[at]  # (n, taps of this axis)
        gap = under < 0
        found = (found[:, :, None] + (under * step)[:, None, :]).flatten(1)
        missing = gap if missing is None else (missing[:, :, None] | gap[:, None, :]).flatten(1)
    return found if missing is None else found.masked_fill_(missing, -1)


def outputs_of(axes: Sequence[Axis]) -> tuple[int, ...]:
    """How many outputs each axis has."""
    return tuple(len(axis.table) for axis in axes)


def coordinates(flat: Tensor, shape: Sequence[int]) -> list[Tensor]:
    """The index along each axis of `shape`, (n,) each, of flat indices (n,)."""
    return [flat.div(step, rounding_mode="floor") % size for step, size in zip(_steps(shape), shape, strict=True)]


def _steps(shape: Sequence[int]) -> list[int]:
    return [math.prod(shape[i + 1 :]) for i in range(len(shape))]


def _inside(table: Tensor, size: int) -> Tensor:
    return torch.where((table >= 0) & (table < size), table, -1)


def _each(value: Any, dims: int) -> list[int]:
    values = list(value) if isinstance(value, Sequence) else [value]
    return [int(v) for v in (values * dims if len(values) == 1 else values)]
