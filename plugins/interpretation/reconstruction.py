"""How well the relevant filters tell the classes apart: the area under the ROC curve of w_j' x for each class j.

The area is the chance that an image of the class has a larger w_j' x than an image of another class, ties counting one
half (Mann-Whitney).

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 8 and Figure 9.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from salviewer.numeric.feature_rows import Rows

BLOCK = 2048


def reconstruction(features: Rows, labels: NDArray[np.generic], weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """Area under the ROC curve (C,) in 0..1; NaN for a class that all images or none belong to.

    Args:
        features: (N, m).
        labels: (N, C), 1 for the class of an image.
        weights: (m, C).
    """
    return areas(answers(features, weights), np.asarray(labels) > 0)


def answers(features: Rows, weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """w_j' x of each image and class, (N, C); only features that count are read."""
    used = np.flatnonzero(weights.any(1))
    of_used = weights[used].astype(np.float64)
    parts = [np.asarray(features[start : start + BLOCK])[:, used] @ of_used for start in range(0, len(features), BLOCK)]
    return np.concatenate(parts)


def areas(scores: NDArray[np.float64], of_class: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The area of each column of scores (N, C) against `of_class` (N, C)."""
    return np.array([_area(score, member) for score, member in zip(scores.T, of_class.T, strict=True)])


def _area(score: NDArray[np.float64], member: NDArray[np.bool_]) -> float:
    inside, outside = int(member.sum()), int((~member).sum())
    if not inside or not outside:
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks = (last - (count - 1) / 2)[place]  # from 1, ties share the mean of theirs
    return float((ranks[member].sum() - inside * (inside + 1) / 2) / (inside * outside))
