"""What a method notes of its answer, in one line that is cut off where the window ends; all of it under the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget
from superqt import QElidingLabel

from salviewer.gui import theme


class NotesLine(QElidingLabel):
    """Shows notes; hidden where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "help")

    def set_notes(self, notes: Sequence[str]) -> None:
        """Show these."""
        self.setText("   ·   ".join(notes))
        self.setToolTip("\n".join(notes))
        self.setVisible(bool(notes))
