"""Shows, at the window's lower edge, what is under the cursor, what is under way, and where the model runs."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from salviewer.gui import theme
from salviewer.gui.values import NOTICE


class StatusBar(QStatusBar):
    """Place and value on the left; on the right what is waited for, the device, and what this is not made for."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        em = theme.em(window)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(round(em * 0.6), 0, round(em * 0.6), 0)
        self.place, self.value, self.busy, self.device = QLabel(), QLabel(), QLabel(), QLabel()
        self.place.setMinimumWidth(em * 9)
        self.value.setMinimumWidth(em * 16)
        self.errand = QProgressBar()
        self.errand.setTextVisible(False)
        self.errand.setFixedWidth(em * 6)
        self.errand.setAccessibleName("Progress of opening")
        self.errand.hide()
        notice = theme.label("Research use only. Not for diagnosis.", "quiet")
        notice.setToolTip(NOTICE)
        for widget in (self.place, self.value):
            self.addWidget(widget)
        for widget in (theme.mark(self.busy, "quiet"), self.errand, self.device, notice):
            self.addPermanentWidget(widget)

    def set_probe(self, place: str, value: str) -> None:
        """Show where the cursor is, and the value there."""
        self.place.setText(place)
        self.value.setText(value)

    def set_errand(self, text: str, fraction: float) -> None:
        """Show what is waited for, and how far it is, 0..1; 0 where nobody knows."""
        self.busy.setText(text)
        self.errand.setVisible(fraction > 0)
        self.errand.setValue(round(100 * fraction))

    def set_device(self, text: str, tip: str) -> None:
        """Show where the model runs and what memory is free there."""
        self.device.setText(text)
        self.device.setToolTip(tip)
