"""The strip under the canvas: one button per map of an answer, in order, with a small picture of each."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QScrollArea, QToolButton, QWidget

from salviewer.api.evidence import Heatmap
from salviewer.data.colour import limits
from salviewer.gui import theme
from salviewer.kit.colours import colourise, lut, qimage


def names_of(maps: tuple[Heatmap, ...]) -> list[str]:
    """What each map is called in the strip: "all" for the first of a series, "round 1", ..., else its own name."""
    found = []
    for i, heatmap in enumerate(maps):
        if heatmap.series and heatmap.at is not None:
            found.append(f"{heatmap.series.removesuffix('s')} {heatmap.at:g}")
        else:
            found.append("all" if i == 0 and any(m.series for m in maps) else heatmap.name)
    return found


SIDE = 64  # pixels of a small map in memory


class SeriesStrip(QWidget):
    """`wished` carries the number of the map that the person wants on top; `scale_wished` whether on a common scale."""

    wished = Signal(int)
    scale_wished = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self.wished)
        self._maps: tuple[Heatmap, ...] = ()
        self._row = QWidget()
        self._buttons = QHBoxLayout(self._row)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._buttons.setSpacing(round(theme.em(self) * 0.3))
        area = QScrollArea()
        area.setWidget(theme.mark(self._row, "flat"))
        area.setWidgetResizable(True)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area = area
        self._common = QCheckBox("Common scale")
        self._common.setToolTip("Off: each map's colours span its own values. On: all maps here share one scale.")
        self._common.toggled.connect(self.scale_wished)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(area, 1)
        row.addWidget(self._common)
        self.hide()

    def set_maps(self, maps: tuple[Heatmap, ...], at: int, colours: str, *, common: bool) -> None:
        """Show `maps` with number `at` chosen; hidden where there is only one."""
        self.setVisible(len(maps) > 1)
        if len(maps) < 2:
            return
        if maps != self._maps:
            self._rebuild(maps, colours)
        if (button := self._group.button(at)) is not None:
            button.setChecked(True)
            self._area.ensureWidgetVisible(button)
        self._common.blockSignals(True)
        self._common.setChecked(common)
        self._common.blockSignals(False)

    def _rebuild(self, maps: tuple[Heatmap, ...], colours: str) -> None:
        self._maps = maps
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        while self._buttons.count():
            self._buttons.takeAt(0)
        for i, (heatmap, name) in enumerate(zip(maps, names_of(maps), strict=True)):
            button = QToolButton()
            button.setCheckable(True)
            button.setText(f" {name}")
            button.setIcon(_thumbnail(heatmap, colours))
            side = round(theme.em(self) * 1.6)
            button.setIconSize(QSize(side, side))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            theme.mark(button, "tab")
            self._group.addButton(button, i)
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        tallest = max((button.sizeHint().height() for button in self._group.buttons()), default=0)
        self._area.setFixedHeight(tallest + round(theme.em(self) * 0.2))


def _thumbnail(heatmap: Heatmap, colours: str) -> QIcon:
    values = heatmap.values
    while values.ndim > 2:
        values = values[values.shape[0] // 2]
    values = values[:: max(1, values.shape[0] // SIDE), :: max(1, values.shape[1] // SIDE)]
    low, high = limits(values, heatmap.signed)
    image = qimage(colourise(values, low, high, lut(colours)))
    return QIcon(QPixmap.fromImage(image.scaled(SIDE, SIDE, mode=Qt.TransformationMode.SmoothTransformation)))
