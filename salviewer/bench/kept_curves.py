"""The curves of an evaluation: one per picture, method and metric that has one, and their means over the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from salviewer.api import Curve, Measurement


@dataclass(frozen=True, eq=False)
class KeptCurve:
    """One curve: x, y float32 (n,), with its labels. `metric`: as in tables; `name`: of the curve."""

    model: str
    picture: str
    method: str
    metric: str
    name: str
    x_label: str
    y_label: str
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class MeanCurve:
    """The mean over `n` pictures. x, y float32 (n,)."""

    x: np.ndarray
    y: np.ndarray
    n: int
    x_label: str
    y_label: str


def curves_of(about: tuple[str, str, str], metric: str, found: Measurement) -> list[KeptCurve]:
    """The curves of a measurement; `about`: model, picture, method."""
    return [
        KeptCurve(*about, metric, e.name, e.x_label, e.y_label, e.x, e.y)
        for e in found.evidence
        if isinstance(e, Curve)
    ]


def means(curves: Iterable[KeptCurve]) -> Mapping[tuple[str, str], Mapping[str, MeanCurve]]:
    """By (metric, curve's name) and method: the mean curve. Curves on other points than a method's first are left out.

    Curves of several models are averaged together: give those of one.
    """
    groups: dict[tuple[str, str], dict[str, list[KeptCurve]]] = {}
    for curve in curves:
        same = groups.setdefault((curve.metric, curve.name), {}).setdefault(curve.method, [])
        if not same or np.array_equal(curve.x, same[0].x):
            same.append(curve)
    return {key: {method: _mean(same) for method, same in by.items()} for key, by in groups.items()}


def _mean(same: list[KeptCurve]) -> MeanCurve:
    rows = np.stack([curve.y for curve in same])
    known = np.isfinite(rows)
    count = known.sum(0)
    y = np.where(count, np.where(known, rows, 0).sum(0) / np.maximum(count, 1), np.nan)
    return MeanCurve(same[0].x, y.astype(np.float32), len(same), same[0].x_label, same[0].y_label)
