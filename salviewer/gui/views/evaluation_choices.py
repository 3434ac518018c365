"""What is evaluated: the model, the pictures, the methods and metrics or a recipe, and the folder of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from salviewer.api.params import Params, param
from salviewer.gui import theme
from salviewer.gui.evaluation_values import Pictures, Plan
from salviewer.gui.views.checklist import Checklist
from salviewer.gui.views.paged import Paged
from salviewer.gui.views.pictures_choice import TRUE, PicturesChoice

CONTROLS_NOTE = "Always with them: the two controls, a random map and a spot in the middle."
NO_RECIPE = "None: tick methods and metrics"


class SampleParams(Params):
    """Which pictures are taken and what is explained of them."""

    limit: int = param(24, "Spread over the collection; 0 takes all.", ge=0, title="Pictures at most")
    target: Literal["true class", "predicted class"] = param(
        TRUE, "The class whose map is made: the one that the picture has, or the model's answer.", title="Explained"
    )
    correct_only: bool = param(
        False, "Leave out pictures that the model gets wrong.", title="Only what the model gets right"
    )
    seed: int = param(0, "Of everything that is drawn.", ge=0)


class ChoicesView(QFrame):
    """`chosen` (fields of the plan), `ticked` (kind, key, on), `folder_wished`. `pictures` has wishes of its own."""

    chosen = Signal(dict)
    ticked = Signal(str, str, bool)
    folder_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.model, self.folder = QElidingLabel(), QElidingLabel()
        self.folder.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.recipe = QComboBox()
        self.recipe.setAccessibleName("Recipe")
        self.recipe.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.recipe.setMinimumContentsLength(12)
        self.pictures = PicturesChoice(SampleParams)
        self.methods = Checklist("methods", CONTROLS_NOTE)
        self.metrics = Checklist("metrics")
        self.change_folder = QPushButton("Change …")
        self._recipe_note = theme.label("", "quiet", wraps=True)
        self._lay_out()
        self.recipe.activated.connect(lambda i: self.chosen.emit({"recipe": self.recipe.itemData(i)}))
        self.pictures.chosen.connect(self.chosen)
        self.change_folder.clicked.connect(self.folder_wished)
        for kind, view in (("methods", self.methods), ("metrics", self.metrics)):
            view.ticked.connect(lambda key, on, kind=kind: self.ticked.emit(kind, key, on))

    # -- setters ------------------------------------------------------------------------------------------------

    def set_model(self, title: str) -> None:
        """The open model's name; "" where none is open."""
        self.model.setText(title or "none is open")

    def set_recipes(self, titles: Mapping[str, str]) -> None:
        """The published tables, title by name."""
        self.recipe.clear()
        self.recipe.addItem(NO_RECIPE, "")
        for name, title in titles.items():
            self.recipe.addItem(title, name)
            self.recipe.setItemData(self.recipe.count() - 1, name, Qt.ItemDataRole.ToolTipRole)

    def set_plan(self, plan: Plan, params: type[Params] | None, recipe_note: str, counts: tuple[int, int]) -> None:
        """Show what is chosen. params: those of the collection; counts: of methods and metrics that will be run."""
        with QSignalBlocker(self.recipe):
            self.recipe.setCurrentIndex(max(0, self.recipe.findData(plan.recipe)))
        own = {"limit": plan.limit, "target": plan.target, "correct_only": plan.correct_only, "seed": plan.seed}
        self.pictures.set_plan(plan.collection, params, plan.params, own)
        self.methods.set_ticked(plan.methods)
        self.metrics.set_ticked(plan.metrics)
        for view in (self.methods, self.metrics):
            view.setEnabled(not plan.recipe)
        self._recipe_note.setText(recipe_note)
        self._recipe_note.setVisible(bool(recipe_note))
        for name, count in zip(("Methods", "Metrics"), counts, strict=True):
            self._paged.tabs[name].setText(f"{name} · {count}")

    def set_pictures(self, pictures: Pictures | None, note: str, barred: Mapping[str, str]) -> None:
        """What is known of the collection; `note`: what should be known of it; `barred`: metrics it cannot meet."""
        truth = "with boxes or masks" if pictures and pictures.annotated else "without boxes or masks"
        self.pictures.set_pictures(pictures, truth, note)
        self.metrics.set_barred(barred)

    def set_folder(self, folder: Path) -> None:
        """Where the results go."""
        self.folder.setText(folder.name)
        self.folder.setToolTip(str(folder))

    def set_running(self, running: bool) -> None:
        """What is chosen cannot be changed while it runs."""
        for widget in (*self._pages, self.recipe, self.change_folder):
            widget.setEnabled(not running)

    # -- inside -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        em = theme.em(self)
        self._pages = (self.pictures, self.methods, self.metrics)
        self._paged = Paged(dict(zip(("Pictures", "Methods", "Metrics"), self._pages, strict=True)))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.5))
        column.addLayout(_rows(em, (("Model", self.model), ("Recipe", self.recipe))))
        column.addWidget(self._recipe_note)
        column.addWidget(self._paged, 1)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(self.change_folder)
        column.addWidget(theme.label("Results go to", "section"))
        column.addLayout(row)


def _rows(em: int, rows: Sequence[tuple[str, QWidget]]) -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(em)
    form.setVerticalSpacing(round(em * 0.4))
    for name, widget in rows:
        form.addRow(theme.label(name, "section"), widget)
    return form
