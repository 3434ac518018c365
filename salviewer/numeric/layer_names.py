"""What is said of a layer that a network does not have. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence

from salviewer.errors import InvalidChoice

NAMED = 5


def unknown_layer(name: str, names: Sequence[str]) -> InvalidChoice:
    """The error for a layer called `name` that is not among `names`, those that give maps in the order of their run."""
    some = ", ".join(names[-NAMED:])
    return InvalidChoice(
        f"The network has no layer “{name}” that gives a map: the last ones are {some}.", code="unknown-layer"
    )
