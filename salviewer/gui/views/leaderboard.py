"""The leaderboard: a table whose best numbers stand out, and in which what beats no control is marked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.evaluation_values import Board
from salviewer.gui.views.leaderboard_model import BENEATH, BEST, CONTROL, LOST, NUMBER, Index, LeaderboardModel

MARK = "○"
LEGEND = f"Bold: best of its column   {MARK} no better than a control (paired, 95 %)   Italic: the controls"


class _Cell(QStyledItemDelegate):
    """Draws a number and, quieter beneath it, its error and the number of pictures."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Room for both lines."""
        em = option.fontMetrics.height()
        bold = QFont(option.font)
        bold.setBold(True)
        wide = QFontMetrics(bold).horizontalAdvance(
            index.data() if index.column() == 0 else f"{MARK} {index.data(NUMBER)}"
        )
        beneath = option.fontMetrics.horizontalAdvance(index.data(BENEATH) or "")
        return QSize(max(wide, round(beneath * 0.9)) + round(1.6 * em), round(em * 2.3))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell."""
        em, tones, box = option.fontMetrics.height(), theme.tones(), QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected) and index.column() > 0
        if chosen or (option.state & QStyle.StateFlag.State_MouseOver and index.column() > 0):
            painter.fillRect(box, QColor(tones.chosen if chosen else tones.hover))
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tones.accent), 1))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        inner = box.adjusted(round(em * 0.6), 0, -round(em * 0.6), 0)
        font = QFont(option.font)
        font.setItalic(bool(index.data(CONTROL)))
        painter.save()
        if index.column() == 0:
            self._text(painter, inner, font, QColor(tones.text), index.data(), left=True)
        else:
            self._number(painter, inner, font, index, em)
        painter.setPen(QColor(tones.faint))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.restore()

    def _number(self, painter: QPainter, inner: QRect, font: QFont, index: Index, em: int) -> None:
        tones, middle = theme.tones(), inner.center().y()
        beneath, lost = index.data(BENEATH), bool(index.data(LOST))
        top = QRect(QPoint(inner.left(), middle - em), QSize(inner.width(), em)) if beneath else inner
        strong = QFont(font)
        strong.setBold(bool(index.data(BEST)))
        colour = QColor(tones.warning if lost else tones.text)
        self._text(painter, top, strong, colour, f"{MARK} {index.data(NUMBER)}" if lost else index.data(NUMBER))
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.85)
        room = QRect(QPoint(inner.left(), middle), QSize(inner.width(), em))
        self._text(painter, room, small, QColor(tones.quiet), beneath)

    def _text(
        self, painter: QPainter, room: QRect, font: QFont, colour: QColor, text: str, *, left: bool = False
    ) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
        short = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, short)


class LeaderboardTable(QTableView):
    """`cell_wished` carries a method and a column."""

    cell_wished = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = LeaderboardModel(self)
        self._settling = False
        self._order: tuple[int, bool] | None = None
        self.setModel(self.board)
        self.setItemDelegate(_Cell(self))
        self.setAccessibleName("Leaderboard")
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.sectionClicked.connect(self._sort)
        self.selectionModel().currentChanged.connect(self._current)

    def set_board(self, board: Board | None) -> None:
        """Show `board`; the chosen cell stays chosen."""
        self._keeping(lambda: self.board.set_board(board))

    def choose(self, method: str, column: str) -> None:
        """Mark a cell; tells nobody."""
        self._settling = True
        self.setCurrentIndex(self.board.place_of(method, column))
        self._settling = False

    def _chosen(self) -> tuple[str, str] | None:
        at = self.currentIndex()
        if not at.isValid() or at.column() == 0:
            return None
        return self.board.methods[at.row()], self.board.columns[at.column() - 1]

    def _keeping(self, change: Any) -> None:
        had = self._chosen()
        self._settling = True
        change()
        self._settling = False
        if had is not None:
            self.choose(*had)

    def _sort(self, section: int) -> None:
        """Best first; again: worst first; a third time: as they were run."""
        had = self._order
        self._order = (section, False) if had is None or had[0] != section else None if had[1] else (section, True)
        order = self._order
        self._keeping(lambda: self.board.sort_by(*((None,) if order is None else (order[0],)),
                                                 reverse=order is not None and order[1]))  # fmt: skip

    def _current(self, at: QModelIndex, _: QModelIndex) -> None:
        if not self._settling and at.isValid() and at.column() > 0:
            self.cell_wished.emit(self.board.methods[at.row()], self.board.columns[at.column() - 1])
