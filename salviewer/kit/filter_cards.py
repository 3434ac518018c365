"""The filters of a class as cards: which layer, two pictures beside each other, and signed bars below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QWidget

from salviewer.kit.filter_grid import FilterGrid
from salviewer.numeric.counted import counted


@dataclass(frozen=True)
class Bar:
    """A number: its name, how it is written, and where its bar ends, -1..1."""

    name: str
    text: str
    share: float


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture in a card, None where there is none; `caption` says what it is, or why it is not there."""

    image: QImage | None
    caption: str


@dataclass(frozen=True, eq=False)
class Card:
    """letter: of the part of the network, in the colour `tone`; kind, aside: in a quiet line; name: in one below."""

    letter: str
    tone: QColor
    kind: str
    title: str
    aside: str
    name: str
    shots: tuple[Shot, ...]
    bars: tuple[Bar, ...]
    sentence: str


@dataclass(frozen=True)
class CardLook:
    """The colours: of text, of text of second rank, of lines, of a card, of squares without a picture, of bars."""

    ink: QColor
    quiet: QColor
    faint: QColor
    card: QColor
    sunk: QColor
    above: QColor
    below: QColor
    on_tone: QColor


class FilterCards(FilterGrid):
    """Shows cards; `chosen` carries the place of one in the list."""

    SQUARE = 7.5
    """Of a picture's side, in lines of text."""

    def __init__(self, look: CardLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: tuple[Card, ...] = ()
        self._look = look
        self.setAccessibleName("Filters")

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show these."""
        self.cards = tuple(cards)
        self.setAccessibleDescription(
            f"{counted(len(cards), 'filter')}. The arrow keys go through them, Return opens one."
        )
        self.restart()

    def set_look(self, look: CardLook) -> None:
        """Other colours."""
        self._look = replace(look)
        self.viewport().update()

    def count(self) -> int:
        """How many cards there are."""
        return len(self.cards)

    def words(self, at: int) -> str:
        """A card in a sentence."""
        return self.cards[at].sentence

    def tile(self) -> QSize:
        """As large as the largest card's parts need."""
        em = self.fontMetrics().height()
        shots = max((len(card.shots) for card in self.cards), default=2)
        bars = max((len(card.bars) for card in self.cards), default=1)
        wide = max(2, shots) * self.SQUARE * em + (max(2, shots) - 1) * 0.4 * em
        return QSize(round(wide + 1.2 * em), round((5.0 if not shots else 6.1 + self.SQUARE) * em + 1.2 * bars * em))

    def paint_tile(self, painter: QPainter, at: int, box: QRect) -> None:
        """A card."""
        card, look, em = self.cards[at], self._look, self.fontMetrics().height()
        painter.setPen(look.faint)
        painter.setBrush(look.card)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        inner = QRectF(box).adjusted(0.6 * em, 0.5 * em, -0.6 * em, -0.5 * em)
        self._paint_head(painter, card, QRectF(inner.topLeft(), inner.topRight()).adjusted(0, 0, 0, 3.6 * em), em)
        top, side = inner.top() + 3.9 * em, self.SQUARE * em
        for i, shot in enumerate(card.shots):
            self._paint_shot(painter, shot, QRectF(inner.left() + i * (side + 0.4 * em), top, side, side), em)
        top += side + 1.3 * em if card.shots else 0
        for i, bar in enumerate(card.bars):
            self._paint_bar(painter, bar, QRectF(inner.left(), top + i * 1.2 * em, inner.width(), 1.2 * em), em)

    def _paint_head(self, painter: QPainter, card: Card, box: QRectF, em: float) -> None:
        look, chip = self._look, QRectF(box.left(), box.top() + 0.15 * em, 2.3 * em, 2.3 * em)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(card.tone)
        painter.drawRoundedRect(chip, 3, 3)
        heavy = QFont(self.font())
        heavy.setWeight(QFont.Weight.DemiBold)
        painter.setFont(heavy)
        painter.setPen(look.on_tone)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, card.letter)
        words = box.adjusted(2.8 * em, 0, 0, 0)
        said = " · ".join(part for part in (card.kind, card.aside) if part)
        for i, (text, colour) in enumerate(((card.title, look.ink), (said, look.quiet), (card.name, look.quiet))):
            painter.setPen(colour)
            line = QRectF(words.left(), words.top() + i * 1.2 * em, words.width(), 1.2 * em)
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, round(line.width()))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            painter.setFont(self._small())  # of the lines below the first

    def _paint_shot(self, painter: QPainter, shot: Shot, box: QRectF, em: float) -> None:
        painter.fillRect(box, self._look.sunk)
        painter.setFont(self._small())
        painter.setPen(self._look.quiet)
        if shot.image is None:
            inside = box.adjusted(0.5 * em, 0, -0.5 * em, 0)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, shot.caption)
            return
        size = shot.image.size().scaled(round(box.width()), round(box.height()), Qt.AspectRatioMode.KeepAspectRatio)
        where = QRectF(box.center().x() - size.width() / 2, box.center().y() - size.height() / 2,
                       size.width(), size.height())  # fmt: skip
        fine = self.devicePixelRatioF() * size.width() < 2 * shot.image.width()  # larger: its own pixels stay in sight
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, fine)
        painter.drawImage(where, shot.image)
        below = QRectF(box.left(), box.bottom() + 0.1 * em, box.width(), 1.1 * em)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, shot.caption)

    def _paint_bar(self, painter: QPainter, bar: Bar, box: QRectF, em: float) -> None:
        """The number's name, its bar from the middle on, and itself."""
        look, small = self._look, self._small()
        painter.setFont(small)
        painter.setPen(look.quiet)
        centred = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | centred, bar.name)
        painter.setPen(look.ink)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | centred, bar.text)
        groove = box.adjusted(4.8 * em, 0.35 * em, -3.6 * em, -0.35 * em)
        painter.fillRect(groove, look.faint)
        middle, long = groove.center().x(), abs(bar.share) * groove.width() / 2
        start = middle if bar.share > 0 else middle - long
        painter.fillRect(
            QRectF(start, groove.top(), long, groove.height()), look.above if bar.share > 0 else look.below
        )
        painter.fillRect(QRectF(middle - 0.5, groove.top() - 2, 1, groove.height() + 4), look.quiet)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.85)
        return font
