"""Pages of which one is seen, and the row of tabs that brings them to the front."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from salviewer.gui import theme


class Paged(QWidget):
    """`tabs`: the button of each page, by its name."""

    def __init__(self, pages: Mapping[str, QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.tabs: dict[str, QToolButton] = {}
        self._stack, group, row = QStackedWidget(), QButtonGroup(self), QHBoxLayout()
        row.setSpacing(round(em * 0.3))
        for name, page in pages.items():
            tab = self.tabs[name] = theme.mark(QToolButton(), "tab")
            tab.setText(name)
            tab.setCheckable(True)
            tab.clicked.connect(lambda _=False, name=name: self.show_page(name))
            group.addButton(tab)
            row.addWidget(tab)
            self._stack.addWidget(page)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.5))
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.show_page(next(iter(pages)))

    def show_page(self, name: str) -> None:
        """Bring the page called `name` to the front."""
        self.tabs[name].setChecked(True)
        self._stack.setCurrentIndex(list(self.tabs).index(name))

    @property
    def page(self) -> str:
        """The name of the one that is seen."""
        return list(self.tabs)[self._stack.currentIndex()]
