"""How scores lie: the density where z is normal, the histogram of scores that are there, and both in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from salviewer.gui.controller.values import Setting
from salviewer.numeric.score_controller import controlled, density

BINS, POINTS = 40, 120
FAR = 4.0
"""How far the axis of the basic transformer goes: of normal scores 3 in 100,000 lie beyond."""
STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Where axes of density end, times a power of ten: an axis that follows every number would tremble."""
TENTH = 1.2815515655446004
"""One normal number in ten is above it."""
NOTHING = np.empty(0)


@dataclass(frozen=True, eq=False)
class Distribution:
    """Densities over scores from 0 to `end`.

    x, p: (POINTS,) the curve where z is normal. edges: (BINS + 1,). expected, found: (BINS,) mean densities of the
    bins, of normal z and of the scores that are there (empty: there are none). atoms, found_atoms: single scores that
    many have, with the share that has them. top: where the axis of density ends.
    """

    end: float
    x: np.ndarray
    p: np.ndarray
    edges: np.ndarray
    expected: np.ndarray
    found: np.ndarray
    atoms: tuple[tuple[float, float], ...]
    found_atoms: tuple[tuple[float, float], ...]
    top: float


def distribution(setting: Setting, scores: np.ndarray | None = None) -> Distribution:
    """What `setting` makes of normal z; beside it the `scores` (any shape) that it made, where there are any."""
    end = FAR if setting.transformer == "basic" else 1.0
    edges = np.linspace(0.0, end, BINS + 1)
    x = end * (0.5 - 0.5 * np.cos((np.arange(POINTS) + 0.5) * (np.pi / POINTS)))  # close together at both ends
    p = density(x, setting.eta, setting.h) if setting.is_customized else _bell(x)
    below = np.array([_below(edge, setting) for edge in edges])
    expected = np.diff(below) * (BINS / end)
    places = {"customized": (), "basic": (0.0,), "basic-clamped": (0.0, 1.0)}[setting.transformer]
    shares = {0.0: 0.5, 1.0: 1 - _normal(1.0)}
    found, found_atoms = NOTHING, ()
    if scores is not None and scores.size:
        found_atoms = tuple((at, float((scores == at).mean())) for at in places)
        rest = scores[~np.isin(scores, places)] if places else scores.ravel()
        found = np.histogram(np.minimum(rest, end), edges)[0] * (BINS / end / scores.size)
    atoms = tuple((at, shares[at]) for at in places)
    highest = max(float(expected.max()), float(found.max(initial=0.0)))
    return Distribution(end, x, p, edges, expected, found, atoms, found_atoms, _ceiling(highest))


def scores_of(setting: Setting, z: np.ndarray) -> np.ndarray:
    """The scores, float32, in the shape of `z`."""
    return controlled(z, setting.transformer, setting.eta, setting.h)


def in_words(setting: Setting, scores: np.ndarray | None = None) -> str:
    """Where the middle and the highest of the `scores` lie, beside those that `setting` makes of normal z."""
    usual, usual_tenth = scores_of(setting, np.array([0.0, TENTH]))
    full = 100 * (1 - _normal(1.0))
    is_clamped = setting.transformer == "basic-clamped"
    if scores is None or not scores.size:
        half = f"half of the scores are below {usual:.2f}" if setting.is_customized else "half of the scores are 0"
        high = f"{full:.0f} % are 1" if is_clamped else f"one in ten is above {usual_tenth:.2f}"
        return f"Where z is normal, {half}, and {high}."
    middle, tenth = np.quantile(scores, (0.5, 0.9))
    half = f"Half of the scores are below {middle:.2f} ({usual:.2f} where z is normal)"
    if not setting.is_customized:
        half = f"{100 * float((scores == 0).mean()):.0f} % of the scores are 0 (50 % where z is normal)"
    high = f"one in ten is above {tenth:.2f} ({usual_tenth:.2f})"
    if is_clamped:  # where one in ten is 1, none is above it
        high = f"{100 * float((scores == 1).mean()):.0f} % are 1 ({full:.0f} %)"
    return f"{half}, and {high}."


def bin_in_words(drawn: Distribution, at: int) -> str:
    """Bin number `at`: how many scores it has, and would have."""
    width = drawn.end / BINS
    found = f"{100 * (drawn.found[at] * width):.1f} % of the scores, " if drawn.found.size else ""
    normal = f"{100 * (drawn.expected[at] * width):.1f} % where z is normal"
    return f"{drawn.edges[at]:.3g} to {drawn.edges[at + 1]:.3g}: {found}{normal}"


def _below(m: float, setting: Setting) -> float:
    """The share of normal z whose score lies between 0 and m, without those that are 0 or 1 for many."""
    if not setting.is_customized:
        return _normal(m) - 0.5
    if not 0 < m < 1:
        return float(m >= 1)
    log_sigmoid = math.log(m) / setting.h
    return _normal((log_sigmoid - math.log(-math.expm1(log_sigmoid))) / setting.eta)


def _normal(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _bell(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return found


def _ceiling(highest: float) -> float:
    """The least of `STEPS` times a power of ten that `highest` does not reach."""
    power = 10.0 ** math.floor(math.log10(max(highest, 1e-6)))
    return next(step * power for step in (*STEPS, 20.0) if step * power > highest)
