"""The table of proposed regions: each a row that can be sorted by any column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt

from salviewer.data.lesion_types import SHORT
from salviewer.gui.views.row_table import RowModel

if TYPE_CHECKING:
    from salviewer.data.proposed_lesions import Proposed
    from salviewer.gui.fundus.values import Judged

Index = QModelIndex | QPersistentModelIndex
AREA, SIZE, TOTAL, TOP, TOUCHES, MEAN, PLACE = range(7)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
TIPS = (
    "Pixels of the photograph", "On the eye, where the header says how large a pixel is", "Sum of the map's values",
    "Highest of the map's values", "What experts marked there", "Mean of the map's values",
    "Column and row of the photograph, from 0",
)  # fmt: skip


class RegionModel(RowModel):
    """Rows are regions, in reading order of the photograph."""

    HEADS = ("Area", "mm²", "Sum", "Highest", "Marked", "Mean", "Place")

    def __init__(self) -> None:
        super().__init__()
        self.proposed: Proposed | None = None
        self._judged: Judged | None = None
        self._cell_mm2: float | None = None

    def set_regions(self, proposed: Proposed | None, cell_mm2: float | None) -> None:
        """Other regions. cell_mm2: the area of one of the photograph's pixels; None where nobody knows."""
        self.beginResetModel()
        self.proposed, self._cell_mm2, self._judged = proposed, cell_mm2, None
        self.endResetModel()

    def set_judged(self, judged: Judged | None) -> None:
        """What the regions touch."""
        self._judged = judged
        if self.rowCount():
            self.dataChanged.emit(self.index(0, TOUCHES), self.index(self.rowCount() - 1, TOUCHES))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """One per region."""
        return 0 if parent.isValid() or self.proposed is None else len(self.proposed.regions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of a cell, or in `UserRole` what it is sorted by."""
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != TOUCHES:
            return RIGHT
        if self.proposed is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.UserRole):
            return None
        value = self._value(index.row(), index.column())
        return value if role == Qt.ItemDataRole.UserRole else _words(index.column(), value)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802 - Qt's name
        """The columns' names, and what they are."""
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal:
            return TIPS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section != TOUCHES:
            return RIGHT
        return super().headerData(section, orientation, role)

    def _value(self, row: int, column: int) -> Any:
        regions = self.proposed.regions
        if column == TOUCHES:
            return (
                ", ".join(SHORT[kind] for kind in self._judged.kinds.get(row + 1, ()))
                if self._judged is not None
                else ""
            )
        if column == PLACE:
            x, y = regions.place[row]
            return float(y) * 1e6 + float(x)
        if column == SIZE:
            return -1.0 if self._cell_mm2 is None else float(regions.area[row]) * self._cell_mm2
        return float({AREA: regions.area, TOTAL: regions.total, MEAN: regions.mean, TOP: regions.top}[column][row])


def _words(column: int, value: Any) -> str:
    if column == TOUCHES:
        return str(value)
    if column == PLACE:
        y, x = divmod(value, 1e6)
        return f"{x:.0f}, {y:.0f}"
    if column == SIZE:
        return _three(value) if value >= 0 else "unknown"
    return f"{value:,.0f}" if column == AREA else _three(value)


def _three(value: float) -> str:
    """Three digits that count, so that a column's numbers stand below one another."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:#.3g}".rstrip(".")


def sorted_model(model: RegionModel) -> QSortFilterProxyModel:
    """`model`, sorted by what a person clicks."""
    found = QSortFilterProxyModel()
    found.setSourceModel(model)
    found.setSortRole(Qt.ItemDataRole.UserRole)
    return found
