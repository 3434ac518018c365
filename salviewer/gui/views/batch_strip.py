"""The open folder as a strip of thumbnails: where one is, how far the model was right, and the switch to follow."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.gui import icons, theme
from salviewer.gui.views.strip import TileList

EMPTY = "Open a folder, or drop one on the window: its pictures stand here, and the arrow keys go through them."


class StripView(QFrame):
    """`open_wished` carries a picture's key, `follow_wished` whether the method follows; `folder_wished`."""

    open_wished = Signal(str)
    follow_wished = Signal(bool)
    folder_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        em = theme.em(self)
        self.list = TileList(4.2, 1, one_row=True)
        self.list.setAccessibleName("Pictures of the folder")
        self.list.open_wished.connect(self.open_wished)
        self.list.moved.connect(self.open_wished)
        self.list.setMinimumHeight(round(em * 6.7))
        self.title, self.place = theme.mark(QElidingLabel(), "title"), theme.label("", "quiet")
        self.follow = QCheckBox("Follow")
        self.follow.setToolTip("Run the chosen method on every picture that you stay at for a moment (Ctrl+Alt+F)")
        self.follow.clicked.connect(self.follow_wished)
        self._empty = theme.label(EMPTY, "quiet", wraps=True)
        self.open = QPushButton("Open folder …")
        icons.give(self.open, "folder")
        self.open.clicked.connect(self.folder_wished)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._filled(em))
        self._pages.addWidget(self._hollow(em))
        around = QVBoxLayout(self)
        around.setContentsMargins(*(round(em * 0.4),) * 4)
        around.addWidget(self._pages)
        self.set_folder("", "")

    def set_folder(self, title: str, place: str) -> None:
        """Say which folder is open, and where in it one is; "" for none."""
        self.title.setText(title)
        self.title.setToolTip(title)
        self.place.setText(place)
        self._pages.setCurrentIndex(0 if title else 1)

    def set_follow(self, on: bool) -> None:
        """Whether the method follows."""
        self.follow.setChecked(on)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One row of tiles."""
        em = theme.em(self)
        return QSize(em * 40, round(em * 7.8))

    def _filled(self, em: int) -> QWidget:
        page, side = QWidget(), QWidget()
        side.setFixedWidth(em * 9)
        column = QVBoxLayout(side)
        column.setContentsMargins(round(em * 0.3), round(em * 0.3), 0, round(em * 0.3))
        column.setSpacing(round(em * 0.3))
        for widget in (self.title, self.place):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(self.follow)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(em * 0.5))
        row.addWidget(side)
        row.addWidget(self.list, 1)
        return page

    def _hollow(self, em: int) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.addStretch(1)
        row.addWidget(self._empty, 3)
        row.addWidget(self.open)
        row.addStretch(1)
        return page
