"""What a weight's trials say in the end: which value is best, and whether any picture tells the values apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from salviewer.api import Curve
from salviewer.numeric.counted import counted


@dataclass(frozen=True)
class Judgement:
    """One weight after its trials.

    values: (K,) of its arms. rewards: per arm the reward on picture 0, 1, 2, ...; arms saw the same pictures in the
    same order, though not equally many. others: at which values the other weights stood.
    """

    name: str
    values: tuple[float, ...]
    rewards: tuple[tuple[int, ...], ...]
    others: dict[str, float]

    @property
    def counts(self) -> list[int]:
        """Trials of each arm."""
        return [len(r) for r in self.rewards]

    @property
    def means(self) -> list[float]:
        """Mean reward of each arm; NaN where it was never tried."""
        return [float(np.mean(r)) if r else float("nan") for r in self.rewards]

    @property
    def compared(self) -> int:
        """How many pictures every arm has seen."""
        return min(self.counts)

    @property
    def differing(self) -> int:
        """On how many of those the arms' rewards are not all the same."""
        seen = np.array([r[: self.compared] for r in self.rewards], int).reshape(len(self.values), -1)
        return int((seen.min(axis=0) < seen.max(axis=0)).sum()) if self.compared else 0

    @property
    def best(self) -> float:
        """The value with the greatest mean reward; of those that no picture tells from it, the one nearest to 1."""
        tried = [i for i, r in enumerate(self.rewards) if r]
        top = max(tried, key=lambda i: (self.means[i], self.counts[i]))
        equal = [i for i in tried if _agree(self.rewards[i], self.rewards[top])]
        return self.values[min(equal, key=lambda i: (abs(self.values[i] - 1), i))]

    def facts(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "values": list(self.values),
            "means": [None if np.isnan(m) else m for m in self.means],
            "counts": self.counts,
            "others": self.others,
            "compared": self.compared,
            "differing": self.differing,
        }

    def sentence(self) -> str:
        """What a reader must know about the choice."""
        at = " and ".join(f"{name} at {value:g}" for name, value in self.others.items())
        start = f"{self.name} = {self.best:g}, learned with {at}: "
        if not self.compared:
            return start + "there were too few trials to try every value on a picture."
        pictures = counted(self.compared, "picture") + " that all saw"
        if self.differing == 0:
            return f"{start}its values tie, with the same answer on each of the {pictures}."
        return f"{start}its values give different answers on {self.differing} of the {pictures}."

    def curves(self) -> tuple[Curve, Curve]:
        """Mean reward, and number of trials, over the values."""
        x = np.array(self.values, np.float32)
        return (
            Curve(f"{self.name}: mean reward", x, np.array(self.means, np.float32), self.name, "share of boxes right"),
            Curve(f"{self.name}: trials", x, np.array(self.counts, np.float32), self.name, "trials"),
        )


def _agree(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether the rewards are the same on every picture that both saw."""
    return all(a == b for a, b in zip(one, other, strict=False))
