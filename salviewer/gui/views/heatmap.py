"""The picture with the map on it: what is shown and how, its scale, and the number under the cursor."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.api.space import GridMap
from salviewer.api.values import Picture
from salviewer.data.colour import DIVERGING, SEQUENTIAL
from salviewer.gui import icons, theme
from salviewer.gui.scale import range_of
from salviewer.gui.values import Display, OpenPicture, Shown
from salviewer.gui.views.series import SeriesStrip
from salviewer.kit.canvas import Canvas
from salviewer.kit.colour_bar import ColourBar
from salviewer.kit.colours import lut, swatch


class HeatmapView(QWidget):
    """Setters show; wishes tell what the person wants shown otherwise. `probed` carries a `Probe` or None."""

    display_wished = Signal(object)
    map_wished = Signal(int)
    probed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._picture: OpenPicture | None = None
        self._drawn: Picture | None = None
        self._grid: GridMap | None = None
        self._display = Display()
        self.canvas, self.bar, self.strip = Canvas(), ColourBar(), SeriesStrip()
        self._title, self._subtitle = QElidingLabel(), QElidingLabel()
        self._notes = QElidingLabel()
        self.sentence = theme.label("", "chip", wraps=True)
        self._lay_out()
        self.canvas.probed.connect(self.probed)
        self.strip.wished.connect(self.map_wished)
        self.strip.scale_wished.connect(lambda on: self._wish(common_scale=on))
        self.dress()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_shown(self, shown: Shown | None) -> None:
        """Show an answer; None shows the open picture alone."""
        self._shown = shown
        self._refresh()

    def set_picture(self, picture: OpenPicture | None) -> None:
        """The open picture, shown where there is no answer."""
        self._picture = picture
        self._refresh()

    def set_grid(self, grid: GridMap | None) -> None:
        """What the model sees of the open picture, outlined where that is not all of it."""
        self._grid = grid
        self._refresh()

    def set_display(self, display: Display) -> None:
        """How the map is shown."""
        self._display = display
        self._refresh()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.canvas.setBackground(theme.tones().sunk)

    # -- inside -------------------------------------------------------------------------------------------------

    def _wish(self, **changes: object) -> None:
        self.display_wished.emit(replace(self._display, **changes))

    def _refresh(self) -> None:
        shown, display = self._shown, self._display
        picture = shown.picture if shown else self._picture.picture if self._picture else None
        if picture is not self._drawn:
            self._drawn = picture
            self.canvas.set_picture(picture.pixels if picture else None)
        self.canvas.set_frame(self._outline(shown.grid if shown else self._grid))
        self._say(shown)
        self._show_tools(shown, display)
        if shown is None:
            self.canvas.set_map(None)
            self.bar.set_range(0, 0, None)
            self.sentence.hide()
            self.strip.set_maps((), 0, display.sequential, common=False)
            return
        if picture is None:
            self.canvas.set_size(shown.size)
        scale = range_of(shown, display)
        table = None if scale.flat else lut(scale.colours)
        rows, columns = shown.grid.box()[-2:]
        top = shown.top
        look = {"fade": picture is not None, "signed": top.signed}
        self.canvas.set_map(top.values, (rows, columns), low=scale.low, high=scale.high, table=table, **look)
        self.canvas.set_opacity(display.opacity if picture else 1.0)
        self.canvas.show_map(display.overlay or picture is None)
        self.bar.set_range(scale.low, scale.high, table, shown.top.unit)
        self.sentence.setText(scale.sentence)
        self.sentence.setVisible(bool(scale.sentence))
        self.strip.set_maps(shown.maps, shown.at, scale.colours, common=display.common_scale)

    def _outline(self, grid: GridMap | None) -> object:
        if grid is None or not self._display.frame:
            return None
        rows, columns = grid.box()[-2:]
        height, width = grid.source_shape[-2:]
        whole = max(abs(rows[0]), abs(columns[0]), abs(rows[1] - height), abs(columns[1] - width)) < 0.5
        return None if whole else (rows, columns)

    def _say(self, shown: Shown | None) -> None:
        if shown is None:
            name = self._picture.picture.name if self._picture else ""
            hint = "The dashed line is what the model sees." if self._outline(self._grid) else ""
            title, subtitle, notes = name, hint, ()
        else:
            title, subtitle, notes = shown.title, shown.subtitle, shown.notes
        self._title.setText(title)
        self._title.setToolTip(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setToolTip(subtitle)
        self._notes.setText("   ·   ".join(notes))
        self._notes.setToolTip("\n".join(notes))
        self._notes.setVisible(bool(notes))

    def _show_tools(self, shown: Shown | None, display: Display) -> None:
        for widget in (self.overlay, self.opacity, self.colours):
            widget.setEnabled(shown is not None)
            widget.blockSignals(True)
        self.overlay.setChecked(display.overlay)
        icons.give(self.overlay, "overlay" if display.overlay else "overlay-off")
        self.opacity.setValue(round(display.opacity * 100))
        signed = shown is not None and shown.top.signed
        self._offer(DIVERGING if signed else SEQUENTIAL, display.diverging if signed else display.sequential)
        for widget in (self.overlay, self.opacity, self.colours):
            widget.blockSignals(False)

    def _offer(self, names: tuple[str, ...], chosen: str) -> None:
        if [self.colours.itemText(i) for i in range(self.colours.count())] != list(names):
            self.colours.clear()
            size = self.colours.iconSize()
            for name in names:
                self.colours.addItem(QIcon(swatch(lut(name), size.width(), size.height(), ratio=2)), name)
        self.colours.setCurrentText(chosen)

    def _chose_colours(self, name: str) -> None:
        signed = self._shown is not None and self._shown.top.signed
        self._wish(**{"diverging" if signed else "sequential": name})

    def _lay_out(self) -> None:
        gap = round(theme.em(self) * 0.5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        head = QHBoxLayout()
        head.setSpacing(gap)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(theme.mark(self._title, "title"))
        words.addWidget(theme.mark(self._subtitle, "quiet"))
        head.addLayout(words, 1)
        head.addWidget(self._make_tools())
        column.addLayout(head)
        frame = theme.mark(QFrame(), "sunk")
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        inside.addWidget(self.canvas, 1)
        inside.addWidget(self.bar)
        column.addWidget(frame, 1)
        column.addWidget(self.strip)
        column.addWidget(theme.mark(self._notes, "help"))
        over = QVBoxLayout(self.canvas)
        over.addStretch(1)
        over.addWidget(self.sentence, 0, Qt.AlignmentFlag.AlignHCenter)
        self.sentence.hide()

    def _make_tools(self) -> QWidget:
        em = theme.em(self)
        self.overlay, self.opacity, self.colours = QToolButton(), QSlider(Qt.Orientation.Horizontal), QComboBox()
        self.fit, self.actual = QToolButton(), QToolButton()
        self.overlay.setCheckable(True)
        self.overlay.toggled.connect(lambda on: self._wish(mode="overlay" if on else "original"))
        self.opacity.setRange(0, 100)
        self.opacity.setFixedWidth(em * 6)
        self.opacity.valueChanged.connect(lambda v: self._wish(opacity=v / 100))
        self.colours.setIconSize(QSize(em * 2, round(em * 0.7)))
        self.colours.textActivated.connect(self._chose_colours)
        self.fit.clicked.connect(self.canvas.fit)
        self.actual.clicked.connect(self.canvas.actual_size)
        for button, name in ((self.overlay, "overlay"), (self.fit, "fit"), (self.actual, "actual")):
            icons.give(button, name)
            button.setIconSize(QSize(round(em * 1.2), round(em * 1.2)))
        for widget, words in (
            (self.overlay, "Show or hide the heatmap (Space)"),
            (self.opacity, "How much the heatmap covers the picture"),
            (self.colours, "Colours of the heatmap"),
            (self.fit, "Fit the picture to the window (F)"),
            (self.actual, "One picture pixel per dot of the screen (1)"),
        ):
            widget.setToolTip(words)
            widget.setAccessibleName(words)
        tools = QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(em * 0.35))
        for widget in (self.overlay, self.opacity, self.colours, self.fit, self.actual):
            row.addWidget(widget)
        return tools
