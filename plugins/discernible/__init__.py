"""Discernible neurons: the units, layer by layer, that carried a decision."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source, TrainerInfo, hookimpl

PAPER = (
    "Interpreting CNN Prediction through Layer-wise Selected Discernible Neurons (under review at ICLR 2020), "
    "anonymous authors"
)

FAMILY = "Neurons"


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the walks from the class down to the pixels."""
    return [
        ExplainerInfo(
            key="discernible-neurons",
            title="Discernible neurons",
            summary="Chooses, layer by layer, the units that carried the decision, and marks the pixels they end at. "
            "Each is judged by what it adds, what it receives, and how many it serves.",
            run="salviewer_plugins.discernible.explainers:DiscernibleNeurons",
            params="salviewer_plugins.discernible.walk_params:NeuronsParams",
            source=Source(citation=PAPER, equations="Eq. 1-5, Alg. 1"),
            answers="Which units, layer by layer down to the pixels, carried the decision?",
            dims=(2, 3),
            needs=frozenset({"module", "class-index"}),
            evidence=("heatmap", "neurons"),
            output="logit",
            family=FAMILY,
            trained_by="discernible-neurons",
        ),
        ExplainerInfo(
            key="cnn-fixations",
            title="CNN-Fixations",
            summary="Follows, layer by layer, the units that add most to the decision, and marks the pixels they end "
            "at. The predecessor of discernible neurons: the same walk, by what a unit adds alone.",
            run="salviewer_plugins.discernible.explainers:CnnFixations",
            params="salviewer_plugins.discernible.walk_params:FixationsParams",
            source=Source("Mopuri, Garg, Babu: CNN Fixations (2018)", "section III"),
            answers="Which units, layer by layer down to the pixels, added most to the decision?",
            dims=(2, 3),
            needs=frozenset({"module", "class-index"}),
            evidence=("heatmap", "neurons"),
            output="logit",
            family=FAMILY,
        ),
    ]


@hookimpl
def salviewer_trainers() -> list[TrainerInfo]:
    """Return what can be learned about a model."""
    return [
        TrainerInfo(
            key="discernible-neurons",
            title="Weights of discernible neurons",
            summary="Learns how much current, succeeding and preceding layer count, from true boxes.",
            run="salviewer_plugins.discernible.trainer:WeightTrainer",
            params="salviewer_plugins.discernible.train_params:WeightParams",
            source=Source(citation=PAPER, equations="section 3.2"),
            learns="The weights a_cur, a_suc and a_pre with which the chosen pixels' box is right most often.",
            needs=frozenset({"module", "class-index", "annotation", "collection"}),
        )
    ]
