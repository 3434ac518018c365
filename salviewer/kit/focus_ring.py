"""A widget that paints whether it has the keyboard."""

from __future__ import annotations

from PySide6.QtGui import QFocusEvent


class FocusRing:
    """Put before the Qt class that `paintEvent` belongs to: it is painted anew when the keyboard comes and goes."""

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show the ring."""
        self.update()  # type: ignore[attr-defined]
        super().focusInEvent(event)  # type: ignore[misc]

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Take the ring away."""
        self.update()  # type: ignore[attr-defined]
        super().focusOutEvent(event)  # type: ignore[misc]
