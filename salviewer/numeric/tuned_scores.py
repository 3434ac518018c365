"""Scores weighed by what their pixels still add to the class's probability, without a change of their order.

    q_i: the probability of the picture with its i best pixels kept;   q_i <- max of q_j over j <= i
    v_i = q_max - q_i,   r'_i = r_i v_i

| paper (section 3.3)            | here                                                            |
|--------------------------------|-----------------------------------------------------------------|
| r_i, the i-th highest score    | `scores`, taken in falling order                                |
| q_i                            | `raw`; after the running maximum `monotone`                     |
| i, "a limited number" of them  | `counts`, evenly spaced from 1 to all pixels, both included     |
| v_i                            | `importance`, by linear interpolation between the q_i           |

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), section 3.3.
Differs from the paper: it has scores that are not negative; where some are, all are counted from the lowest, as a
product with v would turn the order of negative ones round. Pixels of equal score get the mean v of their ranks, so
that they stay equal. A map without contrast has no order and stays as it is; what is no finite number comes last and
stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class TunedScores:
    """Scores (H, W) float64 in the order of those given, none below 0.

    counts: (n,) int64, the numbers of pixels kept; raw, monotone: (n,) float64, q there. All empty without contrast.
    lowest: what was taken off all scores before, 0 unless some were negative.
    """

    scores: np.ndarray
    counts: np.ndarray
    raw: np.ndarray
    monotone: np.ndarray
    lowest: float = 0.0

    @property
    def is_tuned(self) -> bool:
        """Whether any score still has a weight above 0."""
        return len(self.monotone) > 0 and bool(self.monotone[-1] > self.monotone[0])


def tuned_scores(scores: np.ndarray, probabilities_of: Callable[[np.ndarray], np.ndarray], samples: int) -> TunedScores:
    """The `scores` (H, W), weighed by what each pixel still adds.

    Args:
        scores: float (H, W); may be constant, negative, or hold NaN.
        probabilities_of: q (n,) in 0..1 of pictures that keep where `masks` (n, H, W) bool are True. Called once, or
            not at all where the map has no contrast.
        samples: how many i are looked at, at least 2; fewer where there are fewer pixels.

    Raises:
        ValueError: there are fewer than two samples.
    """
    if samples < 2:
        raise ValueError(f"tuning needs at least 2 samples, not {samples}")
    given = np.asarray(scores, np.float64)
    known = np.isfinite(given)
    if not known.any() or np.ptp(given[known]) == 0:
        nothing = np.empty(0)
        return TunedScores(given.copy(), nothing.astype(np.int64), nothing, nothing)
    order = np.argsort(np.where(known, -given, np.inf), axis=None, kind="stable")
    counts = np.unique(np.rint(np.linspace(1, given.size, samples)).astype(np.int64))
    raw = np.asarray(probabilities_of(_kept(order, counts, given.shape)), np.float64)
    monotone = np.maximum.accumulate(raw)
    lowest = min(0.0, float(given[known].min()))
    tuned = given.copy().ravel()
    ranked = order[: int(known.sum())]
    tuned[ranked] = (tuned[ranked] - lowest) * _importance(tuned[ranked], counts, monotone)
    return TunedScores(tuned.reshape(given.shape), counts, raw, monotone, lowest)


def _kept(order: np.ndarray, counts: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(n, *shape) bool: True at the first `counts` pixels in `order`."""
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return ranks.reshape(shape) < counts.reshape(-1, *(1,) * len(shape))


def _importance(ordered: np.ndarray, counts: np.ndarray, monotone: np.ndarray) -> np.ndarray:
    """V of the scores `ordered` from high to low; one value for all that are equal."""
    v = monotone[-1] - np.interp(np.arange(1, len(ordered) + 1), counts, monotone)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(ordered)) + 1])
    sizes = np.diff(np.append(starts, len(ordered)))
    mean: np.ndarray = np.repeat(np.add.reduceat(v, starts) / sizes, sizes)
    return mean
