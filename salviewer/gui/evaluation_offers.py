"""Which methods and metrics can be ticked for the inputs of an evaluation, and which of the ticked ones count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.bench.judgement import CONTROLS

if TYPE_CHECKING:
    from salviewer.api.descriptors import ExplainerInfo, MetricInfo
    from salviewer.gui.evaluation_values import Pictures
    from salviewer.gui.state import State
    from salviewer.host import Host

NO_TRUTH = "needs boxes or masks, and these pictures have none"


def why_no_metric(info: MetricInfo | None, pictures: Pictures | None) -> str:
    """Why these pictures cannot be judged by this metric; empty if they can."""
    if info is None:
        return "is not installed"
    if pictures is not None and not pictures.fault and "annotation" in info.needs and not pictures.annotated:
        return NO_TRUTH
    return ""


def chosen_metrics(state: State, host: Host) -> tuple[str, ...]:
    """The ticked metrics that the pictures can be judged by."""
    can = {info.key for info in offered_metrics(host, dims_of(state))}
    return tuple(k for k in state.plan.metrics if k in can and not why_no_metric(host.metrics.get(k), state.pictures))


def chosen_methods(state: State, host: Host) -> tuple[str, ...]:
    """The ticked methods that can explain inputs of the chosen collection."""
    can = {info.key for info in offered_methods(host, dims_of(state))}
    return tuple(k for k in state.plan.methods if k in can)


def dims_of(state: State) -> int:
    """3 where the chosen collection holds volumes, else 2, also while nobody knows."""
    return state.pictures.dims if state.pictures is not None else 2


def offered_methods(host: Host, dims: int | None = None) -> tuple[ExplainerInfo, ...]:
    """The methods to tick for inputs of `dims` dimensions (None: of any), those that explain one input by itself.

    The controls are always among them without being asked for.
    """
    return tuple(
        info
        for key, info in host.explainers.items()
        if key not in CONTROLS and not info.sources and (dims is None or dims in info.dims)
    )


def offered_metrics(host: Host, dims: int | None = None) -> tuple[MetricInfo, ...]:
    """The metrics to tick: those that read the map alone first, those that run the method again last. `dims`: same."""
    order = {"heatmap": 0, "explanation": 1, "explainer": 2}
    found = (info for info in host.metrics.values() if dims is None or dims in info.dims)
    return tuple(sorted(found, key=lambda info: order[info.given]))
