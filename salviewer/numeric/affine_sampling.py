"""Values of a volume on another grid, however that is turned; averages where the target is coarser, never skips.

Index convention: a voxel's centre is its index. `matrix` (4, 4) maps an index of the target to one of the values.
Outside the values' field of view (half a voxel beyond the outer centres) there is none: NaN, or 0 for whole numbers.

Memory stays at the target, plus a slab: values are read a few slices at a time, so a memory map of a file may be given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from salviewer.numeric.resample import axis_weights

_SLAB = 2**21
"""Voxels that are worked on at once."""
_EDGE = 1e-6
"""How far beyond the field of view rounding may carry an index."""
_COARSER = 1.1
"""A target this much coarser than the values is averaged; below, linear interpolation averages enough."""
_STRAIGHT = 1e-9
"""What is less of a step across than this share of the step along is rounding."""


def sample_affine(
    values: np.ndarray, matrix: Sequence[Sequence[float]] | np.ndarray, shape: Sequence[int], *, nearest: bool = False
) -> np.ndarray:
    """`values` (X, Y, Z) on a grid of `shape`, whose index i lies at `matrix` i among them.

    Args:
        values: numbers; where one is not finite the others have its weight, and there is NaN where they had less than
            half of all weights.
        matrix: (4, 4), affine, from an index of the target to an index of `values`.
        shape: of the target, three axes.
        nearest: take the nearest voxel, as labels need; the result has the type of `values`. Otherwise linear,
            averaged where the target is coarser, float32.

    Raises:
        ValueError: `values` or `shape` do not have three axes, or one is empty, or `matrix` cannot be inverted.
    """
    m = np.asarray(matrix, np.float64)
    size = tuple(int(n) for n in shape)
    if values.ndim != 3 or len(size) != 3 or not values.size or min(size) < 1:
        raise ValueError(f"cannot sample values of shape {values.shape} on a grid of {size}")
    if m.shape != (4, 4) or not np.isfinite(m).all() or abs(np.linalg.det(m[:3, :3])) < np.finfo(np.float64).tiny:
        raise ValueError(f"no affine map that can be inverted: {m.tolist()}")
    values, m = _fast_axis_last(values, m)
    straight = _axes_of(m)
    if straight is not None and nearest:
        return _nearest_straight(values, m, straight, size, _nothing(values.dtype))
    if straight is not None:
        return _copied(values, m, straight, size) if _whole(m) else _straight(values, m, straight, size)
    if nearest:
        return _nearest(values, m, size)
    values, m = _thinned(values, m)
    return _linear(values, m, size)


def _fast_axis_last(values: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A view of `values` whose last axis has the smallest stride, so that slabs along the first are read in one go."""
    order = sorted(range(3), key=lambda axis: -abs(values.strides[axis]))
    return values.transpose(order), m[[*order, 3]]


def _axes_of(m: np.ndarray) -> tuple[int, ...] | None:
    """Per axis of the values, the target's axis that runs along it; None where axes do not run along each other."""
    linear = np.abs(m[:3, :3])
    axes = tuple(int(a) for a in linear.argmax(axis=1))
    along = linear[range(3), axes]
    if len(set(axes)) < 3 or (linear.sum(axis=1) - along > _STRAIGHT * along).any():
        return None
    return axes


def _whole(m: np.ndarray) -> bool:
    """Whether the voxels of the target are voxels of the values, of a straight `m`."""
    steps = np.abs(m[:3, :3]).max(axis=1)
    return bool((np.abs(steps - 1) < _STRAIGHT).all() and (np.abs(m[:3, 3] - np.round(m[:3, 3])) < _EDGE).all())


def _copied(values: np.ndarray, m: np.ndarray, axes: tuple[int, ...], shape: tuple[int, ...]) -> np.ndarray:
    out = _nearest_straight(values, m, axes, shape, np.nan).astype(np.float32, copy=False)
    out[~np.isfinite(out)] = np.nan
    return out


