"""The rank correlation of every map with every other, as a table whose cells lead to the pair."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from salviewer.gui import theme

NO_PAIR = "Maps of different pictures, or one without contrast: there is no rank correlation."
NAME = 13
"""A map's name is so many lines of text wide at most; all of it is under the mouse."""
SPACE = 8
"""Dots beside a number."""


class AgreementView(QWidget):
    """`pair_wished` carries the row and the column that the person wants to see beside each other."""

    pair_wished = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wait = theme.label("", "quiet", wraps=True)
        self.table = QTableWidget()
        self.table.setAccessibleName("Rank correlation of every map with every other")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideNone)  # half a number is none
        self.table.horizontalHeader().setMinimumSectionSize(self.fontMetrics().horizontalAdvance("−0.00") + SPACE)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.activated.connect(lambda index: self._wish(index.row(), index.column()))
        self.table.cellDoubleClicked.connect(self._wish)
        self.hint = theme.label(
            "Spearman’s rank correlation: 1 orders the pixels alike, 0 has nothing in common, −1 orders them the other "
            "way round. Double-click a number (or Enter) to see the two maps beside each other.", "help", wraps=True,
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(theme.em(self) * 0.4))
        for widget in (self.wait, self.table, self.hint):
            column.addWidget(widget)
        column.setStretchFactor(self.table, 1)

    def set_agreement(self, names: Sequence[str], values: np.ndarray | None, sentence: str = "") -> None:
        """Show `values` (n, n); None while they are worked out, or where `sentence` says why there are none."""
        self.wait.setText(sentence or ("" if values is not None else "Comparing all maps …"))
        self.wait.setVisible(values is None)
        self.table.setVisible(values is not None)
        self.hint.setVisible(values is not None)
        if values is None:
            return
        self.table.clear()
        self.table.setRowCount(len(names))
        self.table.setColumnCount(len(names))
        room = theme.em(self) * NAME
        short = [self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room) for name in names]
        self.table.setVerticalHeaderLabels([f"{i}  {name}" for i, name in enumerate(short, 1)])
        self.table.setHorizontalHeaderLabels([str(i) for i in range(1, len(names) + 1)])
        for i in range(len(names)):
            for head in (self.table.horizontalHeaderItem(i), self.table.verticalHeaderItem(i)):
                head.setToolTip(names[i])
            for j in range(len(names)):
                self.table.setItem(i, j, _item(float(values[i, j]), f"{names[i]}\n{names[j]}", same=i == j))

    def _wish(self, row: int, column: int) -> None:
        if row != column:
            self.pair_wished.emit(row, column)


def _item(value: float, pair: str, *, same: bool) -> QTableWidgetItem:
    known = not math.isnan(value)
    item = QTableWidgetItem("" if same else f"{value:.2f}".replace("-", "−") if known else "–")
    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
    item.setToolTip(pair if known else f"{pair}\n{NO_PAIR}")
    if known and not same:
        tones = theme.tones()
        colour = QColor(tones.accent if value >= 0 else tones.warning)
        colour.setAlphaF(0.45 * abs(value))
        item.setBackground(colour)
    return item
