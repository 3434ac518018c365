"""One slider over several fields: "fine to coarse" multiplies their defaults by one factor, within their bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from superqt import QDoubleSlider

from salviewer.gui import theme
from salviewer.gui.field_specs import FieldSpec

WIDEST = 4.0
"""The dial goes from 1/WIDEST to WIDEST, in powers of two."""


def scaled(specs: Sequence[FieldSpec], factor: float) -> dict[str, float]:
    """Each field's default times `factor`, clipped to its bounds, by name; whole numbers stay whole."""
    found = {}
    for spec in specs:
        value = min(max(spec.default * factor, spec.low or -math.inf), math.inf if spec.high is None else spec.high)
        found[spec.name] = round(value) if spec.kind == "int" else float(f"{value:.3g}")
    return found


def factor_of(specs: Sequence[FieldSpec], values: Mapping[str, float]) -> float | None:
    """The factor that gives `values`, None where no common factor does."""
    ratios = [values[s.name] / s.default for s in specs if s.default]
    positive = [r for r in ratios if r > 0]
    if not positive or len(positive) < len(ratios):
        return None
    factor = min(max(math.exp(sum(map(math.log, positive)) / len(positive)), 1 / WIDEST), WIDEST)
    wanted = scaled(specs, factor)
    near = all(math.isclose(values[name], value, rel_tol=0.02) for name, value in wanted.items())
    return factor if near else None


class Dial(QWidget):
    """The slider. `turned` carries the new values by field name."""

    turned = Signal(dict)

    def __init__(self, name: str, specs: Sequence[FieldSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs = tuple(specs)
        low, _, high = name.partition(" to ")
        self._factor = theme.label("", "quiet")
        self.slider = QDoubleSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(-math.log2(WIDEST), math.log2(WIDEST))
        self.slider.setSingleStep(0.25)
        self.slider.setPageStep(1.0)
        self.slider.setTickInterval(1.0)
        self.slider.setTickPosition(QDoubleSlider.TickPosition.TicksBelow)
        self.slider.setAccessibleName(name.capitalize())
        fields = ", ".join(spec.title.lower() for spec in self._specs)
        self.setToolTip(f"Scales {fields} together, from a quarter to four times their defaults.")
        self.slider.valueChanged.connect(self._slid)
        row = QHBoxLayout()
        row.setSpacing(round(theme.em(self) * 0.5))
        row.addWidget(theme.label(low.capitalize(), "title"))
        row.addWidget(self.slider, 1)
        row.addWidget(theme.label(high.capitalize(), "title"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._factor, 0, Qt.AlignmentFlag.AlignHCenter)
        self.follow({spec.name: spec.default for spec in self._specs})

    def follow(self, values: Mapping[str, float]) -> None:
        """Stand where `values` are; say so where they have no common factor."""
        if any(not isinstance(values[spec.name], int | float) for spec in self._specs):
            return
        factor = factor_of(self._specs, values)
        if factor is not None:
            blocker = QSignalBlocker(self.slider)
            self.slider.setValue(math.log2(factor))
            del blocker
        self._say(factor)

    def _slid(self, position: float) -> None:
        self._say(2.0**position)
        self.turned.emit(scaled(self._specs, 2.0**position))

    def _say(self, factor: float | None) -> None:
        if factor is None:
            self._factor.setText("set one by one")
        else:
            self._factor.setText("as recommended" if abs(factor - 1) < 0.02 else f"× {factor:.2g}")
