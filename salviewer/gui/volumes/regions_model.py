"""What the Regions panel's table says: one region per row, sorted as its head was clicked."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from salviewer.gui.volumes.region_rows import SIDES, RegionRow, filtered, ordered
from salviewer.kit.slice_words import signed

Index = QModelIndex | QPersistentModelIndex


class Column(NamedTuple):
    """One column: its title, what it is sorted by, what it shows, whether the greatest come first; right: its side."""

    title: str
    key: Callable[[RegionRow], Any]
    text: Callable[[RegionRow], str]
    down: bool = False
    tip: str = ""
    right: bool = False


FIRST = (
    Column("Rank", lambda r: r.rank, lambda r: r.rank_text, tip="1 has the greatest impact; 95 % interval in brackets"),
    Column("Region", lambda r: r.name.lower(), lambda r: r.name),
    Column("Impact", lambda r: r.impact, lambda r: _number(r.impact), down=True, right=True),
    Column("Side", lambda r: r.side, lambda r: SIDES.get(r.side, r.side)),
    Column("Size", lambda r: r.size_mm3, lambda r: f"{_digits(r.size_mm3 / 1000, 3)} cm³", down=True, right=True),
)


class RegionsModel(QAbstractTableModel):
    """`rows`: those that are shown, in their order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[RegionRow, ...] = ()
        self._words, self._order = "", (0, False)
        self.rows: tuple[RegionRow, ...] = ()
        self.columns: tuple[Column, ...] = FIRST

    def set_rows(self, rows: tuple[RegionRow, ...], names: tuple[str, ...] = ()) -> None:
        """Show `rows`; names: of their further numbers."""
        self.beginResetModel()
        self._all = rows
        self.columns = (*FIRST, *(_further(i, name) for i, name in enumerate(names)))
        self._order = (0, False) if self._order[0] >= len(self.columns) else self._order
        self._arrange()
        self.endResetModel()

    def find(self, words: str) -> None:
        """Show only rows with these words."""
        self.beginResetModel()
        self._words = words
        self._arrange()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by `column`; what is no number comes last either way."""
        self.beginResetModel()
        self._order = (column, order == Qt.SortOrder.DescendingOrder)
        self._arrange()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many regions are shown."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's title, and what it is."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.columns[section])
        return self.columns[section].tip or None if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text; the rank's colour beside the rank."""
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], self.columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            centre = ", ".join(signed(mm) for mm in row.centroid)
            return f"{row.name}, label {row.label}: centre at {centre} mm (R A S)"
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return QColor(row.colour) if row.colour else QColor(0, 0, 0, 0)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        return None

    def _arrange(self) -> None:
        at, down = self._order
        self.rows = ordered(filtered(self._all, self._words), self.columns[at].key, down=down)


def _side(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _further(at: int, name: str) -> Column:
    def value(row: RegionRow) -> float:
        return row.numbers[at] if at < len(row.numbers) else math.nan

    return Column(f"{name[:1].upper()}{name[1:]}", value, lambda row: _number(value(row)), down=True, right=True)


def _number(value: float) -> str:
    return _digits(value, 4) if math.isfinite(value) else "–"


def _digits(value: float, count: int) -> str:
    """`count` digits that matter, those that are 0 too: numbers below one another then compare at a glance."""
    return f"{value:#.{count}g}".rstrip(".")
