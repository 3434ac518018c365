"""The table over a folder: sensitivity by type of lesion, and always the false regions beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from salviewer.data.lesion_types import TYPES
from salviewer.gui import theme
from salviewer.gui.fundus.values import FolderRun
from salviewer.numeric.lesions_found import OVERLAPS

HEADS = ("Whole folder: found in", "pictures", *(f"≥ {100 * o:.0f} %" for o in OVERLAPS))


class FolderCard(QWidget):
    """`go_wished`, `stop_wished`, `save_wished`: the buttons."""

    go_wished = Signal()
    stop_wished = Signal()
    save_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.go, self.stop, self.save = QPushButton("Count over the folder"), QPushButton("Stop"), QPushButton("CSV …")
        self.bar, self.said = QProgressBar(), theme.label("", "quiet", wraps=True)
        self.beside = theme.label("", wraps=True)
        self.rows: dict[str, list[QLabel]] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(round(em * 0.6))
        grid.setVerticalSpacing(round(em * 0.1))
        grid.setColumnStretch(0, 1)
        for r, kind in enumerate(("", *TYPES)):
            cells = [theme.label(text, "quiet") if r == 0 else theme.label(text)
                     for text in (HEADS if r == 0 else (kind, "", "", ""))]  # fmt: skip
            for cell in cells[1:]:
                cell.setAlignment(Qt.AlignmentFlag.AlignRight)
            for column, cell in enumerate(cells):
                grid.addWidget(cell, r, column)
            self.rows[kind] = cells
        buttons = QHBoxLayout()
        for widget, stretch in ((self.go, 2), (self.stop, 1), (self.save, 1)):
            buttons.addWidget(widget, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.3))
        column.addLayout(grid)
        for widget in (self.beside, self.bar, self.said):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress through the folder")
        self.go.setToolTip("Explains every picture of the folder with the chosen method, at this threshold")
        self.save.setToolTip("Save the table as CSV")
        for button, wish in ((self.go, self.go_wished), (self.stop, self.stop_wished), (self.save, self.save_wished)):
            button.clicked.connect(wish)
        self.set_run(FolderRun(), "")

    def set_run(self, run: FolderRun, why_not: str) -> None:
        """The table, or how far it is; `why_not`: why it cannot be made, "" if it can."""
        rows = {row.kind: row for row in run.table.rows} if run.table is not None else {}
        for kind, cells in self.rows.items():
            row = rows.get(kind)
            for cell in cells:
                cell.setVisible(row is not None or (not kind and run.table is not None))
            if row is not None:
                texts = (str(row.pictures), *(f"{100 * row.image[o]:.1f} %" for o in OVERLAPS))
                for cell, text in zip(cells[1:], texts, strict=True):
                    cell.setText(text)
        going = run.fraction is not None
        self.bar.setVisible(going)
        self.bar.setValue(round(100 * (run.fraction or 0.0)))
        self.stop.setVisible(going)
        self.save.setVisible(run.table is not None and not going)
        self.go.setEnabled(not why_not and not going)
        self.beside.setText(f"{run.title}: {run.table.beside}" if run.table is not None else "")
        self.beside.setVisible(run.table is not None)
        text = run.title if going else run.sentence or why_not
        self.said.setText(text)
        self.said.setVisible(bool(text))
