"""The Regions panel: what an explanation says of an atlas's regions, and what of it is painted on the slices."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import icons, theme
from salviewer.gui.volumes.region_rows import RegionRow
from salviewer.gui.volumes.regions_model import RegionsModel

EMPTY = "A method that judges regions, such as 3D-GLAS with an atlas, lists them here."
PAINTS = {
    "": ("Nothing", "Paints no region"),
    "ranks": ("Ranks 1 to 5", "Paints the first five: red, green, blue, yellow, purple"),
    "impact": ("Impact", "Fills each region with the colour of its impact"),
    "outlines": ("Outlines", "Draws the borders of all regions"),
}


class RegionsView(QWidget):
    """`chosen` carries a `RegionRow`, `paint_wished` one of `PAINTS`; `csv_wished` and `atlas_wished` nothing."""

    chosen = Signal(object)
    paint_wished = Signal(str)
    csv_wished = Signal()
    atlas_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RegionsModel(self)
        self.table, self.find = QTableView(), QLineEdit()
        self.said, self.paints = theme.label(EMPTY, "quiet", wraps=True), {key: _tab(*PAINTS[key]) for key in PAINTS}
        self.csv, self.atlas = QToolButton(), theme.mark(QPushButton("Open atlas …"), "link")
        self._paint = QButtonGroup(self)
        self._set_up()
        self._lay_out()

    def set_rows(self, rows: tuple[RegionRow, ...], names: tuple[str, ...], unit: str, said: str) -> None:
        """Show `rows`; names: of their further numbers; unit: of the impact; said: what they are of, "" for nothing."""
        self.model.set_rows(rows, names)
        impact = f" · impact in {unit}" if unit not in ("", "1") else ""
        self.said.setText(f"{said}{impact}" if said else EMPTY)
        for widget in (self.table, self.find, self.csv):
            widget.setEnabled(bool(rows))
        self.table.resizeColumnsToContents()
        self.table.setColumnWidth(1, max(self.table.columnWidth(1), theme.em(self) * 9))

    def set_paint(self, paint: str, why_not: dict[str, str]) -> None:
        """What is painted; why_not: what cannot be, with the reason."""
        for key, button in self.paints.items():
            button.setEnabled(not why_not.get(key))
            button.setToolTip(why_not.get(key) or PAINTS[key][1])
            button.setChecked(key == paint)

    # -- inside -------------------------------------------------------------------------------------------------

    def _clicked(self, at: QModelIndex) -> None:
        if at.isValid():
            self.chosen.emit(self.model.rows[at.row()])

    def _set_up(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAccessibleName("Regions")
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(round(theme.em(self) * 1.5))
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        table.clicked.connect(self._clicked)
        table.activated.connect(self._clicked)
        self.find.setPlaceholderText("Find a region")
        self.find.setAccessibleName("Find a region")
        self.find.setClearButtonEnabled(True)
        self.find.textChanged.connect(self.model.find)
        icons.give(self.csv, "save")
        self.csv.setToolTip("Save the table as CSV")
        self.csv.setAccessibleName("Save the table as CSV")
        self.csv.clicked.connect(self.csv_wished)
        self.atlas.clicked.connect(self.atlas_wished)
        for key, button in self.paints.items():
            self._paint.addButton(button)
            button.clicked.connect(lambda _=False, key=key: self.paint_wished.emit(key))

    def _lay_out(self) -> None:
        em = theme.em(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        head, paint = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.find, 1)
        head.addWidget(self.csv)
        paint.setSpacing(round(em * 0.15))
        paint.addWidget(theme.label("Paint", "quiet"))
        for button in self.paints.values():
            paint.addWidget(button)
        paint.addStretch(1)
        paint.addWidget(self.atlas)
        column.addWidget(self.said)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addLayout(paint)


def _tab(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return theme.mark(button, "tab")
