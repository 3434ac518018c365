"""How a row of the workspace's tree is drawn: headings, models, inputs, explanations."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.tree_model import ROW
from salviewer.gui.tree_rows import Row, label_of
from salviewer.gui.values import InputItem, ResultItem
from salviewer.numeric.counted import counted

Index = QModelIndex | QPersistentModelIndex
LINES = {"section": 1.7, "model": 1.7, "input": 2.7, "result": 2.7}
"""The height of a row, in lines of text."""


class TreeRow(QStyledItemDelegate):
    """Draws every row, and lets names be edited in place."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """By the kind of row."""
        return QSize(100, round(option.fontMetrics.height() * LINES[index.data(ROW).kind]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        row: Row = index.data(ROW)
        painter.save()
        if row.kind == "section":
            self._heading(painter, option, row)
        elif row.kind == "model":
            self._model(painter, option, row)
        else:
            self._pictured(painter, option, row, index.data(Qt.ItemDataRole.DecorationRole))
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: N802 - Qt's name
        """A line to type a name in."""
        editor = QLineEdit(parent)
        theme.mark(editor, "filter")
        editor.setAccessibleName("Name")
        editor.setPlaceholderText(index.data(Qt.ItemDataRole.DisplayRole))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802 - the same
        """Beside the small picture."""
        em, box = option.fontMetrics.height(), option.rect
        left = box.left() + box.height()
        editor.setGeometry(QRect(left, box.top() + em // 2, box.right() - left - em // 4, box.height() - em))

    # -- kinds --------------------------------------------------------------------------------------------------

    def _heading(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        em, box = option.fontMetrics.height(), option.rect
        quiet = QColor(theme.tones().quiet)
        painter.setFont(_bold(option.font))
        painter.setPen(quiet)
        painter.drawText(box.adjusted(em // 4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, str(row.value))
        painter.setFont(option.font)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(box.adjusted(0, 0, -em // 2, 0), right, f"{row.count:,}")

    def _model(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        em, box, palette = option.fontMetrics.height(), option.rect, option.palette
        colour = QColor(theme.tones().accent) if row.open else QColor(theme.tones().quiet)
        side = round(em * 1.1)
        ratio = painter.device().devicePixelRatioF()
        at = QRect(box.left() + em // 4, box.center().y() - side // 2, side, side)
        painter.drawPixmap(at, icons.pixmap("model", colour, side, ratio))
        painter.setFont(_bold(option.font) if row.open else option.font)
        left = at.right() + em // 2
        room = QRect(left, box.top(), box.right() - left - em // 2, box.height())
        if row.open:
            room.setRight(room.right() - _tag(painter, option, room, "open"))
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        _elided(painter, room, label_of(row.value))

    def _pictured(self, painter: QPainter, option: QStyleOptionViewItem, row: Row, small: QPixmap | None) -> None:
        em, box, palette = option.fontMetrics.height(), option.rect, option.palette
        side = box.height() - em // 2
        at = QRect(box.left() + em // 4, box.top() + em // 4, side, side)
        _draw_small(painter, at, small, palette)
        left = at.right() + em // 2
        upper = QRect(left, at.top() + side // 2 - em, box.right() - left - em // 2, em)
        lower = QRect(left, at.top() + side // 2, upper.width(), em)
        painter.setFont(_bold(option.font) if row.open else option.font)
        if row.open:
            upper.setRight(upper.right() - _tag(painter, option, upper, "open"))
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        is_input = isinstance(row.value, InputItem)
        _elided(
            painter,
            upper,
            label_of(row.value),
            Qt.TextElideMode.ElideMiddle if is_input else Qt.TextElideMode.ElideRight,
        )
        painter.setFont(option.font)
        missing = is_input and row.value.missing
        painter.setPen(QColor(theme.tones().warning if missing else theme.tones().quiet))
        _elided(painter, lower, _second_line(row))


def _second_line(row: Row) -> str:
    value = row.value
    if isinstance(value, ResultItem):
        what = f"{value.method} · {value.target}" if value.label else value.model
        return f"{when(value.created)} · {what}" if what else when(value.created)
    if isinstance(value, InputItem) and value.missing:
        return "The file is missing"
    return counted(row.count, "explanation") if row.count else "Not explained yet"


def when(created: datetime) -> str:
    """The time today, else the date."""
    local, now = created.astimezone(), datetime.now().astimezone()
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%d %b %Y}"


def backdrop(painter: QPainter, option: QStyleOptionViewItem, *, chosen: bool, focused: bool) -> None:
    """The ground of a row, over its whole width."""
    under = bool(option.state & QStyle.StateFlag.State_MouseOver)
    if chosen or under:
        back = QColor(option.palette.color(QPalette.ColorRole.Highlight))
        back.setAlphaF(0.28 if chosen and focused else 0.2 if chosen else 0.08)
        painter.fillRect(option.rect.adjusted(0, 1, 0, -1), back)


def _draw_small(painter: QPainter, at: QRect, small: QPixmap | None, palette: QPalette) -> None:
    """The small picture in the middle of its square; a plain square until it is there."""
    if small is None or small.isNull():
        painter.fillRect(at, palette.color(QPalette.ColorRole.Midlight))
        return
    size = small.size().scaled(at.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(
        at.left() + (at.width() - size.width()) // 2,
        at.top() + (at.height() - size.height()) // 2,
        size.width(),
        size.height(),
    )
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(place, small)


def _tag(painter: QPainter, option: QStyleOptionViewItem, room: QRect, text: str) -> int:
    """Write `text` in the accent at the right of `room`; the room that it took."""
    em = option.fontMetrics.height()
    before = painter.font()
    painter.setFont(option.font)
    painter.setPen(QColor(theme.tones().accent))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
    painter.setFont(before)
    return option.fontMetrics.horizontalAdvance(text) + em // 2


def _elided(painter: QPainter, room: QRect, text: str, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
    metrics = QFontMetrics(painter.font())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(text, mode, room.width()))


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
