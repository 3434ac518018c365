"""The trade-off between a mask's size and the class's score: a curve along which one drags, each point a kept mask."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from salviewer.api.masks import MaskStack
from salviewer.gui import theme
from salviewer.gui.masks.words import percent, score_in_words
from salviewer.gui.views.plot import Plot, Trace

KEYS = "Drag along the curve, or use the left and right keys: each point is a mask that was kept."


class TradeOff(Plot):
    """`chosen`: the number of a mask, from small to large."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.here = 0
        self._masks: tuple[MaskStack, ...] = ()
        self.setToolTip(KEYS)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_masks(self, masks: Sequence[MaskStack], here: int) -> None:
        """Draw the masks, small to large, and mark number `here`."""
        if tuple(masks) != self._masks:
            self._masks = tuple(masks)
            x = tuple(mask.size for mask in masks)
            first = masks[0]
            whole = (Trace("in the picture", x, (first.input_score,) * len(x), 1),)
            traces = (Trace("in the explanation", x, tuple(mask.score for mask in masks)), *whole)
            said = "share of the input that is " + ("kept" if first.keeps else "taken away")
            self.set_traces(traces, said, f"{first.output} of the class", tuple(percent(v) for v in x))
        self.here = here
        self.setAccessibleDescription(self.read(here))
        self.update()

    def read(self, at: int, *, named: bool = True) -> str:
        """Size and score of mask `at`."""
        if not 0 <= at < len(self._masks):
            return ""
        mask = self._masks[at]
        return f"{percent(mask.size)} of the input: {score_in_words(mask.score, mask.output)}"

    def nearest(self, x: float) -> int:
        """The mask nearest to `x`, in logical pixels."""
        return min(range(len(self._masks)), key=lambda i: abs(self._place(self._masks[i].size, 0).x() - x))

    # -- Qt's events --------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the nearest mask."""
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the nearest mask, and with the left button down take it."""
        super().mouseMoveEvent(event)
        self._drag(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go to the next mask, the first or the last."""
        last = len(self._masks) - 1
        wanted = {
            Qt.Key.Key_Left: self.here - 1, Qt.Key.Key_Right: self.here + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if wanted is None:
            super().keyPressEvent(event)
        elif 0 <= wanted <= last:
            self.chosen.emit(wanted)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Read nothing more; the description stays that of the mask that is looked at."""
        super().leaveEvent(event)
        self.setAccessibleDescription(self.read(self.here))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The plot, and a ring around the mask that is looked at."""
        super().paintEvent(event)
        if not 0 <= self.here < len(self._masks) or self._masks[self.here].score != self._masks[self.here].score:
            return
        mask, em = self._masks[self.here], theme.em(self)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.tones().accent), max(2.0, em * 0.14)))
            painter.setBrush(QColor(theme.tones().panel))
            painter.drawEllipse(self._place(mask.size, mask.score), em * 0.4, em * 0.4)

    def _drag(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._masks:
            at = self.nearest(event.position().x())
            if at != self.here:
                self.chosen.emit(at)

    def _ticks(self) -> tuple[float, ...]:
        """The ends and the middle: kept masks lie too close for a number each."""
        left, right = self._span()
        return (left, (left + right) / 2, right)
