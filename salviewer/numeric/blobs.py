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
    one, other, count = _neighbours(mask)
    root = np.arange(count)
    while len(one):
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        apart = low != high
        one, other = one[apart], other[apart]
        np.minimum.at(root, high[apart], low[apart])
        while not np.array_equal(shorter := root[root], root):
            root = shorter
    found, labels = np.unique(root, return_inverse=True)
    out = np.zeros(mask.shape, dtype=np.int64)
    out[mask] = labels + 1
    return out, len(found)


def blob_sizes(labels: np.ndarray, count: int) -> np.ndarray:
    """(count,) int64: pixels of blobs 1..count."""
    return np.bincount(labels.ravel(), minlength=count + 1)[1:]


def _neighbours(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Pairs of neighbouring pixels of `mask`, by their numbers in reading order, and how many pixels there are.

    Only the mask's own pixels are looked at, so that a few on a large picture cost little.
    """
    padded = np.pad(mask, 1)  # so that no step leads around an edge
    places = np.flatnonzero(padded)
    number = np.zeros(padded.size, np.int32 if padded.size < np.iinfo(np.int32).max else np.int64)
    number[places] = np.arange(1, len(places) + 1)
    strides = [int(np.prod(padded.shape[axis + 1 :])) for axis in range(padded.ndim)]
    ones, others = [], []
    for step in product((-1, 0, 1), repeat=mask.ndim):
        if step <= (0,) * mask.ndim:  # each pair once
            continue
        there = number[places + sum(s * stride for s, stride in zip(step, strides, strict=True))]
        both = np.flatnonzero(there)
        ones.append(both)
        others.append(there[both].astype(np.int64) - 1)
    return np.concatenate(ones), np.concatenate(others), len(places)
