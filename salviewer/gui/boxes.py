"""The widgets that hold the values of a form: one per kind of field, each with how it is read and written."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from salviewer.gui import theme
from salviewer.gui.field_specs import FieldSpec
from salviewer.gui.layer_box import LayerBox

WIDEST = 1_000_000_000
LONG = 12
"""A choice among more than so many is one that can be typed in part."""


class _Whole(QSpinBox):
    """A number box that scrolling past does not change."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


class _Real(QDoubleSpinBox):
    """The same for fractions."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


class _Choice(QComboBox):
    """The same for choices."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


Box = tuple[QWidget, Callable[[], Any], Callable[[Any], None]]


def make_box(spec: FieldSpec, changed: Callable[..., None]) -> Box:
    """The widget that holds the value, how to read it, how to write it."""
    makers = {"int": _int_box, "float": _float_box, "bool": _check, "choice": _combo, "layer": _layer}
    return makers.get(spec.kind, _line)(spec, changed)


def _int_box(spec: FieldSpec, changed: Callable[..., None]) -> Box:
    box = _Whole()
    box.setRange(-WIDEST, WIDEST)
    box.valueChanged.connect(changed)
    _narrow(box)
    return box, box.value, box.setValue


def _float_box(spec: FieldSpec, changed: Callable[..., None]) -> Box:
    box = _Real()
    sizes = [abs(v) for v in (spec.default, spec.low, spec.high) if isinstance(v, int | float) and v]
    box.setDecimals(max(2, min(8, -math.floor(math.log10(min(sizes, default=1.0))))))
    box.setRange(-WIDEST, WIDEST)
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    box.valueChanged.connect(changed)
    _narrow(box)
    return box, box.value, lambda value: box.setValue(float(value))


def _narrow(box: QSpinBox | QDoubleSpinBox) -> None:
    box.setFixedWidth(box.fontMetrics().horizontalAdvance("0000.000") + round(1.6 * theme.em(box)))
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def _check(spec: FieldSpec, changed: Callable[..., None]) -> Box:
    box = QCheckBox()
    box.toggled.connect(changed)
    return box, box.isChecked, lambda value: box.setChecked(bool(value))


def _combo(spec: FieldSpec, changed: Callable[..., None]) -> Box:
    box = _Choice()
    for choice in spec.choices:
        box.addItem(str(getattr(choice, "value", choice)), choice)
    if len(spec.choices) > LONG:
        _make_searchable(box)
    box.currentIndexChanged.connect(changed)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box, lambda: spec.choices[box.currentIndex()], lambda value: box.setCurrentIndex(spec.choices.index(value))


def _make_searchable(box: QComboBox) -> None:
    """Part of a choice can be typed; what is no choice is put back."""
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    box.setCompleter(completer)

    def settle() -> None:
        at = box.findText(box.currentText().strip(), Qt.MatchFlag.MatchFixedString)
        box.setCurrentIndex(at if at >= 0 else box.currentIndex())
        box.setEditText(box.itemText(box.currentIndex()))

    box.lineEdit().editingFinished.connect(settle)


def _layer(spec: FieldSpec, changed: Callable[..., None]) -> Box:
    box = LayerBox(spec.title)
    box.edited.connect(changed)
    return box, box.name, box.set_name


def _line(spec: FieldSpec, changed: Callable[..., None]) -> Box:
    box = QLineEdit()
    box.textChanged.connect(changed)
    if spec.kind == "text":
        return box, box.text, lambda value: box.setText(str(value))

    def read() -> Any:
        try:
            return json.loads(box.text())
        except ValueError:
            return box.text()  # the validation says what is wrong with it

    return box, read, lambda value: box.setText(json.dumps(value))


def as_text(value: Any) -> str:
    """`value` in a sentence."""
    return f"{value:g}" if isinstance(value, float) else "automatic" if value in (None, "") else str(value)
