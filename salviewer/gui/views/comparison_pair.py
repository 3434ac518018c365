"""Two maps set against each other: both, their difference, where their highest values meet, and the numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from salviewer.api.evidence import Heatmap
from salviewer.api.values import Picture
from salviewer.bench.comparison import Pair
from salviewer.data.colour import limits, nothing_to_show
from salviewer.gui import theme
from salviewer.gui.comparing_values import Compared, Tile
from salviewer.gui.scale import Range
from salviewer.gui.values import Display
from salviewer.gui.views.comparison_link import Linked
from salviewer.gui.views.comparison_pane import Pane
from salviewer.gui.views.comparison_rows import Rows
from salviewer.numeric.agreement import BOTH, ONLY_A, ONLY_B

PLACES = {ONLY_A: QColor("#ddaa33"), ONLY_B: QColor("#004488"), BOTH: QColor("#bb5566")}
"""Paul Tol's high-contrast colours: told apart by colour-blind eyes, and by their lightness alone."""
COVER = 0.8


class Legend(QWidget):
    """Which colour is whose, in one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries = (("only A", PLACES[ONLY_A]), ("only B", PLACES[ONLY_B]), ("both", PLACES[BOTH]))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Yellow: only A. Blue: only B. Red: both.")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line."""
        em = self.fontMetrics().height()
        return QSize(em * 8, round(em * 1.15))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A square and a word each."""
        em, x = self.fontMetrics().height(), 0.0
        with QPainter(self) as painter:
            for text, colour in self.entries:
                side = em * 0.6
                painter.fillRect(QRectF(x, (self.height() - side) / 2, side, side), colour)
                painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
                x += side + em * 0.3
                painter.drawText(QRectF(x, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, text)
                x += self.fontMetrics().horizontalAdvance(text) + em


class PairView(QWidget):
    """Four panes and three numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panes = {key: Pane() for key in ("a", "b", "difference", "overlap")}
        self.legend = Legend()
        self.panes["overlap"].column.replaceWidget(self.panes["overlap"].scale, self.legend)
        self.panes["overlap"].scale.hide()
        self.link, self.rows = Linked(self), Rows()
        self.figures = {key: Figure(text) for key, text in FIGURES.items()}
        self.how = theme.label("", "help", wraps=True)
        self.wait = theme.label("", "quiet", wraps=True)
        self._gray: tuple[Picture | None, Picture | None] = (None, None)
        self._pair: Pair | None = None
        self._lay_out()

    def set_pair(self, a: Tile, b: Tile, names: tuple[str, str], found: Compared, scales: dict[int, Range],
                 display: Display) -> None:  # fmt: skip
        """Show what is `found` of `a` and `b`."""
        for letter, tile, name in (("a", a, names[0]), ("b", b, names[1])):
            pane = self.panes[letter]
            pane.set_title(f"{letter.upper()} · {name}")
            pane.set_picture(tile.picture, tile.size)
            pane.set_map(tile.heatmap, tile.grid, scales[tile.key], display)
        pair = found.pair
        self.wait.setText(found.sentence or ("" if pair else "Comparing …"))
        self.wait.setVisible(bool(self.wait.text()))
        for figure in self.figures.values():
            figure.setVisible(pair is not None)
        self.how.setText(_how(pair) if pair else "")
        for key in ("difference", "overlap"):
            self.panes[key].canvas.setVisible(pair is not None)
        if pair is not None:
            self._show(pair, a, display)
        self._arrange(a, b)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        for pane in self.panes.values():
            pane.dress()

    # -- inside -------------------------------------------------------------------------------------------------

    def _show(self, pair: Pair, a: Tile, display: Display) -> None:
        for key, text in figures_of(pair).items():
            self.figures[key].set_value(text)
        pane = self.panes["difference"]
        pane.set_title("A − B", "What is higher in A is at one end of the colours, what is higher in B at the other.")
        low, high = (float(v) for v in limits(pair.difference, signed=True))
        why = nothing_to_show(pair.difference)
        scale = Range(low, low if why else high, display.diverging, f"{why}." if why else "")
        unit = "of each maximum" if pair.own_maximum else a.heatmap.unit
        pane.set_picture(a.picture, a.size)
        if pair is not self._pair:
            self._difference = Heatmap("A − B", pair.difference, signed=True, unit=unit)
            self._pair = pair
        mode = "heatmap" if display.mode == "heatmap" else "overlay"  # a band of the maps is none of their difference
        whole = replace(display, mode=mode, contours=(), band_low=0.0, band_high=100.0)
        pane.set_map(self._difference, pair.grid, scale, whole)
        self._show_overlap(pair, a)

    def _show_overlap(self, pair: Pair, a: Tile) -> None:
        pane = self.panes["overlap"]
        pane.set_title(f"Highest {100 * pair.share:g} % of each", "Where the highest values of the maps are.")
        pane.set_picture(self._in_gray(a.picture), a.size)
        table = np.zeros((256, 3), np.uint8)
        for place, colour in PLACES.items():
            table[place] = colour.red(), colour.green(), colour.blue()
        values = pair.overlap.places.astype(np.float32)
        values[values == 0] = np.nan
        rows, columns = pair.grid.box()[-2:]
        pane.canvas.set_map(values, (rows, columns), low=0, high=255, table=table)
        pane.canvas.set_opacity(COVER if a.picture else 1.0)

    def _in_gray(self, picture: Picture | None) -> Picture | None:
        """The picture without its colours, which would be taken for the overlap's."""
        if picture is None or picture.pixels.shape[2] == 1:
            return picture
        if self._gray[0] is not picture:
            gray = picture.pixels[..., :3].mean(axis=2, keepdims=True).astype(picture.pixels.dtype)
            self._gray = (picture, replace(picture, pixels=gray))
        return self._gray[1]

    def _arrange(self, a: Tile, b: Tile) -> None:
        height, width = a.size
        keys = dict(enumerate(self.panes, 1))
        tiles = [replace(a, key=key, strip=0) for key in keys]
        self.rows.set_panes({key: self.panes[name] for key, name in keys.items()}, tiles, width / height)
        for name, pane in self.panes.items():
            size = b.size if name == "b" else a.size
            show = (lambda value: None) if name == "overlap" else pane.scale.set_value
            self.link.join(pane.canvas, size, show)

    def _lay_out(self) -> None:
        em = theme.em(self)
        numbers = QHBoxLayout()
        numbers.setSpacing(em * 2)
        for figure in self.figures.values():
            numbers.addWidget(figure)
        numbers.addWidget(self.wait, 1)
        numbers.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.4))
        column.addLayout(numbers)
        column.addWidget(self.rows, 1)
        column.addWidget(self.how)


