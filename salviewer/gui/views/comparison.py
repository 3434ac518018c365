"""The Compare panel: many maps at once, moved together; two of them set against each other; a table of all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.gui import theme
from salviewer.gui.comparing_scale import look_words, ranges, said
from salviewer.gui.comparing_values import Agreement, Compared, Tile, names, shared
from salviewer.gui.dragging import carried
from salviewer.gui.values import Display
from salviewer.gui.views.checklist import Entry
from salviewer.gui.views.comparison_bar import Bar
from salviewer.gui.views.comparison_cell import Cell
from salviewer.gui.views.comparison_empty import Empty
from salviewer.gui.views.comparison_link import Linked
from salviewer.gui.views.comparison_pair import PairView
from salviewer.gui.views.comparison_pane import BETWEEN
from salviewer.gui.views.comparison_rows import Rows
from salviewer.gui.views.comparison_table import AgreementView
from salviewer.numeric.counted import counted

FEW = 4
"""More cells than this are narrow: what they are called takes two lines."""


class ComparisonView(QFrame):
    """Setters show; wishes of cells carry their key."""

    choose_wished = Signal(int)
    open_wished = Signal(int)
    close_wished = Signal(int)
    again_wished = Signal(int)
    pair_wished = Signal(int, int)
    add_wished = Signal(object)
    """Numbers of explanations that were dropped here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar, self.empty, self.rows = Bar(), Empty(), Rows()
        self.pair, self.table = PairView(), AgreementView()
        self.cells: dict[int, Cell] = {}
        self.link = Linked(self)
        self.alike, self.scale = QElidingLabel(), theme.label("", "quiet")
        self._tiles: tuple[Tile, ...] = ()
        self._chosen: tuple[int, ...] = ()
        self._display, self._common = Display(), False
        self._compared: Compared | None = None
        self._agreement: Agreement | None = None
        self.pages = QStackedWidget()
        self._lay_out()
        self.setAcceptDrops(True)
        self.bar.fit.clicked.connect(self._fit)
        self.table.pair_wished.connect(self._pair_of_table)
        self._refresh()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_tiles(self, tiles: tuple[Tile, ...]) -> None:
        """The cells, in order."""
        self._tiles = tiles
        there = {tile.key for tile in tiles}
        for key in [key for key in self.cells if key not in there]:
            self._drop(key)
        for tile in tiles:
            if tile.key not in self.cells:
                self.cells[tile.key] = self._make(tile.key)
        self._refresh()

    def set_chosen(self, chosen: tuple[int, ...]) -> None:
        """The cells that are chosen, by key."""
        self._chosen = chosen
        self._refresh()

    def set_common(self, common: bool) -> None:
        """Whether maps of one unit share a scale."""
        self._common = common
        self._refresh()

    def set_display(self, display: Display) -> None:
        """How maps are shown over pictures."""
        self._display = display
        self._refresh()

    def set_compared(self, found: Compared | None) -> None:
        """Two cells against each other; None: all of them."""
        self._compared = found
        self._refresh()

    def set_agreement(self, found: Agreement | None) -> None:
        """The table of all cells; None: the cells themselves."""
        self._agreement = found
        self._refresh()

    def set_methods(self, entries: Sequence[Entry], mine: Collection[str]) -> None:
        """The methods that can be mine, and those that are."""
        self.bar.set_methods(entries, mine)

    def set_fillers(self, actions: Sequence[QAction]) -> None:
        """What fills the cells: for the menu under Add, and for the empty panel."""
        self.bar.set_fillers(actions)
        self.empty.set_fillers(actions)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        for cell in self.cells.values():
            cell.dress()
        self.pair.dress()
        self._refresh()

    # -- inside -------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        tiles = self._tiles
        called = names(tiles)
        scales = ranges(tiles, self._display, common=self._common)
        self._show_cells(called, scales)
        page = self._page()
        if page is self.pair:
            self._show_pair(called, scales)
        elif page is self.table:
            keys = self._agreement.keys
            self.table.set_agreement([called[k] for k in keys], self._agreement.values, self._agreement.sentence)
        self.pages.setCurrentWidget(page)
        self._say(page, scales)

    def _page(self) -> QWidget:
        there = {tile.key for tile in self._tiles if tile.heatmap is not None}
        if not self._tiles:
            return self.empty
        if self._compared is not None and {self._compared.a, self._compared.b} <= there:
            return self.pair
        if self._agreement is not None and set(self._agreement.keys) <= there:
            return self.table
        return self.rows

    def _show_cells(self, called: dict[int, str], scales: dict) -> None:
        lines = 2 if len(self._tiles) > FEW and any(BETWEEN in name for name in called.values()) else 1
        for tile in self._tiles:
            cell = self.cells[tile.key]
            cell.show_tile(tile, called[tile.key], chosen=tile.key in self._chosen, lines=lines)
            if tile.heatmap is not None:
                cell.show_map_of(tile, scales[tile.key], self._display)
                self.link.join(cell.canvas, tile.size, cell.scale.set_value)
        sizes = [tile.size for tile in self._tiles if tile.size is not None]
        height, width = sizes[0] if sizes else (3, 4)
        self.rows.set_panes(self.cells, self._tiles, min(max(width / height, 0.5), 2.0))

    def _show_pair(self, called: dict[int, str], scales: dict) -> None:
        found = self._compared
        a, b = (next(t for t in self._tiles if t.key == key) for key in (found.a, found.b))
        self.pair.set_pair(a, b, (called[a.key], called[b.key]), found, scales, self._display)

    def _say(self, page: QWidget, scales: dict) -> None:
        alike = shared(self._tiles)
        self.alike.setText(f"In all: {alike}" if alike else "")
        self.alike.setToolTip(alike)
        words = [said(self._tiles, scales, common=self._common), look_words(self._display) if scales else ""]
        self.scale.setText(BETWEEN.join(w for w in words if w) if page is not self.table else "")
        busy = any(tile.under_way for tile in self._tiles)
        self.bar.show_state(
            empty=page is self.empty, inside=page in (self.pair, self.table), busy=busy, common=self._common,
            full=len(scales), chosen=len([key for key in self._chosen if key in scales]),
        )  # fmt: skip

    def _make(self, key: int) -> Cell:
        cell = Cell(key)
        for wish, mine in (
            (cell.choose_wished, self.choose_wished),
            (cell.open_wished, self.open_wished),
            (cell.close_wished, self.close_wished),
            (cell.again_wished, self.again_wished),
        ):
            wish.connect(mine)
        cell.go_wished.connect(self._go)
        return cell

    def _drop(self, key: int) -> None:
        cell = self.cells.pop(key)
        if cell.hasFocus():
            after = next((t.key for t in self._tiles if t.key > key), self._tiles[-1].key if self._tiles else None)
            if after in self.cells:
                self.cells[after].setFocus()
        self.link.leave(cell.canvas)
        cell.hide()
        cell.deleteLater()

    def _go(self, key: int, arrow: int) -> None:
        beside = self.rows.beside(key, arrow)
        if beside is not None:
            self.cells[beside].setFocus()
            self.rows.ensureWidgetVisible(self.cells[beside])

    def _fit(self) -> None:
        for link in (self.link, self.pair.link):
            link.fit()

    def _pair_of_table(self, row: int, column: int) -> None:
        keys = self._agreement.keys
        self.pair_wished.emit(keys[row], keys[column])

    def _lay_out(self) -> None:
        em = theme.em(self)
        theme.mark(self.alike, "quiet")
        line = QHBoxLayout()
        line.setSpacing(em)
        line.addWidget(self.alike, 1)
        line.addWidget(self.scale, 0, Qt.AlignmentFlag.AlignRight)
        for page in (self.empty, self.rows, self.pair, self.table):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.4))
        column.addWidget(self.bar)
        column.addLayout(line)
        column.addWidget(self.pages, 1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Explanations are welcome."""
        if ids := carried(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.alike.setText(f"Drop to add {counted(len(ids), 'map')}.")
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """They went by."""
        super().dragLeaveEvent(event)
        self._refresh()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """They are to be added."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._refresh()
        self.add_wished.emit(carried(event.mimeData()))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a few maps."""
        em = theme.em(self)
        return QSize(em * 40, em * 28)
