"""The results, newest first: a small map, when, which method, which class. A click shows one again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.values import ResultItem

if TYPE_CHECKING:
    import numpy as np

Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole
SIDE = 64  # pixels of a small map in memory


class ResultsModel(QAbstractListModel):
    """The rows. `thumbnail_wished` carries an item whose small map is needed because it came into view."""

    thumbnail_wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[ResultItem, ...] = ()
        self._thumbnails: dict[int, QPixmap | None] = {}

    def set_items(self, items: tuple[ResultItem, ...]) -> None:
        """Show `items`, newest first; small maps that are known are kept."""
        self.beginResetModel()
        self._items = items
        self.endResetModel()

    def set_thumbnail(self, item: ResultItem, values: np.ndarray) -> None:
        """Give `item` its small map."""
        from salviewer.data.colour import limits  # noqa: PLC0415 - loads numpy, after the first paint
        from salviewer.kit.colours import colourise, lut, qimage  # noqa: PLC0415 - the same

        small = values[:: max(1, values.shape[0] // SIDE), :: max(1, values.shape[1] // SIDE)]
        low, high = limits(small, signed=False)
        image = qimage(colourise(small, low, high, lut("inferno")))
        self._thumbnails[item.id] = QPixmap.fromImage(image.scaled(SIDE, SIDE))
        at = self.index(self._items.index(item)) if item in self._items else QModelIndex()
        self.dataChanged.emit(at, at)

    def row_of(self, number: int) -> int | None:
        """The row of the result with this id."""
        return next((i for i, item in enumerate(self._items) if item.id == number), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many results there are."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What the list shows: the text for screen readers, the item, the small map."""
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == ITEM:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{item.method} · {item.target}, {item.input}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{item.method} · {item.target}\n{item.input}\n{item.model}\n{item.created.astimezone():%c}"
        if role == Qt.ItemDataRole.DecorationRole:
            if item.id not in self._thumbnails:
                self._thumbnails[item.id] = None
                self.thumbnail_wished.emit(item)
            return self._thumbnails[item.id]
        return None


class _Row(QStyledItemDelegate):
    """Draws a row: the small map, two lines of text."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Two lines and a little air."""
        return QSize(100, round(option.fontMetrics.height() * 2.7))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        item: ResultItem = index.data(ITEM)
        em, box, palette = option.fontMetrics.height(), option.rect, option.palette
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            back = QColor(palette.color(QPalette.ColorRole.Highlight))
            back.setAlphaF(0.28 if chosen else 0.10)
            painter.fillRect(box.adjusted(0, 1, 0, -1), back)
        side = box.height() - em // 2
        at = QRect(box.left() + em // 4, box.top() + em // 4, side, side)
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if pixmap is not None:
            painter.drawPixmap(at, pixmap)
        else:
            painter.fillRect(at, palette.color(QPalette.ColorRole.Midlight))
        left = at.right() + em // 2
        lines = (
            (f"{item.method} · {item.target}", palette.color(QPalette.ColorRole.Text), at.top() + side // 2 - em),
            (f"{when(item.created)} · {item.input}", QColor(theme.tones().quiet), at.top() + side // 2),
        )
        for text, colour, top in lines:
            room = QRect(left, top, box.right() - left - em // 4, em)
            painter.setPen(colour)
            painter.drawText(
                room,
                Qt.AlignmentFlag.AlignVCenter,
                option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()),
            )


class ResultsView(QFrame):
    """`show_wished` carries the item to show again."""

    show_wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.model = ResultsModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Results")
        self.list.clicked.connect(self._wish)
        self.list.activated.connect(self._wish)
        self._count = theme.label("", "quiet")
        self._empty = theme.label("Every finished explanation is kept and listed here.", "quiet", wraps=True)
        head = QHBoxLayout()
        head.addWidget(theme.label("Explanations", "section"))
        head.addStretch(1)
        head.addWidget(self._count)
        column = QVBoxLayout(self)
        em = theme.em(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.25))
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self.set_results(())

    def set_results(self, items: tuple[ResultItem, ...]) -> None:
        """Show `items`, newest first."""
        self.model.set_items(items)
        self._count.setText(str(len(items)) if items else "")
        self._empty.setVisible(not items)
        self.list.setVisible(bool(items))

    def select(self, number: int | None) -> None:
        """Mark the result that is on the canvas."""
        row = self.model.row_of(number) if number is not None else None
        if row is None:
            self.list.clearSelection()
            self.list.setCurrentIndex(QModelIndex())
        else:
            self.list.setCurrentIndex(self.model.index(row))

    def _wish(self, index: Index) -> None:
        self.show_wished.emit(index.data(ITEM))


def when(created: datetime) -> str:
    """The time today, else the date."""
    local, now = created.astimezone(), datetime.now().astimezone()
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%d %b %Y}"
