"""The list of shapes: whether each is shown, its colour and class, its kind, its size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from salviewer.data.annotation_shapes import Shape
from salviewer.gui import theme
from salviewer.gui.annotation_values import Drawing, colour_of, size_in_words
from salviewer.gui.views.row_table import stretch_first

HEAD = ("Class", "Kind", "Size")
NUMBER = Qt.ItemDataRole.UserRole
EMPTY = "Nothing is drawn yet."


class ShapeList(QTableWidget):
    """`chosen` carries a shape's id, `shown` its id and whether it is to be shown, `dropped` its id."""

    chosen = Signal(int)
    shown = Signal(int, bool)
    dropped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEAD), parent)
        self.setHorizontalHeaderLabels(HEAD)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setAccessibleName("Shapes drawn on the picture")
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        stretch_first(head, (1, 2))
        head.setSectionsClickable(False)
        self.horizontalHeaderItem(2).setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        em = theme.em(self)
        self.verticalHeader().setDefaultSectionSize(round(em * 1.7))
        self.setIconSize(QSize(round(em * 0.8), round(em * 0.8)))
        self.setMinimumHeight(em * 5)
        self.itemChanged.connect(self._ticked)
        self.itemSelectionChanged.connect(self._selected)

    def set_shapes(self, shapes: Sequence[Shape], drawing: Drawing, names: tuple[str, ...]) -> None:
        """Show `shapes`, the newest first."""
        self.blockSignals(True)
        self.setRowCount(len(shapes))
        row_of_chosen = -1
        for row, shape in enumerate(reversed(shapes)):
            self._fill(row, shape, drawing, names)
            row_of_chosen = row if shape.id == drawing.chosen else row_of_chosen
        if row_of_chosen >= 0:
            self.selectRow(row_of_chosen)
        else:
            self.clearSelection()
            self.setCurrentItem(None)
        self.blockSignals(False)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Delete removes the chosen shape; the space bar shows or hides it."""
        item = self.item(self.currentRow(), 0)
        if item is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.dropped.emit(item.data(NUMBER))
        elif item is not None and event.key() == Qt.Key.Key_Space:
            self.shown.emit(item.data(NUMBER), item.checkState() != Qt.CheckState.Checked)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """The list; where it is empty, what that means."""
        super().paintEvent(event)
        if self.rowCount():
            return
        with QPainter(self.viewport()) as painter:
            painter.setPen(QColor(theme.tones().quiet))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, EMPTY)

    def _fill(self, row: int, shape: Shape, drawing: Drawing, names: tuple[str, ...]) -> None:
        shown = shape.id not in drawing.hidden
        words = (shape.name, shape.kind, size_in_words(shape))
        for column, text in enumerate(words):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            if column == 2:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(row, column, item)
        first = self.item(row, 0)
        first.setData(NUMBER, shape.id)
        first.setIcon(self._swatch(colour_of(shape.name, names)))
        first.setFlags(first.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        first.setCheckState(Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)
        first.setData(Qt.ItemDataRole.AccessibleTextRole, f"{shape.name}, {shape.kind}, {words[2]}")

    def _swatch(self, colour: str) -> QIcon:
        side, ratio = self.iconSize().width(), self.devicePixelRatioF()
        pixmap = QPixmap(round(side * ratio), round(side * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(theme.tones().quiet))
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(0.5, 0.5, side - 1, side - 1), side / 4, side / 4)
        icon = QIcon(pixmap)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)
        return icon

    def _ticked(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self.shown.emit(item.data(NUMBER), item.checkState() == Qt.CheckState.Checked)

    def _selected(self) -> None:
        rows = self.selectionModel().selectedRows()
        if rows:
            self.chosen.emit(rows[0].data(NUMBER))
