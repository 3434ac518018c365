"""What the Two paths panel has done on the worker's threads: DeepFool, and the comparison of two paths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import InputRef, ModelRef
from salviewer.api.progress import Progress
from salviewer.api.values import Picture, Prediction
from salviewer.data.percent import as_percent
from salviewer.gui.paths.values import Change
from salviewer.jobs.path_pairs import PathPair, compare_paths

if TYPE_CHECKING:
    import numpy as np

    from salviewer.jobs.shelf import Shelf

FULL = 0.45
"""How far the strongest change goes from grey, of the way from black to white."""


@dataclass(frozen=True, eq=False)
class Found:
    """What DeepFool found, as plain values. changed: whether the class did."""

    picture: Picture
    before: Prediction
    after: Prediction
    changed: bool
    change: Change


def perturbed(shelf: Shelf, model: ModelRef, source: InputRef, progress: Progress) -> Found:
    """The picture `source` changed by DeepFool until `model` says another class."""
    from salviewer.jobs.perturbing import perturb  # noqa: PLC0415 - loads torch, on the worker's thread

    found = perturb(shelf, model, source, "deepfool", None, progress)
    change = Change(*amplified(found.perturbation), found.words)
    return Found(found.picture, found.before, found.after, found.changed, change)


def amplified(perturbation: np.ndarray) -> tuple[np.ndarray, float]:
    """`perturbation` (h, w, C) around grey, as strong as can be shown, and the factor: 1, 2 or 5 times a power of 10.

    One that is zero everywhere is grey, with the factor 1.
    """
    most = float(abs(perturbation).max())
    factor = _round(FULL / most) if most > 0 else 1.0
    return 0.5 + factor * perturbation, factor


def _round(value: float) -> float:
    """The largest of 1, 2, 5, 10, 20 ... (or 0.5, 0.2 ...) that is no more than `value`."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(n * power for n in (1, 2, 5) if n * power <= value)


def compared(first: Explanation, second: Explanation) -> PathPair:
    """The two paths and where they part."""
    return compare_paths(first, second)


def name_of(said: Any, index: int) -> str:
    """Class `index` with its probability, as a person reads it."""
    return f"{said.classes[index]} {as_percent(said.probabilities[index])}"
