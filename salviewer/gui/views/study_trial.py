"""One question to a reader: the picture between two maps, which is better, how reliable each is. No names."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.study_values import SIDES, Asked
from salviewer.gui.views.study_map import PictureBox, ScoreRow
from salviewer.gui.views.study_people import card_of, centre
from salviewer.kit.colours import lut, swatch

KEYS = "Keys: ← and → choose, 1 to 5 score the left map, then the right one, Enter goes on, Esc pauses."
PAUSED = "The maps are hidden and the clock stands still. Every answer so far is kept."


class TrialView(QWidget):
    """`chosen` (a side), `scored` (a side, 1 to 5), `digit` (1 to 5) and what the buttons wish."""

    chosen = Signal(str)
    scored = Signal(str, int)
    digit = Signal(int)
    next_wished = Signal()
    pause_wished = Signal()
    go_on_wished = Signal()
    leave_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.maps = {side: PictureBox(f"{side.capitalize()} map") for side in SIDES}
        self.picture = PictureBox("The picture", still=True)
        self.choices = {side: QPushButton() for side in SIDES}
        self.scores = {side: ScoreRow(f"{side.capitalize()} map") for side in SIDES}
        self.next, self.pause = QPushButton("Next"), QPushButton("Pause")
        self.go_on, self.stop = QPushButton("Go on"), QPushButton("Stop for now")
        self.question = theme.label("", "headline", wraps=True)
        self.count, self.time = theme.label(""), theme.label("", "quiet")
        self.hide_time = theme.mark(QPushButton("Hide the time"), "link")
        self.bar = QProgressBar()
        self._missing = theme.label("", "quiet")
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()

    def set_trial(self, asked: Asked) -> None:
        """Show a trial, and what was said of it so far."""
        self._pages.setCurrentIndex(1 if asked.paused else 0)
        self.question.setText(asked.question)
        self.picture.set_image(asked.picture)
        for side, image, score in zip(SIDES, (asked.left, asked.right), asked.scores, strict=True):
            self.maps[side].set_image(image)
            self.maps[side].setChecked(asked.chosen == side)
            self.choices[side].setChecked(asked.chosen == side)
            self.scores[side].set_score(score)
        self.count.setText(f"{asked.at} of {asked.of}")
        self.count.setToolTip(asked.reader)
        self.bar.setRange(0, asked.of)
        self.bar.setValue(asked.at - 1)
        self.next.setEnabled(asked.complete)
        self.next.setText("Finish" if asked.at == asked.of else "Next")
        self._missing.setText(_missing(asked))

    def set_seconds(self, seconds: float) -> None:
        """Show the clock."""
        self.time.setText(f"{int(seconds) // 60}:{int(seconds) % 60:02d}")

    # -- inside -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        for side in SIDES:
            for button in (self.maps[side], self.choices[side]):
                button.clicked.connect(lambda _=False, side=side: self._choose(side))
            self.scores[side].scored.connect(lambda score, side=side: self.scored.emit(side, score))
        self.next.clicked.connect(self.next_wished)
        self.pause.clicked.connect(self.pause_wished)
        self.go_on.clicked.connect(self.go_on_wished)
        self.stop.clicked.connect(self.leave_wished)
        self.hide_time.clicked.connect(self._toggle_time)
        for key, wish in (("Left", lambda: self.chosen.emit("left")), ("Right", lambda: self.chosen.emit("right")),
                          ("Return", self._enter), ("Enter", self._enter), ("Esc", self._escape)):  # fmt: skip
            self._key(key, wish)
        for score in range(1, 6):
            self._key(str(score), lambda score=score: self.digit.emit(score))

    def _choose(self, side: str) -> None:
        for other, button in self.choices.items():
            button.setChecked(other == side)
        self.chosen.emit(side)

    def _key(self, key: str, wish: object) -> None:
        shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(wish)

    def _enter(self) -> None:
        self.go_on_wished.emit() if self._pages.currentIndex() else self.next_wished.emit()

    def _escape(self) -> None:
        self.go_on_wished.emit() if self._pages.currentIndex() else self.pause_wished.emit()

    def _toggle_time(self) -> None:
        shown = self.time.isHidden()
        self.time.setVisible(shown)
        self.hide_time.setText("Hide the time" if shown else "Show the time")

    def _lay_out(self) -> None:
        em = theme.em(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pages.addWidget(self._make_board(em))
        self._pages.addWidget(self._make_pause(em))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)

    def _make_board(self, em: int) -> QWidget:
        board = QWidget()
        column = QVBoxLayout(board)
        column.setContentsMargins(em, round(em * 0.6), em, round(em * 0.6))
        column.setSpacing(round(em * 0.6))
        self.question.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        column.addWidget(self.question)
        column.addLayout(self._make_maps(em))
        column.addStretch(1)
        keys = theme.label(KEYS, "help")
        column.addWidget(keys, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._make_foot(em))
        return board

    def _make_maps(self, em: int) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(em)
        grid.setVerticalSpacing(round(em * 0.5))
        for at, side in ((0, "left"), (2, "right")):
            choice = self.choices[side]
            choice.setText("The left map" if side == "left" else "The right map")
            theme.mark(choice, "choice")
            choice.setCheckable(True)
            grid.addWidget(self.maps[side], 0, at)
            grid.addWidget(choice, 1, at, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(self.scores[side], 2, at)
        grid.addWidget(self.picture, 0, 1)
        grid.addWidget(theme.label("The picture", "quiet"), 1, 1, Qt.AlignmentFlag.AlignCenter)
        grid.addLayout(self._make_legend(em), 2, 1)
        for at in range(3):
            grid.setColumnStretch(at, 1)
        return grid

    def _make_legend(self, em: int) -> QVBoxLayout:
        """What the colours say."""
        bar = QLabel()
        bar.setPixmap(swatch(lut("inferno"), em * 8, round(em * 0.6), ratio=self.devicePixelRatioF()))
        bar.setAccessibleName("Colours from little to much")
        row = QHBoxLayout()
        row.addStretch(1)
        for widget in (theme.label("little", "quiet"), bar, theme.label("much", "quiet")):
            row.addWidget(widget)
        row.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(round(em * 0.3))
        words = theme.label("How much a place speaks for the class", "quiet")
        column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(row)
        column.addStretch(1)
        return column

    def _make_foot(self, em: int) -> QHBoxLayout:
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(em * 10)
        self.bar.setAccessibleName("Progress of the study")
        theme.mark(self.next, "primary")
        for button in (self.next, self.pause):
            button.setMinimumWidth(em * 6)
        self.pause.setToolTip("Hide the maps and stop the clock (Esc)")
        self.next.setToolTip("Keep this answer and go on (Enter)")
        foot = QHBoxLayout()
        foot.setSpacing(round(em * 0.6))
        for widget in (self.count, self.bar, self.time, self.hide_time):
            foot.addWidget(widget)
        foot.addStretch(1)
        for widget in (self._missing, self.pause, self.next):
            foot.addWidget(widget)
        return foot

    def _make_pause(self, em: int) -> QWidget:
        page = QWidget()
        card, inner = card_of(em, 26)
        inner.addWidget(theme.label("Paused", "headline"))
        inner.addWidget(theme.label(PAUSED, wraps=True))
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.stop, theme.mark(self.go_on, "primary")):
            row.addWidget(button)
        inner.addLayout(row)
        centre(page, card)
        return page


def _missing(asked: Asked) -> str:
    """What is still to be said."""
    left, right = asked.scores
    if not asked.chosen:
        return "Choose a map." if left and right else "Choose a map and score both."
    if left and right:
        return ""
    return "Score both maps." if not (left or right) else f"Score the {'right' if left else 'left'} map."
