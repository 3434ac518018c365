"""A titled map over its picture with its scale under it: what the cells of a comparison and of a pair are made of."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.api.evidence import Heatmap
from salviewer.api.space import GridMap
from salviewer.api.values import Picture
from salviewer.gui import theme
from salviewer.gui.scale import Range
from salviewer.gui.values import Display
from salviewer.gui.views.comparison_scale import ScaleLine
from salviewer.kit.canvas import Canvas
from salviewer.kit.colours import lut


class Pane(QFrame):
    """`marked` draws its edge in the accent colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marked = False
        self.title = theme.mark(QElidingLabel(), "title")
        self.canvas, self.scale = Canvas(), ScaleLine()
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._picture: Picture | None = None
        self._drawn: object = None
        em = theme.em(self)
        self.head = QHBoxLayout()
        self.head.setSpacing(round(em * 0.25))
        self.head.addWidget(self.title, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*(round(em * 0.35),) * 4)
        self.column.setSpacing(round(em * 0.2))
        self.column.addLayout(self.head)
        self.column.addWidget(self.canvas, 1)
        self.column.addWidget(self.scale)
        self.dress()

    def set_title(self, text: str, tip: str = "") -> None:
        """What it is called; `tip`: all that is known of it."""
        self.title.setText(text)
        self.title.setToolTip(tip or text)
        self.setAccessibleName(text)

    def set_picture(self, picture: Picture | None, size: tuple[int, int]) -> None:
        """The picture under the map, of `size` (H, W); None where it is not at hand."""
        if picture is not self._picture or picture is None:
            self._picture = picture
            self.canvas.set_picture(picture.pixels if picture else None)
        if picture is None:
            self.canvas.set_size(size)

    def set_map(self, heatmap: Heatmap, grid: GridMap, scale: Range, display: Display) -> None:
        """The map on its place, coloured by `scale`. Draws only what is new."""
        wanted = (heatmap, grid, scale, self._picture is None)
        if self._drawn is None or any(a is not b and a != b for a, b in zip(wanted, self._drawn, strict=True)):
            self._drawn = wanted
            table = None if scale.flat else lut(scale.colours)
            rows, columns = grid.box()[-2:]
            self.canvas.set_map(
                heatmap.values, (rows, columns), low=scale.low, high=scale.high, table=table,
                fade=self._picture is not None, signed=heatmap.signed,
            )  # fmt: skip
            self.scale.set_range(scale.low, scale.high, table, heatmap.unit)
            self.canvas.setToolTip(scale.sentence)
        alone = self._picture is None
        self.canvas.set_opacity(1.0 if alone else display.opacity)
        self.canvas.show_map(alone or display.overlay)

    def head_height(self) -> int:
        """What the pane needs in height besides its picture."""
        spaces = self.column.contentsMargins()
        return (
            spaces.top() + spaces.bottom() + 2 * self.column.spacing() + self.head.sizeHint().height()
            + self.scale.sizeHint().height()
        )  # fmt: skip

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.canvas.setBackground(theme.tones().panel)
        self.update()

    def set_marked(self, marked: bool) -> None:
        """Whether its edge stands out."""
        if marked != self.marked:
            self.marked = marked
            self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Small enough for a dozen beside each other."""
        em = theme.em(self)
        return QSize(em * 7, em * 7)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A card, whose edge shows the focus and the choice."""
        tones, radius = theme.tones(), theme.em(self) * 0.4
        strong = self.marked or self.hasFocus()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(QColor(tones.panel))
            painter.setPen(QPen(QColor(tones.accent if strong else tones.faint), 2 if strong else 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
