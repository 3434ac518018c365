"""Decides how maps are shown, and which map of an answer is on top; a change of the display can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from salviewer.gui.values import Display

if TYPE_CHECKING:
    from salviewer.gui.state import State
    from salviewer.gui.undoing import Undoing


class Displaying:
    """What can be done about the display of one window."""

    def __init__(self, state: State, undoing: Undoing) -> None:
        self._state, self._undoing = state, undoing

    def set(self, display: Display) -> None:
        """Show maps in another way."""
        with self._undoing.step():
            self._state.display = display

    def change(self, change: Callable[[Display], Display]) -> None:
        """Show maps as `change` makes of how they are shown now."""
        self.set(change(self._state.display))

    def toggle_frame(self) -> None:
        """Outline what the model sees, or not."""
        self.change(lambda d: replace(d, frame=not d.frame))

    def toggle_helps(self) -> None:
        """Show or hide the small texts under the settings."""
        self.change(lambda d: replace(d, helps=not d.helps))

    def step_map(self, step: int) -> None:
        """Put the next map of the answer on top (`step` 1), or the one before (-1)."""
        if self._state.shown is not None:
            self.show_map(self._state.shown.at + step)

    def show_map(self, at: int) -> None:
        """Put map number `at` of the answer on top."""
        if self._state.shown is not None:
            self._state.shown = self._state.shown.step_to(at)
