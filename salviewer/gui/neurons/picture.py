"""The picture beside the columns: chosen points coloured by density, their scale, and the receptive field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.kit.colour_bar import ColourBar
from salviewer.kit.colours import lut
from salviewer.kit.neuron_picture import NeuronPicture
from salviewer.numeric.neuron_table import BOTH, FIRST
from salviewer.numeric.point_density import point_density

if TYPE_CHECKING:
    from salviewer.api.space import GridMap
    from salviewer.api.values import Picture
    from salviewer.gui.values import Display
    from salviewer.numeric.neuron_table import NeuronTable

SPREAD = 0.03
"""Width of the Gaussian by which points count as near, of the model's shorter side."""
UNIT = "points per 100 px²"
MOST_FIELDS = 30
DARKEST = 55
"""The first of the 256 colours of a map that points are drawn in."""
FLAT = "A volume's points, seen along its first axis"


class PointsPicture(QWidget):
    """`pointed`: the unit of the pixels under the mouse, -1 none."""

    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas, self.bar = NeuronPicture(), ColourBar()
        self.said = theme.label("", "quiet", wraps=True)
        self.said.hide()
        self._table: NeuronTable | None = None
        self._units = np.empty(0, np.int64)
        self._colours = "inferno"
        self._place = ((0.0, 1.0), (0.0, 1.0))
        self._model = (1, 1)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row, 1)
        column.addWidget(self.said)
        self.canvas.setMinimumSize(theme.em(self) * 8, theme.em(self) * 8)
        self.canvas.probed.connect(self._probed)

    def set_picture(self, picture: Picture | None, grid: GridMap | None) -> None:
        """The picture and where the model's grid lies on it; None where it is not at hand, or a volume."""
        self._place = ((0.0, 1.0), (0.0, 1.0))
        flat = grid is not None and len(grid.model_shape) == 3
        self.said.setText(FLAT if flat else "")
        self.said.setVisible(flat)
        if grid is None or flat:
            self._model = grid.model_shape[-2:] if grid is not None else (1, 1)
            self._place = ((0.0, float(self._model[0])), (0.0, float(self._model[1])))
            self.canvas.set_picture(None)
            self.canvas.set_size(self._model)
            return
        self._model, self._place = grid.model_shape, grid.box()[-2:]
        self.canvas.set_picture(picture.pixels if picture is not None else None)
        if picture is None:
            self.canvas.set_size(grid.source_shape)

    def set_display(self, display: Display) -> None:
        """Colours, brightness and contrast as the Heatmap panel has them."""
        self.canvas.set_tone(display.brightness, display.contrast)
        if display.sequential != self._colours:
            self._colours = display.sequential
            self._colour()

    def set_units(self, table: NeuronTable | None, kept: np.ndarray) -> None:
        """Mark the pixels among the units of the mask `kept`."""
        self._table = table
        self._units = (
            np.flatnonzero(kept & (table.column == len(table.columns) - 1)) if table is not None else self._units[:0]
        )
        self._colour()
        self.set_fields(self._units[:0])

    def set_lit(self, lit: np.ndarray | None) -> None:
        """Let only the pixels of this mask of all units stand out; None: all."""
        self.canvas.set_lit(None if lit is None else lit[self._units])

    def set_fields(self, units: np.ndarray) -> None:
        """Outline what `units` see, the first one strongly."""
        boxes = np.empty((0, 4))
        if self._table is not None and len(units):
            fields = self._table.fields[units[:MOST_FIELDS]].astype(float)
            d = fields.shape[1] // 2
            boxes = np.column_stack((self._on_picture(fields[:, :2]), self._on_picture(fields[:, d : d + 2])))
        self.canvas.set_fields(boxes, QColor(theme.tones().accent))

    def set_box(self, box: Sequence[float] | None) -> None:
        """Outline the box around the points, (x0, y0, x1, y1) edges on the model's input; None where there is none."""
        if box is None or len(box) != 4:
            self.canvas.set_frame(None)
            return
        (left, top), (right, bottom) = self._on_picture(np.array(box, float).reshape(2, 2)).tolist()
        self.canvas.set_frame(((top, bottom), (left, right)))

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.canvas.setBackground(theme.tones().window)
        self._colour()

    def _colour(self) -> None:
        xy = np.empty((0, 2))
        if self._table is not None and len(self._units):
            xy = self._table.place[self._units][:, -2:][:, ::-1].astype(float)
        sigma = max(1.0, SPREAD * min(self._model))
        density = point_density(xy, self._model, sigma) if len(xy) else np.empty(0)
        table, high = _light_part(lut(self._colours)), float(density.max(initial=0.0))
        two = self._table is not None and bool((self._table.path != FIRST).any())
        self.bar.setVisible(not two)
        if two:
            density, table, high = self._table.path[self._units].astype(float), _path_colours(), float(BOTH)
        self.canvas.set_points(self._on_picture(xy + 0.5), density, high, table)
        self.bar.set_range(0.0, high, table, UNIT)

    def _on_picture(self, xy: np.ndarray) -> np.ndarray:
        """Positions on the model's grid (edges count from 0) in pixels of the picture."""
        (top, bottom), (left, right) = self._place
        height, width = self._model
        return np.array((left, top)) + xy * ((right - left) / width, (bottom - top) / height)

    def _probed(self, probe: object) -> None:
        at = self.canvas.point_near(probe.x + 0.5, probe.y + 0.5) if probe is not None else -1
        self.pointed.emit(int(self._units[at]) if at >= 0 else -1)


def _light_part(table: np.ndarray) -> np.ndarray:
    """The table without its darkest part: points lie on pictures, where black ones are lost."""
    return table[np.round(np.linspace(DARKEST, 255, 256)).astype(int)]


def _path_colours() -> np.ndarray:
    """(256, 3): a third of the range each for the first path, the second, and both."""
    tones = theme.tones()
    colours = [QColor(tone).getRgb()[:3] for tone in (tones.accent, tones.warning, tones.quiet)]
    return np.repeat(np.array(colours, np.uint8), (128, 85, 43), axis=0)
