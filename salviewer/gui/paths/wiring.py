"""Who hears whom in the Two paths panel: its memory to the view, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.api.values import Picture
from salviewer.gui.commands.paths import STARTERS
from salviewer.gui.paths.view import PathsView

if TYPE_CHECKING:
    from salviewer.gui.window import Window


class PathsWiring:
    """Makes the Two paths panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._window, self._state = window, window.state
        self.view, self.decider = PathsView(), window.actions.two_paths
        self.view.set_starters([window.commands[wish] for wish in STARTERS])
        memory = self.decider.memory
        memory.duel_changed.connect(self._show)
        memory.looking_changed.connect(self._show)
        state = self._state
        self._heard = (
            (state.display_changed, self.view.set_display), (state.prediction_changed, self._show),
            (state.methods_changed, self._show),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        self.view.cancel_wished.connect(self.decider.cancel)
        self.view.open_wished.connect(self._open)
        self.view.neurons_wished.connect(self._neurons)
        self.view.maps_wished.connect(self._maps)
        self.view.set_display(self._state.display)
        self._show()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.view.dress()

    def close(self) -> None:
        """Hear no more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)

    def _show(self, *_: object) -> None:
        memory = self.decider.memory
        said = memory.looking or ("" if memory.duel is not None else self.decider.why_not())
        self.view.set_duel(memory.duel, said)

    def _open(self) -> None:
        self.decider.open_second()
        self._window.show_panel("heatmap")

    def _neurons(self) -> None:
        duel = self.decider.memory.duel
        if duel is not None and duel.pair is not None:
            pair = duel.pair
            at = pair.parting[0] if pair.parting is not None else None
            neurons, side = self._window.show_panel("neurons"), duel.sides[0]
            source = side.picture.picture if isinstance(side.picture.picture, Picture) else None
            neurons.view.picture.set_picture(source, side.explanation.grid if side.explanation is not None else None)
            neurons.show_two(pair.first, pair.second, at, [s.name for s in duel.sides])

    def _maps(self) -> None:
        duel = self.decider.memory.duel
        if duel is not None:
            self._window.show_panel("compare").decider.add([s.result for s in duel.sides if s.result is not None])
