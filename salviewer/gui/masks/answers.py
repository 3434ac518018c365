"""What the model says of the explanation: its first classes as they were stored, and after it was put back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.data.percent import as_percent
from salviewer.gui import theme
from salviewer.gui.masks.values import Answers, Looked
from salviewer.gui.masks.words import verdict

if TYPE_CHECKING:
    from salviewer.api.values import Prediction
    from salviewer.jobs.putting_back import PutBack

MOST = 5
HEADS = ("Class", "picture", "stored", "put back")


class AnswerCard(QScrollArea):
    """`back_wished`: whether the complement is to be put back."""

    back_wished = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.back, self.back_complement = QPushButton("Put the explanation back"), QPushButton("Its complement")
        self.said = theme.label("", "quiet", wraps=True)
        self.cells: list[list[QElidingLabel]] = []
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(round(em * 0.7))
        self._rows.setVerticalSpacing(round(em * 0.1))
        self._rows.setColumnStretch(0, 1)
        self._fill_rows()
        buttons = QHBoxLayout()
        buttons.addWidget(self.back, 2)
        buttons.addWidget(self.back_complement, 1)
        self.back.setToolTip("Runs the model once more, on m · x, and compares with what was stored")
        self.back_complement.setToolTip("Runs the model on (1 − m) · x")
        self.back.clicked.connect(lambda: self.back_wished.emit(False))
        self.back_complement.clicked.connect(lambda: self.back_wished.emit(True))
        inner = theme.mark(QWidget(), "flat")
        column = QVBoxLayout(inner)
        column.setContentsMargins(round(em * 0.5), 0, round(em * 0.3), 0)
        column.setSpacing(round(em * 0.35))
        column.addWidget(theme.label("What the model says", "title"))
        column.addLayout(self._rows)
        column.addLayout(buttons)
        column.addWidget(self.said)
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumSize(em * 17, em * 10)
        self.setAccessibleName("What the model says of the explanation")

    def set_answers(self, looked: Looked, answers: Answers, why_not: str, whole: Prediction | None = None) -> None:
        """The first classes of the mask that is looked at; `why_not`: why it cannot be put back, "" if it can.

        whole: what the model says of all of the picture; None where that is not known.
        """
        plain = answers.found.get((looked.at, False))
        found = plain or answers.found.get((looked.at, True))
        complement = answers.found.get((looked.at, True))
        self._set_rows(looked, plain, complement, whole)
        for button in (self.back, self.back_complement):
            button.setEnabled(not why_not and not answers.under_way)
        said = [verdict(one, looked.mask) for one in (plain, complement) if one is not None]
        if answers.under_way:
            said = ["Asking the model …"]
        elif answers.sentence:
            said = [answers.sentence]
        elif found is None:
            said = [why_not or "Put it back to see whether the model says the same again."]
        self.said.setText(" ".join(said))

    def _set_rows(
        self, looked: Looked, plain: PutBack | None, complement: PutBack | None, picture: Prediction | None
    ) -> None:
        last = plain or complement
        now = _by_class(last.said if last is not None else None)
        whole = _in_picture(looked) | _by_class(last.before if last is not None else picture)
        stored = dict(looked.mask.top)
        order = {name: p for _, name, p in (last.said.top(MOST) if last is not None else ())} or stored
        names = list(dict.fromkeys([*order, *stored]))[:MOST]
        self.cells[0][3].setText("complement" if plain is None and complement is not None else HEADS[3])
        for i, row in enumerate(self.cells[1:]):
            name = names[i] if i < len(names) else ""
            values = (name, *(_shown(known, name) for known in (whole, stored, now)))
            for cell, text in zip(row, values, strict=True):
                cell.setText(text)
                cell.setVisible(bool(name))
            row[0].setToolTip(name)
            row[0].setProperty("role", "title" if name and name == looked.label else "")
            theme.restyle(row[0])

    def _fill_rows(self) -> None:
        for r in range(MOST + 1):
            row = []
            for column, head in enumerate(HEADS):
                cell = QElidingLabel(head if r == 0 else "") if column == 0 else theme.label(head if r == 0 else "")
                if r == 0:
                    theme.mark(cell, "quiet")
                if column:
                    cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                self._rows.addWidget(cell, r, column)
                row.append(cell)
            self.cells.append(row)


def _by_class(said: Prediction | None) -> dict[str, float]:
    return dict(zip(said.classes, said.probabilities, strict=True)) if said is not None else {}


def _in_picture(looked: Looked) -> dict[str, float]:
    """What was stored of the picture itself: the explained class's probability."""
    mask = looked.mask
    known = mask.output == "probability" and math.isfinite(mask.input_score)
    return {looked.label: mask.input_score} if known else {}


def _shown(known: dict[str, float], name: str) -> str:
    return as_percent(known[name]) if name in known else "–" if name else ""
