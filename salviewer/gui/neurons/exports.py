"""What can be exported of a path of neurons, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.api.neurons import NeuronPath

if TYPE_CHECKING:
    from salviewer.gui.values import Shown

ABOUT = {
    "neurons-csv": "A line per chosen unit: layer, channel, place, score, the three terms, receptive field, links.",
    "neurons-json": "Layers, units and links with what each field means.",
}
NO_NEURONS = "Run a method for neurons first: this explanation has no path of them."


def has_neurons(shown: Shown | None) -> bool:
    """Whether what is on the screen has a path of neurons."""
    evidence = shown.explanation.evidence if shown is not None and shown.explanation is not None else ()
    return any(one.kind == NeuronPath.kind for one in evidence)
