"""How a method is run, whatever the method: probability or logit, the seed, reduced precision."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QSpinBox, QToolButton, QVBoxLayout, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.values import Choice

OUTPUTS = ("probability", "logit")
MOST_SEED = 2**31 - 1


class HowView(QWidget):
    """`wished` carries output (None: the method's own), seed and precision."""

    wished = Signal(object, int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = OUTPUTS[0]
        self._fold = QToolButton()
        self._fold.setText("How it is run")
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.setCheckable(True)
        theme.mark(self._fold, "fold")
        self._fold.toggled.connect(self._unfold)
        self._rows = QWidget()
        self.output, self.seed, self.fast = QComboBox(), QSpinBox(), QCheckBox("Reduced precision where harmless")
        self.output.addItems(OUTPUTS)
        self.output.setToolTip("What is explained: the class's probability, or its logit (before the activation)")
        self.seed.setRange(0, MOST_SEED)
        self.seed.setToolTip("Methods that draw random numbers give the same map for the same seed")
        self.fast.setToolTip(
            "Faster on many machines; used only where a probe shows the same map (rank correlation of 0.999 or more)"
        )
        form = QFormLayout(self._rows)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Explain the", self.output)
        form.addRow("Seed", self.seed)
        form.addRow(self.fast)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(theme.em(self) * 0.3))
        column.addWidget(self._fold)
        column.addWidget(self._rows)
        self.output.activated.connect(self._wish)
        self.seed.valueChanged.connect(self._wish)
        self.fast.toggled.connect(self._wish)
        self._unfold(False)

    def set_choice(self, choice: Choice, usual: str) -> None:
        """Show what is chosen; `usual` is the method's own output."""
        self._usual = usual
        blockers = [QSignalBlocker(widget) for widget in (self.output, self.seed, self.fast)]
        self.output.setCurrentText(choice.output or usual)
        self.seed.setValue(choice.seed)
        self.fast.setChecked(choice.precision == "fast")
        del blockers

    def _unfold(self, open_: bool) -> None:
        self._rows.setVisible(open_)
        icons.give(self._fold, "down" if open_ else "next")

    def _wish(self, *_: object) -> None:
        output = self.output.currentText()
        precision = "fast" if self.fast.isChecked() else "full"
        self.wished.emit(None if output == self._usual else output, self.seed.value(), precision)
