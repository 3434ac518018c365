"""The Neurons panel's widget: columns from the class to the pixels, the picture, and what is known of a unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.neurons.details import NeuronDetails
from salviewer.gui.neurons.filters import Filter, closed_by, first_set, kept
from salviewer.gui.neurons.picture import PointsPicture
from salviewer.gui.neurons.tools import NeuronTools
from salviewer.gui.neurons.words import about_unit, path_words, two_words
from salviewer.kit.neuron_columns import NeuronColumns
from salviewer.kit.neuron_look import NeuronLook
from salviewer.numeric.counted import counted
from salviewer.numeric.neuron_links import Links

if TYPE_CHECKING:
    from salviewer.numeric.neuron_table import NeuronTable, Path

WIDE = 1.9
"""From this width to height on the picture stands beside the columns, not under them."""
HINT = "Point at a channel to see who chose it and what it chose; a click keeps it. The arrow keys follow a path."


class NeuronsView(QWidget):
    """Setters show a path, or two laid over each other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools, self.columns = NeuronTools(), NeuronColumns(look_now())
        self.picture, self.details = PointsPicture(), NeuronDetails()
        self.empty = theme.label("", "quiet", wraps=True)
        self.filter = Filter()
        self._links = Links(np.empty((0, 2), np.int64), 0)
        self._names: tuple[str, ...] = ()
        self._whole = ("", "")
        self._lay_out()
        self.columns.pointed.connect(self._pointed)
        self.columns.selected.connect(self._reached)
        self.columns.cursor_moved.connect(self._reached)
        self.columns.closed_wished.connect(self._close)
        self.picture.pointed.connect(self._pointed_on_picture)
        self.tools.set_wished.connect(lambda layers: self._close(closed_by(self.columns.table, layers)))
        self.tools.layer_wished.connect(self._open_layer)
        self.tools.filter_wished.connect(self.set_filter)
        self.dress()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_paths(
        self, first: Path | None, second: Path | None = None, parting: int | None = None, names: Sequence[str] = ()
    ) -> None:
        """Show `first`, with `second` over it; None shows the empty panel.

        parting: the layer of `first` where the two part, if they do; names: what the two are called.
        Raises `ValueError` where one is of pictures and the other of volumes.
        """
        self.columns.set_paths(first, second, parting)
        table = self.columns.table
        self.pages.setCurrentIndex(0 if table is None else 1)
        self._names = (tuple(names) or ("the first path", "the second path")) if second is not None else ()
        self.tools.legend.set_names(self._names)
        if table is None:
            self.picture.set_units(None, np.zeros(0, bool))
            return
        self._links = Links(table.links, len(table))
        at = table.columns_of[0][parting] if parting is not None else None
        weights: dict[str, Any] = getattr(first, "weights", {})
        self._whole = (getattr(first, "name", "") or "The path", path_words(table, weights))
        self.picture.set_box(weights.get("box") if second is None else None)
        if self._names:
            self._whole = (f"{self._names[0]} and {self._names[1]}", two_words(table, self._names, at))
        self.columns.set_closed(closed_by(table, first_set(table)) - ({at} if at is not None else set()))
        self.tools.set_columns(table.columns, self.columns.closed)
        self.set_filter(self.filter)

    def set_why_empty(self, sentence: str) -> None:
        """What is said where there is no path."""
        self.empty.setText(sentence)

    def set_filter(self, wanted: Filter) -> None:
        """Which units are shown."""
        self.filter = wanted
        self.tools.set_filter(wanted)
        table = self.columns.table
        if table is None:
            return
        mask = kept(table, self._links, wanted)
        self.columns.set_kept(mask)
        self.picture.set_units(table, mask)
        self.tools.said.setText("" if mask.all() else f"{int(mask.sum()):,} of {counted(len(mask), 'chosen unit')}")
        self._tell()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.columns.set_look(look_now())
        self.picture.dress()

    # -- inside -------------------------------------------------------------------------------------------------

    def _close(self, closed: frozenset[int]) -> None:
        """Let these columns be closed; one stays open."""
        table: NeuronTable | None = self.columns.table
        if table is None:
            return
        if len(closed) < len(table.columns):
            self.columns.set_closed(frozenset(closed))
        self.tools.set_closed(len(table.columns), self.columns.closed)

    def _open_layer(self, column: int, on: bool) -> None:
        closed = self.columns.closed
        self._close(closed - {column} if on else closed | {column})

    def _pointed_on_picture(self, unit: int) -> None:
        units = np.array([unit]) if unit >= 0 else None
        self.columns.point_at(units)
        self._pointed(units)

    def _pointed(self, units: np.ndarray | None) -> None:
        self._tell(units)

    def _reached(self, unit: int) -> None:
        self._tell()

    def _tell(self, units: np.ndarray | None = None) -> None:
        """Say what is known of `units`, or else of the one that was reached or selected."""
        table, here = self.columns.table, units
        if here is None:
            unit = self.columns.cursor if self.columns.cursor >= 0 else self.columns.chosen
            here = np.array([unit]) if unit >= 0 else np.empty(0, np.int64)
        self.picture.set_lit(self.columns.lit if len(here) else None)
        self.picture.set_fields(here)
        if table is None or not len(here):
            self.details.set_about(None, *self._whole, HINT)
            self.columns.setAccessibleDescription(" ".join((*self._whole, HINT)))
            return
        about = about_unit(table, self._links, int(here[0]), self._names)
        others = len(here) - 1
        more = f"and {counted(others, 'more unit')} of this channel" if others else ""
        self.details.set_about(about, "", more)
        if units is None:
            self.columns.setAccessibleDescription(about.sentence)

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The picture beside the columns where there is room, under them where there is not."""
        super().resizeEvent(event)
        wide = self.width() > WIDE * max(1, self.height())
        outer, inner = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
        if wide:
            outer, inner = inner, outer
        if self.outer.orientation() != outer:
            self.outer.setOrientation(outer)
            self.inner.setOrientation(inner)
            self._share()

    def _share(self) -> None:
        beside = self.outer.orientation() == Qt.Orientation.Horizontal
        self.outer.setSizes([700, 300] if beside else [600, 400])
        self.inner.setSizes([600, 400] if beside else [500, 500])

    def _lay_out(self) -> None:
        em = theme.em(self)
        self.inner = QSplitter(Qt.Orientation.Horizontal)
        self.inner.addWidget(self.picture)
        self.inner.addWidget(self.details)
        self.outer = QSplitter(Qt.Orientation.Vertical)
        self.outer.addWidget(self.columns)
        self.outer.addWidget(self.inner)
        for splitter in (self.inner, self.outer):
            splitter.setChildrenCollapsible(False)
            splitter.setStretchFactor(0, 3)
            splitter.setStretchFactor(1, 2)
        self.columns.setMinimumHeight(em * 11)
        self._share()
        full, hollow = QWidget(), QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(round(em * 0.4), round(em * 0.3), round(em * 0.4), round(em * 0.3))
        column.addWidget(self.tools)
        column.addWidget(self.outer, 1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(hollow).addWidget(self.empty)
        self.pages = QStackedWidget()
        self.pages.addWidget(hollow)
        self.pages.addWidget(full)
        outermost = QVBoxLayout(self)
        outermost.setContentsMargins(0, 0, 0, 0)
        outermost.addWidget(self.pages)


def look_now() -> NeuronLook:
    """The colours of the theme as the columns have them."""
    tones = theme.tones()
    return NeuronLook(
        ink=QColor(tones.text), quiet=QColor(tones.quiet), faint=QColor(tones.faint), panel=QColor(tones.window),
        card=QColor(tones.panel), first=QColor(tones.accent), second=QColor(tones.warning), both=QColor(tones.quiet),
        chosen=QColor(tones.chosen), edge=QColor(tones.panel),
    )  # fmt: skip
