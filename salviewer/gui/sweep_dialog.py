"""Asks which number of a method is swept, from where to where, in how many steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.sweep import MOST, Knob, Sweep

USUAL = 5
DIGITS = 4


class _Number(QDoubleSpinBox):
    """Without zeros that say nothing."""

    def textFromValue(self, value: float) -> str:  # noqa: N802 - Qt's name
        """As short as it can be said."""
        return self.locale().toString(value, "g", DIGITS + 2)


class SweepDialog(QDialog):
    """`chosen` carries the `Sweep`. `fault(sweep)`: why it cannot be run, "" where it can."""

    chosen = Signal(object)

    def __init__(
        self, title: str, knobs: Sequence[Knob], fault: Callable[[Sweep], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Sweep a parameter")
        self._knobs, self._fault = tuple(knobs), fault
        self.knob = QComboBox()
        self.start, self.stop, self.steps = _Number(), _Number(), QSpinBox()
        self.linear, self.powers = QRadioButton("equal"), QRadioButton("in powers")
        self.values, self.fault = theme.label("", "quiet", wraps=True), theme.label("", "fault", wraps=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.run = self.buttons.addButton("Run", QDialogButtonBox.ButtonRole.AcceptRole)
        theme.mark(self.run, "primary")
        self._lay_out(title)
        self._wire()
        self._took_knob()

    def sweep(self) -> Sweep:
        """What the fields say."""
        spacing = "powers" if self.powers.isChecked() else "linear"
        return Sweep(self._knobs[self.knob.currentIndex()], self.start.value(), self.stop.value(),
                     self.steps.value(), spacing)  # fmt: skip

    # -- inside -------------------------------------------------------------------------------------------------

    def _took_knob(self) -> None:
        knob = self._knobs[self.knob.currentIndex()]
        for box, value in ((self.start, knob.low), (self.stop, knob.high)):
            box.setDecimals(0 if knob.whole else DIGITS)
            box.setSingleStep(1 if knob.whole else max(10.0**-DIGITS, abs(knob.high - knob.low) / 20))
            box.setSuffix(f"  {knob.unit}" if knob.unit else "")
            box.setValue(value)
        (self.powers if knob.low > 0 and knob.high / knob.low > 8 else self.linear).setChecked(True)
        self.knob.setToolTip(
            f"Scales {', '.join(f.title.lower() for f in knob.fields)} together." if knob.dial else knob.fields[0].help
        )
        self._check()

    def _check(self) -> None:
        sweep = self.sweep()
        why = self._fault(sweep)
        self.fault.setText(why)
        self.fault.setVisible(bool(why))
        self.values.setVisible(not why)
        if not why:
            values = sweep.values()
            self.values.setText(f"{len(values)} maps:  {',  '.join(f'{v:.4g}' for v in values)}")
        self.run.setEnabled(not why)

    def _took(self) -> None:
        sweep = self.sweep()
        if not self._fault(sweep):
            self.chosen.emit(sweep)
            self.accept()

    def _wire(self) -> None:
        self.knob.currentIndexChanged.connect(self._took_knob)
        for box in (self.start, self.stop, self.steps):
            box.valueChanged.connect(self._check)
        self.linear.toggled.connect(self._check)
        self.buttons.accepted.connect(self._took)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self, title: str) -> None:
        em = theme.em(self)
        self.knob.addItems([knob.title for knob in self._knobs])
        for box in (self.start, self.stop):
            box.setRange(-1e6, 1e6)
        self.steps.setRange(2, MOST)
        self.steps.setValue(USUAL)
        group = QButtonGroup(self)
        spacing = QHBoxLayout()
        for button in (self.linear, self.powers):
            group.addButton(button)
            spacing.addWidget(button)
        spacing.addStretch(1)
        form = QFormLayout()
        form.setHorizontalSpacing(em)
        for label, widget in (("Parameter", self.knob), ("From", self.start), ("To", self.stop), ("Maps", self.steps)):
            form.addRow(label, widget)
            widget.setAccessibleName(label)
        form.addRow("Steps", spacing)
        column = QVBoxLayout(self)
        column.setSpacing(round(em * 0.6))
        column.addWidget(theme.label(f"{title}, once per value, beside each other", "title", wraps=True))
        column.addLayout(form)
        column.addWidget(self.values)
        column.addWidget(self.fault)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.setMinimumWidth(em * 24)
