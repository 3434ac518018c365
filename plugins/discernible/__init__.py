"""Discernible neurons: the units, layer by layer, that carried a decision."""

from __future__ import annotations

from salviewer.api import Source, TrainerInfo, hookimpl

PAPER = (
    "Interpreting CNN Prediction through Layer-wise Selected Discernible Neurons (under review at ICLR 2020), "
    "anonymous authors"
)


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
