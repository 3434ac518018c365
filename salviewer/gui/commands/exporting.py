"""Handing on: figures, numbers, tables, reports, and the call that gives a result again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.gui.commands.command import SEPARATOR, Command
from salviewer.gui.neurons.exports import has_neurons

if TYPE_CHECKING:
    from salviewer.gui.window import Window


def _straight(what: str, form: str) -> Callable[[Window], Any]:
    """Export with what was chosen last, asking for the file only."""

    def do(window: Window) -> None:
        from salviewer.gui.export_figure import seen_on  # noqa: PLC0415 - loads numpy

        exporting = window.actions.exporting
        view = seen_on(window.heatmap.canvas) if what == "view" and window.heatmap is not None else None
        exporting.export(replace(exporting.remembered, what=what, form=form), view)

    return do


def _open(window: Window) -> None:
    from salviewer.gui.export_wiring import open_dialog  # noqa: PLC0415 - needed when it is first opened

    open_dialog(window)


def _shown(state: Any) -> bool:
    return state.shown is not None


def _whole(state: Any) -> bool:
    return state.shown is not None and state.shown.explanation is not None


PLACE = "File/Export"
NEURONS = "an explanation that says which neurons carried the decision"
A_MAP, AN_EXPLANATION = "a heatmap on the screen", "a finished explanation on the screen"
COMMANDS = (
    Command("export.open", "Export …", PLACE, _open, "Ctrl+Shift+X", "save", group=SEPARATOR,
            can=lambda s: s.shown is not None or s.prediction is not None or bool(s.results),
            needs="a heatmap, a prediction or a finished explanation",
            help="Figures, numbers, tables and reports, with a preview and everything that can be chosen."),
    Command("export.png", "Figure as PNG …", PLACE, _straight("figure", "png"), can=_shown, needs=A_MAP),
    Command("export.svg", "Figure as SVG …", PLACE, _straight("figure", "svg"), can=_shown, needs=A_MAP),
    Command("export.pdf", "Figure as PDF …", PLACE, _straight("figure", "pdf"), can=_shown, needs=A_MAP),
    Command("export.view", "View as PNG …", PLACE, _straight("view", "png"), can=_shown, needs=A_MAP, group=SEPARATOR,
            help="What is on the screen now: its part of the picture with lines and shapes, or its slices."),
    Command("export.npy", "Map as NPY …", PLACE, _straight("numbers", "npy"), can=_shown, needs=A_MAP),
    Command("export.npy-picture", "Map on the picture's or volume's grid as NPY …", PLACE,
            _straight("numbers", "npy-picture"), can=_shown, needs=A_MAP),
    Command("export.prediction", "Prediction as CSV …", PLACE, _straight("tables", "prediction"),
            can=lambda s: s.prediction is not None, needs="a model and a picture or volume"),
    Command("export.region", "Region as CSV …", PLACE, _straight("tables", "region"),
            when=lambda w: w.heatmap is not None and w.heatmap.region.region is not None and _shown(w.state),
            needs="a region drawn on the picture", help="What each map holds in the rectangle or ellipse drawn on it.",
            flat=True),
    Command("export.trust", "Trust as CSV …", PLACE, _straight("tables", "trust"), group=SEPARATOR,
            can=lambda s: s.shown is not None and s.judged is not None and bool(s.judged.rows),
            needs="a judged map: judge it in the Trust panel"),
    Command("export.neurons-csv", "Neurons as CSV …", PLACE, _straight("tables", "neurons-csv"),
            can=lambda s: has_neurons(s.shown), needs=NEURONS,
            help="A line per chosen unit of the network: layer, place, score, support, links."),
    Command("export.neurons-json", "Neurons as JSON …", PLACE, _straight("tables", "neurons-json"),
            can=lambda s: has_neurons(s.shown), needs=NEURONS, group=SEPARATOR,
            help="The path through the network: layers, units and links."),
    Command("export.report-pdf", "Report as PDF …", PLACE, _straight("report", "report-pdf"),
            can=_whole, needs=AN_EXPLANATION),
    Command("export.report-html", "Report as HTML …", PLACE, _straight("report", "html"),
            can=_whole, needs=AN_EXPLANATION, group=SEPARATOR),
    Command("copy.python", "Copy as Python", "Edit", lambda w: w.actions.exporting.copy_python(), "Ctrl+Shift+C",
            can=_whole, needs=AN_EXPLANATION, help="The script that gives this result again, exactly."),
    Command("copy.command", "Copy as command line", "Edit", lambda w: w.actions.exporting.copy_command(),
            "Ctrl+Alt+C", can=_whole, needs=AN_EXPLANATION,
            help="The line for the terminal that gives this result again, exactly."),
)  # fmt: skip
