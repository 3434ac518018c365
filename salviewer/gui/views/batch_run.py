"""What can be done with a whole folder, and how far it is: predict, explain, stop."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from salviewer.gui import icons, theme
from salviewer.gui.batch_values import BatchPlan, Going
from salviewer.gui.views.run_card import words_of

AIMS = (("predicted", "the predicted class"), ("truth", "the true class"), ("chosen", "the class chosen now"))
MOST = 1_000_000


class BatchRunView(QWidget):
    """`predict_wished`, `explain_wished`, `stop_wished`; `planned` carries changed fields of the plan."""

    predict_wished = Signal()
    explain_wished = Signal()
    stop_wished = Signal()
    planned = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.predict, self.explain = QPushButton("Predict all"), QPushButton("Explain all")
        self.stop = QPushButton("Stop")
        icons.give(self.stop, "cancel")
        self.aim, self.limit = QComboBox(), QSpinBox()
        for key, text in AIMS:
            self.aim.addItem(text, key)
        self.aim.setAccessibleName("Class to explain")
        self.limit.setRange(0, MOST)
        self.limit.setSpecialValueText("all pictures")
        self.limit.setPrefix("the first ")
        self.limit.setAccessibleName("Pictures to explain at most")
        self.limit.setToolTip("How many pictures are explained at most; 0 for all")
        self.why = theme.label("", "quiet", wraps=True)
        self.bar, self.present, self.left = QProgressBar(), QElidingLabel(), theme.label("", "quiet")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress through the folder")
        self.predict.clicked.connect(self.predict_wished)
        self.explain.clicked.connect(self.explain_wished)
        self.stop.clicked.connect(self.stop_wished)
        self.aim.activated.connect(lambda _: self.planned.emit({"aim": self.aim.currentData()}))
        self.limit.valueChanged.connect(lambda value: self.planned.emit({"limit": value}))
        self._pages = QStackedWidget()
        self._pages.addWidget(_row(em, self.predict, None, self.explain, self.aim, theme.label("of", "quiet"),
                                   self.limit))  # fmt: skip
        self._pages.addWidget(self._under_way(em))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.3))
        column.addWidget(self._pages)
        column.addWidget(self.why)

    def set_plan(self, plan: BatchPlan) -> None:
        """Show what was chosen; tells nobody."""
        with QSignalBlocker(self.aim), QSignalBlocker(self.limit):
            self.aim.setCurrentIndex(self.aim.findData(plan.aim))
            self.limit.setValue(plan.limit)

    def set_why_not(self, predict: str, explain: str) -> None:
        """Why the two cannot be pressed; "" where they can."""
        self.predict.setEnabled(not predict)
        self.explain.setEnabled(not explain)
        self.predict.setToolTip(predict or "Ask the model about every picture (Ctrl+Alt+P)")
        self.explain.setToolTip(explain or "Explain every picture with the chosen method; what is there stays")
        self.why.setText(predict or explain)
        self.why.setVisible(bool(self.why.text()) and self._pages.currentIndex() == 0)

    def set_going(self, going: Going | None) -> None:
        """Show the run under way; None shows what can be done."""
        self._pages.setCurrentIndex(0 if going is None else 1)
        self.why.setVisible(going is None and bool(self.why.text()))
        if going is None:
            return
        verb = "Predicting" if going.what == "predict" else "Explaining"
        self.stop.setText("Stop")
        self.bar.setRange(0, max(1, going.total))
        self.bar.setValue(going.done)
        self.present.setText(f"{verb} {min(going.done + 1, going.total):,} of {going.total:,}: {going.present}")
        self.left.setText(words_of(going.left_s))

    def _under_way(self, em: int) -> QWidget:
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.2))
        line = QHBoxLayout()
        line.addWidget(self.present, 1)
        line.addWidget(self.left)
        column.addLayout(line)
        column.addWidget(self.bar)
        page = _row(em, self.stop)
        page.layout().insertWidget(1, words, 1)
        return page


def _row(em: int, *widgets: QWidget | None) -> QWidget:
    """`widgets` side by side; None is a gap."""
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(round(em * 0.4))
    for widget in widgets:
        if widget is None:
            row.addSpacing(round(em * 0.8))
        else:
            row.addWidget(widget)
    row.addStretch(0)
    return page
