"""The Method panel's field for what a method was trained to: none, one of those of the open model, or a file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.training.values import SavedState

NONE = "None: the defaults"
NOTHING_YET = "Nothing was trained for this model yet"


class _StateBox(QComboBox):
    """Ends what it has no room for with an ellipsis; Qt's own just cuts it."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter, parts = QStylePainter(self), QStyle.SubControl
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, parts.SC_ComboBoxEditField, self)
        option.currentText = option.fontMetrics.elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room.width() - 2
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()


class TrainedStateField(QWidget):
    """`chosen` carries a file, "" for none; `file_wished`, `train_wished`."""

    chosen = Signal(str)
    file_wished = Signal()
    train_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._newest = ""
        self.box = _StateBox()
        self.box.setAccessibleName("Trained state")
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(10)
        self.open, self.train, self.use = (
            theme.mark(QPushButton(text), "link") for text in ("Open file …", "Train …", "Use")
        )
        self.open.setToolTip("Take a trained state from a file")
        self.train.setToolTip("Go to the Training panel")
        self._offer = theme.label("", "quiet", wraps=True)
        self._lay_out()
        self.box.activated.connect(lambda i: self.chosen.emit(self.box.itemData(i)))
        self.open.clicked.connect(self.file_wished)
        self.train.clicked.connect(self.train_wished)
        self.use.clicked.connect(lambda: self.chosen.emit(self._newest))

    def set_states(self, offered: Sequence[SavedState], chosen: str, *, needed: bool, can_train: str = "") -> None:
        """Show what is `offered`, newest first, and which is `chosen`.

        needed: whether the method cannot do without; can_train: why it cannot be trained, or "".
        """
        with QSignalBlocker(self.box):
            self.box.clear()
            if not needed:
                self.box.addItem(NONE, "")
            for one in offered:
                self.box.addItem(one.words, one.source)
                self.box.setItemData(self.box.count() - 1, one.source, Qt.ItemDataRole.ToolTipRole)
            if needed and not offered:
                self.box.addItem(NOTHING_YET, "")
            self.box.setCurrentIndex(max(0, self.box.findData(chosen)))
        self.box.setEnabled(bool(offered))
        source = self.box.currentData()
        about = (
            f"{self.box.currentText()}\n{source}" if source else "What the method's trainer learned about this model"
        )
        self.box.setToolTip(about)
        self._newest = offered[0].source if offered else ""
        waits = bool(offered) and not chosen
        if offered:
            count = (
                "Trained for this model" if len(offered) == 1 else f"Trained for this model {len(offered)} times, last"
            )
            self._offer.setText(f"{count}: {offered[0].words}")
        for widget in (self._offer, self.use):
            widget.setVisible(waits)
        self.use.setAccessibleName(f"Use the newest trained state, {offered[0].words}" if offered else "Use")
        self.train.setEnabled(not can_train)
        self.train.setToolTip(can_train or "Go to the Training panel")

    def _lay_out(self) -> None:
        em = theme.em(self)
        head = QHBoxLayout()
        head.setSpacing(round(em * 0.3))
        head.addWidget(theme.label("Trained state", "quiet"), 1)
        for button in (self.open, self.train):
            head.addWidget(button)
        offer = QHBoxLayout()
        offer.addWidget(self._offer, 1)
        offer.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.1))
        column.addLayout(head)
        column.addWidget(self.box)
        column.addLayout(offer)
