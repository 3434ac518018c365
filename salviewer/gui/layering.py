"""Decides when the layers of the open network are looked up: once per network and input size, when a form asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from salviewer.gui import layer_errands
from salviewer.gui.keeping import QUIETLY
from salviewer.gui.layer_tree import LayerList

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.jobs.shelf import Shelf

TOPIC = "layers"


class Layering:
    """`show` is told of the layers, or None while they are not known."""

    def __init__(self, state: State, desk: Desk, shelf: Shelf, show: Callable[[LayerList | None], None]) -> None:
        self._state, self._desk, self._shelf, self._show = state, desk, shelf, show
        self._about: object = None
        self.listing: LayerList | None = None

    def want(self) -> None:
        """A form asks for a layer: look the layers up if they are not known for what is open."""
        card, opened, grid = self._state.model, self._state.picture, self._state.grid
        if card is None or opened is None or grid is None:
            self._know(None, None)
            return
        about = (card.sha256, card.ref.model_dump_json(), tuple(grid.model_shape))
        if about == self._about:
            self._show(self.listing)
            return
        self._know(about, None)
        shelf, ref, source = self._shelf, card.ref, opened.ref
        self._desk.ask(
            TOPIC,
            lambda progress: layer_errands.layers_of(shelf, ref, source),
            QUIETLY,
            lambda listing: self._know(about, listing),
            otherwise=lambda error: True,  # the run says what is wrong; a name can be typed all the same
        )

    def _know(self, about: object, listing: LayerList | None) -> None:
        self._about, self.listing = about, listing
        self._show(listing)
