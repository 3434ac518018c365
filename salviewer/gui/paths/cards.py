"""The cards of the Two paths panel: a picture with one path's points, and the change that DeepFool made."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.api.values import Picture
from salviewer.errors import InvalidChoice
from salviewer.gui import theme
from salviewer.gui.neurons.picture import PointsPicture
from salviewer.gui.paths.values import Change, Side
from salviewer.gui.values import Display
from salviewer.jobs.path_pairs import path_of
from salviewer.kit.canvas import Canvas
from salviewer.numeric.neuron_table import joined

POINTS = "The pixels that the path ends in: the brighter, the denser they lie."
STATES = {"waiting": "Waits …", "running": "Explaining, {:.0f} % …", "done": "", "failed": "", "stopped": ""}


class Card(QFrame):
    """A title, a line below it, and what `fill` puts in."""

    def __init__(self, fill: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        em = theme.em(self)
        self.title, self.said = theme.mark(QElidingLabel(), "title"), theme.mark(QElidingLabel(), "quiet")
        self.below = theme.label("", "quiet", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.4),) * 4)
        column.setSpacing(round(em * 0.25))
        column.addWidget(self.title)
        column.addWidget(self.said)
        column.addWidget(fill, 1)
        column.addWidget(self.below)
        self.below.hide()

    def say(self, title: str, said: str, below: str = "") -> None:
        """The words; `below` the picture."""
        for label, text in ((self.title, title), (self.said, said)):
            label.setText(text)
            label.setToolTip(text)
        self.below.setText(below)
        self.below.setVisible(bool(below))
        self.setAccessibleName(f"{title}: {said}")


class SideCard(Card):
    """One of the two explanations."""

    def __init__(self) -> None:
        self.points = PointsPicture()
        self.points.bar.setMaximumWidth(0)  # two pictures beside each other need the room
        super().__init__(self.points)
        self.points.canvas.setToolTip(POINTS)
        self._shown: Side | None = None

    def set_side(self, side: Side) -> None:
        """Its picture at once, its points when they are there."""
        self.say(side.name, side.said, side.sentence or STATES[side.status].format(100 * side.fraction))
        had, self._shown = self._shown, side
        if had is not None and (had.picture, had.explanation) == (side.picture, side.explanation):
            return
        picture = side.picture.picture if isinstance(side.picture.picture, Picture) else None
        found = side.explanation
        self.points.set_picture(picture, found.grid if found is not None else None)
        if found is None:
            self.points.canvas.set_picture(picture.pixels if picture is not None else None)
            self.points.set_units(None, np.zeros(0, bool))
            return
        try:
            table = joined(path_of(found))
        except InvalidChoice:
            return  # the panel says so
        self.points.set_units(table, np.ones(len(table), bool))

    def set_display(self, display: Display) -> None:
        """Colours as the Heatmap panel has them."""
        self.points.set_display(display)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.points.dress()
        self.points.canvas.setBackground(theme.tones().panel)


class ChangeCard(Card):
    """The perturbation, amplified."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        super().__init__(self.canvas)
        self.canvas.setMinimumSize(theme.em(self) * 8, theme.em(self) * 8)
        self.canvas.setAccessibleName("The change of the picture, amplified")
        self.canvas.setToolTip("Grey is where nothing changed.")

    def set_change(self, change: Change | None) -> None:
        """Show `change`; None hides the card."""
        self.setVisible(change is not None)
        if change is not None:
            self.canvas.set_picture(change.pixels.astype(np.float32))
            self.say("the change", "as it is" if change.factor == 1 else f"{change.factor:,g} times as strong")

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.canvas.setBackground(theme.tones().panel)
