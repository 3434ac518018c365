"""Panes in rows: as large as the room allows, the steps of one sweep in a row of their own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from salviewer.gui import theme
from salviewer.gui.comparing_values import Tile, columns_for, rows_of
from salviewer.gui.views.comparison_pane import Pane

LEAST = 6.5
"""The least width of a pane's picture, in lines of text."""


class Rows(QScrollArea):
    """Holds panes by key; scrolls where they would become too small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panes: dict[int, Pane] = {}
        self._tiles: tuple[Tile, ...] = ()
        self._aspect = 1.0
        self.rows: list[list[int]] = []
        self._inner = theme.mark(QWidget(), "flat")
        self.setWidget(self._inner)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_panes(self, panes: dict[int, Pane], tiles: Sequence[Tile], aspect: float) -> None:
        """Lay out `panes` in the order of `tiles`; `aspect`: width over height of their pictures."""
        for pane in panes.values():
            if pane.parent() is not self._inner:
                pane.setParent(self._inner)
                pane.show()
        self._panes, self._tiles, self._aspect = dict(panes), tuple(tiles), aspect
        self.lay_out()

    def beside(self, key: int, arrow: int) -> int | None:
        """The pane to the left, right, above or below (a Qt key) of pane `key`; None at the edge."""
        at = next(((i, row.index(key)) for i, row in enumerate(self.rows) if key in row), None)
        if at is None:
            return None
        flat = [k for row in self.rows for k in row]
        if arrow in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            place = flat.index(key) + (1 if arrow == Qt.Key.Key_Right else -1)
            return flat[place] if 0 <= place < len(flat) else None
        row = at[0] + (1 if arrow == Qt.Key.Key_Down else -1)
        return self.rows[row][min(at[1], len(self.rows[row]) - 1)] if 0 <= row < len(self.rows) else None

    def lay_out(self) -> None:
        """Give every pane its place."""
        if not self._panes:
            self._inner.resize(0, 0)
            return
        em = theme.em(self)
        gap, head = round(em * 0.4), next(iter(self._panes.values())).head_height()
        room = self.viewport().size()
        loose = sum(1 for t in self._tiles if not t.strip)
        strips = len({t.strip for t in self._tiles if t.strip})
        height_for_loose = room.height() * (1 if not strips else max(1, loose) / (max(1, loose) + strips))
        columns = columns_for(loose, room.width(), height_for_loose, self._aspect, head + gap) if loose else 1
        columns = max(1, min(columns, round((room.width() + gap) / (em * LEAST + gap))))
        self.rows = rows_of(self._tiles, columns)
        self._place(em, gap, head, columns)

    def _place(self, em: int, gap: int, head: int, columns: int) -> None:
        room, least = self.viewport().size(), em * LEAST
        strips = {t.key for t in self._tiles if t.strip}
        fair = (room.height() - gap * (len(self.rows) - 1)) / len(self.rows)
        sizes = []
        for row in self.rows:
            cells = len(row) if row[0] in strips else columns
            wide = (max(room.width(), cells * (least + gap) - gap) - gap * (cells - 1)) / cells
            sizes.append((wide, max(least / max(self._aspect, 1.0) + head, min(fair, wide / self._aspect + head))))
        total = sum(high for _, high in sizes) + gap * (len(sizes) - 1)
        widest = max(len(row) * (wide + gap) - gap for row, (wide, _) in zip(self.rows, sizes, strict=True))
        self._inner.resize(max(room.width(), round(widest)), max(room.height(), round(total)))
        y = max(0.0, (room.height() - total) / 2)
        for row, (wide, high) in zip(self.rows, sizes, strict=True):
            for i, key in enumerate(row):
                self._panes[key].setGeometry(int(i * (wide + gap)), int(y), int(wide), int(high))
            y += high + gap

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Another room, another arrangement."""
        super().resizeEvent(event)
        self.lay_out()
