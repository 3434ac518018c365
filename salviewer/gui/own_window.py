"""A window beside the main one, made when it is first wanted: the evaluation's, the reader study's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salviewer.gui.late import load

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from salviewer.gui.window import Window


class OwnWindow:
    """`make`, "module:class", is given the main window, holds the other as `window`, and has `dress` and `close`."""

    def __init__(self, make: str, main: Window) -> None:
        self._make, self._main = make, main
        self.wiring: Any = None

    @property
    def window(self) -> QWidget:
        """The window; only once it was opened."""
        return self.wiring.window

    def open(self) -> None:
        """Show the window, in front of the others."""
        if self.wiring is None:
            self.wiring = load(self._make)(self._main)
        shown = self.window
        shown.showNormal() if shown.isMinimized() else shown.show()
        shown.raise_()
        shown.activateWindow()

    def dress(self) -> None:
        """Take on the theme's colours."""
        if self.wiring is not None:
            self.wiring.dress()

    def close(self) -> None:
        """Let go of the window; the undo of `open`."""
        if self.wiring is not None:
            self.wiring.close()
            self.wiring = None
