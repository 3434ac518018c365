"""The bootstrap of ranks against cases worked by hand and a slow loop."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.numeric import rank_bootstrap
from salviewer.numeric.rank_bootstrap import ranked_means, ranks_of


def test_ranks_begin_at_the_greatest_and_ties_go_by_place():
    assert ranks_of(np.array([0.1, 0.9, 0.5])).tolist() == [3, 1, 2]
    assert ranks_of(np.array([0.5, 0.5, 0.5])).tolist() == [1, 2, 3]
    assert ranks_of(np.array([[np.nan, 1.0, 2.0], [3.0, np.nan, np.nan]])).tolist() == [[3, 2, 1], [1, 2, 3]]


def test_subjects_that_agree_leave_no_doubt():
    found = ranked_means(np.array([[3.0, 1.0, 2.0]] * 7))
    assert found.mean.tolist() == [3, 1, 2]
    assert found.low.tolist() == found.high.tolist() == [1, 3, 2]
    assert found.error.tolist() == [0, 0, 0]


def test_two_things_that_take_turns_have_both_ranks():
    # The first leads in four of eight subjects and the second in the others; the third is always far behind.
    values = np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0]] * 4)
    found = ranked_means(values, seed=1)
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1, 3], [2, 2, 3])


def test_a_lead_that_only_one_subject_of_two_gives():
    # Draws: both are subject 0 (1/4), both subject 1 (1/4), one each (1/2). Means of the first: 3, 0, 1.5 against 1.
    found = ranked_means(np.array([[3.0, 1.0], [0.0, 1.0]]), draws=4000)
    assert found.mean.tolist() == [1.5, 1.0]
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1], [2, 2])
    # Standard deviation of 3, 0, 1.5, 1.5 is sqrt(9 / 8).
    assert found.error == pytest.approx([np.sqrt(9 / 8), 0.0], rel=0.05)


def test_it_is_the_slow_loop_over_the_same_draws():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(9, 6)) + np.arange(6) * 0.3
    found = ranked_means(values, draws=500, seed=11)
    counts = np.random.default_rng(11).multinomial(9, np.full(9, 1 / 9), 500)
    ranks, means = [], []
    for draw in counts:
        subjects = [s for s, n in enumerate(draw) for _ in range(n)]
        mean = [float(np.mean([values[s, k] for s in subjects])) for k in range(6)]
        means.append(mean)
        ranks.append([1 + sum(other > m for other in mean) for m in mean])
    ordered = np.sort(np.array(ranks), axis=0)
    assert found.low.tolist() == ordered[int(np.floor(0.025 * 499))].tolist()
    assert found.high.tolist() == ordered[int(np.ceil(0.975 * 499))].tolist()
    assert found.error == pytest.approx(np.std(means, axis=0, ddof=1))


def test_the_interval_holds_the_true_rank_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    truth, held, cases = np.array([0.0, 1.0, 2.0, 3.0]), 0, 60
    for case in range(cases):
        found = ranked_means(truth + rng.normal(size=(20, 4)), draws=300, seed=case)
        true_rank = np.array([4, 3, 2, 1])
        held += int(((found.low <= true_rank) & (true_rank <= found.high)).sum())
    assert held / (4 * cases) >= 0.93


def test_the_same_seed_gives_the_same_interval_however_it_is_cut(monkeypatch):
    values = np.random.default_rng(1).normal(size=(12, 5))
    whole = ranked_means(values, seed=2)
    monkeypatch.setattr(rank_bootstrap, "CHUNK", 7)
    for a, b in zip(whole, ranked_means(values, seed=2), strict=True):
        assert np.array_equal(a, b)


def test_one_subject_has_no_interval():
    found = ranked_means(np.array([[3.0, 1.0]]))
    assert found.mean.tolist() == [3, 1]
    assert np.isnan([found.error, found.low, found.high]).all()


def test_a_thing_that_some_subjects_lack_is_averaged_over_the_others():
    found = ranked_means(np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan], [2.0, 7.0, np.nan]]))
    assert found.mean[:2].tolist() == [2, 6]
    assert np.isnan([found.mean[2], found.error[2], found.low[2], found.high[2]]).all()
    assert (found.low[1], found.high[0]) == (1, 2)


@pytest.mark.parametrize("shape", [(0, 3), (3,), (2, 2, 2)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="subjects"):
        ranked_means(np.zeros(shape))
