"""Where the regions of an atlas lie: size, centroid and side of each, in one walk through the volume."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from salviewer.api import Atlas, Volume


@dataclass(frozen=True, eq=False)
class Places:
    """Of n labels, ascending, without 0.

    labels: int64 (n,). voxels: int64 (n,), how many. centroids_mm: float64 (n, 3), RAS+ millimetres in the atlas's
    own world; the mean of the voxel centres, which of a bent region may lie outside it. sizes_mm3: float64 (n,).
    left, right: bool (n,), every voxel's centre has x < 0, or x > 0.
    """

    labels: np.ndarray
    voxels: np.ndarray
    centroids_mm: np.ndarray
    sizes_mm3: np.ndarray
    left: np.ndarray
    right: np.ndarray


_KNOWN: WeakKeyDictionary[Atlas, Places] = WeakKeyDictionary()


def places_of(atlas: Atlas) -> Places:
    """The places of the regions that `atlas` names and that have a voxel, in their order; found once for each atlas."""
    if atlas not in _KNOWN:
        every = places(atlas.volume)
        named = np.array([region.label for region in atlas.regions], np.int64)
        at = np.searchsorted(every.labels, named[np.isin(named, every.labels)])
        _KNOWN[atlas] = Places(*(values[at] for values in vars(every).values()))
    return _KNOWN[atlas]


def places(volume: Volume) -> Places:
    """The places of all labels in `volume`, whole numbers (X, Y, Z). One plane at a time: it may be a large file."""
    labels = _labels(volume.array)
    n = len(labels)
    count, sums = np.zeros(n, np.int64), np.zeros((n, 3))
    left, right = np.zeros(n, np.int64), np.zeros(n, np.int64)
    a = volume.affine
    for i, plane in enumerate(volume.array):
        j, k = np.nonzero(plane)
        at = np.searchsorted(labels, plane[j, k])
        here = np.bincount(at, minlength=n)
        count += here
        sums += np.stack([i * here, np.bincount(at, j, n), np.bincount(at, k, n)], axis=1)
        x = a[0, 0] * i + a[0, 1] * j + a[0, 2] * k + a[0, 3]
        left += np.bincount(at[x < 0], minlength=n)
        right += np.bincount(at[x > 0], minlength=n)
    centroids = (sums / count[:, None]) @ a[:3, :3].T + a[:3, 3]
    sizes = count * abs(np.linalg.det(a[:3, :3]))
    return Places(labels, count, centroids, sizes, left == count, right == count)


def _labels(array: np.ndarray) -> np.ndarray:
    found = [np.unique(plane) for plane in array]
    every = np.unique(np.concatenate(found)).astype(np.int64)
    return every[every != 0]
