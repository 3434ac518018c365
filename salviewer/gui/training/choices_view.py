"""What is trained: the trainer, the pictures that it learns from, and its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from salviewer.api.params import Params, param
from salviewer.gui import theme
from salviewer.gui.evaluation_values import Pictures
from salviewer.gui.params_form import ParamsForm
from salviewer.gui.training.values import TrainPlan
from salviewer.gui.views.paged import Paged
from salviewer.gui.views.pictures_choice import PicturesChoice

PAGES = ("What", "Pictures", "Settings")
NOTHING = "No plugin that learns anything is installed."


class SampleParams(Params):
    """Which samples are taken."""

    limit: int = param(0, "Spread over the collection; 0 takes all.", ge=0, title="Pictures at most")
    seed: int = param(0, "Of everything that is drawn.", ge=0)


@dataclass(frozen=True)
class TrainerCard:
    """A trainer as it is offered. learns: what comes out, one sentence; why: "", or why it cannot be taken."""

    key: str
    title: str
    learns: str
    tip: str = ""
    why: str = ""


class TrainChoicesView(QFrame):
    """`trainer_wished` carries a key, `settings_wished` values and whether they can be run, `chosen` limit and seed.

    `folder_wished`: the open folder is to be taken. `pictures` has wishes of its own.
    """

    trainer_wished = Signal(str)
    settings_wished = Signal(dict, bool)
    chosen = Signal(dict)
    folder_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.model = QElidingLabel()
        self.pictures = PicturesChoice(SampleParams)
        self.folder = theme.mark(QPushButton("Take the open folder"), "link")
        self.radios: dict[str, QRadioButton] = {}
        self.settings = ParamsForm("This has no settings.")
        self._cards: tuple[TrainerCard, ...] = ()
        self._group = QButtonGroup(self)
        self._lay_out()
        self.settings.changed.connect(self.settings_wished)
        self.pictures.chosen.connect(self.chosen)
        self.folder.clicked.connect(self.folder_wished)

    # -- setters ------------------------------------------------------------------------------------------------

    def set_model(self, title: str) -> None:
        """The open model's name; "" where none is open."""
        self.model.setText(f"About {title}" if title else "No model is open")

    def set_trainers(self, cards: Sequence[TrainerCard]) -> None:
        """What can be learned, and why not."""
        if tuple(cards) == self._cards:
            return
        self._cards = tuple(cards)
        for radio in self.radios.values():
            self._group.removeButton(radio)
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.radios = {}
        for card in cards:
            self._list.addWidget(self._card(card))
        if not cards:
            self._list.addWidget(theme.label(NOTHING, "quiet", wraps=True))
        self._list.addStretch(1)

    def set_plan(self, plan: TrainPlan, collection: type[Params] | None, settings: type[Params] | None) -> None:
        """Show what is chosen. collection, settings: the params of the collection and of the trainer."""
        if plan.trainer in self.radios:
            self.radios[plan.trainer].setChecked(True)
        self.pictures.set_plan(plan.collection, collection, plan.params, {"limit": plan.limit, "seed": plan.seed})
        self.settings.ask(settings)
        self.settings.fill(plan.settings)

    def set_pictures(self, pictures: Pictures | None, note: str) -> None:
        """What is known of the collection; `note`: what should be known of it."""
        about = "with boxes or masks" if pictures and pictures.annotated else "without boxes or masks"
        self.pictures.set_pictures(pictures, about, note)

    def set_folder(self, title: str) -> None:
        """The name of the open folder; "" where none is open."""
        self.folder.setText(f"Take the open folder, {title}" if title else "Take the open folder")
        self.folder.setVisible(bool(title))

    def set_running(self, running: bool) -> None:
        """What is chosen cannot be changed while it runs."""
        for page in self._pages:
            page.setEnabled(not running)

    # -- inside -------------------------------------------------------------------------------------------------

    def _card(self, card: TrainerCard) -> QFrame:
        em = theme.em(self)
        frame = QFrame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, round(em * 0.4))
        column.setSpacing(round(em * 0.15))
        radio = self.radios[card.key] = QRadioButton(card.title)
        radio.setEnabled(not card.why)
        radio.setToolTip(card.tip)
        radio.setAccessibleDescription(card.why or card.learns)
        radio.clicked.connect(lambda _=False, key=card.key: self.trainer_wished.emit(key))
        self._group.addButton(radio)
        column.addWidget(radio)
        column.addWidget(theme.label(card.learns, "quiet", wraps=True))
        if card.why:
            column.addWidget(theme.label(card.why, "note", wraps=True))
        return frame

    def _lay_out(self) -> None:
        em = theme.em(self)
        self._list, settings = QVBoxLayout(), QVBoxLayout()
        self._list.setSpacing(round(em * 0.3))
        settings.addWidget(self.settings)
        settings.addStretch(1)
        pictures = QWidget()
        column = QVBoxLayout(pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.3))
        column.addWidget(self.folder, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.pictures, 1)
        self._pages = (_scrolled(self._list), pictures, _scrolled(settings))
        self.pages = Paged(dict(zip(PAGES, self._pages, strict=True)))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*(round(em * 0.6),) * 4)
        outer.setSpacing(round(em * 0.5))
        outer.addWidget(theme.mark(self.model, "title"))
        outer.addWidget(self.pages, 1)


def _scrolled(column: QVBoxLayout) -> QScrollArea:
    inner = theme.mark(QWidget(), "flat")
    inner.setLayout(column)
    column.setContentsMargins(0, 0, round(theme.em(inner) * 0.5), 0)
    area = QScrollArea()
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
