"""A volume with the map on it: linked slices, what is said about them, and the tools over them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from salviewer.api.space import GridMap
from salviewer.api.values import Volume
from salviewer.gui import theme
from salviewer.gui.scale import KnownRange, Numbers, band_of
from salviewer.gui.values import LAYOUTS, Display, OpenPicture, Shown
from salviewer.gui.views.notes_line import NotesLine
from salviewer.gui.views.series import SeriesStrip
from salviewer.gui.volumes.head import VolumeHead
from salviewer.gui.volumes.laying import Placed, place, sees_all, stand_in
from salviewer.gui.volumes.looking import shown_as
from salviewer.gui.volumes.tools import VolumeTools
from salviewer.gui.volumes.windows import blank, offered, window_of
from salviewer.gui.volumes.words import (
    banner_words,
    convention_words,
    filled_words,
    map_words,
    obliquity,
    space_words,
)
from salviewer.kit.colour_bar import ColourBar
from salviewer.kit.colours import lut
from salviewer.kit.ortho import OrthoView
from salviewer.kit.printed_bar import Bar
from salviewer.kit.slice_strip import SliceStrip
from salviewer.numeric.slicing import PLANES

if TYPE_CHECKING:
    from salviewer.kit.volume_scene import Labels

FRAME = "dashed: what the model sees"
NO_VOLUME = "The volume of this map is not where it was, or has changed: the map is shown alone."


class VolumeView(QWidget):
    """Setters show; wishes tell what the person wants shown otherwise. `probed` carries a `VolumeProbe` or None."""

    display_wished = Signal(object)
    map_wished = Signal(int)
    point_wished = Signal(object)
    window_dragged = Signal(float, float)
    probed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._opened: OpenPicture | None = None
        self._grid: GridMap | None = None
        self._framed: GridMap | None = None
        self._drawn: Volume | None = None
        self._display = Display()
        self._radiological = self._nose_left = True
        self._point: tuple[float, float, float] | None = None
        self._blank: Volume | None = None
        self._film_of = "axial"
        self._numbers: Numbers | None = None
        self._ranges = KnownRange()
        self.placed: Placed | None = None
        self._filled: Bar | None = None
        self.printed: Bar | None = None
        self.slices, self.bar, self.strip, self.tools = OrthoView(), ColourBar(), SeriesStrip(), VolumeTools()
        self.head, self._notes = VolumeHead(), NotesLine()
        self.badge, self.banner = self.head.badge, self.head.banner
        self.film = SliceStrip(self.slices.scene)
        self.said, self.sentence = theme.label("", "quiet", wraps=True), theme.label("", "quiet", wraps=True)
        self._lay_out()
        self._connect()
        self.dress()

    @property
    def volume(self) -> Volume | None:
        """The volume on the screen."""
        source = self._shown.picture if self._shown else self._opened.picture if self._opened else None
        return source if isinstance(source, Volume) else None

    # -- setters ------------------------------------------------------------------------------------------------

    def set_opened(self, opened: OpenPicture | None) -> None:
        """The open volume, shown where there is no answer."""
        self._opened = opened
        self._refresh()

    def set_grid(self, grid: GridMap | None) -> None:
        """What the model sees of the open volume, outlined where that is not all of it."""
        self._grid = grid
        self._refresh()

    def set_shown(self, shown: Shown | None) -> None:
        """Show an answer; None shows the open volume alone."""
        same = shown is not None and self._shown is not None and shown.top is self._shown.top
        self._shown = shown
        if not same:
            self._numbers = Numbers(shown.top) if shown else None
            self.placed = place(shown.top.values, shown.grid) if shown else None
            self._blank = stand_in(shown.grid) if shown and shown.picture is None else None
        self._refresh()

    def set_display(self, display: Display) -> None:
        """How things are shown."""
        self._display = display
        self._refresh()

    def set_convention(self, *, radiological: bool, nose_left: bool) -> None:
        """Which side of the patient is on the left, and where noses point."""
        self._radiological, self._nose_left = radiological, nose_left
        self.slices.set_convention(radiological)
        self.slices.set_nose(nose_left)
        self._refresh()

    def set_point(self, mm: tuple[float, float, float] | None) -> None:
        """Where the slices meet."""
        self._point = mm
        if mm is not None:
            self.slices.set_point(mm)

    def set_labels(self, labels: Labels | None, bar: Bar | None = None) -> None:
        """Paint regions; bar: which colour is which number, shown instead of the map, whose numbers are others."""
        self.slices.scene.set_labels(labels)
        if bar is not None or self._filled is not None:
            self._filled = bar
            self._show_map()

    def zoom(self, factor: float) -> None:
        """Closer or farther, about what is in the middle."""
        pane = self.slices.panes["axial"]
        pane.zoom_wished.emit(factor, self.slices.link.place(pane)[1])

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.slices.update()

    # -- what is on the screen ----------------------------------------------------------------------------------

    def _refresh(self) -> None:
        shown, display, volume = self._shown, self._display, self.volume
        self._draw_volume(volume or (self._blank if shown else None))
        if volume is not None:
            alone = shown is not None and shown_as(display) == "heatmap"
            self.slices.set_window(*(blank(volume) if alone else window_of(volume, display)))
        self.slices.set_layout(display.layout if display.layout in LAYOUTS else LAYOUTS[0])
        self.film.setVisible(display.filmstrip)
        self._show_film(display.layout if display.layout in PLANES else "axial")
        self.slices.show_letters(display.letters)
        self.slices.show_crosshair(display.crosshair)
        self.tools.set_display(display, has_map=shown is not None, signed=shown is not None and shown.top.signed)
        known = volume is not None and volume.axcodes is not None
        self.tools.set_convention(radiological=self._radiological, nose_left=self._nose_left, known=known)
        self._show_frame(shown.grid if shown else self._grid)
        self._say()
        self._show_map()

    def _show_frame(self, grid: GridMap | None) -> None:
        """Outline what the model sees, where that is not everything."""
        wanted = grid if grid is not None and self._display.frame and not sees_all(grid) else None
        if wanted is self._framed:
            return
        self._framed = wanted
        if wanted is None:
            self.slices.set_frame(None)
        else:
            self.slices.set_frame(wanted.world(), wanted.model_shape)

    def _show_film(self, plane: str) -> None:
        if plane != self._film_of:
            self._film_of = plane
            self.film.set_plane(plane)

    def _draw_volume(self, volume: Volume | None) -> None:
        if volume is self._drawn:
            return
        self._drawn = volume
        if volume is None:
            self.slices.set_volume(None)
            return
        self.slices.set_volume(
            volume.array, volume.affine, volume.axcodes, inverted=volume.inverted, obliquity=obliquity(volume.affine)
        )
        self.tools.set_windows(offered(volume))
        if self._point is not None:
            self.slices.set_point(self._point)

    def _show_map(self) -> None:
        """Lay the map on top, on its own grid; what there is to say of it."""
        shown, display, placed, numbers = self._shown, self._display, self.placed, self._numbers
        if shown is None or placed is None or numbers is None:
            self._without_map("")
            self.strip.set_maps((), 0, display.sequential, common=False)
            return
        scale = self._ranges.of(shown, display)
        self.strip.set_maps(shown.maps, shown.at, scale.colours, common=display.common_scale)
        mode = shown_as(display)
        if mode == "original" or scale.flat:
            self._without_map(scale.sentence if mode != "original" else "")
            return
        alone, table = mode == "heatmap" or self.volume is None, lut(scale.colours)
        band = band_of(numbers, display, scale)
        self.slices.set_overlay(
            placed.values, placed.affine, low=scale.low, high=scale.high, table=table,
            opacity=0.0 if self._filled else 1.0 if alone else display.opacity, fade=not alone,
            signed=shown.top.signed, band=band, smooth=display.smooth,
        )  # fmt: skip
        self._show_bar(Bar(scale.low, scale.high, table, shown.top.unit))
        _put(self.sentence, filled_words(scale) if self._filled else map_words(scale, display, numbers, band))

    def _without_map(self, sentence: str) -> None:
        self.slices.set_overlay(None)
        self._show_bar(None)
        _put(self.sentence, sentence)

    def _show_bar(self, of_map: Bar | None) -> None:
        """The colours of filled regions, else of the map; the slices take the place of none."""
        self.printed = bar = self._filled or of_map
        self.bar.set_range(*(bar.low, bar.high, bar.table, bar.unit) if bar else (0, 0, None))
        self.bar.setVisible(bar is not None)

    # -- words --------------------------------------------------------------------------------------------------

    def _say(self) -> None:
        shown, volume = self._shown, self.volume
        name = volume.name if volume is not None else ""
        title, subtitle = (shown.title, shown.subtitle) if shown else (name, "")
        banner = banner_words(volume, self.placed) if volume is not None else (NO_VOLUME,) if shown else ()
        self.head.set_words(title, subtitle, "\n".join(banner))
        self._notes.set_notes(shown.notes if shown else ())
        known = volume is not None and volume.axcodes is not None
        convention = convention_words(radiological=self._radiological, known=known) if volume is not None else ""
        space = space_words(volume) if volume is not None else ""
        dashed = FRAME if self._framed is not None else ""
        _put(self.said, " · ".join(words for words in (convention, space, dashed) if words))

    # -- inside -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        for seen in (self.slices, self.film):
            seen.point_wished.connect(self.point_wished)
        self.slices.probed.connect(self.probed)
        self.slices.window_dragged.connect(self.window_dragged)
        self.slices.window_reset.connect(lambda: self._wish(window="automatic"))
        self.slices.layout_changed.connect(self._enlarged)
        self.strip.wished.connect(self.map_wished)
        self.strip.scale_wished.connect(lambda common: self._wish(common_scale=common))
        self.tools.wished.connect(self.display_wished)
        self.tools.fit_wished.connect(self.slices.fit)

    def _wish(self, **changes: object) -> None:
        self.display_wished.emit(replace(self._display, **changes))

    def _enlarged(self, layout: str) -> None:
        """Somebody made a slice large on the slices themselves."""
        if layout != self._display.layout:
            self._wish(layout=layout)

    def _lay_out(self) -> None:
        gap = round(theme.em(self) * 0.5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        column.addWidget(self.head)
        column.addWidget(self.tools)
        frame = theme.mark(QFrame(), "sunk")
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        pictures = QVBoxLayout()
        pictures.setSpacing(1)
        pictures.addWidget(self.slices, 1)
        pictures.addWidget(self.film)
        inside.addLayout(pictures, 1)
        inside.addWidget(self.bar)
        column.addWidget(frame, 1)
        below = QVBoxLayout()
        below.setSpacing(0)
        below.setContentsMargins(gap, 0, gap, 0)
        for label in (self.said, self.sentence):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            below.addWidget(label)
        column.addLayout(below)
        column.addWidget(self.strip)
        column.addWidget(self._notes)


def _put(label: QWidget, words: str) -> None:
    label.setText(words)
    label.setVisible(bool(words))
