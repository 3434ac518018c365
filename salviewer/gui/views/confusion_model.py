"""What the confusion table says: true classes by predicted ones, counts with their shares of the row."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from salviewer.gui.batch_values import ANY, Place, Table
from salviewer.numeric.confusion import UNKNOWN
from salviewer.numeric.counted import counted

Index = QModelIndex | QPersistentModelIndex
COUNT, SHARE, HIT, PLACE = (Qt.ItemDataRole.UserRole + i for i in range(4))
NO_CLASS = "class not known"
CENTRE, LEFT = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ConfusionModel(QAbstractTableModel):
    """Rows are true classes, columns predicted ones and how many there are of the row.

    Where no true class is known, rows are predicted classes, and the only column says how many there are of each.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: Table | None = None

    def set_table(self, table: Table | None) -> bool:
        """Show `table`; True if rows or columns are not those of before."""
        before, self.table = self.table, table
        shape = [(t.rows, t.columns, t.labelled, t.classes) if t else None for t in (before, table)]
        if shape[0] != shape[1]:
            self.beginResetModel()
            self.endResetModel()
            return True
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
        return False

    def place_of(self, place: Place | None) -> QModelIndex:
        """Where a cell stands; not valid where there is none."""
        table = self.table
        if place is None or table is None:
            return QModelIndex()
        if not table.labelled:
            return self.index(table.columns.index(place.predicted), 0) if place.predicted in table.columns else Nowhere
        if place.truth not in table.rows:
            return Nowhere
        column = len(table.columns) if place.predicted == ANY else None
        if column is None and place.predicted in table.columns:
            column = table.columns.index(place.predicted)
        return Nowhere if column is None else self.index(table.rows.index(place.truth), column)

    def place_at(self, index: Index) -> Place:
        """The cell at `index`."""
        table = self.table
        if not table.labelled:
            return Place(ANY, table.columns[index.row()])
        last = index.column() == len(table.columns)
        return Place(table.rows[index.row()], ANY if last else table.columns[index.column()])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """True classes; predicted ones where no true one is known."""
        if parent.isValid() or self.table is None:
            return 0
        return len(self.table.rows if self.table.labelled else self.table.columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Predicted classes and the sum."""
        if parent.isValid() or self.table is None:
            return 0
        return len(self.table.columns) + 1 if self.table.labelled else 1

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The classes' names."""
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return CENTRE if across else LEFT
        if self.table is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if not self.table.labelled:
            return "pictures" if across else self._name(self.table.columns[section])
        if across:
            return "n" if section == len(self.table.columns) else self._name(self.table.columns[section])
        return self._name(self.table.rows[section])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's count and share, and the words for both."""
        if not index.isValid() or self.table is None:
            return None
        place = self.place_at(index)
        values = {
            PLACE: lambda: place,
            COUNT: lambda: self._count(place),
            SHARE: lambda: self._share(place),
            HIT: lambda: place.truth == place.predicted or not self.table.labelled,
            Qt.ItemDataRole.DisplayRole: lambda: str(self._count(place) or ""),
            Qt.ItemDataRole.AccessibleTextRole: lambda: self.words(place),
            Qt.ItemDataRole.ToolTipRole: lambda: self.words(place),
        }
        return values[role]() if role in values else None

    def words(self, place: Place) -> str:
        """As in "tabby taken for lynx: 3 pictures, 25 % of tabby"."""
        count, share = self._count(place), self._share(place)
        pictures = counted(count, "picture")
        if place.truth == ANY:
            return f"taken for {self._name(place.predicted)}: {pictures}, {100 * share:.0f} % of all"
        truth = self._name(place.truth)
        if place.predicted == ANY:
            return f"{truth}: {pictures}"
        if place.truth == place.predicted:
            return f"{truth}, predicted right: {pictures}, {100 * share:.0f} % of {truth}"
        return f"{truth} taken for {self._name(place.predicted)}: {pictures}, {100 * share:.0f} % of {truth}"

    def title(self, place: Place) -> str:
        """The same without numbers."""
        return self.words(place).rpartition(":")[0]

    def _name(self, index: int) -> str:
        return NO_CLASS if index == UNKNOWN else self.table.classes[index].partition(",")[0]

    def _count(self, place: Place) -> int:
        counts = self.table.counts
        if place.truth == ANY:
            return counts.of_prediction(place.predicted)
        return counts.of_truth(place.truth) if place.predicted == ANY else counts.count(place.truth, place.predicted)

    def _share(self, place: Place) -> float:
        counts = self.table.counts
        if place.truth == ANY:
            return counts.of_prediction(place.predicted) / max(1, counts.n + counts.unlabelled)
        return 1.0 if place.predicted == ANY else counts.share(place.truth, place.predicted)


Nowhere = QModelIndex()
"""No cell."""
