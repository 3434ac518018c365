"""Where columns, cards and rows of a path of neurons stand on the screen. Lengths are logical pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from salviewer.numeric.neuron_rows import ChannelRows
from salviewer.numeric.neuron_table import NeuronTable

COLUMN, STRIP, GAP, EDGE = 8.9, 1.9, 2.0, 0.6
"""Widths of an open column, of closed layers, between them, and at the ends; in lines of text."""
WIDEST = 12.0
HEAD, CARD, ROW, SPACE = 3.9, 4.3, 1.45, 0.3
"""Heights of a column's head, of a channel with thumbnail, of one without, and below the head."""
THUMBNAIL = 3.7


@dataclass(frozen=True)
class Band:
    """An open column, or a run of closed ones. `columns`: the first and one past the last; `left`: unscrolled."""

    columns: range
    open: bool
    left: float
    width: float

    @property
    def right(self) -> float:
        """The right edge, unscrolled."""
        return self.left + self.width


@dataclass(frozen=True)
class Hit:
    """What lies under a point: a band, its row (-1: none), a unit marked there (-1: none), whether on the head."""

    band: Band
    row: int = -1
    unit: int = -1
    head: bool = False


class NeuronLayout:
    """`closed`: the columns that are not shown by themselves; `size`: (width, height) of what can be seen."""

    def __init__(
        self, table: NeuronTable, rows: ChannelRows, closed: frozenset[int], em: float, size: tuple[float, float]
    ) -> None:
        self.table, self.rows, self.em, (self.room_x, self.height) = table, rows, em, size
        self.scroll_x = 0.0
        self.scrolls = [0.0] * len(table.columns)
        self.bands = _bands(len(table.columns), closed, em, size[0])
        self.width = (self.bands[-1].right if self.bands else 0.0) + EDGE * em
        self.band_of = {column: band for band in self.bands for column in band.columns}
        self._starts = np.searchsorted(rows.column, np.arange(len(table.columns) + 1))
        pictured = np.bincount(rows.column[rows.thumbnail >= 0], minlength=len(table.columns))
        self._pictured = pictured
        place = np.arange(len(rows)) - self._starts[rows.column]
        cards = np.minimum(place, pictured[rows.column])
        self._tops = (cards * CARD + (place - cards) * ROW) * em
        self._heights = np.where(rows.thumbnail >= 0, CARD, ROW) * em

    # -- columns ------------------------------------------------------------------------------------------------

    @property
    def head(self) -> float:
        """Where the rows begin."""
        return (HEAD + SPACE) * self.em

    def left(self, band: Band) -> float:
        """The left edge of `band` on the screen."""
        return band.left - self.scroll_x

    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """The left and the right edge on the screen of the band that each column is in."""
        lefts = np.array([self.left(self.band_of[column]) for column in range(len(self.table.columns))])
        return lefts, lefts + [self.band_of[column].width for column in range(len(self.table.columns))]

    def content(self, column: int) -> float:
        """How high all rows of `column` are together."""
        first, last = self._starts[column], self._starts[column + 1]
        return float(self._tops[last - 1] + self._heights[last - 1]) if last > first else 0.0

    def room(self) -> float:
        """How high the part of a column is that shows rows."""
        return max(self.em, self.height - self.head - 0.3 * self.em)

    def scroll_to(self, column: int, y: float) -> bool:
        """Scroll the rows of `column`; whether that changed anything."""
        kept = max(0.0, min(y, self.content(column) - self.room()))
        changed = kept != self.scrolls[column]
        self.scrolls[column] = kept
        return changed

    def scroll_like(self, had: NeuronLayout | None) -> None:
        """Scroll each column as in `had`, where that is of the same units."""
        if had is not None and had.table is self.table:
            for column, scroll in enumerate(had.scrolls):
                self.scroll_to(column, scroll)

    def sideways(self, row: int, now: int, room: int) -> int:
        """How far to the right one must look, `now` if possible, to see the column of `row` in `room` pixels."""
        band = self.band_of[int(self.rows.column[row])]
        return round(min(max(now, band.right - room + self.em), band.left - self.em))

    def reveal(self, row: int) -> bool:
        """Scroll the column of `row` so that it is in sight; whether that changed anything."""
        column, top = int(self.rows.column[row]), float(self._tops[row])
        bottom, now = top + float(self._heights[row]), self.scrolls[int(self.rows.column[row])]
        return self.scroll_to(column, min(max(now, bottom - self.room()), top))

    # -- rows ---------------------------------------------------------------------------------------------------

    def rect(self, row: int) -> QRectF:
        """Where `row` stands on the screen, also where it is scrolled away."""
        column = int(self.rows.column[row])
        band = self.band_of[column]
        top = self.head + float(self._tops[row]) - self.scrolls[column]
        return QRectF(self.left(band), top, band.width, float(self._heights[row]))

    def in_sight(self, column: int) -> range:
        """The rows of an open `column` that can be seen, whole or in part."""
        first, last = int(self._starts[column]), int(self._starts[column + 1])
        tops, low = self._tops[first:last], self.scrolls[column]
        begin = max(0, int(np.searchsorted(tops, low, "right")) - 1)
        end = int(np.searchsorted(tops, low + self.room(), "left"))
        return range(first + begin, first + end)

    def middles(self, rows: np.ndarray) -> np.ndarray:
        """The height at which lines meet each of `rows`; of those scrolled away, the end of the column next to it."""
        scrolled = np.asarray(self.scrolls)[self.rows.column[rows]]
        middle = self.head + self._tops[rows] + self._heights[rows] / 2 - scrolled
        return np.clip(middle, self.head, self.head + self.room())

    def thumbnail(self, row: int) -> QRectF:
        """Where the thumbnail of `row` stands; empty where it has none."""
        if self.rows.thumbnail[row] < 0:
            return QRectF()
        box, side, pad = self.rect(row), THUMBNAIL * self.em, (CARD - THUMBNAIL) / 2 * self.em
        return QRectF(box.left() + pad + 0.15 * self.em, box.top() + pad, side, side)

    def spots(self, row: int, units: np.ndarray) -> np.ndarray:
        """(k, 2): where `units` are marked on the thumbnail of `row`."""
        box = self.thumbnail(row)
        shape = self.table.columns[int(self.rows.column[row])].shape or (1, 1)
        share = (self.table.place[units][:, -2:][:, ::-1] + 0.5) / np.maximum(1, np.array(shape[-2:])[::-1])
        return np.array((box.left(), box.top())) + np.clip(share, 0, 1) * (box.width(), box.height())

    # -- what lies under a point --------------------------------------------------------------------------------

    def at(self, point: QPointF) -> Hit | None:
        """What lies under `point`; None between the columns."""
        x = point.x() + self.scroll_x
        band = next((b for b in self.bands if b.left <= x < b.right), None)
        if band is None or not band.open or point.y() < self.head:
            return Hit(band, head=True) if band is not None else None
        for row in self.in_sight(band.columns.start):
            if self.rect(row).contains(point):
                return Hit(band, row, self._unit_at(row, point))
        return Hit(band)

    def _unit_at(self, row: int, point: QPointF) -> int:
        """The unit whose mark is nearest to `point`, if it is near at all."""
        if self.rows.thumbnail[row] < 0:
            return -1
        units = self.rows.units_of(row)
        away = np.hypot(*(self.spots(row, units) - (point.x(), point.y())).T)
        nearest = int(np.argmin(away))
        return int(units[nearest]) if away[nearest] <= 0.45 * self.em else -1


def _bands(count: int, closed: frozenset[int], em: float, room: float) -> tuple[Band, ...]:
    """Neighbouring closed columns are one band; open ones share what room is left."""
    runs: list[tuple[range, bool]] = []
    for column in range(count):
        is_open = column not in closed
        if runs and not is_open and not runs[-1][1]:
            runs[-1] = (range(runs[-1][0].start, column + 1), False)
        else:
            runs.append((range(column, column + 1), is_open))
    found, left = [], EDGE * em
    width = _width(runs, em, room)
    for columns, is_open in runs:
        wide = width if is_open else STRIP * em
        found.append(Band(columns, is_open, left, wide))
        left += wide + GAP * em
    return tuple(found)


def _width(runs: Sequence[tuple[range, bool]], em: float, room: float) -> float:
    opened = sum(is_open for _, is_open in runs)
    taken = (2 * EDGE + GAP * (len(runs) - 1) + STRIP * (len(runs) - opened)) * em
    return min(WIDEST * em, max(COLUMN * em, (room - taken) / max(1, opened)))
