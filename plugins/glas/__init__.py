"""Gaussian light and shadow (GLAS) and its recursive form: black-box explanation, from one clue to all of them."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source, hookimpl

PAPER = Source(
    citation="Salient Explanation for Fine-grained Classification (under review at ICLR 2020), anonymous authors",
    equations="Eq. 1-3, Algorithm 1",
)
FAMILY = "Light and shadow"


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the two methods."""
    return [
        ExplainerInfo(
            key="glas",
            title="GLAS",
            summary="Gaussian light and shadow: lights up and darkens one place after another.",
            run="salviewer_plugins.glas.glas:Glas",
            params="salviewer_plugins.glas.params:GlasParams",
            source=PAPER,
            family=FAMILY,
            answers="Which place carries the class when only it is lit, and costs the class when it is in shadow?",
        ),
        ExplainerInfo(
            key="rglas",
            title="Recursive GLAS",
            summary="GLAS again and again, each time without the clue found before.",
            run="salviewer_plugins.glas.rglas:Rglas",
            params="salviewer_plugins.glas.params:RglasParams",
            source=PAPER,
            family=FAMILY,
            answers="Which clues carry the class, in the order in which they are found?",
        ),
    ]
