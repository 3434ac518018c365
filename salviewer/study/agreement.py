"""How far people agree beyond chance: Cohen's and Fleiss' kappa, Krippendorff's alpha for ordered scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NAN = float("nan")


def cohen_kappa(a: Sequence[int], b: Sequence[int]) -> float:
    """Cohen's kappa of two readers' choices about the same things (n,): (p_o - p_e) / (1 - p_e).

    NaN where there is nothing to compare, or both always chose the same one thing (chance explains it all).
    Cohen (1960), A coefficient of agreement for nominal scales.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} choices against {len(b)}")
    if not len(a):
        return NAN
    kinds = sorted({*a, *b})
    first, second = np.asarray(a), np.asarray(b)
    p_o = float(np.mean(first == second))
    p_e = float(sum(np.mean(first == k) * np.mean(second == k) for k in kinds))
    return (p_o - p_e) / (1 - p_e) if p_e < 1 - 1e-12 else NAN


def fleiss_kappa(counts: np.ndarray) -> float:
    """Fleiss' kappa of `counts` (n things, k kinds): how many readers chose which kind. NaN as `cohen_kappa`.

    Things judged by fewer than two readers are left out; the number of readers may differ between things, P_i being
    each thing's own share of agreeing pairs. Fleiss (1971), Measuring nominal scale agreement among many raters.
    """
    counts = np.asarray(counts, float)
    counts = counts[counts.sum(axis=1) >= 2] if counts.size else counts
    if not counts.size:
        return NAN
    n = counts.sum(axis=1)
    p_i = (counts * (counts - 1)).sum(axis=1) / (n * (n - 1))
    p_j = (counts / n[:, None]).mean(axis=0)
    p_e = float((p_j**2).sum())
    return (float(p_i.mean()) - p_e) / (1 - p_e) if p_e < 1 - 1e-12 else NAN


def krippendorff_alpha(scores: np.ndarray) -> float:
    """Krippendorff's alpha, ordinal, of `scores` (readers, things); NaN where a reader gave none.

    1 - D_o / D_e over the pairs of scores of the same thing; the distance of two scores grows with how many scores lie
    between them. NaN where fewer than two were given of everything, or all are the same. Krippendorff (2011), Computing
    Krippendorff's alpha-reliability.
    """
    scores = np.asarray(scores, float)
    values = np.unique(scores[np.isfinite(scores)])
    coincidences = np.zeros((len(values), len(values)))
    for column in scores.T:
        given = column[np.isfinite(column)]
        if len(given) < 2:
            continue
        counts = (given[:, None] == values).sum(axis=0).astype(float)
        coincidences += (np.outer(counts, counts) - np.diag(counts)) / (len(given) - 1)
    totals = coincidences.sum(axis=1)
    n = totals.sum()
    distances = _ordinal(totals)
    expected = (np.outer(totals, totals) * distances).sum()
    return float(1 - (n - 1) * (coincidences * distances).sum() / expected) if expected > 0 else NAN


def _ordinal(totals: np.ndarray) -> np.ndarray:
    """Squared distances (v, v) between ordered values that were given `totals` (v,) times."""
    upto = np.cumsum(totals)
    middle = upto - totals / 2
    return (middle[:, None] - middle[None, :]) ** 2
