"""The Two paths panel's widget: what it comes to in words, both pictures with their points, and what is shared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.paths.cards import ChangeCard, SideCard
from salviewer.gui.paths.chart import SharedChart
from salviewer.gui.paths.values import Duel
from salviewer.gui.values import Display
from salviewer.gui.views.comparison_empty import Empty

WHAT = "See where two decisions part company"
HOW = (
    "Two explanations of one picture are set against each other, layer by layer: which units both chose, and the last "
    "layer, from the pixels up, at which they still share at least half of them."
)


class PathsView(QWidget):
    """`cancel_wished`, `neurons_wished`, `maps_wished`, `open_wished`: the buttons."""

    cancel_wished = Signal()
    neurons_wished = Signal()
    maps_wished = Signal()
    open_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.said = theme.label("", "headline"), theme.label("", wraps=True)
        self.sides, self.change, self.chart = (SideCard(), SideCard()), ChangeCard(), SharedChart()
        self.more = theme.label("", "quiet", wraps=True)
        self.cancel, self.neurons = QPushButton("Cancel"), QPushButton("Both in the Neurons panel")
        self.maps, self.open = QPushButton("Maps in the Compare panel"), QPushButton("Open the perturbed picture")
        for button, wish in (
            (self.cancel, self.cancel_wished), (self.neurons, self.neurons_wished), (self.maps, self.maps_wished),
            (self.open, self.open_wished),
        ):  # fmt: skip
            button.clicked.connect(wish)
        self.empty = Empty(what=WHAT, how=HOW)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self._full())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pages)
        self.set_duel(None, "")
        self.dress()

    def set_starters(self, actions: Sequence[QAction]) -> None:
        """A button for each way to begin."""
        self.empty.set_fillers(actions)

    def set_duel(self, duel: Duel | None, looking: str) -> None:
        """Show `duel`; `looking`: what is under way before there is one, or why there can be none."""
        self.empty.set_why_not(looking)
        self.pages.setCurrentIndex(0 if duel is None else 1)
        if duel is None:
            return
        self.title.setText(duel.title)
        self.said.setText(words_of(duel, looking))
        self.more.setText(" ".join(duel.change.words) if duel.change is not None else "")
        self.more.setVisible(duel.change is not None)
        for card, side in zip(self.sides, duel.sides, strict=True):
            card.set_side(side)
        self.change.set_change(duel.change)
        self.chart.set_pair(duel.pair)
        self.cancel.setVisible(duel.under_way or bool(looking))
        self.neurons.setVisible(duel.pair is not None)
        self.maps.setVisible(all(side.explanation is not None for side in duel.sides))
        self.open.setVisible(duel.change is not None)

    def set_display(self, display: Display) -> None:
        """Colours as the Heatmap panel has them."""
        for card in self.sides:
            card.set_display(display)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        for card in (*self.sides, self.change):
            card.dress()
        self.chart.update()

    def _full(self) -> QWidget:
        em, page, cards = theme.em(self), QWidget(), QWidget()
        row = QHBoxLayout(cards)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(em * 0.4))
        for card in (self.sides[0], self.change, self.sides[1]):
            row.addWidget(card, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(cards)
        parts.addWidget(self.chart)
        parts.setSizes([600, 300])
        buttons = QHBoxLayout()
        for button in (self.neurons, self.maps, self.open):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        column = QVBoxLayout(page)
        column.setContentsMargins(*(round(em * 0.5),) * 4)
        column.setSpacing(round(em * 0.4))
        column.addWidget(self.title)
        column.addWidget(self.said)
        column.addWidget(self.more)
        column.addWidget(parts, 1)
        column.addLayout(buttons)
        return page


def words_of(duel: Duel, looking: str = "") -> str:
    """What is known so far, in sentences."""
    said = [looking] if looking else []
    if duel.pair is not None:
        said += [duel.pair.difference.sentence, *duel.pair.notes]
    elif duel.sentence:
        said.append(duel.sentence)
    elif duel.under_way:
        said.append("Both are explained; then their paths are compared.")
    return " ".join(said)
