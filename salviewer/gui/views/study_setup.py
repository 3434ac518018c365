"""Setting up a reader study: what is compared, on which pictures, what readers are asked, and Prepare."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from salviewer.api.params import Params, param
from salviewer.gui import icons, theme
from salviewer.gui.study_values import Preparing, StudyPlan
from salviewer.gui.views.pictures_choice import TRUE, PicturesChoice
from salviewer.gui.views.study_arms import ArmsView
from salviewer.numeric.counted import counted

STEPS = 1000
HINT = "{class} stands for the name of the class that is explained."


class StudyParams(Params):
    """Which pictures are taken, and how they are asked about."""

    limit: int = param(20, "Spread over the collection; 0 takes all.", ge=0, title="Pictures at most")
    repeats: int = param(
        4, "Shown a second time, sides swapped: how far a reader agrees with themselves.", ge=0, title="Repeated trials"
    )
    target: Literal["true class", "predicted class"] = param(
        TRUE, "The class whose map is made: the one that the picture has, or the model's answer.", title="Explained"
    )
    correct_only: bool = param(
        True, "Leave out pictures that a model gets wrong.", title="Only what every model gets right"
    )
    seed: int = param(0, "Of order, sides and methods.", ge=0, title="Seed of the study")


class SetupView(QWidget):
    """`chosen` carries fields of the plan; the other signals are wishes. `pictures` has wishes of its own."""

    chosen = Signal(dict)
    folder_wished = Signal()
    prepare_wished = Signal()
    stop_wished = Signal()
    open_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.arms, self.pictures = ArmsView(), PicturesChoice(StudyParams)
        self.title, self.question = theme.mark(QPlainTextEdit(), "lines"), theme.mark(QPlainTextEdit(), "lines")
        self.folder, self.change_folder = QElidingLabel(), QPushButton("Change …")
        self.open, self.prepare, self.stop = (QPushButton(t) for t in ("Open study folder …", "Prepare", "Stop"))
        self.bar, self.message = QProgressBar(), QElidingLabel()
        self._why = ""
        self._running = False
        self._said = theme.label("", "quiet", wraps=True)
        self._lay_out()
        self._connect()
        self.set_preparing(None)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # -- setters ------------------------------------------------------------------------------------------------

    def set_plan(self, plan: StudyPlan, params: type[Params] | None, labels: tuple[str, ...], folder: Path) -> None:
        """Show what is chosen. params: those of the collection; labels: of the arms."""
        for box, text in ((self.title, plan.title), (self.question, plan.question)):
            if box.toPlainText() != text:
                with QSignalBlocker(box):
                    box.setPlainText(text)
        own = {"limit": plan.limit, "repeats": plan.repeats, "target": plan.target,
               "correct_only": plan.correct_only, "seed": plan.seed}  # fmt: skip
        self.pictures.set_plan(plan.collection, params, plan.params, own)
        self.arms.set_arms(plan.arms, labels)
        self.arms.set_models(plan.models)
        self.folder.setText(folder.name)
        self.folder.setToolTip(str(folder))

    def set_size(self, maps: int, trials: int, why_not: str) -> None:
        """How much there is to do, or why it cannot be done."""
        self._why = why_not
        self._said.setText(
            why_not
            or f"At most {counted(maps, 'map is', 'maps are')} made, and each reader sees {counted(trials, 'trial')}."
        )
        self.prepare.setEnabled(not why_not)

    def set_preparing(self, running: Preparing | None) -> None:
        """Show the preparation under way; None shows Prepare."""
        self._running = running is not None
        for widget in (self.stop, self.bar, self.message):
            widget.setVisible(self._running)
        for widget in (self.prepare, self._said):
            widget.setVisible(not self._running)
        for widget in (self._left, self._right, self.change_folder, self.open):
            widget.setEnabled(not self._running)
        if running is None:
            return
        self.stop.setEnabled(not running.stopping)
        self.stop.setText("Stopping …" if running.stopping else "Stop")
        self.bar.setRange(0, STEPS if running.fraction > 0 else 0)
        self.bar.setValue(round(STEPS * running.fraction))
        self.message.setText(running.message or "Waiting for the job before it")

    # -- inside -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.title.textChanged.connect(lambda: self.chosen.emit({"title": self.title.toPlainText()}))
        self.question.textChanged.connect(lambda: self.chosen.emit({"question": self.question.toPlainText()}))
        self.pictures.chosen.connect(self.chosen)
        for button, wish in (
            (self.change_folder, self.folder_wished), (self.open, self.open_wished),
            (self.prepare, self.prepare_wished), (self.stop, self.stop_wished),
        ):  # fmt: skip
            button.clicked.connect(wish)

    def _lay_out(self) -> None:
        em = theme.em(self)
        head = QHBoxLayout()
        head.addWidget(theme.label("Set up a reader study", "headline"), 1)
        head.addWidget(self.open)
        self._left, self._right = self._make_left(em), self._make_right(em)
        row = QHBoxLayout()
        row.setSpacing(round(em * 0.6))
        row.addWidget(self._left, 5)
        row.addWidget(self._right, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.6))
        column.addLayout(head)
        column.addLayout(row, 1)
        column.addWidget(self._make_foot(em))

    def _make_left(self, em: int) -> QFrame:
        card, column = _card(em)
        self.title.setAccessibleName("Title of the study")
        self.question.setAccessibleName("Question")
        for box, lines in ((self.title, 1), (self.question, 3)):
            box.setTabChangesFocus(True)
            box.setFixedHeight(round(em * (lines * 1.05 + 0.8)))
        self.title.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(theme.label("Title", "section"))
        column.addWidget(self.title)
        column.addWidget(theme.label("What readers are asked", "section"))
        column.addWidget(self.question)
        column.addWidget(theme.label(HINT, "help"))
        column.addWidget(theme.label("Maps that are compared", "section"))
        column.addWidget(self.arms, 1)
        return card

    def _make_right(self, em: int) -> QFrame:
        card, column = _card(em)
        column.addWidget(theme.label("Pictures", "section"))
        column.addWidget(self.pictures, 1)
        return card

    def _make_foot(self, em: int) -> QFrame:
        card, column = _card(em)
        theme.mark(self.prepare, "primary")
        theme.mark(self.message, "quiet")
        icons.give(self.stop, "cancel")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the preparation")
        self.folder.setElideMode(Qt.TextElideMode.ElideMiddle)
        place = QHBoxLayout()
        place.addWidget(theme.label("Study goes to", "section"))
        place.addWidget(self.folder, 1)
        place.addWidget(self.change_folder)
        row = QHBoxLayout()
        row.setSpacing(em)
        for widget, stretch in ((self._said, 1), (self.message, 1), (self.bar, 1), (self.stop, 0), (self.prepare, 0)):
            row.addWidget(widget, stretch)
        for button in (self.stop, self.prepare):
            button.setMinimumWidth(em * 7)
        column.addLayout(place)
        column.addLayout(row)
        return card


def _card(em: int) -> tuple[QFrame, QVBoxLayout]:
    card = theme.mark(QFrame(), "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(*(round(em * 0.6),) * 4)
    column.setSpacing(round(em * 0.4))
    return card, column
