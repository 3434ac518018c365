"""The rows of the list of jobs, and how their state is drawn."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from salviewer.gui import theme
from salviewer.gui.job_entries import Entry, state_words, time_words
from salviewer.gui.views.row_table import Index, RowModel

ENTRY = Qt.ItemDataRole.UserRole
HEADS = ("Job", "Picture and model", "State", "Time")
STATE = HEADS.index("State")
BAR_EM, PAD_EM = 5, 0.5


class JobsModel(RowModel):
    """One row per job."""

    HEADS = HEADS

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()
        self._now = 0.0

    def set_entries(self, entries: tuple[Entry, ...], now: float) -> None:
        """Show `entries`. Rows that stay where they are are only painted again."""
        self._now = now
        same = [e.number for e in entries] == [e.number for e in self.entries]
        if not same:
            self.beginResetModel()
        changed = [row for row, (a, b) in enumerate(zip(entries, self.entries, strict=False)) if a is not b]
        self.entries = entries
        if not same:
            self.endResetModel()
        elif changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(HEADS) - 1))

    def set_now(self, now: float) -> None:
        """Time has gone by: jobs under way took longer."""
        self._now = now
        alive = [row for row, entry in enumerate(self.entries) if not entry.over]
        if alive:
            self.dataChanged.emit(self.index(alive[0], 3), self.index(alive[-1], 3))

    def row_of(self, number: int) -> int | None:
        """The row of job `number`."""
        return next((row for row, entry in enumerate(self.entries) if entry.number == number), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many jobs there are."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text, its colour, the whole job."""
        entry = self.entries[index.row()]
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (entry.title, entry.about, state_words(entry), time_words(entry, self._now))[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole:
            return _colour(entry, index.column())
        return None


class JobDelegate(QStyledItemDelegate):
    """A cell: its text in its own colour, also where its row is chosen; before the state a bar where something runs."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell."""
        entry: Entry = index.data(ENTRY)
        em, tones = option.fontMetrics.height(), theme.tones()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(tones.chosen))
        room = option.rect.adjusted(round(em * PAD_EM), 0, -round(em * PAD_EM), 0)
        if index.column() == STATE and entry.stage in ("running", "stopping") and entry.fraction > 0:
            room.setLeft(_draw_bar(painter, room, entry.fraction, em) + em // 2)
        painter.setPen(index.data(Qt.ItemDataRole.ForegroundRole))
        words = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


def _draw_bar(painter: QPainter, room: QRect, fraction: float, em: int) -> int:
    """Draw how far a job is at the left of `room`; where the bar ends."""
    thick, tones = max(2, round(em * 0.35)), theme.tones()
    rail = QRect(room.left(), room.center().y() - thick // 2, min(em * BAR_EM, room.width() // 2), thick)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for colour, width in ((tones.thumb, rail.width()), (tones.accent, round(rail.width() * fraction))):
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(QRect(rail.left(), rail.top(), width, thick), thick / 2, thick / 2)
    painter.restore()
    return rail.right()


def _colour(entry: Entry, column: int) -> QColor:
    """Errors are red, second things and errands quiet, all else as text is."""
    tones = theme.tones()
    if column == STATE and entry.stage == "failed":
        return QColor(tones.error)
    if column == STATE and entry.stage == "unanswered":
        return QColor(tones.warning)
    quiet = column in (1, 3) or not entry.explains or entry.stage in ("waiting", "stopped")
    return QColor(tones.quiet if quiet else tones.text)
