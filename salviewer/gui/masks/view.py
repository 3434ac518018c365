"""The Masks panel's widget: the views of a mask, the curve of those that were kept, and what the model says."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from salviewer.api.values import Prediction
from salviewer.gui import theme
from salviewer.gui.masks.answers import AnswerCard
from salviewer.gui.masks.cells import MaskCells
from salviewer.gui.masks.chart import TradeOff
from salviewer.gui.masks.tools import MaskTools
from salviewer.gui.masks.values import ARRANGEMENTS, Answers, Look, Looked
from salviewer.gui.masks.words import headline, place_on_path, stopped_short

POINT = "Point at a pixel to read the mask's numbers. The wheel zooms all views, a drag moves them."


class MasksView(QWidget):
    """Setters show; the parts tell what a person wants."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools, self.cells, self.chart, self.answers = MaskTools(), MaskCells(), TradeOff(), AnswerCard()
        self.said, self.read = theme.label("", "title", wraps=True), theme.label(POINT, "quiet", wraps=True)
        self.stopped = theme.label("", "fault", wraps=True)
        self.contrast, self.empty = theme.label("", "quiet", wraps=True), theme.label("", "quiet", wraps=True)
        self._look = Look()
        self._looked: Looked | None = None
        self._lay_out()
        self.cells.read.connect(lambda words: self.read.setText(words or POINT))
        self.tools.fit_wished.connect(self.cells.fit)

    # -- setters ------------------------------------------------------------------------------------------------

    def set_looked(self, looked: Looked | None) -> None:
        """Show the mask that is looked at; None shows the empty panel."""
        self._looked = looked
        self.pages.setCurrentIndex(0 if looked is None else 1)
        if looked is None:
            return
        self.said.setText(" ".join(filter(None, (headline(looked), place_on_path(looked)))))
        self.stopped.setText(stopped_short(looked))
        self.stopped.setVisible(bool(self.stopped.text()))
        self.tools.set_classes(looked.classes, looked.which)
        self.chart.setVisible(len(looked.masks) > 1)
        if len(looked.masks) > 1:
            self.chart.set_masks(looked.masks, looked.at)
        self.tools.answer.setVisible(len(looked.masks) > 1)
        self.tools.answer.setEnabled(looked.at != looked.answer)
        self._draw()

    def set_look(self, look: Look) -> None:
        """Which views, and how strong."""
        self._look = look
        self.tools.set_look(look)
        self.contrast.setText(look.contrast.words)
        self.contrast.setVisible(bool(look.contrast.words))
        self._draw()

    def set_answers(self, answers: Answers, why_not: str, whole: Prediction | None) -> None:
        """What the model said, why it cannot be asked, and what it says of all of the picture where that is known."""
        if self._looked is not None:
            self.answers.set_answers(self._looked, answers, why_not, whole)

    def set_why_empty(self, sentence: str) -> None:
        """What is said where there is no mask."""
        self.empty.setText(sentence)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.cells.dress()
        self.chart.update()

    # -- inside -------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self._looked is not None:
            wanted = ARRANGEMENTS[self._look.arrangement][1]
            self.cells.show_mask(self._looked.mask, wanted, self._look.contrast, bgr=self._looked.bgr)

    def _lay_out(self) -> None:
        em = theme.em(self)
        self.lower = QSplitter(Qt.Orientation.Horizontal)
        self.lower.addWidget(self.chart)
        self.lower.addWidget(self.answers)
        self.lower.setSizes([550, 450])
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(self.cells)
        parts.addWidget(self.lower)
        parts.setSizes([700, 300])
        for splitter in (self.lower, parts):
            splitter.setChildrenCollapsible(False)
        full, hollow = QWidget(), QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(*(round(em * 0.4),) * 4)
        column.setSpacing(round(em * 0.3))
        for widget in (self.tools, self.said, self.stopped, self.contrast):
            column.addWidget(widget)
        column.addWidget(parts, 1)
        column.addWidget(self.read)
        self.contrast.hide()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(hollow).addWidget(self.empty)
        self.pages = QStackedWidget()
        self.pages.addWidget(hollow)
        self.pages.addWidget(full)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pages)
