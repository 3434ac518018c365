"""The uncertainty of a share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Z = 1.959963984540054
"""Of 95 %, two-sided."""


class Share(NamedTuple):
    """`hits` of `n`; low, high: 95 % interval. `n` of 0 has no share."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """In 0..1, NaN of nothing."""
        return self.hits / self.n if self.n else float("nan")


def share(hits: int, n: int) -> Share:
    """`hits` of `n` with Wilson's interval (1927): it stays within 0..1 and is honest for small n."""
    if not n:
        return Share(hits, n, float("nan"), float("nan"))
    p = hits / n
    middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * float(np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)))
    return Share(hits, n, max(0.0, middle - half), min(1.0, middle + half))
