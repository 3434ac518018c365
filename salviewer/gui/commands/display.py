"""How picture and map are shown: modes, window and level, band, lines, regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui import looks
from salviewer.gui.commands.command import SEPARATOR, Command
from salviewer.gui.values import MODES, Display

if TYPE_CHECKING:
    from collections.abc import Callable

    from salviewer.gui.state import State
    from salviewer.gui.window import Window

MODE_TITLES = {
    "original": "Picture alone",
    "model": "What the model sees",
    "overlay": "Heatmap over the picture",
    "heatmap": "Heatmap alone",
    "masked": "Picture masked by the heatmap",
}
MODE_HELPS = {
    "original": "Shows the picture as it is.",
    "model": "Shows the picture as the model is fed it: cut and resized, before its numbers are normalised.",
    "overlay": "Shows the heatmap over the picture.",
    "heatmap": "Shows the heatmap without the picture, fully opaque.",
    "masked": "Dims the picture wherever the heatmap is outside the chosen band (at first, outside its top 20 %).",
}

NEEDS_MAP = "a heatmap on the screen"


def _has_map(state: State) -> bool:
    return state.shown is not None


def _changes(change: Callable[[Display], Display]) -> Callable[[Window], None]:
    return lambda window: window.actions.displaying.change(change)


def _mode(mode: str, number: int) -> Command:
    of_map = mode in ("overlay", "heatmap", "masked")
    return Command(
        f"mode.{mode}", MODE_TITLES[mode], "View/Show", _changes(lambda d: looks.in_mode(d, mode)), f"Alt+{number}",
        f"mode-{mode}", checked=lambda s: s.display.mode == mode, help=MODE_HELPS[mode],
        can=_has_map if of_map else lambda s: _has_map(s) or s.picture is not None,
        needs=NEEDS_MAP if of_map else "a picture", flat=mode in ("model", "masked"),
    )  # fmt: skip


COMMANDS = (
    *(_mode(mode, number) for number, mode in enumerate(MODES, 1)),
    Command("view.overlay", "Heatmap over the picture, or picture alone", "View", _changes(looks.overlay_toggled),
            "Space", soft=True, checked=lambda s: s.display.overlay, can=_has_map, needs=NEEDS_MAP,
            help="Takes the heatmap off the picture, and puts it back."),
    Command("view.smooth", "Smooth heatmap", "View", _changes(looks.smooth_toggled), "S",
            checked=lambda s: s.display.smooth, can=_has_map, needs=NEEDS_MAP,
            help="Interpolates between the cells of the heatmap, for the eye only: numbers are read from its cells."),
    Command("view.contours", "Contour lines", "View", _changes(looks.contours_toggled), "C",
            checked=lambda s: bool(s.display.contours), can=_has_map, needs=NEEDS_MAP,
            help="Draws a line around the highest tenth of the heatmap.", flat=True),
    Command("view.band-reset", "Show all of the heatmap", "View", _changes(looks.band_reset), "Shift+T",
            can=lambda s: (s.display.band_low, s.display.band_high) != (0.0, 100.0), needs="a threshold",
            help="Takes away the threshold."),
    Command("view.tone-reset", "Reset brightness and contrast", "View", _changes(looks.tone_reset), "W",
            can=lambda s: looks.toned(s.display), needs="brightness or contrast that was changed",
            help="Undoes what dragging with the right button changed.", flat=True),
    Command("region.rectangle", "What a rectangle holds …", "View", lambda w: w.heatmap.want_region("rectangle"),
            "Shift+R", "region-rectangle", can=_has_map, needs=NEEDS_MAP,
            help="Draw a rectangle to read its share of the heatmap, and its values. Enter puts one in the middle.",
            flat=True),
    Command("region.ellipse", "What an ellipse holds …", "View", lambda w: w.heatmap.want_region("ellipse"),
            "Shift+E", "region-ellipse", can=_has_map, needs=NEEDS_MAP,
            help="Draw an ellipse to read its share of the heatmap, and its values. Enter puts one in the middle.",
            flat=True),
    Command("view.look", "Threshold, lines, brightness …", "View", lambda w: w.heatmap.toggle_look(), "K", "look",
            when=lambda w: w.heatmap is not None, help="Opens or closes the bar over the picture.", flat=True),
    Command("view.frame", "Outline what the model sees", "View", lambda w: w.actions.displaying.toggle_frame(), "O",
            checked=lambda s: s.display.frame, group=SEPARATOR,
            help="A dashed line around what is fed to the model, where that is not all of the picture or volume."),
)  # fmt: skip
