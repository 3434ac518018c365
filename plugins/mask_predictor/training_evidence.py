"""How a training goes, as curves and maps: loss, pictures that keep their class, scores beside Eq. 7, sample masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from salviewer.api import Curve, Heatmap
from salviewer.numeric.score_controller import density

POINTS: Final = 200
"""Of a curve over the steps at most: each is the mean of as many steps as that takes."""
BINS: Final = 40
FINE: Final = 25
"""Places in each bin at which the density is taken."""


def course_curves(losses: Sequence[float], kept: Sequence[float], *, of_filter: bool = False) -> list[Curve]:
    """The loss, and the share of pictures that came out as wished, over the steps so far; none where there are none.

    of_filter: whether they are those of the filter, which is trained first.
    """
    if not losses:
        return []
    x, loss = over_steps(losses)
    share = over_steps(kept)[1]
    if of_filter:
        return [
            Curve("Loss of the filter", x, loss, "step", "fake less true class"),
            Curve("Pictures whose own class passes more", x, share, "step", "share"),
        ]
    return [
        Curve("Loss", x, loss, "step", "cross-entropy"),
        Curve("Pictures that keep their class", x, share, "step", "share"),
    ]


def over_steps(values: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """(x, y) float32, at most `POINTS`: means of neighbouring steps, at their middle; steps count from 1."""
    parts = np.array_split(np.asarray(values, np.float64), min(POINTS, len(values)))
    ends = np.cumsum([len(part) for part in parts])
    middles = ends - np.array([(len(part) - 1) / 2 for part in parts])
    return middles.astype(np.float32), np.array([part.mean() for part in parts], np.float32)


def score_curves(scores: np.ndarray, transformer: str, eta: float, h: float) -> list[Curve]:
    """How often scores (any shape) of each size are, beside the density of equation 7 (customized scores alone)."""
    customized = transformer == "customized"
    top = 1.0 if customized else max(1.0, float(scores.max(initial=0.0)))
    edges = np.linspace(0.0, top, BINS + 1)
    counts, _ = np.histogram(scores, edges)
    centres = ((edges[1:] + edges[:-1]) / 2).astype(np.float32)
    shares = counts / max(1, counts.sum()) * BINS / top
    curves = [Curve("Scores: found", centres, shares.astype(np.float32), "score", "density")]
    if customized:
        fine = (np.arange(BINS * FINE) + 0.5) / (BINS * FINE)
        wanted = density(fine, eta, h).reshape(BINS, FINE).mean(1)
        curves.append(Curve("Scores: Eq. 7", centres, wanted.astype(np.float32), "score", "density"))
    return curves


def sample_maps(names: Sequence[str], masks: np.ndarray) -> list[Heatmap]:
    """The masks (N, H, W) of the samples `names`."""
    return [Heatmap(f"Mask: {name}", mask, unit="1") for name, mask in zip(names, masks, strict=True)]
