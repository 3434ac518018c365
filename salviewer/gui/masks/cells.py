"""The views of a mask beside each other: titled pictures that zoom and pan as one, at the model's own pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.api.masks import MaskStack
from salviewer.data.mask_views import VIEWS, Contrast, evidence_view, view, views_of
from salviewer.gui import theme
from salviewer.gui.views.comparison_link import Linked
from salviewer.kit.canvas import Canvas

FORMULAS = {
    "picture": "x", "explanation": "m · x", "complement": "(1 − m) · x", "mean": "evidence", "mask": "m",
    "mask-complement": "1 − m", "red": "evidence", "green": "evidence", "blue": "evidence",
}  # fmt: skip
TIPS = {
    "picture": "The model's input, at its own size",
    "explanation": "What the model is given: the picture times the mask",
    "complement": "What is taken from the picture: the picture times 1 − mask",
    "mean": "How much of each pixel speaks for the class, averaged over the colours; bright is much",
    "mask": "1 keeps a pixel in that colour, 0 puts nothing in its place",
    "mask-complement": "1 takes a pixel away in that colour, 0 leaves it",
}
EVIDENCE = "Here is what speaks for the class."


class Cell(QFrame):
    """One view: its title, what it is, and the picture."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.marked = key, False
        self.title, self.about = theme.mark(QElidingLabel(), "title"), theme.label("", "quiet")
        self.canvas = Canvas()
        em = theme.em(self)
        head = QHBoxLayout()
        head.setSpacing(round(em * 0.5))
        head.addWidget(self.title, 1)
        head.addWidget(self.about)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.35),) * 4)
        column.setSpacing(round(em * 0.2))
        column.addLayout(head)
        column.addWidget(self.canvas, 1)
        self.title.setText(VIEWS[key])
        self.canvas.setAccessibleName(VIEWS[key])
        self.about.setText(FORMULAS[key])
        self.dress()

    def show_view(self, pixels: np.ndarray, *, evidence: bool) -> None:
        """Show `pixels` (H, W, C); `evidence`: whether what speaks for the class is seen in this one."""
        self.canvas.set_picture(pixels)
        self.setToolTip(". ".join(filter(None, (TIPS.get(self.key, ""), EVIDENCE if evidence else ""))))
        self.marked = evidence
        self.update()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.canvas.setBackground(theme.tones().sunk)  # a mask may be as white as the card
        self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Small enough for six."""
        em = theme.em(self)
        return QSize(em * 7, em * 7)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A card, whose edge shows where the evidence is."""
        tones, radius = theme.tones(), theme.em(self) * 0.4
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(QColor(tones.panel))
            painter.setPen(QPen(QColor(tones.accent if self.marked else tones.faint), 2 if self.marked else 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)


class MaskCells(QWidget):
    """`read`: what lies under the cursor, in words; "" where it is elsewhere."""

    read = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells: dict[str, Cell] = {}
        self._link = Linked(self)
        self._mask: MaskStack | None = None
        self._bgr = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(round(theme.em(self) * 0.4))

    def show_mask(self, mask: MaskStack, wanted: Sequence[str], contrast: Contrast, *, bgr: bool) -> None:
        """The views `wanted` of `mask`, as many of them as it has."""
        self._mask, self._bgr = mask, bgr
        keys = tuple(key for key in wanted if key in views_of(mask)) or ("mean",)
        if keys != tuple(self.cells):
            self._make(keys)
        height, width = mask.mask.shape[1:]
        for key, cell in self.cells.items():
            cell.show_view(view(mask, key, bgr=bgr, contrast=contrast), evidence=key == evidence_view(mask))
            self._link.join(cell.canvas, (height, width), lambda value: None)

    def fit(self) -> None:
        """All of the picture in each view."""
        self._link.fit()

    def zoom(self, factor: float) -> None:
        """Magnify all views."""
        self._link.zoom(factor)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        for cell in self.cells.values():
            cell.dress()

    def _make(self, keys: Sequence[str]) -> None:
        for cell in self.cells.values():
            self._link.leave(cell.canvas)
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self.cells = {key: Cell(key) for key in keys}
        columns = min(3, len(keys))
        for i, cell in enumerate(self.cells.values()):
            self._grid.addWidget(cell, i // columns, i % columns)
            cell.canvas.probed.connect(self._probed)

    def _probed(self, probe: object) -> None:
        self.read.emit("" if probe is None or self._mask is None else values_in_words(self._mask, probe, bgr=self._bgr))


def values_in_words(mask: MaskStack, probe: object, *, bgr: bool) -> str:
    """The mask's own numbers at a pixel of the model's input."""
    x, y = probe.x, probe.y  # type: ignore[attr-defined] # a Probe of the canvas
    values = mask.mask[:, y, x].tolist()
    names = ("R", "G", "B") if len(values) == 3 else ("",) * len(values)
    values = values[::-1] if bgr and len(values) == len(names) else values
    said = "  ".join(f"{name} {value:.3f}".strip() for name, value in zip(names, values, strict=True))
    return f"x {x}, y {y} of the model's input: mask {said}"
