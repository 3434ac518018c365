"""The buttons above the comparison."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget, QWidgetAction

from salviewer.gui import icons, theme
from salviewer.gui.views.checklist import Checklist, Entry

MINE = "What “Explain with all my methods” runs."


class Bar(QWidget):
    """`mine_ticked` carries a method's key and whether it is mine."""

    common_wished = Signal(bool)
    pair_wished = Signal()
    table_wished = Signal()
    back_wished = Signal()
    cancel_wished = Signal()
    clear_wished = Signal()
    mine_ticked = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = QPushButton("All maps")
        self.add, self.mine = QPushButton("Add"), QPushButton("My methods")
        self.fillers, self.picks = QMenu(self), QMenu(self)
        self.common = QCheckBox("One scale")
        self.pair, self.table = QPushButton("Difference"), QPushButton("Agreement")
        self.fit, self.cancel, self.clear = QToolButton(), QPushButton("Stop all"), QPushButton("Close all")
        self.methods = Checklist("methods", MINE)
        self.methods.ticked.connect(self.mine_ticked)
        self._wire()
        self._lay_out()

    def set_fillers(self, actions: Sequence[QAction]) -> None:
        """What stands in the menu of Add."""
        self.fillers.clear()
        self.fillers.addActions(list(actions))

    def set_methods(self, entries: Sequence[Entry], mine: Collection[str]) -> None:
        """The methods that can be mine, and those that are."""
        if not self.methods.list.count():
            self.methods.set_entries(entries)
        self.methods.set_ticked(mine)
        self.mine.setText(f"My methods ({len(mine)})")

    def show_state(self, *, empty: bool, inside: bool, busy: bool, common: bool, full: int, chosen: int) -> None:
        """What can be pressed. inside: a pair or the table is shown; full: cells with a map; chosen: of those."""
        self.back.setVisible(inside)
        for widget in (self.add, self.mine):
            widget.setVisible(not inside)
        for widget in (self.pair, self.table, self.clear):
            widget.setVisible(not inside and not empty)
        self.common.setVisible(not empty)
        self.fit.setVisible(not empty)
        self.cancel.setVisible(busy)
        self.pair.setEnabled(chosen == 2)
        self.table.setEnabled(full > 1)
        self.common.blockSignals(True)
        self.common.setChecked(common)
        self.common.blockSignals(False)
        self.common.setEnabled(full > 0)

    def _wire(self) -> None:
        self.common.toggled.connect(self.common_wished)
        for button, wish in (
            (self.pair, self.pair_wished), (self.table, self.table_wished), (self.back, self.back_wished),
            (self.cancel, self.cancel_wished), (self.clear, self.clear_wished),
        ):  # fmt: skip
            button.clicked.connect(wish)
        for widget, words in (
            (self.back, "Back to the grid of all maps"),
            (self.add, "Fill the comparison"),
            (self.mine, MINE),
            (self.common, "On: maps of one unit share one scale. Off: each map’s colours span its own values."),
            (self.pair, "Set two maps against each other: tick two cells first"),
            (self.table, "The rank correlation of every map with every other"),
            (self.fit, "Fit the pictures to their cells"),
            (self.cancel, "Stop all that is still to come here"),
            (self.clear, "Close all cells; finished results stay in the list"),
        ):
            widget.setToolTip(words)
            widget.setAccessibleName(words)
            widget.setStatusTip(words)

    def _lay_out(self) -> None:
        em = theme.em(self)
        icons.give(self.fit, "fit")
        self.fit.setIconSize(QSize(round(em * 1.2), round(em * 1.2)))
        self._make_mine(em)
        for button, menu in ((self.add, self.fillers), (self.mine, self.picks)):
            icons.give(button, "down")
            button.clicked.connect(partial(_open_under, menu, button))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(em * 0.4))
        for widget in (self.back, self.add, self.mine):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.cancel, self.common, self.pair, self.table, self.fit, self.clear):
            row.addWidget(widget)

    def _make_mine(self, em: int) -> None:
        holder = QWidgetAction(self.picks)
        box = QWidget()
        inner = QHBoxLayout(box)
        inner.addWidget(self.methods)
        box.setFixedSize(em * 18, em * 22)
        holder.setDefaultWidget(box)
        self.picks.addAction(holder)


def _open_under(menu: QMenu, button: QPushButton, _: bool = False) -> None:
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
