"""What stands over a volume: what is shown, how far one may trust it, and what must be known to read it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.gui import theme
from salviewer.gui.views.badge import Badge


class VolumeHead(QWidget):
    """Title, subtitle and banner; what is empty takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        gap = round(theme.em(self) * 0.5)
        self.title, self.subtitle, self.badge = QElidingLabel(), QElidingLabel(), Badge()
        self.banner = theme.label("", "note", wraps=True)
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.setContentsMargins(gap, 0, gap, 0)  # in line with the panel's title
        first = QHBoxLayout()
        self.title.setMinimumWidth(theme.em(self) * 6)
        first.addWidget(theme.mark(self.title, "title"), 1)
        first.addWidget(self.badge)
        self.badge.hide()
        column.addLayout(first)
        column.addWidget(theme.mark(self.subtitle, "quiet"))
        column.addWidget(self.banner)

    def set_words(self, title: str, subtitle: str, banner: str) -> None:
        """Say these."""
        for label, words in ((self.title, title), (self.subtitle, subtitle)):
            label.setText(words)
            label.setToolTip(words)
            label.setVisible(bool(words))
        self.banner.setText(banner)
        self.banner.setVisible(bool(banner))
