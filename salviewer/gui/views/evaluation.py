"""The evaluation's window: what is evaluated on the left, the leaderboard and the pictures of a cell on the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import icons, theme
from salviewer.gui.evaluation_values import Board
from salviewer.gui.views.evaluation_choices import ChoicesView
from salviewer.gui.views.evaluation_pictures import PicturesView
from salviewer.gui.views.evaluation_run import EvaluationRunView
from salviewer.gui.views.leaderboard import LEGEND, LeaderboardTable
from salviewer.gui.views.messages import MessagesView
from salviewer.numeric.counted import counted

EMPTY = (
    "No results yet.\n\nChoose pictures, methods and metrics on the left and press Run. "
    "The leaderboard fills as it goes; a run that is stopped goes on where it was."
)
READING = "The first results will be here soon."
ALL_BEAT = "Every method beats both controls in every metric."
TOO_FEW = "Which method beats the controls is said from five pictures on."
LINES = 6
"""Sentences under the table that are seen without scrolling."""
EXPORTS = (("csv", "All rows as CSV …"), ("parquet", "All rows as Parquet …"), ("pdf", "Table and bars as PDF …"))


class EvaluationWindow(QMainWindow):
    """`page_wished`, `export_wished` (a kind) and `take_over_wished`; closing it hides it."""

    page_wished = Signal()
    export_wished = Signal(str)
    take_over_wished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Evaluation – SalViewer")
        self.setWindowIcon(icons.application_icon())
        self.choices, self.run, self.pictures = ChoicesView(), EvaluationRunView(), PicturesView()
        self.table, self.messages = LeaderboardTable(), MessagesView()
        self.page, self.export, self.take_over = (QPushButton(t) for t in ("Open page", "Export", "Use its settings"))
        self.take_over.setToolTip("Choose on the left what these results were asked for with")
        icons.give(self.export, "save")
        self.page.clicked.connect(self.page_wished)
        self.take_over.clicked.connect(self.take_over_wished)
        self.empty = theme.label(EMPTY, "quiet", wraps=True)
        self.remarks = theme.label("", wraps=True)
        self._about = theme.label("", "quiet")
        self._legend = theme.label(LEGEND, "quiet")
        self._make_exports()
        self._lay_out()
        close = QAction("Close", self)
        close.setShortcut("Ctrl+W")
        close.triggered.connect(self.close)
        self.addAction(close)

    def set_board(self, board: Board | None, about: str, *, running: bool) -> None:
        """Show what the folder holds; `about`: what it is, in a few words."""
        self.table.set_board(board)
        self.empty.setText(READING if running else EMPTY)
        self._centre.setCurrentWidget(self._results if board else self._nothing)
        self._about.setText(about if board else "")
        for button in (self.page, self.export):
            button.setEnabled(board is not None)
        self.page.setEnabled(board is not None and board.spec is not None)
        self.take_over.setVisible(board is not None and board.spec is not None and not running)
        said = _said(board, self.table.board.title) if board else ""
        self.remarks.setText(said)
        self._remarks_area.setMinimumHeight(round(1.05 * theme.em(self)) * min(LINES, said.count("\n") + 1))

    def show_pictures(self, shown: bool) -> None:
        """Show or hide the pictures of a cell."""
        self.pictures.setVisible(shown)
        self._hint.setVisible(not shown)

    def _make_exports(self) -> None:
        menu = QMenu(self)
        for kind, title in EXPORTS:
            menu.addAction(title).triggered.connect(lambda _=False, kind=kind: self.export_wished.emit(kind))
        self.export.setMenu(menu)

    def _lay_out(self) -> None:
        em = theme.em(self)
        self._centre = QStackedWidget()
        self._nothing, self._results = self._make_nothing(em), self._make_results(em)
        for part in (self._nothing, self._results):
            self._centre.addWidget(part)
        right, column = _column(em)
        column.addLayout(self._make_head(em))
        column.addWidget(self.messages)
        column.addWidget(self._centre, 1)
        left, side = _column(em)
        side.addWidget(self.choices, 1)
        side.addWidget(self.run)
        left.setMinimumWidth(em * 19)
        right.setMinimumWidth(em * 30)
        splitter = _splitter(Qt.Orientation.Horizontal, em, left, right)
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([em * 22, em * 66])
        outer = QWidget()
        row = QHBoxLayout(outer)
        row.setContentsMargins(*(round(em * 0.6),) * 4)
        row.addWidget(splitter)
        self.setCentralWidget(outer)
        screen = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(em * 88, screen.width()), min(em * 54, screen.height()))

    def _make_head(self, em: int) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(round(em * 0.5))
        head.addWidget(theme.label("Leaderboard", "headline"))
        head.addWidget(self._about, 1)
        for button in (theme.mark(self.take_over, "link"), self.page, self.export):
            head.addWidget(button)
        return head

    def _make_nothing(self, em: int) -> QWidget:
        card = theme.mark(QFrame(), "card")
        column = QVBoxLayout(card)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setFixedWidth(em * 28)
        row = QHBoxLayout()
        for part in (None, self.empty, None):
            row.addStretch(1) if part is None else row.addWidget(part)
        column.addLayout(row)
        return card

    def _make_results(self, em: int) -> QWidget:
        above, column = _column(em)
        column.addWidget(self.table, 1)
        column.addWidget(self._legend)
        self._remarks_area = _scrolled(self.remarks, em * 9)
        column.addWidget(self._remarks_area)
        self._hint: QLabel = theme.label("Click a number to see its pictures, the best first.", "quiet")
        column.addWidget(self._hint)
        self.pictures.hide()
        parts = _splitter(Qt.Orientation.Vertical, em, above, self.pictures)
        parts.setStretchFactor(0, 1)
        parts.setStretchFactor(1, 0)
        return parts


def _said(board: Board, title: Callable[[str], str]) -> str:
    """What beats no control, and what failed, a sentence a line."""
    most = max((e.n for e in board.table.cells.values()), default=0)
    beaten = board.remarks or ((ALL_BEAT if board.table.against else "",) if most >= 5 else (TOO_FEW,))
    failed = [
        f"{title(method)}: {counted(count, 'picture')} failed. {why}"
        for method, (count, why) in board.table.errors.items()
    ]
    return "\n".join(line for line in (*failed, *board.no_values, *beaten) if line)


def _scrolled(label: QLabel, most: int) -> QScrollArea:
    area = QScrollArea()
    inner = theme.mark(QWidget(), "flat")
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(label)
    column.addStretch(1)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setMaximumHeight(most)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def _splitter(orientation: Qt.Orientation, em: int, *parts: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(round(em * 0.6))
    for part in parts:
        splitter.addWidget(part)
        splitter.setCollapsible(splitter.count() - 1, False)
    return splitter


def _column(em: int) -> tuple[QWidget, QVBoxLayout]:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(round(em * 0.6))
    return part, column
