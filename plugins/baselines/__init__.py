"""The methods that others are compared with: gradients, perturbations, activation maps, rules, relevance."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, hookimpl
from salviewer_plugins.baselines import cam_offers, gradient_offers, perturbation_offers, relevance_offers, rule_offers


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return all baselines."""
    groups = (gradient_offers, relevance_offers, perturbation_offers, cam_offers, rule_offers)
    return [info for group in groups for info in group.OFFERS]
