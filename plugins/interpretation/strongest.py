"""Which pictures excite each filter of a class most, from the table of features, read once.

For a filter that speaks for the class these are pictures of the class ("for every class, we select images with higher
responses"). Of one that speaks against it, all pictures count: what it answers to is what the class has not.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 4.1, "Qualitative analysis".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from salviewer.numeric.feature_rows import Rows

BLOCK: Final = 2048


@dataclass(frozen=True)
class Choice:
    """One filter of one class. column: its row among the weights; index: the class, a column of the labels."""

    index: int
    column: int
    weight: float


def by_weight(weights: NDArray[np.floating], most: int) -> tuple[list[Choice], list[Choice]]:
    """The filters of each class from weights (m, c): the `most` of largest |weight|, and the others.

    By class, and those of a class from the largest weight to the smallest.
    """
    first, others = [], []
    for j, of_class in enumerate(weights.T):
        active = np.flatnonzero(of_class)
        order = active[np.argsort(-np.abs(of_class[active]), kind="stable")]
        for part, found in ((order[:most], first), (order[most:], others)):
            chosen = [Choice(j, int(i), float(of_class[i])) for i in part]
            found += sorted(chosen, key=lambda one: -one.weight)
    return first, others


def strongest(rows: Rows, labels: NDArray[np.floating], choices: list[Choice], most: int) -> list[NDArray[np.intp]]:
    """For each choice the pictures (rows) with the largest features above zero, at most `most`, strongest first.

    Args:
        rows: features (N, m).
        labels: (N, c), 1 for the class of a picture.
        choices: which filters of which classes.
        most: pictures of a filter at most.
    """
    count = len(choices)
    columns = np.array([one.column for one in choices], np.intp)
    classes = np.array([one.index for one in choices], np.intp)
    against = np.array([one.weight < 0 for one in choices], bool)
    best = np.full((0, count), -np.inf, np.float32)
    places = np.zeros((0, count), np.intp)
    for start in range(0, len(rows), BLOCK):
        values = np.asarray(rows[start : start + BLOCK])[:, columns]
        taken = (labels[start : start + BLOCK][:, classes] > 0) | against
        best = np.concatenate([best, np.where(taken & (values > 0), values, -np.inf)])
        here = np.arange(start, start + len(values))[:, None]
        places = np.concatenate([places, np.broadcast_to(here, values.shape)])
        order = np.argsort(-best, axis=0, kind="stable")[:most]
        best, places = np.take_along_axis(best, order, 0), np.take_along_axis(places, order, 0)
    return [places[np.isfinite(best[:, i]), i] for i in range(count)]
