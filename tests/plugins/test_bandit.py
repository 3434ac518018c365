"""UCB1 on made-up rewards."""

from __future__ import annotations

import math

import numpy as np
import pytest

from salviewer_plugins.discernible.bandit import Bandit, Pull


def play(chances, trials, seed):
    bandit, luck = Bandit(len(chances), seed), np.random.default_rng(seed + 1000)
    for _ in range(trials):
        arm = bandit.next_arm()
        bandit.take(Pull(arm, int(luck.random() < chances[arm])))
    return bandit


def test_bounds_by_hand():
    bandit = Bandit(3, 0, [Pull(0, 1), Pull(0, 0), Pull(1, 1)])
    assert bandit.means[:2].tolist() == [0.5, 1.0]
    assert math.isnan(bandit.means[2])
    assert bandit.bounds()[0] == pytest.approx(0.5 + math.sqrt(2 * math.log(3) / 2))
    assert bandit.bounds()[1] == pytest.approx(1.0 + math.sqrt(2 * math.log(3)))
    assert bandit.next_arm() == 2


def test_every_arm_is_tried_once_before_any_is_tried_again():
    assert play([0.9, 0.1, 0.1, 0.1], 4, seed=1).counts.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_the_better_arm(seed):
    bandit = play([0.2, 0.3, 0.7, 0.4], 1500, seed)
    assert bandit.counts.argmax() == bandit.means.argmax() == 2
    assert bandit.counts[2] > 900


def test_the_regret_stays_below_the_bound_of_the_paper():
    """Theorem 1: n_i <= 8 ln(n) / gap² + 1 + pi²/3 in expectation."""
    trials, gap = 2000, 0.5
    worse = np.mean([play([0.8, 0.3], trials, seed).counts[1] for seed in range(8)])
    assert worse <= 8 * math.log(trials) / gap**2 + 1 + math.pi**2 / 3


def test_equal_arms_have_equal_chances():
    firsts = np.bincount([Bandit(4, seed).next_arm() for seed in range(400)], minlength=4)
    assert (abs(firsts - 100) < 40).all()
    assert np.ptp(play([0.0] * 5, 500, seed=3).counts) <= 1


def test_the_same_seed_and_pulls_lead_to_the_same_arms():
    one, other = play([0.4, 0.6], 50, seed=7), play([0.4, 0.6], 50, seed=7)
    assert one.counts.tolist() == other.counts.tolist()
    again = Bandit(2, 7, [Pull(0, 1)] * 3 + [Pull(1, 0)] * 2)
    assert again.next_arm() == Bandit(2, 7, [Pull(1, 0)] * 2 + [Pull(0, 1)] * 3).next_arm()


def test_no_arms_are_refused():
    with pytest.raises(ValueError, match="at least one arm"):
        Bandit(0, 0)
