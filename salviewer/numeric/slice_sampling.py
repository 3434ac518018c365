"""Another grid's values on a slice of a volume, looked up through the world in millimetres, one slice at a time."""

from __future__ import annotations

from functools import reduce

import numpy as np

from salviewer.numeric.slicing import SlicePlane

STILL = 1e-3
"""Voxels: what moves less than this over a whole slice does not move."""


class SliceSampler:
    """Reads `values` (a, b, c) with their own `affine` where the slices of `plane` lie.

    Nearest by default; linear between samples where asked. Outside of the values: NaN, or 0 of whole numbers.
    """

    def __init__(self, values: np.ndarray, affine: np.ndarray, plane: SlicePlane, *, linear: bool = False) -> None:
        self._values, self._plane = values, plane
        self._linear = linear and values.dtype.kind == "f"
        self._blank = np.nan if values.dtype.kind == "f" else 0
        self._to_values = np.linalg.inv(affine) @ plane.affine
        # One number per voxel where memory has no gaps: a single look-up is quicker than one by three indices.
        self._steps = [step // values.itemsize for step in values.strides]
        self._line: np.ndarray | None = None
        if values.flags.c_contiguous or values.flags.f_contiguous:
            self._line = (values if values.flags.c_contiguous else values.T).reshape(-1)

    def at(self, index: int) -> np.ndarray:
        """(rows, columns), of the values' dtype: what lies on slice `index`, as people look at it."""
        places = self._places(index)
        if self._linear:
            found = self._between_flat(places) if _apart(places) else self._between(places)
        else:
            found = self._nearest(places)
        inside = reduce(np.logical_and, (_inside(p, n) for p, n in zip(places, self._values.shape, strict=True)))
        return found if inside.all() else np.where(inside, found, found.dtype.type(self._blank))

    def _places(self, index: int) -> list[np.ndarray]:
        """Per axis of the values, where the slice's pixels lie: (rows, 1), (1, columns), (1, 1) or (rows, columns)."""
        plane, turn = self._plane, self._to_values
        rows, columns = plane.size
        start = turn[:3, :3] @ np.array(plane.voxel(0, 0, index), float) + turn[:3, 3]
        down = turn[:3, plane.down] * (-1 if plane.upturned else 1)
        right = turn[:3, plane.across] * (-1 if plane.mirrored else 1)
        found = []
        for k in range(3):
            at = np.full((1, 1), start[k])
            if abs(down[k]) * rows > STILL:
                at = at + down[k] * np.arange(rows)[:, None]
            if abs(right[k]) * columns > STILL:
                at = at + right[k] * np.arange(columns)[None, :]
            found.append(np.round(at, 6))  # what is half-way stays so: every cell is drawn equally wide
        return found

    def _nearest(self, places: list[np.ndarray]) -> np.ndarray:
        indices = [
            np.clip(np.floor(p + 0.5), 0, n - 1).astype(np.intp)
            for p, n in zip(places, self._values.shape, strict=True)
        ]
        if not _apart(places):
            return np.broadcast_to(self._read(indices), self._plane.size)
        flat = self._values
        order: list[int] = []
        for k in reversed(range(3)):
            if indices[k].size == 1:
                flat = flat[(slice(None),) * k + (int(indices[k].flat[0]),)]
            else:
                order.insert(0, k)
        return self._spread(flat, order, places, indices)

    def _read(self, indices: list[np.ndarray]) -> np.ndarray:
        """The values at three broadcast indices."""
        if self._line is None:
            return self._values[indices[0], indices[1], indices[2]]
        return np.take(self._line, sum(i * step for i, step in zip(indices, self._steps, strict=True)))

    def _spread(
        self, flat: np.ndarray, order: list[int], places: list[np.ndarray], indices: list[np.ndarray]
    ) -> np.ndarray:
        """`flat`, what the still axes leave of the values, with its rows and columns picked by `indices`."""
        for axis, k in enumerate(order):
            flat = _pick(flat, indices[k].ravel(), axis)
        shape = [places[k].shape[0] > 1 for k in order]  # which of the axes runs down the slice
        if len(order) == 2 and shape[1]:
            flat = flat.T
        return np.ascontiguousarray(np.broadcast_to(_standing(flat, shape), self._plane.size))

    def _between_flat(self, places: list[np.ndarray]) -> np.ndarray:
        flat: np.ndarray = self._values
        order = [k for k in range(3) if places[k].size > 1]
        for k in reversed(range(3)):  # the still axes first, so that little is left for the others
            if places[k].size == 1:
                low, high, share = _around(places[k].ravel(), self._values.shape[k])
                flat = np.moveaxis(flat, k, 0)
                first, second = flat[int(low[0])], flat[int(high[0])]
                flat = first + share[0] * (second - first) if share[0] else first
        for axis, k in enumerate(order):
            low, high, share = _around(places[k].ravel(), self._values.shape[k])
            first = _pick(flat, low, axis)
            if share.any():
                weight = share.reshape([-1 if a == axis else 1 for a in range(flat.ndim)])
                first = first + weight * (_pick(flat, high, axis) - first)
            flat = first
        shape = [places[k].shape[0] > 1 for k in order]
        if len(order) == 2 and shape[1]:
            flat = flat.T
        return np.ascontiguousarray(np.broadcast_to(_standing(flat, shape), self._plane.size))

    def _between(self, places: list[np.ndarray]) -> np.ndarray:
        ends = [_around(p, n) for p, n in zip(places, self._values.shape, strict=True)]
        found = np.zeros(self._plane.size, np.float32)
        for corner in range(8):
            picked, weight = [], np.ones((1, 1), np.float32)
            for k, (low, high, share) in enumerate(ends):
                far = corner >> k & 1
                picked.append(high if far else low)
                weight = weight * (share if far else 1 - share)
            # A corner without weight has the index of its neighbour, so that no NaN comes in from beyond.
            found += weight * self._read(picked)
        return found


def _apart(places: list[np.ndarray]) -> bool:
    """Whether rows and columns of the slice run along different axes of the values, and the third stands still."""
    down = sum(p.shape[0] > 1 for p in places)
    right = sum(p.shape[1] > 1 for p in places)
    return down <= 1 and right <= 1 and all(1 in p.shape for p in places)


def _pick(flat: np.ndarray, indices: np.ndarray, axis: int) -> np.ndarray:
    """`flat` at `indices` along `axis`; a view where they follow each other."""
    steps = np.diff(indices)
    if len(indices) > 1 and abs(steps[0]) == 1 and (steps == steps[0]).all():
        first, way = int(indices[0]), int(steps[0])
        stop = first + way * len(indices)
        return flat[(slice(None),) * axis + (slice(first, stop if stop >= 0 else None, way),)]
    return np.take(flat, indices, axis=axis)


def _standing(flat: np.ndarray, shape: list[bool]) -> np.ndarray:
    """`flat` with as many axes as a slice: where it has one only, down the slice or across."""
    if flat.ndim == 1:
        return flat[:, None] if shape[0] else flat[None, :]
    return flat


def _inside(place: np.ndarray, length: int) -> np.ndarray:
    return (place >= -0.5) & (place < length - 0.5)


def _around(place: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The samples below and above each place, and how far up from the lower one it lies, float32."""
    held = np.clip(place, 0, length - 1)
    low = np.floor(held).astype(np.intp)
    share = (held - low).astype(np.float32)
    return low, np.where(share > 0, low + 1, low), share
