"""Which class's filters are shown: tabs where there are few classes, a list with a search where there are many."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QTabBar, QVBoxLayout, QWidget

from salviewer.gui import theme

FEW = 12
"""Classes that have a tab each at most."""


class ClassTabs(QTabBar):
    """`wished` carries the class."""

    wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName("Class")
        self.currentChanged.connect(lambda at: self.wished.emit(self.names[at]) if 0 <= at < len(self.names) else None)

    def set_classes(self, names: Sequence[str], label: str) -> None:
        """A tab per class; none where there are more than `FEW`."""
        few = tuple(names) if len(names) <= FEW else ()
        with QSignalBlocker(self):
            if few != self.names:
                while self.count():
                    self.removeTab(0)
                self.names = few
                for name in few:
                    self.setTabToolTip(self.addTab(name.replace("&", "&&")), name)
            self.setCurrentIndex(few.index(label) if label in few else -1)
        self.setVisible(len(few) > 1)


class ClassList(QWidget):
    """`wished` carries the class."""

    wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self.search, self.list = QLineEdit(), QListWidget()
        self.search.setPlaceholderText("Find a class")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find a class")
        self.list.setAccessibleName("Class")
        self.list.setUniformItemSizes(True)
        self.search.textChanged.connect(self._narrow)
        self.list.currentRowChanged.connect(lambda at: self.wished.emit(self.names[at]) if at >= 0 else None)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(theme.em(self) * 0.3))
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self.setMinimumWidth(theme.em(self) * 9)

    def set_classes(self, names: Sequence[str], label: str) -> None:
        """A line per class; hidden where there are so few that they have tabs."""
        many = tuple(names) if len(names) > FEW else ()
        with QSignalBlocker(self.list):
            if many != self.names:
                self.names = many
                self.list.clear()
                self.list.addItems(list(many))
                self._narrow(self.search.text())
            self.list.setCurrentRow(many.index(label) if label in many else -1)
        self.setVisible(bool(many))

    def _narrow(self, text: str) -> None:
        wanted = text.strip().casefold()
        for at, name in enumerate(self.names):
            self.list.item(at).setHidden(wanted not in name.casefold())
