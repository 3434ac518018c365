"""The Filters panel's widget: whose filters, which class, a card per filter, and the pictures of an average."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import icons, theme
from salviewer.gui.filters.cards import look_now
from salviewer.gui.filters.classes import ClassList, ClassTabs
from salviewer.gui.filters.crops_view import CropsView
from salviewer.gui.filters.values import FIRED, LEARNED
from salviewer.gui.training.values import SavedState
from salviewer.kit.filter_cards import Card, FilterCards

PAGES = {
    FIRED: ("In this picture", "The filters that fired in the picture on the screen"),
    LEARNED: ("What was learned", "The filters of each class, with the average of what excites them most"),
}


class FiltersView(QWidget):
    """`page_wished` carries FIRED or LEARNED, `state_wished` a saved state, `variant_wished` a place in the list."""

    page_wished = Signal(str)
    state_wished = Signal(object)
    variant_wished = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages: dict[str, QToolButton] = {}
        self.states, self.variants, self.export = QComboBox(), QComboBox(), QToolButton()
        self.tabs, self.classes = ClassTabs(), ClassList()
        self.head, self.about = theme.label("", "headline", wraps=True), theme.label("", "quiet", wraps=True)
        self.empty = theme.label("", "quiet", wraps=True)
        self.cards, self.crops = FilterCards(look_now()), CropsView()
        self._saved: tuple[SavedState, ...] = ()
        self._lay_out()
        self.states.activated.connect(lambda at: self.state_wished.emit(self._saved[at]))
        self.variants.activated.connect(self.variant_wished)

    # -- setters ------------------------------------------------------------------------------------------------

    def set_page(self, page: str) -> None:
        """Which of the two is shown."""
        for key, button in self.pages.items():
            button.setChecked(key == page)

    def set_states(self, saved: Sequence[SavedState], source: str, title: str) -> None:
        """What can be looked at; `source` is shown now, "" what is only in memory, called `title`."""
        self._saved = tuple(saved)
        with QSignalBlocker(self.states):
            self.states.clear()
            self.states.addItems([one.words for one in saved])
            sources = [one.source for one in saved]
            self.states.setCurrentIndex(sources.index(source) if source in sources else -1)
            self.states.setPlaceholderText(title or "Choose what was learned")
        self.states.setVisible(len(saved) > 1)

    def set_variants(self, names: Sequence[str], at: int) -> None:
        """How the average heatmaps were made, where there are several."""
        with QSignalBlocker(self.variants):
            self.variants.clear()
            self.variants.addItems(list(names))
            self.variants.setCurrentIndex(at)
        self.variants.setVisible(len(names) > 1)

    def set_classes(self, names: Sequence[str], label: str) -> None:
        """The classes to choose from, none where one picture is explained."""
        self.tabs.set_classes(names, label)
        self.classes.set_classes(names, label)

    def set_cards(self, head: str, about: str, cards: Sequence[Card]) -> None:
        """Show these filters."""
        self.head.setText(head)
        self.about.setText(about)
        self.cards.set_cards(cards)
        self.stack.setCurrentIndex(1)

    def set_empty(self, sentence: str) -> None:
        """Show nothing, and say why."""
        self.empty.setText(sentence)
        self.cards.set_cards(())
        self.stack.setCurrentIndex(0)

    def set_exports(self, actions: Sequence[QAction]) -> None:
        """What the export button offers."""
        menu = QMenu(self)
        menu.addActions(list(actions))
        self.export.setMenu(menu)

    def set_can_export(self, can: bool) -> None:
        """Whether there is something to export."""
        self.export.setEnabled(can)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.cards.set_look(look_now())
        self.crops.dress()
        icons.refresh(self)

    # -- inside -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        em = theme.em(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        below = QSplitter(Qt.Orientation.Vertical)
        below.addWidget(self.cards)
        below.addWidget(self.crops)
        below.setChildrenCollapsible(False)
        below.setSizes([55 * em, 45 * em])
        self.cards.setMinimumHeight(em * 10)
        full, hollow = QWidget(), QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.2))
        column.addWidget(self.head)
        column.addWidget(self.about)
        column.addWidget(below, 1)
        QVBoxLayout(hollow).addWidget(self.empty)
        self.stack = QStackedWidget()
        self.stack.addWidget(hollow)
        self.stack.addWidget(full)
        self.crops.hide()
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(self.classes)
        across.addWidget(self.stack)
        across.setChildrenCollapsible(False)
        across.setStretchFactor(1, 1)
        across.setSizes([11 * em, 60 * em])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*(round(em * 0.4),) * 4)
        outer.setSpacing(round(em * 0.4))
        outer.addLayout(self._row(em))
        outer.addWidget(self.tabs)
        outer.addWidget(across, 1)

    def _row(self, em: int) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(round(em * 0.3))
        for key, (title, about) in PAGES.items():
            button = theme.mark(QToolButton(), "tab")
            button.setText(title)
            button.setToolTip(about)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, key=key: self.page_wished.emit(key))
            self.pages[key] = button
            row.addWidget(button)
        row.addSpacing(em)
        for box, name in ((self.states, "What was learned"), (self.variants, "Average heatmaps")):
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMinimumContentsLength(8)
            row.addWidget(box)
        row.addStretch(1)
        self.export.setText("Export")
        self.export.setToolTip("All of these filters as one contact sheet")
        self.export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        icons.give(self.export, "save")
        row.addWidget(self.export)
        return row
