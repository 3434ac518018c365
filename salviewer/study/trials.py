"""Which pair a reader sees when, and on which side: drawn from the seed, balanced within and between readers."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np

from salviewer.study.key import Study

FIRST = -1
"""`repeat_of` of a trial that repeats none."""


class Trial(NamedTuple):
    """One question to one reader. left, right: arms; repeat_of: number of the trial that this one shows again."""

    number: int
    item: str
    left: int
    right: int
    repeat_of: int = FIRST


def drawn(study: Study, reader: int) -> tuple[Trial, ...]:
    """The trials of reader number `reader` (from 0), in their order.

    Of each pair of arms either is left as often as right (one time more or less where the number of pictures is odd);
    readers 0 and 1, 2 and 3, ... see mirrored sides. A repeated trial comes half of the study after its first showing,
    sides swapped.
    """
    pairs = _sided(study, reader)
    order = np.random.default_rng([study.spec.seed, 1, reader]).permutation(len(pairs))
    half = len(pairs) // 2
    chosen = np.random.default_rng([study.spec.seed, 2, reader]).permutation(half)[: study.spec.repeats]
    repeated = {int(at) + half: int(at) for at in chosen}
    trials: list[Trial] = []
    numbers: dict[int, int] = {}
    for at, pair in enumerate(order):
        item, left, right = pairs[pair]
        numbers[at] = len(trials)
        trials.append(Trial(len(trials), item, left, right))
        if at in repeated:
            first = trials[numbers[repeated[at]]]
            trials.append(Trial(len(trials), first.item, first.right, first.left, first.number))
    return tuple(trials)


def _sided(study: Study, reader: int) -> list[tuple[str, int, int]]:
    """Every pair as (item, left arm, right arm)."""
    rng = np.random.default_rng([study.spec.seed, 0, reader // 2])
    found = []
    pairs = sorted(study.pairs(), key=lambda pair: pair[1:])
    for _, group in groupby(pairs, key=lambda pair: pair[1:]):
        members = list(group)
        turned = (np.arange(len(members)) + rng.integers(2)) % 2 == reader % 2
        for (item, a, b), swapped in zip(members, rng.permutation(turned), strict=True):
            found.append((item, b, a) if swapped else (item, a, b))
    return found
