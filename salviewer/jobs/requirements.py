"""What a method needs and a model has: checked before a run, and what came back after it."""

from __future__ import annotations

from typing import Any

from salviewer.api import ExplainerInfo, Explanation, Heatmap, MetricInfo, ModelInput, TrainerInfo
from salviewer.errors import PluginError, UnsupportedModel
from salviewer.models.loaded import LoadedModel


def check_needs(info: ExplainerInfo | MetricInfo | TrainerInfo, model: LoadedModel, source: ModelInput) -> None:
    """Raise `UnsupportedModel` where `info` cannot work on this model and input."""
    dims = source.tensor.ndim - 2
    if dims not in info.dims:
        known = " or ".join(f"{d}D" for d in info.dims)
        raise UnsupportedModel(f"{info.title} works on {known} inputs; this one is {dims}D.", code="wrong-dims")
    if info.needs & {"gradients", "module"} and model.module is None:
        raise UnsupportedModel(
            f"{info.title} looks inside the network, and of this model only the outputs can be had: choose one "
            f"that needs outputs alone.",
            code="needs-module",
        )


def check_explanation(explanation: Any, info: ExplainerInfo, source: ModelInput) -> None:
    """Raise `PluginError` where what a method returned is no explanation of this input."""
    if not isinstance(explanation, Explanation):
        raise PluginError(f"{info.title} returned {type(explanation).__name__} instead of an Explanation.")
    grid = tuple(source.tensor.shape[2:])
    for evidence in explanation.evidence:
        if isinstance(evidence, Heatmap) and evidence.values.ndim != len(grid):
            raise PluginError(f"{info.title} returned a map of shape {evidence.values.shape} for an input of {grid}.")