FIGURES = {
    "correlation": "rank correlation",
    "iou": "overlap of the tops (IoU)",
    "of_a": "of A’s top is in B’s",
    "of_b": "of B’s top is in A’s",
}


class Figure(QWidget):
    """A number and what it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.number: QLabel = theme.label("", "headline")
        self._text = text
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.number)
        row.addWidget(theme.label(text, "quiet"))

    def set_value(self, text: str) -> None:
        """Show `text` as the number."""
        self.number.setText(text)
        self.setAccessibleName(f"{self._text}: {text}")


def figures_of(pair: Pair) -> dict[str, str]:
    """The numbers as texts; a dash where there is none."""

    def share(value: float) -> str:
        return "–" if math.isnan(value) else f"{100 * value:.0f} %"

    rho = "–" if math.isnan(pair.correlation) else f"{pair.correlation:.2f}".replace("-", "−")
    found = pair.overlap
    return {"correlation": rho, "iou": share(found.iou), "of_a": share(found.of_a), "of_b": share(found.of_b)}


def _how(pair: Pair) -> str:
    unit = (
        "Their units differ or are not named, so A − B is taken after dividing each by its own maximum."
        if pair.own_maximum
        else "They have one unit, so A − B is in that unit."
    )
    missing = "" if not math.isnan(pair.overlap.iou) else " A map without contrast has no top and no ranks."
    return f"{pair.how} {unit}{missing}"
