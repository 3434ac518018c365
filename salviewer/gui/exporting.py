"""Decides about exports: what is made of the answer on the screen, under what name, and what is copied as a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication

from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import JobSpec
from salviewer.data.whole_file import write_whole
from salviewer.errors import SalViewerError
from salviewer.gui import export_writing as writing
from salviewer.gui.export_figure import View, any_figure, words_of
from salviewer.gui.export_pages import report_maker
from salviewer.gui.export_values import FORMS, Wanted
from salviewer.gui.gazing import gaze_of
from salviewer.gui.neurons import exports as neurons
from salviewer.gui.values import Message, ResultItem, Shown
from salviewer.jobs import as_code
from salviewer.jobs.account import changed
from salviewer.jobs.neuron_files import neuron_bytes
from salviewer.jobs.origins import spec_of
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.kit.region import Region
    from salviewer.kit.rendering import Figure

TOPIC, PREVIEW = "save", "export preview"


class Exporting:
    """What leaves the window. `actions`: the window's; views ask `why_not` what can be had now."""

    def __init__(self, actions: Actions) -> None:
        self._actions, self._state = actions, actions.state
        self.remembered = Wanted()
        """What was chosen last, without the file's name."""
        self.region: Region | None = None
        """What is drawn on the map to be measured."""

    def why_not(self, what: str, form: str) -> str:
        """Why this cannot be exported now, in a sentence; empty if it can."""
        state = self._state
        if form == "prediction":
            return (
                ""
                if state.prediction is not None
                else "Open a model and a picture or volume first: then there is a prediction."
            )
        if state.shown is None:
            return "" if what == "report" and state.results else "Run a method first: then there is a map to export."
        if form == "region" and state.is_volume:
            return "Regions are drawn on pictures: of a volume, export its atlas's regions from File, Export."
        if form == "region":
            drawn = self.region is not None
            return "" if drawn else "Draw a rectangle (Shift+R) or an ellipse (Shift+E) on the map first."
        if form in neurons.ABOUT:
            return "" if neurons.has_neurons(state.shown) else neurons.NO_NEURONS
        if form == "trust":
            judged = state.judged is not None and state.judged.rows
            return "" if judged else "Measure the map in the Trust panel first."
        if state.shown.explanation is None and (what == "report" or form == "safetensors"):
            return "The map is still partial."
        return ""

    def offered(self, what: str) -> tuple[str, ...]:
        """The forms of `what` that can be had now."""
        return tuple(form for form in FORMS[what] if not self.why_not(what, form))

    def preview(self, wanted: Wanted, view: View | None, room: tuple[int, int], then: Callable[[Any], None]) -> None:
        """Have `then` called with an image of the figure that fits into `room`, in dots; older wishes are dropped."""
        make = self._figure_maker(wanted, view)
        if make is not None:
            self._actions.desk.ask(
                PREVIEW, lambda progress: writing.small_image(make(), room), "", then, uses_model=False
            )

    def drop_preview(self) -> None:
        """No preview is wanted any more."""
        self._actions.desk.drop(PREVIEW)

    def about(self, wanted: Wanted) -> str:
        """What is going to be in a file that is no picture, in a sentence."""
        shown, prediction, form = self._state.shown, self._state.prediction, wanted.form
        if form == "prediction" and prediction is not None:
            return f"{counted(len(prediction.classes), 'line')}: index, class, probability, logit."
        if form == "trust" and self._state.judged is not None:
            return f"{counted(len(self._state.judged.rows), 'line')}: metric, value, controls, verdict."
        if form == "region" and shown is not None:
            count = len(shown.maps)
            lines = counted(count, "line")
            return f"{lines}: region, share of the map's positive sum and of its area, mean, highest, lowest."
        if shown is None:
            return ""
        if form in neurons.ABOUT:
            return neurons.ABOUT[form]
        sides = shown.top.values.shape if form == "npy" else shown.size
        order = ("z × y × x" if form == "npy" else "x × y × z") if shown.is_volume else "rows × columns"
        if form == "safetensors":
            return f"{counted(len(shown.maps), 'map')} with all that belongs to them."
        return f"{' × '.join(map(str, sides))} numbers ({order}), float32{_in_unit(shown)}."

    def export(self, wanted: Wanted, view: View | None = None) -> bool:
        """Ask where, and write what is wanted; whether it was begun. Of the choices all is kept but the file's name."""
        if self.why_not(wanted.what, wanted.form):
            return False
        self.remembered = replace(wanted, file_name=False, results=())
        return self._ask_and_write("Export", wanted, view)

    def save_overlay(self) -> bool:
        """Ask where, and write the figure as a PNG at twice its size, with nothing to choose."""
        shown = self._state.shown
        return shown is not None and shown.picture is not None and self._ask_and_write("Save overlay", Wanted(), None)

    def _ask_and_write(self, title: str, wanted: Wanted, view: View | None) -> bool:
        path = self._actions.dialogs.save_file(title, self.suggestion(wanted), wanted.kind.kinds)
        if path is None:
            return False
        make = self._maker(wanted, view)
        self._actions.desk.ask(
            TOPIC,
            lambda progress: write_whole(path, lambda draft: draft.write_bytes(make())),
            f"Exporting {path.name}",
            self._saved,
            uses_model=False,
        )
        return True

    def suggestion(self, wanted: Wanted) -> str:
        """A file name that tells nothing of the picture."""
        shown = self._state.shown
        stem = (
            wanted.form.removesuffix("-csv").removesuffix("-json")
            if wanted.what == "tables"
            else "report"
            if wanted.what == "report"
            else None
        )
        if stem is None:
            stem = file_name(shown.title if shown else "")
        return f"{stem}{wanted.kind.ending}"

    # -- calls --------------------------------------------------------------------------------------------------

    def copy_python(self) -> None:
        """Put the script that gives the result on the screen again on the clipboard."""
        self._copy(as_code.as_python, "Copied as Python.")

    def copy_command(self) -> None:
        """Put the line for the terminal that gives the result on the screen again on the clipboard."""
        self._copy(as_code.as_command, "Copied as a command line.")

    def spec(self) -> JobSpec | None:
        """What was asked for the result on the screen; None where nobody knows."""
        shown, state = self._state.shown, self._state
        if shown is None or shown.explanation is None:
            return None
        for item in state.results:
            if item.id == shown.result:
                return item.spec
        if state.model is None or state.picture is None:
            return None
        return spec_of(shown.explanation, state.model.ref, state.picture.ref)

    def _copy(self, write: Callable[[JobSpec, Explanation], str], said: str) -> None:
        spec, shown = self.spec(), self._state.shown
        if spec is None or shown is None or shown.explanation is None:
            self._tell("Open the model and the picture of this result first: the call names both.", "warning")
            return
        try:
            call = write(spec, shown.explanation)
        except SalViewerError as e:
            self._tell(str(e), "warning")
            return
        QGuiApplication.clipboard().setText(call)
        self._tell(said)

    # -- inside -------------------------------------------------------------------------------------------------

    def _maker(self, wanted: Wanted, view: View | None) -> Callable[[], bytes]:
        """A function for the engine's thread, that holds plain values only."""
        state, form = self._state, wanted.form
        shown, prediction = state.shown, state.prediction
        if form == "prediction":
            return lambda: writing.prediction_bytes(prediction)
        if form == "trust":
            rows = state.judged.rows
            return lambda: writing.trust_bytes(rows)
        if form == "region":
            region = self.region
            return lambda: writing.region_bytes(shown, region)
        if form in ("npy", "npy-picture"):
            return lambda: writing.array_bytes(shown, form)
        if form in neurons.ABOUT:
            return lambda: neuron_bytes(shown.explanation, wanted.kind.ending, with_name=wanted.file_name)
        if form == "safetensors":
            explanation = shown.explanation
            return lambda: writing.explanation_bytes(explanation, with_name=wanted.file_name)
        if wanted.what == "report":
            return report_maker(self._actions, wanted, today(), _family())
        figure = self._figure_maker(wanted, view)
        return lambda: writing.figure_bytes(figure(), wanted)

    def _figure_maker(self, wanted: Wanted, view: View | None) -> Callable[[], Figure] | None:
        """A function for the engine's thread; None where nothing is on the screen."""
        shown, display, host, family = self._state.shown, self._state.display, self._actions.host, _family()
        if shown is None:
            return None
        seen = view if wanted.what == "view" else None
        gaze = gaze_of(self._actions, as_it_stands=wanted.what == "view") if shown.is_volume else None

        def make() -> Figure:
            about = shown.explanation.provenance if shown.explanation else {}
            settings = changed(about, host) if about.get("params") else ""
            words = words_of(shown, display, wanted, settings, today())
            return any_figure(shown, display, wanted, words, family, seen, gaze)

        return make

    def _saved(self, path: Path) -> None:
        self._tell(f"Saved {path.name}.")

    def _tell(self, text: str, level: str = "info") -> None:
        self._actions.tell(Message(text, level, topic=TOPIC))


def results_by_age(results: tuple[ResultItem, ...]) -> tuple[ResultItem, ...]:
    """The explanations that a report can have, newest first."""
    return tuple(sorted(results, key=lambda item: item.created, reverse=True))


def today() -> str:
    """The date for people."""
    now = datetime.now()
    return f"{now.day} {now:%B %Y}"


def _in_unit(shown: Shown) -> str:
    return "" if shown.top.unit in ("", "1") else f", in {shown.top.unit}"


def _family() -> str:
    return str(QGuiApplication.font().family())


def file_name(title: str) -> str:
    """`title` as a file's name without an ending: letters, digits and hyphens."""
    kept = "".join(c if c.isalnum() else "-" for c in title.lower())
    return "-".join(part for part in kept.split("-") if part) or "explanation"