def _straight(values: np.ndarray, m: np.ndarray, axes: tuple[int, ...], shape: tuple[int, ...]) -> np.ndarray:
    """One small matrix per axis: the last two slab by slab, then the first."""
    weights = [_weights(values.shape[a], shape[k], m[a, k], m[a, 3]) for a, k in enumerate(axes)]
    outside = [np.isnan(w[:, 0]) for w in weights]
    w0, w1, w2 = (np.where(np.isnan(w), np.float32(0), w) for w in weights)
    part = np.empty((len(values), len(w1), len(w2)), np.float32)
    share: np.ndarray | None = None
    for span in _slabs(len(values), values[0].size):
        slab = np.asarray(values[span], np.float32)
        known = np.isfinite(slab)
        if not known.all():
            share = _ones(part.shape, w1, w2) if share is None else share
            share[span] = w1 @ known.astype(np.float32) @ w2.T
            slab = np.where(known, slab, np.float32(0))
        part[span] = w1 @ slab @ w2.T
    out = np.tensordot(w0, part, (1, 0))
    if share is not None:
        _shared(out, np.tensordot(w0, share, (1, 0)))
    for axis, where in enumerate(outside):
        out[(*(slice(None),) * axis, where)] = np.nan
    return np.ascontiguousarray(out.transpose(np.argsort(axes)))


def _ones(shape: tuple[int, ...], w1: np.ndarray, w2: np.ndarray) -> np.ndarray:
    """The weights that slabs without gaps have."""
    return np.ascontiguousarray(np.broadcast_to(np.multiply.outer(w1.sum(axis=1), w2.sum(axis=1)), shape))


def _weights(n_from: int, n_to: int, step: float, start: float) -> np.ndarray:
    """(n_to, n_from), where target index i lies at `start + i * step`; `step` may be negative."""
    if step < 0:
        return _weights(n_from, n_to, -step, n_from - 1 - start)[:, ::-1]
    return axis_weights(n_from, n_to, 1 / step, -start / step)


def _shared(out: np.ndarray, share: np.ndarray, whole: float = 1.0) -> None:
    """Divide `out` by the `share` of its weights that known values had; NaN below half of the `whole`."""
    enough = share > (0.5 - _EDGE) * whole
    np.divide(out, share, out=out, where=enough)
    out[~enough] = np.nan


