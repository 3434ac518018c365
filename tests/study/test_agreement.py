"""Agreement between readers: textbook numbers, hand-worked ones, and a witness from another library."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.study.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from salviewer.study.intervals import share

NAN = float("nan")
FLEISS_1971_STYLE = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


def test_cohens_kappa_by_hand():
    # 20 times both say yes, 15 times both no, 5 and 10 times they differ: p_o = 0.7, p_e = 0.5 * 0.6 + 0.5 * 0.4.
    a = [1] * 20 + [1] * 5 + [0] * 10 + [0] * 15
    b = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert cohen_kappa(a, b) == pytest.approx(0.4)


@pytest.mark.parametrize("seed", range(5))
def test_cohens_kappa_is_scikit_learns(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 3, 40)
    b = np.where(rng.random(40) < 0.6, a, rng.integers(0, 3, 40))
    assert cohen_kappa(list(a), list(b)) == pytest.approx(metrics.cohen_kappa_score(a, b))


def test_fleiss_kappa_of_fourteen_readers():
    assert fleiss_kappa(np.array(FLEISS_1971_STYLE)) == pytest.approx(0.210, abs=5e-4)


def test_fleiss_kappa_by_hand_and_what_one_reader_judged_is_left_out():
    # Three readers, two things, all agree on each: P = 1. Two kinds used alike: P_e = 0.5.
    assert fleiss_kappa(np.array([[3, 0], [0, 3], [1, 0]])) == pytest.approx(1.0)
    # One thing 2:1, the other 1:2: P_i = 1/3 each, P_e = 1/2, so (1/3 - 1/2) / (1/2).
    assert fleiss_kappa(np.array([[2, 1], [1, 2]])) == pytest.approx(-1 / 3)


def test_krippendorffs_alpha_of_his_own_example():
    assert krippendorff_alpha(np.array(KRIPPENDORFF_2011)) == pytest.approx(0.815, abs=5e-4)


def test_krippendorffs_alpha_by_hand():
    # Two readers, scores (1, 1) and (2, 1): coincidences o_11 = 2, o_12 = o_21 = 1; n = 4, totals 3 and 1.
    # Distance (3/2 + 1/2)^2 = 4 on both sides of the fraction: 1 - 3 * (2 * 4) / (2 * 3 * 1 * 4) = 0.
    assert krippendorff_alpha(np.array([[1, 2], [1, 1]])) == pytest.approx(0.0)
    assert krippendorff_alpha(np.array([[1, 5], [1, 5]])) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "found",
    [
        cohen_kappa([], []),
        cohen_kappa([1, 1], [1, 1]),
        fleiss_kappa(np.zeros((0, 2))),
        fleiss_kappa(np.array([[1, 0], [0, 1]])),
        fleiss_kappa(np.array([[3, 0], [3, 0]])),
        krippendorff_alpha(np.array([[1.0, NAN], [NAN, 2.0]])),
        krippendorff_alpha(np.array([[3, 3], [3, 3]])),
        krippendorff_alpha(np.zeros((0, 0))),
    ],
)
def test_what_chance_explains_alone_has_no_number(found):
    assert np.isnan(found)


def test_a_shares_interval_is_wilsons():
    # 8 of 10, z = 1.96: (0.8 + 0.19207) / 1.38415 -+ 1.96 / 1.38415 * sqrt(0.016 + 0.009604)
    found = share(8, 10)
    assert (found.low, found.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert share(0, 5).low == 0
    assert share(5, 5).high == 1
    assert np.isnan(share(0, 0).value)
