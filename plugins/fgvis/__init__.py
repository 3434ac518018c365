"""FGVis: masks per pixel and colour, defended against evidence that the picture does not hold."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source, hookimpl

PAPER = Source(
    citation="Wagner, Koehler, Gindele, Hetzel, Wiedemer, Behnke: Interpretable and Fine-Grained Visual Explanations "
    "for Convolutional Neural Networks (CVPR 2019)",
    equations="Eq. 1-6",
)


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the method."""
    return [
        ExplainerInfo(
            key="fgvis",
            title="FGVis",
            summary="Takes pixels away, or brings them in, one colour at a time, until the class is gone or there. "
            "What is left can be put back into the model. Needs a network that can be differentiated.",
            run="salviewer_plugins.fgvis.fgvis:Fgvis",
            params="salviewer_plugins.fgvis.params:FgvisParams",
            source=PAPER,
            answers="Which pixels, in which colour, must go for the class to be lost, or stay for it to be kept?",
            dims=(2, 3),
            needs=frozenset({"gradients", "module"}),
            evidence=("heatmap", "masks", "curve"),
            family="Masks",
        )
    ]
