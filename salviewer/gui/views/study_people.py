"""Between the trials: who reads, thanks, and what the study came to."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import icons, theme
from salviewer.gui.study_values import Findings, Thanks, Welcome
from salviewer.numeric.counted import counted

PLAN = (
    "You see a picture and two maps of it, and are asked:",
    "Say which map is the better answer, and how reliable each one is. Bright colours mark what speaks most for it. "
    "There is no right or wrong; when in doubt, take the one you lean to.",
    "You can pause at any time, or stop and go on another day: every answer is kept at once. "
    "An answer cannot be taken back once you have gone on.",
)
CAUTION = "Shows whose maps are whose: only for whoever runs the study, once nobody reads any more."


class WelcomeView(QWidget):
    """`begin_wished` carries a name."""

    begin_wished = Signal(str)
    findings_wished = Signal()
    close_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = theme.mark(QLineEdit(), "filter")
        self.begin = theme.mark(QPushButton("Begin"), "primary")
        self.findings = theme.mark(QPushButton("Results …"), "link")
        self.other = theme.mark(QPushButton("Another study …"), "link")
        self.title, self.question = theme.label("", "headline", wraps=True), theme.label("", "title", wraps=True)
        self.note, self.known = theme.label("", "quiet", wraps=True), theme.label("", "quiet", wraps=True)
        self._length = theme.label("", wraps=True)
        self._names: dict[str, tuple[int, int]] = {}
        self._lay_out()
        self.name.textChanged.connect(self._check)
        self.name.returnPressed.connect(self._begin)
        self.begin.clicked.connect(self._begin)
        self.findings.clicked.connect(self.findings_wished)
        self.other.clicked.connect(self.close_wished)
        self._check()

    def set_welcome(self, study: Welcome) -> None:
        """Show what a reader should know."""
        self.title.setText(study.title)
        self.question.setText(study.question.replace("“{class}”", "…").replace("{class}", "…"))
        self._length.setText(
            f"There {'is' if study.trials == 1 else 'are'} {counted(study.trials, 'trial')}; at half a minute each, "
            f"about {_minutes(study.trials)}."
        )
        self.note.setText(study.note)
        self.note.setVisible(bool(study.note))
        self._names = {name.casefold(): (done, total) for name, done, total in study.readers}
        said = ", ".join(f"{name} ({done} of {total})" for name, done, total in study.readers)
        self.known.setText(f"So far: {said}." if said else "Nobody has read yet.")
        self.findings.setEnabled(bool(study.readers))
        self.name.clear()
        self.name.setFocus()

    def _begin(self) -> None:
        if self.begin.isEnabled():
            self.begin_wished.emit(self.name.text())

    def _check(self) -> None:
        """A reader who is known goes on."""
        typed = " ".join(self.name.text().split()).casefold()
        done, total = self._names.get(typed, (0, 0))
        self.begin.setEnabled(bool(typed))
        self.begin.setText(f"Go on at {done + 1} of {total}" if 0 < done < total else "Begin")

    def _lay_out(self) -> None:
        em = theme.em(self)
        card, column = card_of(em, 36)
        column.addWidget(self.title)
        column.addWidget(self.note)
        for widget in (theme.label(PLAN[0], wraps=True), self.question, theme.label(PLAN[1], wraps=True), self._length,
                       theme.label(PLAN[2], wraps=True)):  # fmt: skip
            column.addWidget(widget)
        column.addSpacing(round(em * 0.4))
        column.addWidget(theme.label("Your name or number", "section"))
        self.name.setAccessibleName("Your name or number")
        self.name.setPlaceholderText("such as Reader 1")
        self.begin.setMinimumWidth(em * 8)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.begin)
        column.addLayout(row)
        column.addWidget(self.known)
        self.findings.setToolTip(CAUTION)
        foot = QHBoxLayout()
        foot.addWidget(theme.label("For whoever runs the study:", "quiet"))
        foot.addWidget(self.findings)
        foot.addWidget(self.other)
        foot.addStretch(1)
        column.addLayout(foot)
        centre(self, card)


class ThanksView(QWidget):
    """After the last trial."""

    leave_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.said = theme.label("", wraps=True)
        self.done = theme.mark(QPushButton("Done"), "primary")
        self.done.clicked.connect(self.leave_wished)
        card, column = card_of(em, 28)
        column.addWidget(theme.label("Thank you", "headline"))
        column.addWidget(self.said)
        column.addWidget(self.done, 0, Qt.AlignmentFlag.AlignRight)
        centre(self, card)

    def set_thanks(self, thanks: Thanks) -> None:
        """Say what was done."""
        self.said.setText(
            f"{thanks.reader} is through with {counted(thanks.trials, 'trial')}, and every answer is kept. "
            f"The next reader can begin."
        )


class FindingsView(QWidget):
    """What the study came to."""

    export_wished = Signal()
    leave_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.title = theme.label("", "headline", wraps=True)
        self.export, self.back = QPushButton("Export CSV …"), QPushButton("Back")
        icons.give(self.export, "save")
        self.export.clicked.connect(self.export_wished)
        self.back.clicked.connect(self.leave_wished)
        self.said = theme.label("", wraps=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.cells: list[list[QWidget]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(round(em * 1.6))
        self._grid.setVerticalSpacing(round(em * 0.5))
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.back)
        head.addWidget(self.export)
        card = theme.mark(QFrame(), "card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(em, em, em, em)
        inner.setSpacing(em)
        inner.addLayout(self._grid)
        inner.addWidget(self.said)
        inner.addStretch(1)
        area = QScrollArea()
        area.setWidget(card)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(em, round(em * 0.6), em, em)
        column.setSpacing(round(em * 0.6))
        column.addLayout(head)
        column.addWidget(area, 1)

    def set_findings(self, found: Findings) -> None:
        """Show the table and the sentences."""
        self.title.setText(f"{found.title}: results")
        self.said.setText("\n".join(found.sentences))
        self.export.setEnabled(found.answers > 0)
        for cell in (cell for row in self.cells for cell in row):
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self.cells = [
            [theme.label(text, "section" if not at else "title" if not column else "")
             for column, text in enumerate(line)] for at, line in enumerate(found.table)
        ]  # fmt: skip
        for at, row in enumerate(self.cells):
            for column, cell in enumerate(row):
                side = Qt.AlignmentFlag.AlignLeft if not column else Qt.AlignmentFlag.AlignRight
                self._grid.addWidget(cell, at, column, side)
        self._grid.setColumnStretch(len(found.table[0]), 1)


def _minutes(trials: int) -> str:
    minutes = max(1, round(trials / 2))
    return counted(minutes, "minute")


def card_of(em: int, width: int) -> tuple[QFrame, QVBoxLayout]:
    """A card, `width` lines of text wide, and its column."""
    card = theme.mark(QFrame(), "card")
    card.setFixedWidth(em * width)
    column = QVBoxLayout(card)
    column.setContentsMargins(2 * em, 2 * em, 2 * em, round(em * 1.4))
    column.setSpacing(round(em * 0.7))
    return card, column


def centre(page: QWidget, card: QWidget) -> None:
    """Put `card` in the middle of `page`, a little above."""
    row = QHBoxLayout()  # an alignment would take the card's size from unwrapped text
    row.addStretch(1)
    row.addWidget(card)
    row.addStretch(1)
    column = QVBoxLayout(page)
    column.addStretch(1)
    column.addLayout(row)
    column.addStretch(2)
