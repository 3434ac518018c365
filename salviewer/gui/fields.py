"""One editor per field of a params model: title and value box, a slider where there are bounds, help, and faults."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QDoubleSlider

from salviewer.gui import icons, theme
from salviewer.gui.boxes import as_text, make_box
from salviewer.gui.field_specs import FieldSpec
from salviewer.gui.layer_box import LayerBox
from salviewer.gui.layer_tree import LayerList

LOG_FROM = 30.0  # fractions whose bounds are this many times apart get a slider that runs in powers
SIDE = "shorter side"


class _Slider(QDoubleSlider):
    """A slider that scrolling past does not change."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


class FieldEditor(QWidget):
    """The editor of one field. It takes any value, also a wrong one: what is wrong is said at the field.

    `layer_wished` carries the field's name when a layer is to be picked from the network's.
    """

    edited = Signal()
    layer_wished = Signal(str)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self._side: int | None = None
        self._side_unit = "px"
        self._box, self._read, self._write = make_box(spec, self._changed)
        self._title = theme.label(spec.title)
        self._title.setBuddy(self._box)
        self._layers: LayerList | None = None
        self._pixels = theme.label("", "quiet")
        self._help = theme.label(spec.help, "help", wraps=True)
        self._fault = theme.label("", "fault", wraps=True)
        self._reset = QToolButton()
        self._reset.setAutoRaise(True)
        self._reset.setAccessibleName(f"Reset {spec.title}")
        self._reset.setToolTip(f"Back to {as_text(spec.default)}")
        icons.give(self._reset, "reset")
        self._reset.clicked.connect(lambda: self.set_value(spec.default, tell=True))
        self._auto = self._make_automatic() if spec.optional else None
        self._slider = self._make_slider() if spec.bounded else None
        self._lay_out()
        for widget in (self, self._box):
            widget.setToolTip(spec.help)
        self._box.setAccessibleName(spec.title)
        self._box.setAccessibleDescription(spec.help)
        if isinstance(self._box, LayerBox):
            self._box.pick_wished.connect(lambda: self.layer_wished.emit(spec.name))
        self.set_value(spec.default)
        self.set_fault("")

    # -- value --------------------------------------------------------------------------------------------------

    def value(self) -> Any:
        """What the field holds now."""
        return None if self._auto is not None and self._auto.isChecked() else self._read()

    def set_value(self, value: Any, *, tell: bool = False) -> None:
        """Put `value` in; `tell` emits `edited`."""
        blockers = [QSignalBlocker(w) for w in (self._box, self._auto) if w is not None]
        if self._auto is not None:
            self._auto.setChecked(value is None)
        if value is not None:
            self._write(value)
        del blockers
        self._follow()
        if tell:
            self.edited.emit()

    def set_fault(self, sentence: str) -> None:
        """Mark the field as wrong, saying why; "" clears the mark."""
        self._fault.setText(sentence)
        self._fault.setVisible(bool(sentence))
        field = self._box.line if isinstance(self._box, LayerBox) else self._box
        if bool(field.property("wrong")) != bool(sentence):
            field.setProperty("wrong", bool(sentence))
            theme.restyle(field)
        self._box.setAccessibleDescription(sentence or self.spec.help)

    def fault(self) -> str:
        """The sentence at the field."""
        return self._fault.text()

    def set_shorter_side(self, pixels: int | None, unit: str = "px") -> None:
        """Show fractions of the shorter side in pixels too; None where no model is open."""
        self._side, self._side_unit = pixels, unit
        self._show_pixels()

    def set_layers(self, layers: LayerList | None) -> None:
        """The layers of the open network; None where they are not known."""
        self._layers = layers
        if isinstance(self._box, LayerBox):
            self._box.set_layers(layers)
            self._show_pixels()

    def layer_fault(self) -> str:
        """Why the layer that is named cannot be taken, in a sentence; "" where it can, or nobody knows."""
        known = self.spec.kind == "layer" and self._layers is not None
        return self._layers.fault(self.value()) if known else ""

    def show_help(self, visible: bool) -> None:
        """Show or hide the small text; the tooltip stays."""
        self._help.setVisible(visible and bool(self.spec.help))

    # -- inside -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(round(theme.em(self) * 0.4))
        top.addWidget(self._title)
        top.addStretch(1)
        for widget in (self._auto, self._box, self._reset):
            if widget is not None:
                top.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(theme.em(self) * 0.12))
        column.addLayout(top)
        range_ = QHBoxLayout()
        range_.setSpacing(round(theme.em(self) * 0.4))
        if self._slider is not None:
            range_.addWidget(self._slider, 1)
        range_.addWidget(self._pixels, 0, Qt.AlignmentFlag.AlignRight)
        column.addLayout(range_)
        column.addWidget(self._help)
        column.addWidget(self._fault)

    def _make_automatic(self) -> QCheckBox:
        made = QCheckBox("automatic")
        made.setAccessibleName(f"{self.spec.title}: automatic")
        made.toggled.connect(self._left_or_taken)
        return made

    def _make_slider(self) -> QDoubleSlider:
        made = _Slider(Qt.Orientation.Horizontal)
        low, high = self.spec.low or 0.0, self.spec.high or 0.0
        self._log = self.spec.kind == "float" and low > 0 and high / low >= LOG_FROM
        made.setRange(*(self._position(v) for v in (low, high)))
        made.setSingleStep((made.maximum() - made.minimum()) / 100)
        made.setAccessibleName(f"{self.spec.title} slider")
        made.setToolTip(f"{as_text(low)} to {as_text(high)}")
        made.valueChanged.connect(self._slid)
        return made

    def _position(self, value: float) -> float:
        return math.log10(max(value, 1e-12)) if self._log else float(value)

    def _slid(self, position: float) -> None:
        value = 10.0**position if self._log else position
        if self.spec.kind == "int":
            value = round(value)
        else:
            value = min(max(float(f"{value:.3g}"), self.spec.low or value), self.spec.high or value)
        blocker = QSignalBlocker(self._box)
        self._write(value)
        del blocker
        self._follow(slider=False)
        self.edited.emit()

    def _left_or_taken(self, is_left: bool) -> None:
        """The number is left to the method, or taken in hand: then it begins with one that is allowed."""
        if not is_left and isinstance(self._box, QSpinBox | QDoubleSpinBox):
            blocker = QSignalBlocker(self._box)
            self._write(self.spec.allowed(self._box.value()))
            del blocker
        self._changed()

    def _changed(self, *_: object) -> None:
        self._follow()
        self.edited.emit()

    def _follow(self, *, slider: bool = True) -> None:
        """Bring all parts in line with the box."""
        value = self.value()
        if self._auto is not None:
            self._box.setEnabled(value is not None)
            if value is None and isinstance(self._box, QSpinBox | QDoubleSpinBox):
                self._box.clear()  # a number here would look like the one that is taken
        if slider and self._slider is not None:
            blocker = QSignalBlocker(self._slider)
            self._slider.setEnabled(value is not None)
            if value is not None:
                self._slider.setValue(self._position(value))
            del blocker
        self._reset.setEnabled(value != self.spec.default)
        self._show_pixels()

    def _show_pixels(self) -> None:
        """What the value comes to: a fraction in pixels, a layer in its shape."""
        value = self.value()
        if self.spec.kind == "layer":
            layer = self._layers.find(value) if self._layers else None
            self._pixels.setText(layer.size if layer else "")
            self._pixels.setVisible(layer is not None)
            self._pixels.setToolTip(f"{layer.kind}, its output as channels × height × width" if layer else "")
            return
        shows = self.spec.unit == SIDE and self._side is not None and isinstance(value, int | float)
        text = f"≈ {value * self._side:.3g} {self._side_unit}" if shows and self._side else ""
        self._pixels.setText(text)
        self._pixels.setVisible(bool(text))
        self._pixels.setToolTip(
            f"{as_text(value)} of the shorter side of the model's input, {self._side} {self._side_unit}"
        )
