"""Pointing game: a map hits if the point that it marks lies on the object, Acc = hits / (hits + misses).

Two points are tried. The maximum (Zhang et al. 2016); of several pixels that share it, the share of them that hit,
which is the chance of a hit if one is picked blindly. The centroid of the biggest blob above 0.95 of the maximum, as
GLAS has it.
On one picture a value is 0 or 1 but for ties; the mean over pictures is the accuracy.

Sources: Zhang et al., "Top-down Neural Attention by Excitation Backprop", ECCV 2016 (tolerance of 15 pixels, small
objects); "Salient Explanation for Fine-grained Classification", section 4, Table 2; "Interpreting CNN Prediction
through Layer-wise Selected Discernible Neurons", Eq. 6; Wang et al., "Score-CAM", CVPRW 2020, section 4.3 (the share
of mass).
Differs from the papers: pixels are those of the model's input, and so is the tolerance. "Above 0.95 of the maximum" is
read as within 5 % of it, so that it also means something below zero.
Degenerate maps: without contrast (constant, zero, no numbers) both points miss, with a note; all negative, the greatest
value is the maximum; the share of mass is NaN where nothing is positive. NaN everywhere if the object is out of view.
"""

from __future__ import annotations

import numpy as np

from salviewer.api import Measurement, MeasureRequest, Metric, Progress
from salviewer.numeric.blobs import blob_sizes, blobs
from salviewer_plugins.evaluation.annotation_params import PointingParams
from salviewer_plugins.evaluation.truth import (
    NO_NUMBERS,
    NOTHING_SHOWN,
    OUT_OF_VIEW,
    given,
    has_contrast,
    mass,
    numbers,
    true_pixels,
)

NAMES = ("hit", "hit_centroid", "hit_small", "hit_centroid_small", "mass_inside", "chance")


class PointingGame(Metric[PointingParams]):
    """Key `pointing-game`.

    hit, hit_centroid: 0..1. hit_small, hit_centroid_small: the same where the object is small, else NaN.
    mass_inside: share of the map's positive mass on the object. chance: the object's share of the model's input.
    """

    def measure(self, request: MeasureRequest, params: PointingParams, progress: Progress) -> Measurement:
        """The values above, `hit` first."""
        truth = given(request.truth)
        inside = true_pixels(truth)
        if not inside.any():
            return Measurement(dict.fromkeys(NAMES, float("nan")), notes=(OUT_OF_VIEW,))
        notes = []
        hits: tuple[float, ...] = (0.0, 0.0)
        if has_contrast(request.heatmap):
            target = near(inside, params.tolerance)
            points = (maxima(request.heatmap), blob_centre(request.heatmap, params.blob))
            hits = tuple(float(target[tuple(p.T)].mean()) for p in points)
        else:
            notes.append(NO_NUMBERS)
        small = given(request.source_truth).share < params.small
        of_small = hits if small else (float("nan"), float("nan"))
        share = mass_inside(request.heatmap, inside)
        if np.isnan(share):
            notes.append(NOTHING_SHOWN)
        values = (*hits, *of_small, share, float(inside.mean()))
        return Measurement(dict(zip(NAMES, values, strict=True)), notes=tuple(notes))


def maxima(heatmap: np.ndarray) -> np.ndarray:
    """(k, n) int: the pixels that hold the map's greatest number."""
    values = numbers(heatmap)
    return np.argwhere(values == values.max())


def blob_centre(heatmap: np.ndarray, share: float) -> np.ndarray:
    """(1, n) int: the pixel at the centroid of the biggest blob above `share` of the maximum.

    Of blobs of one size, the one with the higher peak; then the first in reading order.
    """
    values = numbers(heatmap)
    top = values.max()
    labels, count = blobs((values > top - (1 - share) * abs(top)) | (values == top))
    peaks = np.full(count + 1, -np.inf)
    np.maximum.at(peaks, labels.ravel(), values.ravel())
    biggest = 1 + np.lexsort((-np.arange(count), peaks[1:], blob_sizes(labels, count)))[-1]
    centre = np.argwhere(labels == biggest).mean(axis=0)
    return np.floor(centre + 0.5).astype(int)[None]


def mass_inside(heatmap: np.ndarray, inside: np.ndarray) -> float:
    """Share of the map's positive mass on the pixels `inside`, 0..1; NaN where nothing is positive."""
    weights = mass(heatmap)
    total = weights.sum()
    return float(weights[inside].sum() / total) if total > 0 else float("nan")


def near(inside: np.ndarray, tolerance: float) -> np.ndarray:
    """Bool (*S): the pixels at most `tolerance` from one of `inside`, centre to centre."""
    squared = np.where(inside, 0.0, np.inf)
    for axis in range(inside.ndim):
        best = squared.copy()
        source, target = np.moveaxis(squared, axis, 0), np.moveaxis(best, axis, 0)
        for k in range(1, min(int(tolerance), len(source) - 1) + 1):
            np.minimum(target[k:], source[:-k] + k * k, out=target[k:])
            np.minimum(target[:-k], source[k:] + k * k, out=target[:-k])
        squared = best
    return squared <= tolerance**2
