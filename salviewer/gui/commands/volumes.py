"""Looking at volumes: layouts, windows, conventions, where the slices meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from salviewer.gui.commands.command import SEPARATOR, Command

if TYPE_CHECKING:
    from salviewer.gui.state import State
    from salviewer.gui.window import Window

A_VOLUME = "a volume on the screen"
A_MAP = "a heatmap of a volume on the screen"
PLACE = "View/Volume"
LAYOUTS = {
    "three": ("Three slices", "Axial, coronal and sagittal slices that meet where you look."),
    "axial": ("Axial slice", "One slice from below or above, as large as it gets."),
    "coronal": ("Coronal slice", "One slice from the front, as large as it gets."),
    "sagittal": ("Sagittal slice", "One slice from the side, as large as it gets."),
    "strip": ("Strip of slices", "Many axial slices beside each other."),
    "projection": ("Heatmap's maximum", "The highest value of the heatmap along each line of sight."),
}


def _volume(state: State) -> bool:
    return state.is_volume


def _map(state: State) -> bool:
    return state.is_volume and state.shown is not None


def _change(**values: Any) -> Callable[[Window], Any]:
    return lambda window: window.actions.looking.change(**values)


def _switch(field: str) -> Callable[[Window], Any]:
    return lambda w: w.actions.looking.change(**{field: not getattr(w.state.display, field)})


def _layout(name: str, number: int) -> Command:
    title, help_text = LAYOUTS[name]
    return Command(f"volume.{name}", title, f"{PLACE}/Layout", _change(layout=name), f"Alt+Shift+{number}",
                   can=_volume, needs=A_VOLUME, checked=lambda s: s.display.layout == name, help=help_text)  # fmt: skip


COMMANDS = (
    *(_layout(name, number) for number, name in enumerate(LAYOUTS, 1)),
    Command("volume.convention", "Neurological convention", PLACE, lambda w: w.actions.looking.toggle_convention(),
            "Alt+Shift+N", can=_volume, needs=A_VOLUME,
            ticked=lambda w: w.actions.settings.preferences.convention == "neurological",
            help="The patient's left on the left; off, it is radiological, with the right on the left."),
    Command("volume.nose", "Nose to the left", PLACE,
            lambda w: w.actions.looking.set_nose(not w.actions.settings.preferences.nose_left), "Alt+Shift+L",
            can=_volume, needs=A_VOLUME, ticked=lambda w: w.actions.settings.preferences.nose_left,
            help="In sagittal slices the nose points to the left; off, to the right.", group=SEPARATOR),
    Command("volume.letters", "Letters on the sides", PLACE, _switch("letters"), "Alt+Shift+T", can=_volume,
            needs=A_VOLUME, checked=lambda s: s.display.letters, help="R L A P S I on the four sides of each slice."),
    Command("volume.crosshair", "Lines where the slices meet", PLACE, _switch("crosshair"), "Alt+Shift+C", can=_volume,
            needs=A_VOLUME, checked=lambda s: s.display.crosshair, group=SEPARATOR,
            help="Shows in each slice where the other two lie."),
    Command("volume.window-automatic", "Automatic window", PLACE, _change(window="automatic"), "Alt+Shift+W",
            can=_volume, needs=A_VOLUME, checked=lambda s: s.display.window == "automatic",
            help="Black and white are the percentiles 0.1 and 99.9 of the volume's values."),
    Command("volume.window-full", "Full window", PLACE, _change(window="full"), can=_volume, needs=A_VOLUME,
            checked=lambda s: s.display.window == "full", group=SEPARATOR,
            help="Black and white are the lowest and the highest value of the volume."),
    Command("volume.peak", "Go to the heatmap's highest value", PLACE, lambda w: w.actions.looking.go_to_peak(),
            "Alt+Shift+M", can=_map, needs=A_MAP, help="The slices meet where the heatmap is highest."),
)  # fmt: skip
