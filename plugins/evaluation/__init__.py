"""Metrics that judge explanations, and the two controls that every table carries."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, MetricInfo, hookimpl
from salviewer_plugins.evaluation import annotation_offers, control_offers, perturbation_offers, stability_offers


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the controls: maps that know nothing of the model."""
    return list(control_offers.OFFERS)


@hookimpl
def salviewer_metrics() -> list[MetricInfo]:
    """Return all metrics."""
    groups = (perturbation_offers, annotation_offers, stability_offers)
    return [info for group in groups for info in group.OFFERS]
