"""A number by a slider and by a box beside it: both say the same, but for numbers beyond the slider's ends."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QWidget

from salviewer.gui import theme

FINE = 100
"""Positions of the slider per unit."""


class NumberSlider(QWidget):
    """`changed`: the number, as soon as a person moves it.

    slid: from where to where the slider goes. limits: what can be typed.
    """

    changed = Signal(float)

    def __init__(
        self, name: str, tip: str, slid: tuple[float, float], limits: tuple[float, float], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.slider, self.box = QSlider(Qt.Orientation.Horizontal), QDoubleSpinBox()
        self.slider.setRange(*(round(end * FINE) for end in slid))
        self.slider.setSingleStep(FINE // 20)
        self.slider.setPageStep(FINE // 2)
        self.box.setRange(*limits)
        self.box.setDecimals(2)
        self.box.setSingleStep(0.05)
        label = theme.label(name)
        label.setBuddy(self.box)
        label.setMinimumWidth(round(theme.em(self) * 1.8))
        for widget, kind in ((self.slider, "slider"), (self.box, "number")):
            widget.setAccessibleName(f"{name}, {kind}")
            widget.setToolTip(tip)
        label.setToolTip(tip)
        self.slider.valueChanged.connect(lambda at: self._moved(at / FINE))
        self.box.valueChanged.connect(self._moved)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(theme.em(self) * 0.5))
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)

    def set_value(self, value: float) -> None:
        """Show `value`; tells nobody."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            self.slider.setValue(round(value * FINE))
            if abs(self.box.value() - value) > 0.5 / FINE:  # a number being typed is left alone
                self.box.setValue(value)

    def _moved(self, value: float) -> None:
        self.set_value(value)
        self.changed.emit(value)
