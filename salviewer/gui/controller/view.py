"""The Controller panel's widget: what one tries, the density of scores, their map, and what it means in words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.controller.chart import DensityChart
from salviewer.gui.controller.distribution import distribution, in_words, scores_of
from salviewer.gui.controller.fields import NumberSlider
from salviewer.gui.controller.map_view import ScoreMap
from salviewer.gui.controller.sentence import Sentence
from salviewer.gui.controller.values import ETA_RANGE, H_RANGE, LEAST, MOST, TITLES, Scores, Setting

ETA_TIP = "How steep the sigmoid is: about 1.5 spreads normal scores evenly, more drives them to both ends"
H_TIP = "The power: above 1 few scores are high and many low, below 1 the other way round"
USE, USE_TIP = "Use these settings", "Put them into the method's form and into the form of its training"
BEYOND = "These scores go beyond 1, here to {:.2g}: as a mask they exaggerate the picture there."


class ControllerView(QWidget):
    """`transformer_wished`, `eta_wished`, `h_wished`: what is tried; `reset_wished`, `use_wished`: the buttons."""

    transformer_wished = Signal(str)
    eta_wished = Signal(float)
    h_wished = Signal(float)
    reset_wished = Signal()
    use_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.transformer = QComboBox()
        for key, title in TITLES.items():
            self.transformer.addItem(title, key)
        self.transformer.setAccessibleName("Transformer")
        self.transformer.setToolTip("How standardised scores z become scores m")
        limits = (LEAST, MOST)
        self.eta, self.h = NumberSlider("eta", ETA_TIP, ETA_RANGE, limits), NumberSlider("h", H_TIP, H_RANGE, limits)
        self.reset, self.use = QPushButton("Reset"), theme.mark(QPushButton(USE), "primary")
        icons.give(self.reset, "reset")
        self.chart, self.map = DensityChart(), ScoreMap()
        self.said, self.note = Sentence(), theme.label("", "quiet", wraps=True)
        self._setting, self._scores, self._hint, self._table = Setting(), None, "", "inferno"
        self.transformer.activated.connect(lambda _: self.transformer_wished.emit(self.transformer.currentData()))
        self.eta.changed.connect(self.eta_wished)
        self.h.changed.connect(self.h_wished)
        self.reset.clicked.connect(self.reset_wished)
        self.use.clicked.connect(self.use_wished)
        self._lay_out()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_setting(self, setting: Setting) -> None:
        """What is tried; tells nobody."""
        self._setting = setting
        self.transformer.setCurrentIndex(list(TITLES).index(setting.transformer))
        for field, value in ((self.eta, setting.eta), (self.h, setting.h)):
            field.set_value(value)
            field.setEnabled(setting.is_customized)
        self._draw()

    def set_scores(self, scores: Scores | None, hint: str, table: str) -> None:
        """Whose scores are looked at; without any, `hint` says how to get some. `table`: the map's colours."""
        self._scores, self._hint, self._table = scores, hint, table
        self._draw()

    def set_reset(self, words: str, *, possible: bool) -> None:
        """What Reset goes back to, and whether that is somewhere else."""
        self.reset.setToolTip(words)
        self.reset.setEnabled(possible)

    def set_why_not_use(self, why: str) -> None:
        """Why the settings cannot be used; "" if they can."""
        self.use.setEnabled(not why)
        self.use.setToolTip(why or USE_TIP)

    def dress(self) -> None:
        """Take on the theme's colours."""
        icons.refresh(self)
        self.chart.update()
        self.map.update()

    # -- inside -------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        setting, scores = self._setting, self._scores
        made = scores_of(setting, scores.z) if scores is not None else None
        words = in_words(setting, made)
        self.chart.set_drawn(distribution(setting, made), words)
        self.said.say(words)
        self.side.setVisible(made is not None)
        note = self._hint
        if scores is not None and made is not None:
            self.map.set_scores(made, self._table)
            high = float(made.max(initial=0.0))
            note = " ".join(filter(None, (f"Scores of {scores.title}.", BEYOND.format(high) if high > 1 else "")))
        self.note.setText(note)

    def _lay_out(self) -> None:
        em = theme.em(self)
        fields = QGridLayout()
        fields.setHorizontalSpacing(round(em * 1.2))
        fields.setVerticalSpacing(round(em * 0.4))
        fields.addWidget(self.transformer, 0, 0)
        fields.addWidget(self.reset, 1, 0)
        fields.addWidget(self.eta, 0, 1)
        fields.addWidget(self.h, 1, 1)
        fields.addWidget(self.use, 0, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        fields.setColumnStretch(1, 1)
        self.side = QWidget()
        column = QVBoxLayout(self.side)
        column.setContentsMargins(round(em * 0.4), 0, 0, 0)
        column.addWidget(theme.label("Map of the scores", "section"))
        column.addWidget(self.map, 1)
        self.parts = QSplitter(Qt.Orientation.Horizontal)
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(self.chart)
        self.parts.addWidget(self.side)
        self.parts.setStretchFactor(0, 5)
        self.parts.setStretchFactor(1, 3)
        self.parts.setSizes([500, 300])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*(round(em * 0.6),) * 4)
        outer.setSpacing(round(em * 0.5))
        outer.addLayout(fields)
        outer.addWidget(self.said)
        outer.addWidget(self.parts, 1)
        outer.addWidget(self.note)
