"""The two rows of tools over the slices: the map in the first, the volume and how it is laid out in the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.values import Display
from salviewer.gui.views.tool_fields import ColourBox, OpacitySlider, say, tool_button
from salviewer.gui.volumes.looking import shown_as
from salviewer.gui.volumes.windows import TITLES

MODES = {"original": "Volume alone", "overlay": "Heatmap over the volume", "heatmap": "Heatmap alone"}
LAYOUT_TITLES = {
    "four": "Slices, maximum",
    "row": "Slices in a row",
    "axial": "Axial large",
    "coronal": "Coronal large",
    "sagittal": "Sagittal large",
}
CONVENTIONS = {"radiological": "Radiological", "neurological": "Neurological"}


class VolumeTools(QWidget):
    """`wished` carries another `Display`, `convention_wished` its name, `nose_wished` whether noses point left."""

    wished = Signal(object)
    convention_wished = Signal(str)
    nose_wished = Signal(bool)
    fit_wished = Signal()
    peak_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display, self._signed = Display(), False
        self.modes = {mode: tool_button(self, f"mode-{mode}", words, f"mode.{mode}") for mode, words in MODES.items()}
        self.opacity, self.colours = OpacitySlider("How much the heatmap covers the volume"), ColourBox()
        self.threshold = QDoubleSpinBox()
        self.layouts, self.windows, self.conventions = (QComboBox() for _ in range(3))
        self.smooth = tool_button(self, "smooth", "Smooth the heatmap between cells, for the eye only", "view.smooth")
        self.letters = tool_button(self, "letters", "Letters on the sides: R L A P S I", "volume.letters")
        self.crosshair = tool_button(self, "crosshair", "Lines where the slices meet", "volume.crosshair")
        self.nose = tool_button(self, "nose", "The nose points to the left in sagittal slices", "volume.nose")
        self.peak = tool_button(self, "peak", "Go to the heatmap's highest value", "volume.peak", checkable=False)
        self.fit = tool_button(self, "fit", "Fit the slices to their places", "view.fit", checkable=False)
        self._set_up()
        self._lay_out()
        self._connect()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_display(self, display: Display, *, has_map: bool, signed: bool) -> None:
        """Show how things are shown; what needs a map is greyed where there is none."""
        self._display, self._signed = display, signed
        mode = shown_as(display)
        self.modes[mode].setChecked(True)
        seen = has_map and mode != "original"
        for name in ("overlay", "heatmap"):
            self.modes[name].setEnabled(has_map)
        self.opacity.setEnabled(seen and mode == "overlay")
        for widget in (self.colours, self.threshold, self.smooth):
            widget.setEnabled(seen)
        self.peak.setEnabled(has_map)
        self._put(self.opacity, round(display.opacity * 100))
        self._put(self.threshold, display.band_low)
        for button, on in ((self.smooth, display.smooth), (self.letters, display.letters),
                           (self.crosshair, display.crosshair)):  # fmt: skip
            button.setChecked(on)
        _choose(self.layouts, display.layout)
        _choose(self.windows, display.window)
        self.colours.offer(display, signed=signed)

    def set_windows(self, names: Sequence[str]) -> None:
        """Offer these windows, as the volume's values have it."""
        if [self.windows.itemData(i) for i in range(self.windows.count())] != list(names):
            self.windows.clear()
            for name in names:
                self.windows.addItem(TITLES[name][0], name)
                self.windows.setItemData(self.windows.count() - 1, TITLES[name][1], Qt.ItemDataRole.ToolTipRole)
        _choose(self.windows, self._display.window)

    def set_convention(self, *, radiological: bool, nose_left: bool, known: bool) -> None:
        """Show which side is left; `known`: whether the volume says where its axes point."""
        _choose(self.conventions, "radiological" if radiological else "neurological")
        self.nose.setChecked(nose_left)
        for widget in (self.conventions, self.nose, self.letters):
            widget.setEnabled(known)

    # -- inside -------------------------------------------------------------------------------------------------

    def _put(self, field: QSlider | QDoubleSpinBox, value: float) -> None:
        blocker = QSignalBlocker(field)
        field.setValue(value)
        blocker.unblock()

    def _wish(self, **changes: object) -> None:
        self.wished.emit(replace(self._display, **changes))

    def _wish_window(self, at: int) -> None:
        """A window by name; "by hand" begins with what is there, and is only left by choosing another."""
        name = self.windows.itemData(at)
        if name == "own" and not self._display.window_low < self._display.window_high:
            _choose(self.windows, self._display.window)
            return
        self._wish(window=name)

    def _connect(self) -> None:
        group = QButtonGroup(self)
        for mode, button in self.modes.items():
            group.addButton(button)
            button.clicked.connect(lambda _=False, mode=mode: self._wish(mode=mode))
        self.opacity.valueChanged.connect(lambda percent: self._wish(opacity=percent / 100))
        self.threshold.valueChanged.connect(lambda low: self._wish(band_low=low, band_high=100.0, band_of="percentile"))
        self.colours.textActivated.connect(
            lambda name: self._wish(**{"diverging" if self._signed else "sequential": name})
        )
        self.smooth.clicked.connect(lambda on: self._wish(smooth=on))
        self.letters.clicked.connect(lambda on: self._wish(letters=on))
        self.crosshair.clicked.connect(lambda on: self._wish(crosshair=on))
        self.layouts.activated.connect(lambda at: self._wish(layout=self.layouts.itemData(at)))
        self.windows.activated.connect(self._wish_window)
        self.conventions.activated.connect(lambda at: self.convention_wished.emit(self.conventions.itemData(at)))
        self.nose.clicked.connect(self.nose_wished)
        self.peak.clicked.connect(self.peak_wished)
        self.fit.clicked.connect(self.fit_wished)

    def _set_up(self) -> None:
        self.threshold.setRange(0, 99.9)
        self.threshold.setDecimals(1)
        self.threshold.setSuffix(" %")
        self.threshold.setKeyboardTracking(False)
        for name, title in LAYOUT_TITLES.items():
            self.layouts.addItem(title, name)
        for name, title in CONVENTIONS.items():
            self.conventions.addItem(title, name)
        for widget, words in (
            (self.threshold, "Leaves out so many percent of the heatmap, the lowest first (the smallest, if signed)"),
            (self.layouts, "How the slices are laid out"),
            (self.windows, "Which of the volume's values are black and white; or drag with the right button"),
            (self.conventions, "Which side of the patient is on the left"),
        ):
            say(widget, words)
        for box in (self.windows, self.layouts, self.conventions):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(11)

    def _lay_out(self) -> None:
        em = theme.em(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.25))
        without = theme.label("Without the lowest", "quiet")
        without.setBuddy(self.threshold)
        for groups in (
            (tuple(self.modes.values()), (self.opacity, self.colours), (without, self.threshold),
             (self.smooth, self.peak)),
            ((self.layouts, self.windows), (self.conventions, self.nose, self.letters, self.crosshair), (self.fit,)),
        ):  # fmt: skip
            row = QHBoxLayout()
            row.setSpacing(round(em * 0.15))
            for widgets in groups:
                for widget in widgets:
                    row.addWidget(widget)
                row.addSpacing(round(em * 0.6))
            row.addStretch(1)
            column.addLayout(row)


def _choose(box: QComboBox, name: str) -> None:
    at = box.findData(name)
    box.setCurrentIndex(max(at, 0))
