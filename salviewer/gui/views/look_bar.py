"""The bar under the tools: which part of the map is shown, at which levels lines run, brightness and contrast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QToolButton,
    QWidget,
)
from superqt import QDoubleRangeSlider

from salviewer.gui import icons, looks, theme
from salviewer.gui.hints import hint
from salviewer.gui.values import Display

LEVELS = (50.0, 75.0, 90.0, 95.0, 99.0)
BANDS = (("percentile", "by percentile"), ("range", "by share of the range"))


class LookBar(QWidget):
    """`wished` carries another `Display`."""

    wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display = Display()
        self.band = QDoubleRangeSlider(Qt.Orientation.Horizontal)
        self.low, self.high = _number(0, 100, " %"), _number(0, 100, " %")
        self.kind, self.smooth = QComboBox(), QCheckBox("Smooth")
        self.brightness, self.contrast = _number(-100, 100, " %"), _number(1 / looks.MOST_CONTRAST, looks.MOST_CONTRAST)
        self.lines = {level: _chip(f"{level:g}") for level in LEVELS}
        self.all, self.reset = QToolButton(), QToolButton()
        self._set_up()
        self._lay_out()
        self._connect()

    def set_display(self, display: Display, *, has_map: bool) -> None:
        """Show what is chosen; what needs a map is greyed where none is to be seen."""
        self._display = display
        low, high = looks.band(display)
        with self._quiet():
            self.band.setValue((low, high))
            self.low.setValue(low)
            self.high.setValue(high)
            self.kind.setCurrentIndex([key for key, _ in BANDS].index(display.band_of))
            self.smooth.setChecked(display.smooth)
            self.brightness.setValue(100 * display.brightness)
            self.contrast.setValue(display.contrast)
            for level, chip in self.lines.items():
                chip.setChecked(level in display.contours)
        for widget in (self.band, self.low, self.high, self.kind, self.smooth, *self.lines.values()):
            widget.setEnabled(has_map)
        self.smooth.setEnabled(has_map and display.mode != "masked")
        self.all.setEnabled(has_map and (display.band_low, display.band_high) != (0.0, 100.0))
        self.reset.setEnabled(looks.toned(display))

    # -- inside -------------------------------------------------------------------------------------------------

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Within the block, what is shown is no wish."""
        fields = (self.band, self.low, self.high, self.kind, self.smooth, self.brightness, self.contrast)
        blockers = [QSignalBlocker(field) for field in fields]
        yield
        for blocker in blockers:
            blocker.unblock()

    def _wish(self, **changes: object) -> None:
        self.wished.emit(replace(self._display, **changes))

    def _wish_band(self, low: float, high: float) -> None:
        self._wish(band_low=round(min(low, high), 1), band_high=round(max(low, high), 1))

    def _connect(self) -> None:
        self.band.valueChanged.connect(lambda ends: self._wish_band(*ends))
        self.low.valueChanged.connect(lambda low: self._wish_band(low, max(low, self.high.value())))
        self.high.valueChanged.connect(lambda high: self._wish_band(min(high, self.low.value()), high))
        self.kind.activated.connect(lambda at: self._wish(band_of=BANDS[at][0]))
        self.smooth.toggled.connect(lambda on: self._wish(smooth=on))
        self.brightness.valueChanged.connect(lambda percent: self._wish(brightness=percent / 100))
        self.contrast.valueChanged.connect(lambda contrast: self._wish(contrast=contrast))
        self.all.clicked.connect(lambda: self.wished.emit(looks.band_reset(self._display)))
        self.reset.clicked.connect(lambda: self.wished.emit(looks.tone_reset(self._display)))
        for level, chip in self.lines.items():
            chip.clicked.connect(
                lambda on, level=level: self.wished.emit(looks.contour_set(self._display, level, on=on))
            )

    def _set_up(self) -> None:
        self.band.setRange(0, 100)
        self.contrast.setDecimals(2)
        self.contrast.setSingleStep(0.1)
        self.brightness.setDecimals(0)
        self.brightness.setSingleStep(5)
        self.brightness.setRange(-100 * looks.MOST_BRIGHTNESS * looks.MOST_CONTRAST, 100 * looks.MOST_CONTRAST)
        for _, title in BANDS:
            self.kind.addItem(title)
        for button in (self.all, self.reset):
            icons.give(button, "reset")
        for widget, words in (
            (self.band, "Part of the heatmap that is shown: drag either end"),
            (self.low, "From here on the heatmap is shown"),
            (self.high, "Up to here the heatmap is shown"),
            (self.kind, "What the two ends count: the heatmap's numbers in order, or the range of its colours"),
            (self.smooth, "Interpolate between the cells of the heatmap, for the eye only"),
            (self.brightness, "Brightness of the picture; or drag up and down with the right button"),
            (self.contrast, "Contrast of the picture; or drag left and right with the right button"),
            (self.all, "Show all of the heatmap"),
            (self.reset, "Brightness and contrast as they were"),
        ):
            widget.setToolTip(words)
            widget.setAccessibleName(words)
        for widget, command in (
            (self.smooth, "view.smooth"), (self.all, "view.band-reset"), (self.reset, "view.tone-reset"),
        ):  # fmt: skip
            hint(widget, widget.toolTip(), command)
        for level, chip in self.lines.items():
            words = f"A line around the highest {100 - level:g} % of the heatmap"
            chip.setToolTip(words)
            chip.setAccessibleName(words)

    def _lay_out(self) -> None:
        em = theme.em(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(round(em * 0.6))
        grid.setVerticalSpacing(round(em * 0.3))
        grid.addWidget(theme.label("Shown", "quiet"), 0, 0)
        grid.addLayout(_row(self.low, self.band, self.high, self.kind, self.all, gap=round(em * 0.4)), 0, 1)
        grid.addWidget(theme.label("Lines at", "quiet"), 1, 0)
        second = _row(*self.lines.values(), theme.label("%", "quiet"), gap=round(em * 0.15))
        second.addSpacing(em)
        second.addWidget(self.smooth)
        second.addStretch(1)
        tone = _row(
            theme.label("Brightness", "quiet"), self.brightness, theme.label("Contrast", "quiet"), self.contrast,
            self.reset, gap=round(em * 0.4),
        )  # fmt: skip
        second.addLayout(tone)
        grid.addLayout(second, 1, 1)
        grid.setColumnStretch(1, 1)


def _number(low: float, high: float, suffix: str = "") -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(1)
    box.setSuffix(suffix)
    box.setKeyboardTracking(False)
    return box


def _chip(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    theme.mark(button, "tab")
    return button


def _row(*widgets: QWidget | QLabel, gap: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(gap)
    for widget in widgets:
        row.addWidget(widget, int(isinstance(widget, QDoubleRangeSlider)))
    row.setSizeConstraint(QLayout.SizeConstraint.SetDefaultConstraint)
    return row
