"""Means of a map over labelled regions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class RegionMeans(NamedTuple):
    """Per region: the mean of the finite values in it (NaN where there is none), how many, and the greatest."""

    mean: np.ndarray
    voxels: np.ndarray
    greatest: np.ndarray


def region_means(values: np.ndarray, labels: np.ndarray, wanted: np.ndarray) -> RegionMeans:
    """What `values` are in each of the regions `wanted` (n,), whole numbers above 0, of `labels` (the shape of values).

    Sums are taken in float64; values that are not finite are left out.
    """
    if values.shape != labels.shape:
        raise ValueError(f"a map of shape {values.shape} does not lie on labels of shape {labels.shape}")
    wanted = np.asarray(wanted, np.int64)
    inside = (labels > 0) & np.isfinite(values)
    which, found = np.unique(labels[inside].astype(np.int64), return_inverse=True)
    seen = values[inside].astype(np.float64)
    count = np.bincount(found, minlength=len(which))
    total = np.bincount(found, weights=seen, minlength=len(which))
    greatest = np.full(len(which), -np.inf)
    np.maximum.at(greatest, found, seen)
    place = np.searchsorted(which, wanted)
    place[place == len(which)] = 0
    known = which[place] == wanted if len(which) else np.zeros(len(wanted), bool)
    counts = np.where(known, count[place], 0) if len(which) else np.zeros(len(wanted), np.int64)
    if not len(which):
        nothing = np.full(len(wanted), np.nan)
        return RegionMeans(nothing, counts, nothing.copy())
    mean = np.where(known, total[place] / count[place], np.nan)
    return RegionMeans(mean, counts, np.where(known, greatest[place], np.nan))
