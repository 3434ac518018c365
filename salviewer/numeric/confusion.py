"""Counts of true against predicted classes, and what follows from them.

Accuracy is the share of pictures whose prediction is true. Balanced accuracy is the mean over the true classes that
occur of the share of each that is predicted right (the mean recall; Brodersen et al. 2010, "The balanced accuracy and
its posterior distribution", for any number of classes): a model that always says the same class gets 1 of K.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

UNKNOWN = -1
"""The true class of a picture of which nobody knows it."""


@dataclass(frozen=True)
class Confusion:
    """Pictures by (true class, predicted class); the true class is `UNKNOWN` where it is not known."""

    counts: Mapping[tuple[int, int], int]

    @property
    def truths(self) -> tuple[int, ...]:
        """The true classes that occur, in index order; without `UNKNOWN`."""
        return tuple(sorted({t for t, _ in self.counts} - {UNKNOWN}))

    @property
    def predictions(self) -> tuple[int, ...]:
        """The predicted classes that occur, in index order."""
        return tuple(sorted({p for _, p in self.counts}))

    @property
    def n(self) -> int:
        """Pictures whose true class is known."""
        return sum(count for (t, _), count in self.counts.items() if t != UNKNOWN)

    @property
    def unlabelled(self) -> int:
        """Pictures whose true class is not known."""
        return sum(count for (t, _), count in self.counts.items() if t == UNKNOWN)

    @property
    def right(self) -> int:
        """Pictures whose prediction is true."""
        return sum(count for (t, p), count in self.counts.items() if t == p)

    @property
    def accuracy(self) -> float:
        """In 0..1; NaN where no true class is known."""
        return self.right / self.n if self.n else float("nan")

    @property
    def balanced_accuracy(self) -> float:
        """The mean of `recall` over the classes that occur, in 0..1; NaN where no true class is known."""
        shares = [self.recall(t) for t in self.truths]
        return sum(shares) / len(shares) if shares else float("nan")

    def count(self, truth: int, predicted: int) -> int:
        """Pictures of class `truth` that are taken for `predicted`."""
        return self.counts.get((truth, predicted), 0)

    def of_truth(self, truth: int) -> int:
        """Pictures of class `truth`."""
        return sum(count for (t, _), count in self.counts.items() if t == truth)

    def of_prediction(self, predicted: int) -> int:
        """Pictures taken for `predicted`, their true class known or not."""
        return sum(count for (_, p), count in self.counts.items() if p == predicted)

    def share(self, truth: int, predicted: int) -> float:
        """The share of class `truth` that is taken for `predicted`, in 0..1; NaN where there is none of it."""
        total = self.of_truth(truth)
        return self.count(truth, predicted) / total if total else float("nan")

    def recall(self, truth: int) -> float:
        """The share of class `truth` that is predicted right, in 0..1."""
        return self.share(truth, truth)

    def errors(self, index: int) -> int:
        """Pictures of class `index` taken for others, and of others taken for it."""
        return sum(count for (t, p), count in self.counts.items() if t != UNKNOWN and t != p and index in (t, p))


def tally(pairs: Iterable[tuple[int, int]]) -> Confusion:
    """The counts of (true, predicted) pairs; the true class is `UNKNOWN` where it is not known."""
    return Confusion(dict(Counter(pairs)))
