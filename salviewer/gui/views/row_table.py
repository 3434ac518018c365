"""Tables of whole rows under named columns: what every list of things in the window has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from salviewer.gui import theme

Index = QModelIndex | QPersistentModelIndex


class RowModel(QAbstractTableModel):
    """A model whose columns are called `HEADS`."""

    HEADS: ClassVar[tuple[str, ...]] = ()

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """One per name."""
        return 0 if parent.isValid() else len(self.HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802 - Qt's name
        """The columns' names."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


def row_table(model: QAbstractTableModel, name: str, *, stretched: int, row_em: float = 1.5) -> QTableView:
    """A table of `model` in which rows are chosen; column `stretched` takes the room that the others leave."""
    table = QTableView()
    table.setModel(model)
    table.setAccessibleName(name)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(round(theme.em(table) * row_em))
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setStretchLastSection(False)
    head.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    return table


def stretch_first(head: QHeaderView, fitted: Sequence[int]) -> None:
    """Column 0 takes the room that the others leave; columns `fitted` are as wide as what they hold."""
    head.setStretchLastSection(False)
    head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in fitted:
        head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
