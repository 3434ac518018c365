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
from salviewer.gui.scale import Numbers, Range
from salviewer.gui.values import Display
from salviewer.gui.views.comparison_scale import ScaleLine
from salviewer.gui.views.map_laying import lay_map
from salviewer.kit.canvas import Canvas

BETWEEN = " · "


class Pane(QFrame):
    """`marked` draws its edge in the accent colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marked = False
        self.title = theme.mark(QElidingLabel(), "title")
        self.subtitle = theme.mark(QElidingLabel(), "quiet")
        self.canvas, self.scale = Canvas(), ScaleLine()
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._picture: Picture | None = None
        self._drawn: tuple | None = None
        self._numbers: Numbers | None = None
        em = theme.em(self)
        self.head = QHBoxLayout()
        self.head.setSpacing(round(em * 0.25))
        self.head.addWidget(self.title, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*(round(em * 0.35),) * 4)
        self.column.setSpacing(round(em * 0.2))
        self.column.addLayout(self.head)
        self.column.addWidget(self.subtitle)
        self.subtitle.hide()
        self.column.addWidget(self.canvas, 1)
        self.column.addWidget(self.scale)
        self.dress()

    def set_title(self, text: str, tip: str = "", *, lines: int = 1) -> None:
        """What it is called, in one or two `lines`; `tip`: all that is known of it."""
        first, _, second = text.partition(BETWEEN) if lines == 2 else (text, "", "")
        self.title.setText(first)
        self.subtitle.setText(second)
        self.subtitle.setVisible(lines == 2)
        for label in (self.title, self.subtitle):
            label.setToolTip(tip or text)
        self.setAccessibleName(text)

    def set_picture(self, picture: Picture | None, size: tuple[int, int]) -> None:
        """The picture under the map, of `size` (H, W); None where it is not at hand."""
        if picture is not self._picture or picture is None:
            self._picture = picture
            self.canvas.set_picture(picture.pixels if picture else None)
        if picture is None:
            self.canvas.set_size(size)

    def set_map(self, heatmap: Heatmap, grid: GridMap, scale: Range, display: Display) -> None:
        """The map on its place, coloured by `scale` and shown as the Heatmap panel shows it. Draws only what is new."""
        wanted = (heatmap, grid, scale, display, self._picture)
        if self._drawn is not None and all(a is b or a == b for a, b in zip(wanted, self._drawn, strict=True)):
            return
        self._drawn = wanted
        if self._numbers is None or self._numbers.heatmap is not heatmap:
            self._numbers = Numbers(heatmap)
        pictured = self._picture is not None
        laid = lay_map(self.canvas, self._numbers, grid, scale, display, pictured=pictured)
        self.canvas.set_tone(display.brightness, display.contrast)
        self.canvas.show_picture(display.mode != "heatmap")
        self.canvas.set_frame(grid.box()[-2:] if display.mode == "model" and pictured else None)
        self.scale.set_range(scale.low, scale.high, laid.table, heatmap.unit)
        self.canvas.setToolTip(scale.sentence)

    def head_height(self) -> int:
        """What the pane needs in height besides its picture."""
        spaces = self.column.contentsMargins()
        lines = [self.head.sizeHint().height(), self.scale.sizeHint().height()]
        if not self.subtitle.isHidden():
            lines.append(self.subtitle.sizeHint().height())
        return spaces.top() + spaces.bottom() + len(lines) * self.column.spacing() + sum(lines)

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
