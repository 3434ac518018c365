"""What experts marked, by type in its colour: how many lesions, and how many of them the proposals find."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from salviewer.data.lesion_types import SHORT, TYPES
from salviewer.gui import theme
from salviewer.gui.fundus.values import COLOURS, Judged, Marked
from salviewer.numeric.lesions_found import OVERLAPS

NONE = "No marks of this photograph: import them in the Truth panel, or say in which folder they are."
HEADS = ("", "Marked by experts", "lesions", *(f"≥ {100 * o:.0f} %" for o in OVERLAPS))
TIP = "Lesions of which at least so much is proposed"


class MarksLegend(QWidget):
    """`shown_wished`: whether marks are drawn; `folder_wished`: the button."""

    shown_wished = Signal(bool)
    folder_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.shown, self.folder = QCheckBox("Experts' marks"), QPushButton("Folder of marks …")
        self.said = theme.label(NONE, "quiet", wraps=True)
        self.rows: dict[str, list[QLabel]] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(round(em * 0.6))
        self._grid.setVerticalSpacing(round(em * 0.1))
        self._grid.setColumnStretch(1, 1)
        for r, kind in enumerate(("", *TYPES)):
            texts = HEADS if r == 0 else ("", kind, "", "", "")
            cells = [theme.label(f"{text} ({SHORT[text]})" if text in SHORT else text, "quiet" if r == 0 else "")
                     for text in texts]  # fmt: skip
            for cell in cells[2:]:
                cell.setAlignment(Qt.AlignmentFlag.AlignRight)
            for cell in cells[3:]:
                cell.setToolTip(TIP)
            for column, cell in enumerate(cells):
                self._grid.addWidget(cell, r, column)
            self.rows[kind] = cells
            if r:
                cells[0].setPixmap(_swatch(COLOURS[kind], round(em * 0.7)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.3))
        column.addLayout(self._grid)
        column.addWidget(self.said)
        column.addWidget(self.folder)
        self.folder.setToolTip("Masks (PNG, TIFF) or XML whose names begin with the photograph's")
        self.shown.clicked.connect(self.shown_wished)
        self.folder.clicked.connect(self.folder_wished)
        self.set_marked(Marked(), None)

    def set_marked(self, marked: Marked, judged: Judged | None) -> None:
        """What is marked, and what of it is found."""
        found: Mapping[str, object] = judged.score.found if judged is not None else {}
        for kind, cells in self.rows.items():
            for cell in cells:
                cell.setVisible(kind in marked.masks or (not kind and bool(marked.masks)))
            if not kind:
                continue
            one = found.get(kind)
            covered = getattr(one, "covered", None)
            cells[2].setText("" if covered is None else str(len(covered)))
            for cell, overlap in zip(cells[3:], OVERLAPS, strict=True):
                cell.setText("" if covered is None else f"{int((covered >= overlap).sum())}")
        text = marked.sentence or ("" if marked.masks else NONE)
        self.said.setText(text)
        self.said.setVisible(bool(text))
        self.shown.setEnabled(bool(marked.masks))


def _swatch(colour: str, side: int) -> QPixmap:
    found = QPixmap(side, side)
    found.fill(QColor(colour))
    return found
