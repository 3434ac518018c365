"""The distribution-guided mask predictor and its rivals: masks that leave the class in the picture, and no more."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source, TrainerInfo, hookimpl

PAPER = Source(
    citation="Distribution-Guided Local Explanation for Black-Box Classifiers (2020)",
    equations="Eq. 1, 4-7, 10",
)


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the methods."""
    return []


@hookimpl
def salviewer_trainers() -> list[TrainerInfo]:
    """Return what learns for them."""
    return []