def _slabs(count: int, size_each: int) -> Iterator[slice]:
    """Slices that cover range(count), each of as many items as make up a slab."""
    step = max(1, _SLAB // max(1, size_each))
    yield from (slice(i, min(i + step, count)) for i in range(0, count, step))


def _nearest_straight(
    values: np.ndarray, m: np.ndarray, axes: tuple[int, ...], shape: tuple[int, ...], nothing: float
) -> np.ndarray:
    """`nothing` stands outside; where `values` cannot hold it, float32 comes back."""
    found, seen = [], []
    for a, k in enumerate(axes):
        index, inside = _rounded(m[a, 3] + m[a, k] * np.arange(shape[k]), values.shape[a])
        found.append(index)
        seen.append(inside)
    out = values[np.ix_(*found)]
    if np.isnan(nothing) and out.dtype.kind != "f":
        out = out.astype(np.float32)
    for axis, inside in enumerate(seen):
        out[(*(slice(None),) * axis, ~inside)] = nothing
    return np.ascontiguousarray(out.transpose(np.argsort(axes)))


def _nearest(values: np.ndarray, m: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    out = np.empty(shape, values.dtype)
    for span in _slabs(shape[0], shape[1] * shape[2]):
        at = [_rounded(p, n) for p, n in zip(_positions(m, span, shape), values.shape, strict=True)]
        slab = values[tuple(index for index, _ in at)]
        slab[~(at[0][1] & at[1][1] & at[2][1])] = _nothing(values.dtype)
        out[span] = slab
    return out


def _rounded(positions: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest of n indices, and whether the position is within their field of view."""
    inside = (positions > -0.5 - _EDGE) & (positions < n - 0.5 + _EDGE)
    return np.clip(np.floor(positions + 0.5), 0, n - 1).astype(np.int32), inside


def _nothing(dtype: np.dtype) -> float:
    return float("nan") if dtype.kind == "f" else 0


def _positions(m: np.ndarray, span: slice, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Per axis of the values, the position (s, *shape[1:]) of each voxel of a slab of the target."""
    first, second, third = np.arange(span.start, span.stop), np.arange(shape[1]), np.arange(shape[2])
    for row in m[:3]:
        plane = (row[0] * first)[:, None] + (row[1] * second)[None, :]
        yield plane[:, :, None] + (row[2] * third + row[3])[None, None, :]


def _thinned(values: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`values` averaged along each axis as far as that shifts nothing by more than a sixth of the target's voxel.

    Returns them with the matrix to their grid.
    """
    strides = np.abs(np.linalg.inv(m)[:3, :3]).max(axis=0)
    shape = [-(-n // max(1, int(1 / (3 * s)))) for n, s in zip(values.shape, strides, strict=True)]
    if tuple(shape) == values.shape:
        return values, m
    to_values = np.eye(4)
    for axis, (n, few) in enumerate(zip(values.shape, shape, strict=True)):
        to_values[axis, axis], to_values[axis, 3] = n / few, (n / few - 1) / 2
    return _straight(values, to_values, (0, 1, 2), tuple(shape)), np.linalg.inv(to_values) @ m


def _linear(values: np.ndarray, m: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The mean over places all over each voxel of the target, no farther apart than the values."""
    gaps = values.dtype.kind == "f" and not all(
        np.isfinite(values[span]).all() for span in _slabs(len(values), values[0].size)
    )
    flat = np.ascontiguousarray(values).reshape(-1)
    out = np.empty(shape, np.float32)
    places = _places(m)
    for span in _slabs(shape[0], shape[1] * shape[2]):
        total, share = (np.zeros(out[span].shape, np.float32) for _ in range(2))
        for place in places:
            for index, weight in _corners(_positions(place, span, shape), values.shape):
                part = flat[index].astype(np.float32, copy=False)
                if gaps:
                    known = np.isfinite(part)
                    share += np.where(known, weight, np.float32(0))
                    part = np.where(known, part, np.float32(0))
                total += part * weight
        if gaps:
            _shared(total, share, len(places))
        else:
            total /= len(places)
        total[~_within(_positions(m, span, shape), values.shape)] = np.nan
        out[span] = total
    return out


def _places(m: np.ndarray) -> list[np.ndarray]:
    """A matrix for each place within the target's voxels at which values are looked up, in equal steps."""
    steps = np.linalg.norm(m[:3, :3], axis=0)
    counts = [math.ceil(s) if s > _COARSER else 1 for s in steps]
    found = []
    for at in np.ndindex(*counts):
        shift = np.eye(4)
        shift[:3, 3] = [(i + 0.5) / n - 0.5 for i, n in zip(at, counts, strict=True)]
        found.append(m @ shift)
    return found


def _within(positions: Iterator[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Whether each position is within the field of view."""
    x, y, z = ((p > -0.5 - _EDGE) & (p < n - 0.5 + _EDGE) for p, n in zip(positions, shape, strict=True))
    return x & y & z


def _corners(positions: Iterator[np.ndarray], shape: tuple[int, ...]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The eight (index into the flat values, weight) of each position; beyond the edge, those of the edge."""
    strides = (shape[1] * shape[2], shape[2], 1)
    start = np.zeros((1, 1, 1), np.intp)
    shares = []
    for position, n, stride in zip(positions, shape, strides, strict=True):
        position = np.clip(position, 0, n - 1)
        low = np.minimum(position.astype(np.intp), max(0, n - 2))
        start = start + low * stride
        shares.append((position - low).astype(np.float32))
    (a, b, c), (p, q, r) = shares, (s if n > 1 else 0 for s, n in zip(strides, shape, strict=True))
    for i in (0, 1):
        for j in (0, 1):
            plane = (a if i else 1 - a) * (b if j else 1 - b)
            for k in (0, 1):
                yield start + (i * p + j * q + k * r), plane * (c if k else 1 - c)
