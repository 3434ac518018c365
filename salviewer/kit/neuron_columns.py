"""A path through a network as columns from the class to the pixels; who chose whom lights up under the mouse.

Everything is painted: the columns once into an image, which is shown darkened while something is lit, with what is
lit and its lines drawn over it. So the time of a hover does not grow with the number of units.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from salviewer.kit.neuron_layout import Hit, NeuronLayout
from salviewer.kit.neuron_lit import Lit, LitPainter, Named
from salviewer.kit.neuron_look import Letters, NeuronLook
from salviewer.kit.neuron_paint import NeuronPainter
from salviewer.kit.neuron_steps import Way
from salviewer.kit.neuron_units import ShownUnits
from salviewer.kit.neuron_words import tip_words
from salviewer.numeric.neuron_rows import ChannelRows
from salviewer.numeric.neuron_table import NeuronTable, Path, joined

KEYS: dict[Qt.Key, Way] = {
    Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right", Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down",
    Qt.Key.Key_PageUp: "row up", Qt.Key.Key_PageDown: "row down", Qt.Key.Key_Home: "first", Qt.Key.Key_End: "last",
}  # fmt: skip


class NeuronColumns(QAbstractScrollArea):
    """Units are numbered as in `table`.

    `pointed`: the units under the mouse, None where it left; `cursor_moved`: the unit that the keys reached, -1 none;
    `selected`: the unit that was clicked or entered, -1 none; `closed_wished`: the columns to be closed from now on.
    """

    pointed = Signal(object)
    cursor_moved = Signal(int)
    selected = Signal(int)
    closed_wished = Signal(object)

    def __init__(self, look: NeuronLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.units: ShownUnits | None = None
        self.layout_now: NeuronLayout | None = None
        self.cursor = self.chosen = -1
        self._look, self._parting = look, None
        self._hovered: np.ndarray | None = None
        self._images: dict[int, QImage] = {}
        self._base: QPixmap | None = None
        self._drawn: LitPainter | None = None
        self._classes: tuple[str, ...] = ()
        self._lit: Lit | None = None
        self.setFrameShape(self.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        self.setAccessibleName("Chosen units, layer by layer from the class to the pixels")

    # -- setters ------------------------------------------------------------------------------------------------

    def set_paths(self, first: Path | None, second: Path | None = None, parting: int | None = None) -> None:
        """Show `first`, with `second` laid over it in another colour. `parting`: the layer of `first` where they part.

        Raises `ValueError` where one is of pictures and the other of volumes.
        """
        self.units = ShownUnits(joined(first, second)) if first is not None else None
        self._parting = self.table.columns_of[0][parting] if self.table is not None and parting is not None else None
        self._images.clear()
        self.cursor, self.chosen, self._hovered = -1, -1, None
        self.horizontalScrollBar().setValue(0)
        self._regathered()

    def set_kept(self, kept: np.ndarray) -> None:
        """Show only the units of this mask."""
        if self.units is not None:
            self.units.keep(kept)
        self._regathered()

    def set_closed(self, closed: frozenset[int]) -> None:
        """Show these columns as strips only."""
        if self.units is not None:
            self.units.close(closed)
        self._regathered()

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """What the model's classes are called; () where nobody knows."""
        self._classes = classes
        self._lay_out()

    def set_look(self, look: NeuronLook) -> None:
        """Draw in other colours."""
        self._look = look
        self._lay_out()

    def select(self, unit: int) -> None:
        """Select `unit`, -1 for none; tells nobody."""
        self.chosen = self.cursor = unit
        self._light()

    def point_at(self, units: np.ndarray | None) -> None:
        """Light `units` as if the mouse were on them; tells nobody."""
        self._hovered = units
        self._light()

    def shown(self) -> np.ndarray:
        """(n,): the units that are neither filtered out nor in a closed column."""
        return self.units.shown() if self.units is not None else np.zeros(0, bool)

    @property
    def table(self) -> NeuronTable | None:
        """The units of all paths."""
        return self.units.table if self.units is not None else None

    @property
    def rows(self) -> ChannelRows | None:
        """The rows of what is shown."""
        return self.units.rows if self.units is not None else None

    @property
    def closed(self) -> frozenset[int]:
        """The columns that are shown as strips only."""
        return self.units.closed if self.units is not None else frozenset()

    @property
    def lit(self) -> np.ndarray | None:
        """(n,): the units on a path through what is lit; None where nothing is."""
        return self._lit.units if self._lit is not None else None

    # -- Qt's events --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The columns, and what is lit over them."""
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.layout_now is None or self._drawn is None:
                painter.fillRect(self.viewport().rect(), self._look.panel)
                return
            if self._base is None:
                size, ratio = self.viewport().size(), self.devicePixelRatioF()
                self._base = self._drawn.base(size, ratio, self.units.pairs, self._parting)
            painter.drawPixmap(0, 0, self._base)
            if self._lit is not None:
                self._drawn.paint_lit(painter, self._base, self._lit, Named(self._at, self.hasFocus()))

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Lay out anew."""
        super().resizeEvent(event)
        self._lay_out()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Light what is under the mouse."""
        self._hover(self._hit(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the mouse any more."""
        self._hover(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Select a unit; open or close a column by its head; select nothing between them."""
        hit = self._hit(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if hit is not None and hit.head:
            columns = frozenset(hit.band.columns)
            self.closed_wished.emit(self.closed | columns if hit.band.open else self.closed - columns)
        elif hit is not None and hit.row >= 0 and self.units is not None:
            self._choose(hit.unit if hit.unit >= 0 else self.units.after(hit.row, self.chosen))
        else:
            self._choose(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll the column under the mouse; sideways, or with Shift, all of them."""
        delta, layout = event.angleDelta(), self.layout_now
        sideways = delta.x() or (delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        hit = self._hit(event.position())
        if sideways:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - sideways)
        elif layout is not None and hit is not None and hit.band.open:
            column = hit.band.columns.start
            if layout.scroll_to(column, layout.scrolls[column] - delta.y() / 2):
                self._repaint()
                self._hover(self._hit(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Follow a path; Enter selects, Esc clears."""
        key = Qt.Key(event.key())
        if key in KEYS and self.rows is not None and len(self.rows):
            self._move(KEYS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor >= 0:
            self._choose(self.cursor)
        elif key == Qt.Key.Key_Escape and (self.cursor >= 0 or self.chosen >= 0):
            self._choose(-1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Show the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Hide the ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Names that are cut off are said in full under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            self.viewport().setToolTip(tip_words(self.layout_now, self._hit(QPointF(event.pos()))))
        return super().viewportEvent(event)

    # -- what is lit --------------------------------------------------------------------------------------------

    @property
    def _at(self) -> int:
        """The unit that the keys reached, or else that is selected; -1 none."""
        return self.cursor if self.cursor >= 0 else self.chosen

    def _hit(self, at: QPointF) -> Hit | None:
        return self.layout_now.at(at) if self.layout_now is not None else None

    def _hover(self, hit: Hit | None) -> None:
        units = None
        if hit is not None and hit.row >= 0 and self.rows is not None:
            units = np.array([hit.unit]) if hit.unit >= 0 else self.rows.units_of(hit.row)
        had = self._hovered
        if (units is None) == (had is None) and (units is None or np.array_equal(units, had)):
            return
        self.point_at(units)
        self.pointed.emit(units)

    def _choose(self, unit: int) -> None:
        self.select(unit)
        self.selected.emit(unit)

    def _move(self, way: Way) -> None:
        self.cursor = self.units.towards(self.cursor, way)
        self._hovered = None
        self._reveal(int(self.rows.row_of[self.cursor]))
        self._light()
        self.cursor_moved.emit(self.cursor)

    def _reveal(self, row: int) -> None:
        layout, bar = self.layout_now, self.horizontalScrollBar()
        bar.setValue(layout.sideways(row, bar.value(), self.viewport().width()))
        if layout.reveal(row):
            self._repaint()

    def _light(self) -> None:
        """Find the path through what is hovered, reached or selected."""
        here = self._hovered
        if here is None:
            here = np.array([self._at]) if self._at >= 0 else np.empty(0, np.int64)
        self._lit = self.units.through(here) if self.units is not None else None
        self.viewport().update()

    # -- inside -------------------------------------------------------------------------------------------------

    def _regathered(self) -> None:
        """Other units are shown: lay them out, and light what is still there."""
        if self.units is None:
            self.layout_now, self._lit = None, None
        elif self.cursor >= 0 and self.units.rows.row_of[self.cursor] < 0:
            self.cursor = -1
        self._lay_out()
        if self.units is not None:
            self._light()

    def _lay_out(self) -> None:
        if self.table is None or self.rows is None:
            self.horizontalScrollBar().setRange(0, 0)
            self._repaint()
            return
        had, em = self.layout_now, Letters.of(self.font()).em
        size = (float(self.viewport().width()), float(self.viewport().height()))
        made = NeuronLayout(self.table, self.rows, self.closed, em, size)
        made.scroll_like(had)
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(0, round(made.width - size[0])))
        bar.setPageStep(round(size[0]))
        bar.setSingleStep(round(2 * em))
        made.scroll_x = float(bar.value())
        self.layout_now = made
        self._drawn = LitPainter(NeuronPainter(made, self._look, Letters.of(self.font()), self._images, self._classes))
        self._repaint()

    def _scrolled(self, value: int) -> None:
        if self.layout_now is not None:
            self.layout_now.scroll_x = float(value)
        self._repaint()

    def _repaint(self) -> None:
        self._base = None
        self.viewport().update()
