"""The pictures that a filter's average was made of."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.filters.cards import look_now
from salviewer.gui.filters.values import Opened
from salviewer.kit.colours import qimage
from salviewer.kit.filter_crops import FilterCrops, Place
from salviewer.numeric.counted import counted

WHERE = "Strongest first. Where a filter sees a part of a picture, the blue box says which; a click opens the picture."


class CropsView(QFrame):
    """`crop_wished` carries the place of a crop in the list."""

    crop_wished = Signal(int)
    close_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.title, self.about = theme.label("", "title"), theme.label("", "quiet", wraps=True)
        self.grid = FilterCrops(look_now())
        self.away = QToolButton()
        self.away.setToolTip("Close")
        self.away.setAccessibleName("Close the pictures of the average")
        icons.give(self.away, "close")
        self.away.clicked.connect(self.close_wished)
        self.grid.chosen.connect(self.crop_wished)
        em = theme.em(self)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.away)
        column = QVBoxLayout(self)
        column.setContentsMargins(round(em * 0.5), round(em * 0.3), round(em * 0.3), round(em * 0.3))
        column.setSpacing(round(em * 0.2))
        column.addLayout(head)
        column.addWidget(self.about)
        column.addWidget(self.grid, 1)
        self.grid.setMinimumHeight(em * 8)
        self.grid.viewport().setAutoFillBackground(False)  # the card shows through
        self._opened: Opened | None = None

    def set_opened(self, opened: Opened | None, why_not: str) -> None:
        """Show the crops of a filter, which are still to come; or why there are none."""
        self._opened = opened
        self.setVisible(opened is not None)
        if opened is None:
            self.grid.set_places(())
            return
        crops = () if why_not else opened.gallery.crops[opened.at]
        self.title.setText(opened.title + (f": {counted(len(crops), 'picture')}" if crops else ""))
        self.about.setText(why_not or WHERE)
        self.grid.setVisible(not why_not)
        self.grid.set_places([Place(str(crop[0]), 0, 0, 1, 1, _words(crop)) for crop in crops])

    def take(self, crop: Any) -> None:
        """A crop that was read."""
        if self._opened is None or crop.at >= len(self.grid.places):
            return
        self.grid.set_image(crop.at, qimage(crop.pixels) if crop.pixels is not None else None, crop.fault)
        if crop.pixels is not None:
            name, x0, y0, x1, y1 = self._opened.gallery.crops[self._opened.at][crop.at]
            high, wide = crop.size
            self.grid.set_place(crop.at, Place(str(name), x0 / wide, y0 / high, x1 / wide, y1 / high,
                                               _words((name, x0, y0, x1, y1))))  # fmt: skip

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.grid.set_look(look_now())


def _words(crop: Any) -> str:
    name, x0, y0, x1, y1 = crop
    return f"{name}: x {x0} to {x1}, y {y0} to {y1} of the model's input. Click to open the picture."
