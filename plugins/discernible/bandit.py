"""UCB1: which of K arms to try next, if each gives a reward of 0 or 1 with a chance of its own that nobody knows.

    next arm = argmax over i of  mean_i + sqrt(2 ln t / n_i)       t trials in all, n_i of arm i; untried arms first

Source: Auer, Cesa-Bianchi & Fischer, "Finite-time Analysis of the Multiarmed Bandit Problem", Machine Learning 47
(2002), Figure 1 (UCB1). Differs from the paper: it does not say which of several equal arms is tried; here each has the
same chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CLOSE = 1e-12
"""Bounds that differ by less are equal: they come from the same counts by another order of sums."""


@dataclass(frozen=True)
class Pull:
    """One trial: arm number `arm` was tried and gave `reward`, 0 or 1."""

    arm: int
    reward: int


class Bandit:
    """K arms and what they gave so far. The same pulls and the same seed lead to the same next arm."""

    def __init__(self, arms: int, seed: int, pulls: Sequence[Pull] = ()) -> None:
        if arms < 1:
            raise ValueError(f"a bandit needs at least one arm, not {arms}")
        self.seed = seed
        self.counts = np.zeros(arms, np.int64)
        self.rewards = np.zeros(arms, np.int64)
        for pull in pulls:
            self.take(pull)

    def take(self, pull: Pull) -> None:
        """Count one trial."""
        self.counts[pull.arm] += 1
        self.rewards[pull.arm] += pull.reward

    @property
    def means(self) -> np.ndarray:
        """(K,) float64 in 0..1: mean reward of each arm; NaN where it was never tried."""
        return np.divide(self.rewards, self.counts, out=np.full(len(self.counts), np.nan), where=self.counts > 0)

    def bounds(self) -> np.ndarray:
        """(K,) float64: upper confidence bound of each arm; infinite where it was never tried."""
        t = max(1, int(self.counts.sum()))
        tried = np.maximum(self.counts, 1)
        return np.where(self.counts > 0, self.rewards / tried + np.sqrt(2 * np.log(t) / tried), np.inf)

    def next_arm(self) -> int:
        """The arm with the greatest bound; of equal ones each with the same chance, by seed and number of trials."""
        bounds = self.bounds()
        top = bounds.max()
        equal = np.flatnonzero((bounds == top) | (bounds > top - CLOSE))
        chance = np.random.default_rng((self.seed, int(self.counts.sum())))
        return int(equal[chance.integers(len(equal))])
