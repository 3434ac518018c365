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
    "four": ("Slices and maximum", "Three slices that meet where you look, and the heatmap's maximum along one axis."),
    "row": ("Slices in a row", "Axial, coronal and sagittal slices beside each other."),
    "axial": ("Axial slice", "The axial slice large, the other two small."),
    "coronal": ("Coronal slice", "The coronal slice large, the other two small."),
    "sagittal": ("Sagittal slice", "The sagittal slice large, the other two small."),
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


def _has_atlas(window: Window) -> bool:
    return window.state.is_volume and window.actions.atlases.state.atlas is not None


def _painted(window: Window) -> str:
    return str(window.actions.atlases.state.paint)


def _outlines(window: Window) -> None:
    window.actions.atlases.paint("" if _painted(window) == "outlines" else "outlines")


def _cohort(window: Window) -> None:
    actions = window.actions
    cohort = actions.cohort

    def asked(subjects: Any) -> None:
        method = window.state.choice.method
        actions.dialogs.cohort(subjects, cohort.methods(), method, lambda group: cohort.run(subjects, group))

    cohort.look(asked)


def _has_regions(window: Window) -> bool:
    shown = window.state.shown
    evidence = shown.explanation.evidence if shown is not None and shown.explanation is not None else ()
    return any(e.kind == "regions" for e in evidence)


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
    Command("volume.strip", "Strip of slices", PLACE, _switch("filmstrip"), "Alt+Shift+S", can=_volume, needs=A_VOLUME,
            checked=lambda s: s.display.filmstrip, group=SEPARATOR,
            help="A row of evenly spaced slices below the others; a click goes there."),
    Command("volume.window-automatic", "Automatic window", PLACE, _change(window="automatic"), "Alt+Shift+W",
            can=_volume, needs=A_VOLUME, checked=lambda s: s.display.window == "automatic",
            help="Black and white are the percentiles 0.1 and 99.9 of the volume's values."),
    Command("volume.window-full", "Full window", PLACE, _change(window="full"), can=_volume, needs=A_VOLUME,
            checked=lambda s: s.display.window == "full", group=SEPARATOR,
            help="Black and white are the lowest and the highest value of the volume."),
    Command("volume.atlas", "Open atlas …", "File", lambda w: w.actions.atlases.ask(), can=_volume, needs=A_VOLUME,
            help="Labelled regions, drawn over the volume and given to methods that make use of them."),
    Command("volume.names", "Names of the atlas's regions …", PLACE, lambda w: w.actions.atlases.ask_names(),
            can=_volume, when=_has_atlas, needs="a volume and an open atlas",
            help="A text, CSV, JSON or XML file that says what the labels are called."),
    Command("volume.cohort", "Explain a cohort …", "Run", _cohort, can=_volume,
            when=lambda w: w.state.is_volume and not w.actions.cohort.why_not(),
            needs="a model, a volume of a folder or collection with classes, its atlas, and a method that ranks",
            help="Explains a group of subjects and ranks the atlas's regions over all of them."),
    Command("volume.register", "Register to a template …", "Run",
            lambda w: w.actions.atlases.registering.ask_template(), can=_volume, when=_has_atlas,
            needs="a volume and an open atlas",
            help="Finds how the head lies to the template that the open atlas was drawn on; you judge the fit."),
    Command("volume.atlas-close", "Close the atlas", PLACE, lambda w: w.actions.atlases.close(), can=_volume,
            when=_has_atlas, needs="a volume and an open atlas", help="Takes the regions off the volume."),
    Command("volume.outlines", "Outlines of the atlas", PLACE, _outlines, can=_volume, when=_has_atlas,
            needs="a volume and an open atlas", ticked=lambda w: _has_atlas(w) and _painted(w) == "outlines",
            help="Draws the borders of all regions.", group=SEPARATOR),
    Command("volume.nifti", "Heatmap as NIfTI …", "File/Export", lambda w: w.volumes.exporting.save_nifti(),
            can=lambda s: _map(s) and s.shown.explanation is not None, needs="a finished explanation of a volume",
            help="The heatmap on the volume's own grid, with a JSON file that says what it is."),
    Command("volume.slices", "Slices as PNG …", "File/Export", lambda w: w.volumes.exporting.save_slices(),
            can=_volume, needs=A_VOLUME, help="The slices on the screen with letters, convention and colour bar."),
    Command("volume.regions", "Regions as CSV …", "File/Export", lambda w: w.volumes.exporting.save_regions(),
            can=_volume, when=_has_regions, needs="an explanation that judges regions",
            help="One line per region: rank with its interval, name, side, size, impact, centre."),
    Command("volume.peak", "Go to the heatmap's highest value", PLACE, lambda w: w.actions.looking.go_to_peak(),
            "Alt+Shift+M", can=_map, needs=A_MAP, help="The slices meet where the heatmap is highest."),
)  # fmt: skip
