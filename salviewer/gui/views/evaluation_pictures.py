"""The pictures of one cell of the leaderboard, each under its map, the best first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from salviewer.gui import theme
from salviewer.gui.evaluation_values import Score
from salviewer.gui.views.leaderboard_model import as_number
from salviewer.kit.colours import qimage
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    import numpy as np

Index = QModelIndex | QPersistentModelIndex
SCORE = Qt.ItemDataRole.UserRole
KEPT = 400
"""Pictures that are kept in memory, of all cells together."""


class PicturesModel(QAbstractListModel):
    """`thumbnail_wished` carries a score whose picture is needed because it came into view."""

    thumbnail_wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scores: tuple[Score, ...] = ()
        self._thumbnails: dict[tuple[str, str, str], QPixmap | None] = {}

    def set_scores(self, scores: tuple[Score, ...]) -> None:
        """Show `scores`; pictures that are known are kept."""
        self.beginResetModel()
        self._scores = scores
        self.endResetModel()

    def set_thumbnail(self, score: Score, pixels: np.ndarray) -> None:
        """Give `score` its picture, uint8 (h, w, 3)."""
        while len(self._thumbnails) > KEPT:
            del self._thumbnails[next(iter(self._thumbnails))]
        self._thumbnails[_key(score)] = QPixmap.fromImage(qimage(pixels))
        row = next((i for i, s in enumerate(self._scores) if _key(s) == _key(score)), None)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def forget(self) -> None:
        """Let go of all pictures: they belong to another folder."""
        self._thumbnails.clear()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many pictures there are."""
        return 0 if parent.isValid() else len(self._scores)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The score, its words, its picture."""
        if not index.isValid():
            return None
        score = self._scores[index.row()]
        if role == SCORE:
            return score
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{score.picture}: {as_value(score.value)}"
        if role == Qt.ItemDataRole.DecorationRole:
            if _key(score) not in self._thumbnails:
                self._thumbnails[_key(score)] = None
                self.thumbnail_wished.emit(score)
            return self._thumbnails[_key(score)]
        return None


class _Tile(QStyledItemDelegate):
    """Draws a picture, its name and its value."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """A square and two lines."""
        em = option.fontMetrics.height()
        return QSize(round(em * 7.6), round(em * 9.6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the tile."""
        score: Score = index.data(SCORE)
        em, tones, box = option.fontMetrics.height(), theme.tones(), QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tones.chosen))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tones.hover))
        gap, side = round(em * 0.3), round(em * 7.0)
        room = QRect(box.left() + (box.width() - side) // 2, box.top() + gap, side, side)
        pixmap: QPixmap | None = index.data(Qt.ItemDataRole.DecorationRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if pixmap is None:
            painter.fillRect(room, QColor(tones.sunk))
        else:
            size = pixmap.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRect(room.left() + (side - size.width()) // 2, room.top() + (side - size.height()) // 2,
                       size.width(), size.height())  # fmt: skip
            painter.drawPixmap(at, pixmap)
        name = QRect(box.left() + gap, room.bottom() + gap // 2, box.width() - 2 * gap, em)
        self._line(painter, name, option.fontMetrics, tones.text, score.picture)
        self._line(painter, name.translated(0, em), option.fontMetrics, tones.quiet, as_value(score.value))
        painter.restore()

    def _line(self, painter: QPainter, room: QRect, metrics: QFontMetrics, colour: str, text: str) -> None:
        painter.setPen(QColor(colour))
        short = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, short)


class PicturesView(QFrame):
    """`open_wished` carries a score; `close_wished`."""

    open_wished = Signal(object)
    close_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.model = PicturesModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Tile(self.list))
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName("Pictures of the cell")
        self.list.activated.connect(self._wish)
        self.list.selectionModel().currentChanged.connect(self._current)
        self.title, self.said = QElidingLabel(), theme.label("", "quiet")
        theme.mark(self.title, "title")
        self.open, self.close_button = QPushButton("Open in the main window"), QPushButton("Hide")
        self.open.setToolTip("Open this picture in the main window and run the method on it (double click)")
        self.open.clicked.connect(lambda: self._wish(self.list.currentIndex()))
        self.close_button.clicked.connect(self.close_wished)
        em = theme.em(self)
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        for widget in (self.said, self.open, theme.mark(self.close_button, "link")):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        column.addLayout(row)
        column.addWidget(self.list, 1)
        self.set_cell("", None, "")

    def set_cell(self, title: str, scores: tuple[Score, ...] | None, order: str) -> None:
        """Show a cell's pictures; `scores` None: they are being read. `order`: which of them comes first."""
        chosen = self.list.currentIndex().data(SCORE)
        self.model.set_scores(scores or ())
        self.title.setText(title)
        self.said.setText("Reading …" if scores is None else f"{counted(len(scores), 'picture')}, {order}")
        at = next((i for i, s in enumerate(scores or ()) if chosen and _key(s) == _key(chosen)), None)
        self.list.setCurrentIndex(QModelIndex() if at is None else self.model.index(at))
        self.open.setEnabled(at is not None)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One row of pictures."""
        em = theme.em(self)
        return QSize(em * 50, round(em * 13.0))

    def _current(self, at: QModelIndex, _: QModelIndex) -> None:
        self.open.setEnabled(at.isValid())

    def _wish(self, at: Index) -> None:
        if at.isValid():
            self.open_wished.emit(at.data(SCORE))


def as_value(value: float) -> str:
    """The number, or that there is none."""
    return as_number(value) if math.isfinite(value) else "no value"


def _key(score: Score) -> tuple[str, str, str]:
    return score.model, score.picture, score.method
