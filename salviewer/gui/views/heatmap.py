"""The picture with the map on it: what is shown and how, its scale, and the number under the cursor."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.api.space import GridMap
from salviewer.api.values import Picture
from salviewer.gui import looks, theme
from salviewer.gui.on_screen import map_words, picture_words, region_words
from salviewer.gui.scale import KnownRange, Numbers
from salviewer.gui.values import Display, OpenPicture, SeenByModel, Shown
from salviewer.gui.views.badge import Badge
from salviewer.gui.views.display_tools import DisplayTools
from salviewer.gui.views.look_bar import LookBar
from salviewer.gui.views.map_laying import lay_map
from salviewer.gui.views.notes_line import NotesLine
from salviewer.gui.views.series import SeriesStrip
from salviewer.kit.canvas import Canvas
from salviewer.kit.colour_bar import ColourBar
from salviewer.kit.region import Region, RegionTool

HOW_TO_DRAW = "Drag on the picture to draw the {}; Enter puts one in the middle, Esc ends."
NOT_YET = "What the model sees is not known yet: open a model, too."


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
        self._seen: SeenByModel | None = None
        self._display = Display()
        self._numbers: Numbers | None = None
        self._ranges = KnownRange()
        self.canvas, self.bar, self.strip = Canvas(), ColourBar(), SeriesStrip()
        self.tools, self.look = DisplayTools(), LookBar()
        self.region = RegionTool(self.canvas)
        self._title, self._subtitle = QElidingLabel(), QElidingLabel()
        self._notes, self.badge = NotesLine(), Badge()
        self.sentence, self.said, self.held = (theme.label("", "chip") for _ in range(3))
        self.fault = theme.label("", "quiet", wraps=True)
        self.fault.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._connect()
        self.dress()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_shown(self, shown: Shown | None) -> None:
        """Show an answer; None shows the open picture alone."""
        self._shown = shown
        if self._numbers is None or shown is None or self._numbers.heatmap is not shown.top:
            self._numbers = Numbers(shown.top) if shown else None
        if shown is None:
            self.region.end()
        self._refresh()
        self._say_region(self.region.region)

    def set_picture(self, picture: OpenPicture | None) -> None:
        """The open picture, shown where there is no answer."""
        self._picture = picture
        self._refresh()

    def set_fault(self, words: str) -> None:
        """Why there is no picture; "" where that needs no words."""
        self.fault.setText(words)
        self.fault.setVisible(bool(words))

    def set_grid(self, grid: GridMap | None) -> None:
        """What the model sees of the open picture, outlined where that is not all of it."""
        self._grid = grid
        self._refresh()

    def set_seen(self, seen: SeenByModel | None) -> None:
        """What the model is fed of the picture on the screen, as far as that is known."""
        self._seen = seen
        self._refresh()

    def set_display(self, display: Display) -> None:
        """How the map is shown."""
        self._display = display
        self._refresh()

    def show_look(self, visible: bool) -> None:
        """Open or close the bar with threshold, lines, brightness and contrast."""
        self.look.setVisible(visible)
        self.tools.set_look(visible)

    def toggle_look(self) -> None:
        """Open that bar, or close it."""
        self.show_look(self.look.isHidden())

    def want_region(self, kind: str) -> None:
        """Let the next drag draw a region of `kind` ("rectangle", "ellipse"); "" takes it away."""
        if kind in ("rectangle", "ellipse"):
            self.region.want(kind)  # type: ignore[arg-type]
        else:
            self.region.end()
        self._show_region_tools()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.canvas.setBackground(theme.tones().sunk)

    # -- what is on the canvas ----------------------------------------------------------------------------------

    def _refresh(self) -> None:
        shown, display = self._shown, self._display
        picture = shown.picture if shown else self._picture.picture if self._picture else None
        if picture is not self._drawn:
            self._drawn = picture
            self.canvas.set_picture(picture.pixels if picture else None)
        self.canvas.set_tone(display.brightness, display.contrast)
        self.canvas.show_picture(display.mode != "heatmap" or shown is None)
        self._show_seen(picture)
        grid = shown.grid if shown else self._grid
        self.canvas.set_frame(self._outline(grid) if display.mode != "model" else None)
        self._say(shown)
        self.tools.set_display(display, has_map=shown is not None, signed=shown is not None and shown.top.signed)
        self.look.set_display(display, has_map=shown is not None and display.mode not in ("original", "model"))
        words = picture_words(display, self._seen_size(), gray=self._gray(picture))
        if shown is None:
            self.canvas.set_map(None)
            self.bar.set_range(0, 0, None)
            self.strip.set_maps((), 0, display.sequential, common=False)
            self._put(self.sentence, self._missing(picture))
        else:
            words += self._show_map(shown, picture)
        self._put(self.said, "\n".join(words))

    def _show_map(self, shown: Shown, picture: Picture | None) -> list[str]:
        """Lay the map on top; what there is to say of it."""
        display, top = self._display, shown.top
        if picture is None:
            self.canvas.set_size(shown.size)
        scale = self._ranges.of(shown, display)
        numbers = self._numbers or Numbers(top)
        laid = lay_map(self.canvas, numbers, shown.grid, scale, display, pictured=picture is not None)
        self.bar.set_range(scale.low, scale.high, laid.table, top.unit if laid.table is not None else "")
        self._put(self.sentence, scale.sentence if laid.visible else self._missing(picture))
        self.strip.set_maps(shown.maps, shown.at, scale.colours, common=display.common_scale)
        return map_words(top, shown.grid, display, numbers, laid.band) if laid.visible else []

    def _show_seen(self, picture: Picture | None) -> None:
        seen = self._seen if self._display.mode == "model" and picture is not None else None
        fits = seen is not None and seen.picture is picture
        self.canvas.set_model_view(seen.pixels if fits else None, seen.grid.box()[-2:] if fits else None)

    def _seen_size(self) -> tuple[int, int] | None:
        if self._display.mode != "model" or self._seen is None or self._seen.picture is not self._drawn:
            return None
        return self._seen.pixels.shape[:2]

    def _missing(self, picture: Picture | None) -> str:
        waits = self._display.mode == "model" and picture is not None and self._shown is None and self._grid is None
        return NOT_YET if waits else ""

    def _outline(self, grid: GridMap | None) -> object:
        if grid is None or not self._display.frame:
            return None
        rows, columns = grid.box()[-2:]
        height, width = grid.source_shape[-2:]
        whole = max(abs(rows[0]), abs(columns[0]), abs(rows[1] - height), abs(columns[1] - width)) < 0.5
        return None if whole else (rows, columns)

    # -- words --------------------------------------------------------------------------------------------------

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
        self._notes.set_notes(notes)

    def _say_region(self, region: Region | None) -> None:
        shown, wanted = self._shown, self.region.wanted
        words = HOW_TO_DRAW.format(wanted) if wanted else ""
        if region is not None and shown is not None:
            words = region_words(region, shown.top, shown.grid)
        self._put(self.held, words)
        self._show_region_tools()

    def _show_region_tools(self) -> None:
        drawn = self.region.region
        self.tools.set_region(self.region.wanted or (drawn.kind if drawn else ""))

    def _put(self, chip: QWidget, words: str) -> None:
        chip.setText(words)
        chip.setVisible(bool(words))

    # -- wishes -------------------------------------------------------------------------------------------------

    def _wish(self, **changes: object) -> None:
        self.display_wished.emit(replace(self._display, **changes))

    def _wish_tone(self, right: float, down: float) -> None:
        self.display_wished.emit(looks.tone_dragged(self._display, right, down, gray=self._gray(self._drawn)))

    def _gray(self, picture: Picture | None) -> bool:
        return picture is not None and picture.pixels.shape[2] == 1

    def _connect(self) -> None:
        self.canvas.probed.connect(self.probed)
        self.canvas.tone_dragged.connect(self._wish_tone)
        self.canvas.tone_reset.connect(lambda: self.display_wished.emit(looks.tone_reset(self._display)))
        self.strip.wished.connect(self.map_wished)
        self.strip.scale_wished.connect(lambda on: self._wish(common_scale=on))
        self.tools.wished.connect(self.display_wished)
        self.tools.fit_wished.connect(self.canvas.fit)
        self.tools.actual_wished.connect(self.canvas.actual_size)
        self.tools.look_wished.connect(self.show_look)
        self.tools.region_wished.connect(self.want_region)
        self.look.wished.connect(self.display_wished)
        self.region.changed.connect(self._say_region)
        self.region.wanted_changed.connect(lambda _: self._say_region(self.region.region))

    def _lay_out(self) -> None:
        gap = round(theme.em(self) * 0.5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.setContentsMargins(gap, 0, gap, 0)  # in line with the panel's title
        head = QHBoxLayout()
        self._title.setMinimumWidth(theme.em(self) * 6)
        head.addWidget(theme.mark(self._title, "title"), 1)
        head.addWidget(self.badge)
        self.badge.hide()
        words.addLayout(head)
        words.addWidget(theme.mark(self._subtitle, "quiet"))
        column.addLayout(words)
        column.addWidget(self.tools)
        column.addWidget(self.look)
        self.look.hide()
        frame = theme.mark(QFrame(), "sunk")
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        inside.addWidget(self.canvas, 1)
        inside.addWidget(self.bar)
        column.addWidget(frame, 1)
        column.addWidget(self.strip)
        column.addWidget(self._notes)
        over = QVBoxLayout(self.canvas)
        for chip, place in (
            (self.held, Qt.AlignmentFlag.AlignLeft),
            (None, None),
            (self.fault, Qt.AlignmentFlag(0)),
            (None, None),
            (self.sentence, Qt.AlignmentFlag.AlignHCenter),
            (self.said, Qt.AlignmentFlag.AlignLeft),
        ):
            if chip is None:
                over.addStretch(1)
                continue
            chip.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            chip.setMinimumWidth(1)  # what is said does not widen the window
            over.addWidget(chip, 0, place)
            chip.hide()
