"""What comes of a training: what it will teach, how it goes, and what was learned, in words and in charts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.api.filters import FilterGallery
from salviewer.api.trained import Trained
from salviewer.gui import icons, theme
from salviewer.gui.job_entries import seconds
from salviewer.gui.training.charts import fact_rows
from salviewer.gui.training.charts_view import ChartsView
from salviewer.gui.training.values import Ended, SavedState, UnderWay

MOST_SAVED = 6
FIRST = "Nothing to see yet: charts stand here as soon as the training shows any."


class OutcomeView(QFrame):
    """`saved_wished` carries a state; the other wishes are about what was just learned."""

    use_wished = Signal()
    copy_wished = Signal()
    place_wished = Signal()
    saved_wished = Signal(object)
    filters_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.head, self.about = theme.label("", "headline", wraps=True), theme.label("", "quiet", wraps=True)
        self.fault = theme.label("", "fault", wraps=True)
        self.use, self.copy, self.place = (QPushButton(t) for t in ("Use it", "Save a copy …", "Show the folder"))
        self.filters = QPushButton("Show the filters")
        self.filters.setToolTip("What excites each of them most, class by class")
        self.kept, self.file = theme.label("", "quiet", wraps=True), QElidingLabel()
        self.charts = ChartsView()
        self.saved_buttons: list[QPushButton] = []
        self._notes, self._facts, self._saved = QVBoxLayout(), QFormLayout(), QVBoxLayout()
        self._lay_out()
        self.use.clicked.connect(self.use_wished)
        self.copy.clicked.connect(self.copy_wished)
        self.place.clicked.connect(self.place_wished)
        self.filters.clicked.connect(self.filters_wished)
        self.set_idle("", "", (), ())

    # -- setters ------------------------------------------------------------------------------------------------

    def set_idle(self, title: str, about: str, rows: Sequence[tuple[str, str]], saved: Sequence[SavedState]) -> None:
        """Before anything is trained. about, rows: what the trainer does, needs and is for, in words and in a table.

        saved: what it learned about the model before.
        """
        self._say(title or "Learn something about a model", about)
        self._show_end(None, "")
        self._say_rows(rows)
        self.charts.set_evidence(())
        self._show_saved(saved)

    def set_running(self, running: UnderWay) -> None:
        """A training that runs."""
        self.charts.set_evidence(running.evidence)
        self._say(f"Training: {running.title}", FIRST if self.charts.is_empty else "")
        self._show_end(None, "")
        self._show_saved(())

    def set_ended(self, ended: Ended, why_not_use: str) -> None:
        """A training that has ended; `why_not_use`: why what it learned cannot be used now."""
        about = ended.spec.collection.key if ended.spec.collection else ""
        if ended.trained is not None:
            self._say(f"Learned: {ended.title}", f"About {ended.spec.model.architecture} · from {about} · "
                      f"{seconds(ended.seconds)}")  # fmt: skip
        elif ended.why:
            self._say(f"Nothing was learned: {ended.title}", "The training ended with a fault.")
        else:
            far = f" at {100 * ended.fraction:.0f} %" if ended.fraction > 0 else ""
            self._say(f"Stopped{far}: {ended.title}", "What was done is kept. Continue goes on from there.")
        self._show_end(ended, why_not_use)
        self.charts.set_evidence(ended.evidence)
        self._show_saved(())

    # -- inside -------------------------------------------------------------------------------------------------

    def _say(self, head: str, about: str) -> None:
        self.head.setText(head)
        self.about.setText(about)
        self.about.setVisible(bool(about))

    def _show_end(self, ended: Ended | None, why_not_use: str) -> None:
        trained = ended.trained if ended is not None else None
        why = ended.why if ended is not None else ""
        self.fault.setText(why)
        self.fault.setVisible(bool(why))
        self._say_notes(trained)
        self._say_rows(fact_rows(trained.facts) if trained is not None else ())
        place = ended.place if ended is not None else None
        self.file.setText(str(place or ""))
        self.file.setToolTip(str(place or ""))
        for label in (self.kept, self.file):
            label.setVisible(place is not None)
        self.use.setVisible(trained is not None)
        self.use.setEnabled(not why_not_use)
        self.use.setToolTip(why_not_use or "Choose the method that takes it, and give it this")
        self.copy.setVisible(trained is not None)
        self.filters.setVisible(trained is not None and any(one.kind == FilterGallery.kind for one in trained.evidence))
        self.place.setVisible(place is not None)
        self._why_not.setText(why_not_use)
        self._why_not.setVisible(trained is not None and bool(why_not_use))

    def _say_notes(self, trained: Trained | None) -> None:
        """What the trainer says of it, a paragraph each."""
        _empty(self._notes)
        if trained is not None:
            ending = (f"It ended because {trained.stopped.rstrip('.')}.",) if trained.stopped else ()
            for note in (*trained.notes, *ending):
                self._notes.addWidget(_selectable(theme.label(note, wraps=True)))

    def _say_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names and values below each other."""
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, value in rows:
            self._facts.addRow(theme.label(name, "quiet"), _selectable(theme.label(value, wraps=True)))

    def _show_saved(self, saved: Sequence[SavedState]) -> None:
        _empty(self._saved)
        self.saved_buttons = []
        self._saved_title.setVisible(bool(saved))
        for one in saved[:MOST_SAVED]:
            button = theme.mark(QPushButton(one.words), "step")
            button.setToolTip(f"Use it\n{one.source}")
            button.setAccessibleName(f"Use what was learned before: {one.words}")
            button.clicked.connect(lambda _=False, one=one: self.saved_wished.emit(one))
            self._saved.addWidget(button)
            self.saved_buttons.append(button)

    def _lay_out(self) -> None:
        em = theme.em(self)
        theme.mark(self.use, "primary")
        self.kept.setText("Kept, and offered whenever this model is open:")
        self.file.setElideMode(Qt.TextElideMode.ElideMiddle)
        icons.give(self.copy, "save")
        icons.give(self.place, "folder")
        self._why_not = theme.label("", "note", wraps=True)
        self._saved_title = theme.label("Learned about this model before: click to use", "section")
        self._notes.setSpacing(round(em * 0.4))
        self._saved.setSpacing(round(em * 0.3))
        self._facts.setHorizontalSpacing(em)
        self._facts.setVerticalSpacing(round(em * 0.2))
        row = QHBoxLayout()
        row.setSpacing(round(em * 0.5))
        for button in (self.use, self.filters, self.copy, self.place):
            row.addWidget(button)
        row.addStretch(1)
        inner = theme.mark(QWidget(), "flat")
        column = QVBoxLayout(inner)
        column.setContentsMargins(round(em * 0.3), round(em * 0.3), round(em * 0.6), round(em * 0.3))
        column.setSpacing(round(em * 0.5))
        for widget in (self.head, self.about, self.fault):
            column.addWidget(widget)
        for part in (self._notes, self._facts):
            column.addLayout(part)
        for widget in (self.kept, self.file):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self._why_not)
        column.addWidget(self._saved_title)
        column.addLayout(self._saved)
        column.addWidget(self.charts)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*(round(em * 0.3),) * 4)
        outer.addWidget(area)


def _empty(column: QVBoxLayout) -> None:
    while (item := column.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def _selectable(label: QLabel) -> QLabel:
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
