"""Blobs: the connected groups of True pixels of a mask, in any number of dimensions."""

from __future__ import annotations

from itertools import product

import numpy as np


def blobs(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """(labels, count): int64 (*S), 0 where `mask` (*S) is False, 1..count elsewhere, one number per blob.

    Pixels belong together where they share a side or a corner. Blobs are numbered in reading order of their first
    pixels. Every pixel starts as a blob of its own; each round gives linked blobs the smaller number and shortens the
    chains, so that about log(n) rounds suffice for n pixels.
    """
    mask = np.asarray(mask, dtype=bool)
    places = np.flatnonzero(mask)
    number = np.full(mask.shape, -1, dtype=np.int64)
    number.ravel()[places] = np.arange(len(places))
    one, other = _neighbours(number)
    root = np.arange(len(places))
    while len(one):
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        apart = low != high
        one, other = one[apart], other[apart]
        np.minimum.at(root, high[apart], low[apart])
        while not np.array_equal(shorter := root[root], root):
            root = shorter
    found, labels = np.unique(root, return_inverse=True)
    out = np.zeros(mask.shape, dtype=np.int64)
    out.ravel()[places] = labels + 1
    return out, len(found)


def blob_sizes(labels: np.ndarray, count: int) -> np.ndarray:
    """(count,) int64: pixels of blobs 1..count."""
    return np.bincount(labels.ravel(), minlength=count + 1)[1:]


def _neighbours(number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of numbers of neighbouring pixels, both at or above 0."""
    pairs = []
    for step in product((-1, 0, 1), repeat=number.ndim):
        if step <= (0,) * number.ndim:  # each pair once
            continue
        here = tuple(slice(max(0, -s), n - max(0, s)) for s, n in zip(step, number.shape, strict=True))
        there = tuple(slice(max(0, s), n - max(0, -s)) for s, n in zip(step, number.shape, strict=True))
        a, b = number[here].ravel(), number[there].ravel()
        both = (a >= 0) & (b >= 0)
        pairs.append((a[both], b[both]))
    return np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs])
