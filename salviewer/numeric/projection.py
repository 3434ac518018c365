"""The maximum-intensity projection: the largest value along each line through a volume, and where it lies."""

from __future__ import annotations

import numpy as np

AT_ONCE = 2**19
"""Voxels that are looked at in one go: few enough that a window stays quick meanwhile."""


class Projection:
    """Projects `values` (X, Y, Z) along `axis`, some slabs at a time; of signed values the largest size counts.

    found: float32, on the two other axes, the value itself with its sign; NaN where a line has no finite value.
    place: intp, the index along `axis` that it is from; -1 where there is none.
    """

    def __init__(self, values: np.ndarray, axis: int, *, signed: bool = False) -> None:
        self._values, self._axis, self._signed = values, axis, signed
        shape = [n for k, n in enumerate(values.shape) if k != axis]
        self.found = np.full(shape, np.nan, np.float32)
        self.place = np.full(shape, -1, np.intp)
        self._along = int(
            np.argmax([abs(s) if n > 1 else 0 for s, n in zip(values.strides, values.shape, strict=True)])
        )
        self._thick = max(1, AT_ONCE * values.shape[self._along] // max(1, values.size))
        self._done = 0

    @property
    def complete(self) -> bool:
        """Whether everything was looked at."""
        return self._done >= self._values.shape[self._along]

    def advance(self) -> bool:
        """Look at the next slab, along the axis that memory is read fastest by; True when that was the last one."""
        if not self.complete:
            slab = slice(self._done, self._done + self._thick)
            values = self._values[tuple(slab if k == self._along else slice(None) for k in range(3))]
            self._take(values, slab)
            self._done += self._thick
        return self.complete

    def _take(self, values: np.ndarray, slab: slice) -> None:
        axis = self._axis
        sizes = np.abs(values) if self._signed else values
        sizes = np.where(np.isfinite(values), sizes, -np.inf)
        best = np.argmax(sizes, axis=axis)
        top = np.take_along_axis(values, np.expand_dims(best, axis), axis=axis).squeeze(axis)
        valid = np.isfinite(top)
        if self._along == axis:
            found, place = self.found, self.place
            old, new = (np.abs(found), np.abs(top)) if self._signed else (found, top)
            better = valid & ((place < 0) | (new > old))
        else:
            lines = tuple(slab if k == self._along else slice(None) for k in range(3) if k != axis)
            found, place, better = self.found[lines], self.place[lines], valid
        np.copyto(found, top, where=better, casting="same_kind")
        np.copyto(place, best + (slab.start if self._along == axis else 0), where=better)


def project(values: np.ndarray, axis: int, *, signed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """(found, place) of a whole `Projection`."""
    projection = Projection(values, axis, signed=signed)
    while not projection.advance():
        pass
    return projection.found, projection.place
