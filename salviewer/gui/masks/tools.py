"""The row over the views: which are beside each other, and how strong masks are shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QPushButton, QToolButton, QWidget

from salviewer.data.mask_views import Contrast
from salviewer.gui import icons, theme
from salviewer.gui.masks.values import ARRANGEMENTS, Look


class MaskTools(QWidget):
    """`class_chosen`: its number; `arranged`: a key of `ARRANGEMENTS`; `contrasted`: gain and gamma.

    `answer_wished`, `fit_wished`: the buttons.
    """

    class_chosen = Signal(int)
    arranged = Signal(str)
    contrasted = Signal(float, float)
    answer_wished = Signal()
    fit_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.arrangement, self.gain, self.gamma = QComboBox(), QDoubleSpinBox(), QDoubleSpinBox()
        self.reset, self.answer, self.fit = QToolButton(), QPushButton("Back to the result"), QToolButton()
        self.classes = QComboBox()
        self.classes.setAccessibleName("Of which class the masks are shown")
        self.classes.setToolTip("Of which class the masks are shown: the target first, then those explained beside it")
        self.classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.classes.activated.connect(self.class_chosen)
        self.classes.hide()
        for key, (title, _) in ARRANGEMENTS.items():
            self.arrangement.addItem(title, key)
        self.arrangement.setAccessibleName("Which views are shown")
        self.arrangement.activated.connect(lambda _: self.arranged.emit(self.arrangement.currentData()))
        for field, low, high, step, prefix, name in (
            (self.gain, 1.0, 100.0, 1.0, "× ", "How many times stronger masks are shown"),
            (self.gamma, 0.1, 1.0, 0.1, "γ ", "Gamma with which masks are shown; below 1 lifts weak values"),
        ):
            field.setRange(low, high)
            field.setSingleStep(step)
            field.setDecimals(1)
            field.setPrefix(prefix)
            field.setValue(1.0)
            field.setAccessibleName(name)
            field.setToolTip(name)
            field.valueChanged.connect(lambda _: self.contrasted.emit(self.gain.value(), self.gamma.value()))
        icons.give(self.reset, "reset")
        self.reset.setToolTip("Show masks as they are")
        self.reset.setAccessibleName("Show masks as they are")
        self.reset.clicked.connect(lambda: self.contrasted.emit(1.0, 1.0))
        icons.give(self.fit, "fit")
        self.fit.setToolTip("Fit all views (double click)")
        self.fit.setAccessibleName("Fit all views")
        self.fit.clicked.connect(self.fit_wished)
        self.answer.clicked.connect(self.answer_wished)
        self._lay_out()
        self.set_look(Look())

    def set_classes(self, names: Sequence[str], which: int) -> None:
        """The classes that there are masks of, and which is shown; of a single one nothing is to be chosen."""
        if list(names) != [self.classes.itemText(i) for i in range(self.classes.count())]:
            self.classes.clear()
            self.classes.addItems(list(names))
        self.classes.setCurrentIndex(which)
        self.classes.setVisible(len(names) > 1)

    def set_look(self, look: Look) -> None:
        """How things are shown; tells nobody."""
        self.arrangement.setCurrentIndex(list(ARRANGEMENTS).index(look.arrangement))
        contrast: Contrast = look.contrast
        for field, value in ((self.gain, contrast.gain), (self.gamma, contrast.gamma)):
            with QSignalBlocker(field):
                field.setValue(value)
        self.reset.setEnabled(not contrast.plain)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(theme.em(self) * 0.4))
        row.addWidget(self.classes)
        row.addWidget(self.arrangement)
        row.addWidget(self.fit)
        row.addStretch(1)
        row.addWidget(theme.label("Masks", "quiet"))
        for widget in (self.gain, self.gamma, self.reset, self.answer):
            row.addWidget(widget)
