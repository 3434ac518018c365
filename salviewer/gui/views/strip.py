"""Pictures as small tiles, in one row or in several: what is right and wrong, what could not be read, what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.batch_values import Tile

Index = QModelIndex | QPersistentModelIndex
TILE, OPEN = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
KEPT = 400
"""Thumbnails that are kept in memory."""
SMALLEST, LARGEST = 3.0, 10.0
"""Sides of a thumbnail in a single row, in lines of text."""


class TilesModel(QAbstractListModel):
    """`thumbnail_wished` carries the key of a picture that came into sight."""

    thumbnail_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: tuple[Tile, ...] = ()
        self._rows: Mapping[str, int] = {}
        self._pixmaps: dict[tuple[str, object], QPixmap] = {}
        self._wished: set[tuple[str, object]] = set()
        self._open = ""

    def set_tiles(self, tiles: Sequence[Tile]) -> bool:
        """Show `tiles`; thumbnails that are known are kept. True if they are other pictures than before."""
        had, self._tiles = self._tiles, tuple(tiles)
        if [t.key for t in had] == [t.key for t in self._tiles]:
            for row, (old, new) in enumerate(zip(had, self._tiles, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(row), self.index(row))
            return False
        self.beginResetModel()
        self._rows = {tile.key: row for row, tile in enumerate(self._tiles)}
        self.endResetModel()
        return True

    def set_open(self, key: str) -> None:
        """Mark the open picture."""
        before, self._open = self._open, key
        for one in (before, key):
            if (at := self.place_of(one)).isValid():
                self.dataChanged.emit(at, at)

    def set_thumbnail(self, key: str, pixels: Any) -> None:
        """Give a picture its thumbnail, uint8 (h, w, 3); None where there is none."""
        from salviewer.kit.colours import qimage  # noqa: PLC0415 - loads numpy, after the first paint

        at = self.place_of(key)
        if not at.isValid():
            return
        kept = self._kept_by(self._tiles[at.row()])
        if pixels is not None:
            while len(self._pixmaps) >= KEPT:
                oldest = next(iter(self._pixmaps))
                del self._pixmaps[oldest]
                self._wished.discard(oldest)
            self._pixmaps[kept] = QPixmap.fromImage(qimage(pixels))
            self.dataChanged.emit(at, at)

    def give_up(self, key: str) -> None:
        """The wish for a thumbnail was dropped: it is wished again when it is next in sight."""
        if (at := self.place_of(key)).isValid():
            self._wished.discard(self._kept_by(self._tiles[at.row()]))

    def place_of(self, key: str) -> QModelIndex:
        """Where a picture stands; not valid where it does not."""
        row = self._rows.get(key)
        return QModelIndex() if row is None else self.index(row)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many pictures there are."""
        return 0 if parent.isValid() else len(self._tiles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The tile, its words, its thumbnail."""
        if not index.isValid():
            return None
        tile = self._tiles[index.row()]
        if role == TILE:
            return tile
        if role == OPEN:
            return tile.key == self._open
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return words_of(tile)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (tile.name, tile.fault or tile.about) if part)
        if role == Qt.ItemDataRole.DecorationRole:
            kept = self._kept_by(tile)
            if kept not in self._wished:
                self._wished.add(kept)
                self.thumbnail_wished.emit(tile.key)
            return self._pixmaps.get(kept)
        return None

    def _kept_by(self, tile: Tile) -> tuple[str, object]:
        return tile.key, tile.stamp


def words_of(tile: Tile) -> str:
    """What a screen reader says of a tile."""
    verdict = {True: "right", False: "wrong", None: ""}[tile.right]
    parts = (tile.name, tile.fault or tile.about, verdict, "explained" if tile.explained else "")
    return ", ".join(part for part in parts if part)


class TileDelegate(QStyledItemDelegate):
    """Draws a tile: thumbnail, marks, a line or two of text. side: of the thumbnail, in lines of text."""

    def __init__(self, side: float, lines: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.side, self.lines = side, lines

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """A square, the text, a little air."""
        em = option.fontMetrics.height()
        return QSize(round(em * (self.side + 0.9)), round(em * (self.side + 0.8)) + self.lines * em)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the tile."""
        tile: Tile = index.data(TILE)
        em, tones, box = option.fontMetrics.height(), theme.tones(), QRect(option.rect)
        is_open, focused = bool(index.data(OPEN)), bool(option.state & QStyle.StateFlag.State_HasFocus)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        inner = box.adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_open or chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tones.chosen if is_open or chosen else tones.hover))
            painter.drawRoundedRect(inner, em * 0.3, em * 0.3)
        side, gap = round(em * self.side), round(em * 0.3)
        room = QRect(box.left() + (box.width() - side) // 2, box.top() + gap + 2, side, side)
        self._picture(painter, room, index.data(Qt.ItemDataRole.DecorationRole), tile, em)
        text = QRect(box.left() + gap, room.bottom() + gap // 2, box.width() - 2 * gap, em)
        self._line(painter, text, option.fontMetrics, tones.text, PurePosixPath(tile.name).stem)
        if self.lines > 1:
            colour = tones.error if tile.fault else tones.quiet
            self._line(painter, text.translated(0, em), option.fontMetrics, colour,
                       "cannot be read" if tile.fault else tile.about)  # fmt: skip
        if is_open or (focused and chosen):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tones.accent), 2 if is_open else 1))
            painter.drawRoundedRect(inner, em * 0.3, em * 0.3)
        painter.restore()

    def _picture(self, painter: QPainter, room: QRect, pixmap: QPixmap | None, tile: Tile, em: int) -> None:
        tones, badge = theme.tones(), round(em * 1.05)
        at = room
        if pixmap is None:
            painter.fillRect(room, QColor(tones.sunk))
            if tile.fault:
                self._icon(painter, room, "warning", QColor(tones.warning), round(em * 1.6))
        else:
            size = pixmap.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRect(room.left() + (room.width() - size.width()) // 2,
                       room.top() + (room.height() - size.height()) // 2, size.width(), size.height())  # fmt: skip
            painter.drawPixmap(at, pixmap)
        if tile.right is not None:
            corner = QRect(at.right() - badge + 3, at.top() - 2, badge, badge)
            painter.setPen(QPen(QColor(tones.panel), 1.5))
            painter.setBrush(QColor(tones.accent if tile.right else tones.error))
            painter.drawEllipse(corner)
            name = "done" if tile.right else "close"
            self._icon(painter, corner, name, QColor(tones.on_accent if tile.right else tones.panel), badge - 4)
        if tile.explained:
            corner = QRect(at.left() - 2, at.top() - 2, badge, badge)
            painter.setPen(QPen(QColor(tones.faint), 1))
            painter.setBrush(QColor(tones.panel))
            painter.drawEllipse(corner)
            self._icon(painter, corner, "overlay", QColor(tones.text), badge - 5)

    def _icon(self, painter: QPainter, room: QRect, name: str, colour: QColor, size: int) -> None:
        ratio = painter.device().devicePixelRatioF()
        at = QRect(0, 0, size, size)
        at.moveCenter(room.center())
        painter.drawPixmap(at.topLeft(), icons.pixmap(name, colour, size, ratio))

    def _line(self, painter: QPainter, room: QRect, metrics: QFontMetrics, colour: str, text: str) -> None:
        painter.setPen(QColor(colour))
        short = metrics.elidedText(text, Qt.TextElideMode.ElideLeft, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, short)


class TileList(QListView):
    """Tiles in one row (`rows` False: in as many as fit). `open_wished` carries a key; `moved` that of the current one.

    Moving the mark with the keys is `moved`; a click and Enter are `open_wished`.
    """

    open_wished = Signal(str)
    moved = Signal(str)

    def __init__(self, side: float, lines: int, *, one_row: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = TilesModel(self)
        self._settling = False
        self.setModel(self.tiles)
        self.setItemDelegate(TileDelegate(side, lines, self))
        self.setMovement(QListView.Movement.Static)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(not one_row)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._one_row = one_row
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        (self.setVerticalScrollBarPolicy if one_row else self.setHorizontalScrollBarPolicy)(never)
        self.clicked.connect(self._wish)
        self.activated.connect(self._wish)
        self.selectionModel().currentChanged.connect(self._current)

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show `tiles`; where one stood stays marked if it is still there."""
        at = self.currentIndex().data(TILE)
        if self.tiles.set_tiles(tiles) and at is not None:
            self.mark(at.key)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The tiles of a single row are as high as there is room."""
        delegate, em = self.itemDelegate(), theme.em(self)
        side = min(max(self.viewport().height() / em - 1.0 - delegate.lines, SMALLEST), LARGEST)
        if self._one_row and abs(side - delegate.side) > 0.1:
            delegate.side = side
            self.scheduleDelayedItemsLayout()
        super().resizeEvent(event)

    def mark(self, key: str) -> None:
        """Put the mark on a picture, in sight; tells nobody."""
        self._settling = True
        at = self.tiles.place_of(key)
        self.setCurrentIndex(at)
        if at.isValid():
            self.scrollTo(at)
        self._settling = False

    def _wish(self, at: Index) -> None:
        if at.isValid():
            self.open_wished.emit(at.data(TILE).key)

    def _current(self, at: QModelIndex, _: QModelIndex) -> None:
        if not self._settling and at.isValid():
            self.moved.emit(at.data(TILE).key)
