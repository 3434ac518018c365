"""Visual explanation by interpretation: the few filters that matter for a class, and what they look like."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source, TrainerInfo, hookimpl

PAPER = (
    "Visual Explanation by Interpretation: Improving Visual Feedback Capabilities of Deep Neural Networks (under "
    "review at ICLR 2019), anonymous authors"
)


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the method that shows what training found."""
    return [
        ExplainerInfo(
            key="interpretation",
            title="Interpretation",
            summary="Shows the filters that matter for the class and fired in this picture: what each answered to, "
            "led back to the pixels without a grid, and what it looks like on average.",
            run="salviewer_plugins.interpretation.interpretation:Interpretation",
            params="salviewer_plugins.interpretation.show_params:InterpretationParams",
            source=Source(citation=PAPER, equations="sections 3.2, 3.3, Eq. 2-3"),
            answers="Which of the filters that matter for the class fired here, and what did they answer to?",
            dims=(2, 3),
            needs=frozenset({"gradients", "module", "class-index", "trained"}),
            evidence=("heatmap", "filters"),
            family="Filters",
            trained_by="relevant-filters",
        )
    ]


@hookimpl
def salviewer_trainers() -> list[TrainerInfo]:
    """Return what can be learned about a model."""
    return [
        TrainerInfo(
            key="relevant-filters",
            title="Relevant filters",
            summary="Finds the few filters of the network from whose responses the classes can be told.",
            run="salviewer_plugins.interpretation.relevant_filters:RelevantFilters",
            params="salviewer_plugins.interpretation.filter_params:FilterParams",
            source=Source(citation=PAPER, equations="section 3.1, Eq. 1"),
            learns="For each class, the filters that speak for and against it, with a weight each.",
            dims=(2, 3),
            needs=frozenset({"module", "class-index", "collection"}),
        )
    ]
