"""The confusion table: cells coloured by their share of the row, with text that stays readable on every colour."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QResizeEvent
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
from salviewer.gui.batch_values import ANY, Place, Table
from salviewer.gui.views.confusion_model import COUNT, HIT, PLACE, SHARE, ConfusionModel, Index

ROW = 2.5
"""The height of a row, in lines of text."""
FAINTEST = 0.12
"""How much of its colour a cell with a single picture has at least."""


def blend(back: QColor, front: QColor, share: float) -> QColor:
    """`share` of `front` over `back`."""
    mixed = [round(b + (f - b) * share) for b, f in zip(back.getRgb()[:3], front.getRgb()[:3], strict=True)]
    return QColor(*mixed)


def luminance(colour: QColor) -> float:
    """Relative luminance, 0..1 (WCAG 2)."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio, 1..21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable_on(back: QColor) -> QColor:
    """Whichever of black and white reads better on `back`."""
    return max((QColor("black"), QColor("white")), key=lambda ink: contrast(ink, back))


def colour_of(share: float, *, hit: bool) -> QColor:
    """The colour of a cell that holds `share` of its row, 0..1; `hit`: of what is predicted right."""
    tones = theme.tones()
    return blend(QColor(tones.panel), QColor(tones.accent if hit else tones.error), FAINTEST + (1 - FAINTEST) * share)


class _Cell(QStyledItemDelegate):
    """Draws a count and, smaller beneath it, its share."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell."""
        tones, box, em = theme.tones(), QRect(option.rect), option.fontMetrics.height()
        count, share, place = index.data(COUNT), index.data(SHARE), index.data(PLACE)
        total = place.predicted == ANY
        back = colour_of(share, hit=index.data(HIT)) if count and not total else QColor(tones.panel)
        painter.save()
        painter.fillRect(box, back)
        if count:
            ink = QColor(tones.quiet) if total else readable_on(back)
            self._text(painter, option.font, box, ink, count, "" if total else f"{100 * share:.0f} %", em)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(tones.text), 2 if chosen else 1))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        painter.restore()

    def _text(self, painter: QPainter, font: QFont, box: QRect, ink: QColor, count: int, share: str, em: int) -> None:
        strong, small = QFont(font), QFont(font)
        strong.setBold(bool(share))
        small.setPointSizeF(font.pointSizeF() * 0.8)
        painter.setPen(ink)
        painter.setFont(strong)
        middle = box.center().y()
        room = QRect(QPoint(box.left(), middle - em), QSize(box.width(), em)) if share else box
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
        painter.setFont(small)
        below = QRect(QPoint(box.left(), middle - 1), QSize(box.width(), em))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, share)


class _Names(QHeaderView):
    """Column names, upright where they would not fit."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.upright = False
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSectionsClickable(False)

    def longest(self) -> int:
        """The width of the longest name."""
        metrics, model = self.fontMetrics(), self.model()
        names = [model.headerData(i, Qt.Orientation.Horizontal) or "" for i in range(model.columnCount())]
        return max((metrics.horizontalAdvance(name) for name in names), default=0)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line, or room for upright names."""
        em = theme.em(self)
        height = min(self.longest(), em * 8) + round(em * 0.8) if self.upright else round(em * 1.8)
        return QSize(super().sizeHint().width(), height)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:  # noqa: N802 - Qt's name
        """Draw a name."""
        tones, em = theme.tones(), theme.em(self)
        text = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
        painter.save()
        painter.fillRect(rect, QColor(tones.panel))
        painter.setPen(QColor(tones.quiet))
        metrics, gap = QFontMetrics(painter.font()), round(em * 0.3)
        if self.upright and section < self.count() - 1:
            painter.translate(rect.left(), rect.bottom())
            painter.rotate(-90)
            room = QRect(gap, 0, rect.height() - 2 * gap, rect.width())
            side = Qt.AlignmentFlag.AlignLeft
        else:
            room, side = rect.adjusted(gap, 0, -gap, -gap), Qt.AlignmentFlag.AlignHCenter
        short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        vertical = (
            Qt.AlignmentFlag.AlignVCenter if room.left() == gap and self.upright else Qt.AlignmentFlag.AlignBottom
        )
        painter.drawText(room, side | vertical, short)
        painter.restore()


class ConfusionTable(QTableView):
    """`place_wished` carries the cell that was chosen."""

    place_wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.confusion = ConfusionModel(self)
        self._settling = False
        self._names = _Names(self)
        self.setModel(self.confusion)
        self.setHorizontalHeader(self._names)
        self.setItemDelegate(_Cell(self))
        self.setAccessibleName("Confusion table")
        self.setAccessibleDescription("Rows are true classes, columns predicted ones")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        em = theme.em(self)
        down = self.verticalHeader()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(round(em * ROW))
        down.setMaximumWidth(em * 12)
        down.setSectionsClickable(False)
        self.selectionModel().currentChanged.connect(self._current)
        self.clicked.connect(lambda at: self._current(at, at))

    def set_table(self, table: Table | None) -> None:
        """Show `table`; the cell that was chosen stays chosen."""
        had = self.currentIndex().data(PLACE)
        if self.confusion.set_table(table):
            self._fit()
            self.mark(had)

    def mark(self, place: Place | None) -> None:
        """Mark a cell; tells nobody."""
        self._settling = True
        self.setCurrentIndex(self.confusion.place_of(place))
        self._settling = False

    def dress(self) -> None:
        """Take on the present palette."""
        self.viewport().update()
        self._names.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Columns fit the new width."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """Columns as wide as their names where all of them fit; else narrow, with upright names."""
        em, columns = theme.em(self), self.confusion.columnCount()
        self.verticalHeader().setDefaultSectionSize(round(em * ROW))
        self.verticalHeader().setMaximumWidth(em * 12)
        if not columns:
            return
        wide = min(max(self._names.longest() + em, round(em * 3.4)), em * 9)
        upright = wide * columns > self.viewport().width() and self._names.longest() > em * 2
        width = round(em * 3.0) if upright else wide
        if (upright, width) == (self._names.upright, self._names.defaultSectionSize()):
            return
        self._names.upright = upright
        self._names.setDefaultSectionSize(width)
        self.updateGeometries()

    def _current(self, at: QModelIndex, _: QModelIndex) -> None:
        if not self._settling and at.isValid():
            self.place_wished.emit(at.data(PLACE))
