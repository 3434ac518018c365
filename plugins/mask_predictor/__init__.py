"""The distribution-guided mask predictor and its rivals: masks that leave the class in the picture, and no more."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source, TrainerInfo, hookimpl

PAPER = Source(
    citation="Distribution-Guided Local Explanation for Black-Box Classifiers (2020)",
    equations="Eq. 1, 4-7, 10",
)

FAMILY = "Mask predictor"


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the methods."""
    return [
        ExplainerInfo(
            key="tuned-scores",
            title="Tuned scores",
            summary="Any method's map, its scores weighed by what their pixels still add to the class.",
            run="salviewer_plugins.mask_predictor.tuned_scores:TunedScoresOf",
            params="salviewer_plugins.mask_predictor.tuned_params:TunedParams",
            source=Source(citation=PAPER.citation, equations="section 3.3"),
            family=FAMILY,
            answers="Which of the map's best pixels does the class need, and from where on is there enough?",
            evidence=("heatmap", "curve"),
            sources="the explanation whose scores are tuned",
        ),
    ]


@hookimpl
def salviewer_trainers() -> list[TrainerInfo]:
    """Return what learns for them."""
    return []
