"""Two runs of one explanation, and how far apart they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from salviewer.api import Explanation, Heatmap

TOLERANCE = 1e-5
"""Of a map's range: what another machine's rounding may change. Larger differences are differences."""
_SHORT = 12


@dataclass(frozen=True)
class Difference:
    """What became of one piece of evidence.

    largest: the largest absolute difference, in the map's unit; infinite where the arrays do not compare.
    span: of the first run's values, largest minus smallest.
    """

    name: str
    largest: float
    span: float

    @property
    def share(self) -> float:
        """`largest` as a share of the range; 0 where nothing differs."""
        if not self.largest:
            return 0.0
        return self.largest / self.span if self.span else math.inf


@dataclass(frozen=True, eq=False)
class Reproduction:
    """Both runs, how far apart they are, and what was not the same about them, in sentences."""

    before: Explanation
    again: Explanation
    differences: tuple[Difference, ...]
    remarks: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether every array is the same to the last bit."""
        return all(not d.largest for d in self.differences)

    def same(self, tolerance: float = TOLERANCE) -> bool:
        """Whether no map differs by more than `tolerance` of its range."""
        return all(d.share <= tolerance for d in self.differences)

    @property
    def verdict(self) -> str:
        """How the two compare, in a sentence."""
        if self.identical:
            return "The same: every value is identical."
        worst = max(self.differences, key=lambda d: d.share)
        if math.isinf(worst.largest):
            return f"Different: “{worst.name}” has another shape or other gaps, or is missing."
        how = f"by at most {worst.largest:.3g} ({worst.share:.2g} of the range of “{worst.name}”)"
        return f"The same but for rounding: values differ {how}." if self.same() else f"Different: values differ {how}."


def compare(before: Explanation, again: Explanation) -> tuple[Difference, ...]:
    """Per piece of evidence of the first run how far the second's is from it; arrays are matched by their order."""
    found = []
    for i, old in enumerate(before.evidence):
        new = again.evidence[i].arrays() if i < len(again.evidence) else {}
        parts = [_apart(a, new.get(name)) for name, a in old.arrays().items()]
        values = (
            old.values if isinstance(old, Heatmap) else np.concatenate([np.ravel(a) for a in old.arrays().values()])
        )
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        span = float(finite.max() - finite.min()) if finite.size else 0.0
        found.append(Difference(old.name, max(parts, default=0.0), span))
    if len(again.evidence) > len(before.evidence):
        extra = again.evidence[len(before.evidence)]
        found.append(Difference(extra.name, math.inf, 0.0))
    return tuple(found)


def remarks(before: Mapping[str, Any], again: Mapping[str, Any]) -> tuple[str, ...]:
    """What was not the same about the two runs, a sentence each; empty if nothing is known to differ."""
    said = []
    for what, place in (("The input", "input"), ("The model", "model")):
        old, new = (str(about.get(place, {}).get("sha256", "")) for about in (before, again))
        if old and new and old != new:
            said.append(f"{what} is another one: SHA-256 {old[:_SHORT]}… then, {new[:_SHORT]}… now.")
    for name, old in before.get("versions", {}).items():
        new = again.get("versions", {}).get(name)
        if new != old:
            said.append(f"{_named(name)} was {old}, and is {new} now.")
    if before.get("plugin") and before.get("plugin") != again.get("plugin"):
        said.append(f"The method's plugin was {before['plugin']}, and is {again.get('plugin')} now.")
    for name, words in (("device", "ran on {}, and on {} now"), ("precision", "was run in {} precision, now in {}"),
                        ("batch", "ran on batches of {}, and of {} now")):  # fmt: skip
        old, new = (about.get("plan", {}).get(name) for about in (before, again))
        if old is not None and old != new:
            said.append(f"The network {words.format(old, new)}.")
    return tuple(said)


def _apart(old: np.ndarray, new: np.ndarray | None) -> float:
    """The largest absolute difference; infinite where shapes or gaps differ."""
    if new is None or old.shape != new.shape:
        return math.inf
    if old.dtype.kind != "f":
        return 0.0 if np.array_equal(old, new) else math.inf
    if np.array_equal(old, new, equal_nan=True):
        return 0.0
    finite = np.isfinite(old)
    if not np.array_equal(finite, np.isfinite(new)):
        return math.inf
    if not np.array_equal(old[~finite], new[~finite], equal_nan=True):
        return math.inf
    return float(np.abs(old[finite].astype(np.float64) - new[finite]).max(initial=0.0))


def _named(version: str) -> str:
    return {"salviewer": "SalViewer", "torch": "PyTorch", "numpy": "NumPy", "python": "Python"}.get(version, version)
