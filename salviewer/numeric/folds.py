"""Parts of a set of samples for cross-validation, such that what belongs together is never torn apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from salviewer.numeric.counted import counted


def folds(groups: Sequence[Hashable], count: int = 5, seed: int | None = None) -> tuple[NDArray[np.intp], ...]:
    """For each of `count` folds the places of its samples in `groups`, rising: those that fold's network must not see.

    A group is in one fold whole. Larger groups are dealt first, each to the fold that has the fewest samples so far; of
    several equal ones to the first. So folds differ by at most the largest group.

    Args:
        groups: what each sample belongs to (its viewpoint, its person).
        count: how many folds, 2 or more.
        seed: groups of the same size are dealt in a drawn order; None: in the order of their names, so that numbered
            viewpoints are spread evenly over every fold.

    Raises:
        ValueError: `count` is below 2, or there are fewer groups than folds.
    """
    sizes = Counter(groups)
    if count < 2:
        raise ValueError(f"{count} folds were asked for: there must be at least 2.")
    if len(sizes) < count:
        raise ValueError(f"{counted(len(sizes), 'group')} cannot be dealt to {count} folds: ask for fewer folds.")
    names = sorted(sizes, key=str)
    if seed is not None:
        names = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]
    home: dict[Hashable, int] = {}
    filled = [0] * count
    for name in sorted(names, key=lambda n: -sizes[n]):  # a stable sort: the order above decides among equals
        home[name] = filled.index(min(filled))
        filled[home[name]] += sizes[name]
    of_each = np.array([home[group] for group in groups], int)
    return tuple(np.flatnonzero(of_each == fold) for fold in range(count))
