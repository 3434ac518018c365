"""Decides about methods and runs: which method, with what, when Run may be pressed, what becomes of the answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.api.evidence import Heatmap
from salviewer.api.jobspec import AtlasRef, InputRef, JobSpec, TrainedRef
from salviewer.api.params import Params
from salviewer.api.space import GridMap
from salviewer.api.values import Prediction
from salviewer.errors import PluginError
from salviewer.gui.fitting import FIRST_FAMILY, dims_of, fault, method_fault, trained_fault
from salviewer.gui.under_way import explaining
from salviewer.gui.values import Choice, Offer, OpenPicture, Shown

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.host import Host

TOPIC = "explain"
ALREADY = "This is under way already."
PARTIAL = "partial map, still running"
STOPPED = "partial map: the run ended early, so it is not among the results"


def _nothing(_: Any) -> None:
    """Wait for nothing."""


def why_not(state: State) -> str:
    """Why nothing can be run now, in a sentence; empty if it can."""
    source = "a volume" if dims_of(state) == 3 else "a picture"
    missing = [what for what, there in (("a model", state.model), (source, state.picture)) if there is None]
    if missing:
        return f"Open {' and '.join(missing)} first."
    if not state.choice.method:
        return "No method is installed."
    if wrong := fault(state):
        return wrong
    if not state.choice.valid:
        return "Correct the marked setting first."
    return trained_fault(state)


def target_names(state: State) -> tuple[str, ...]:
    """What can be explained: the model's classes, or the words of its caption of the open picture."""
    if state.prediction is not None and state.prediction.chosen is not None:
        return state.prediction.classes
    return state.model.classes if state.model is not None else ()


def as_found(prediction: Prediction) -> str:
    """Why a target is taken that nobody chose."""
    return "as predicted" if prediction.chosen is None else "which the picture decides most"


class Running:
    """The method panel's decisions. `keep` is told of every finished explanation (its event)."""

    def __init__(self, state: State, desk: Desk, host: Host, keep: Callable[[Any], None]) -> None:
        self._state, self._desk, self._host, self._keep = state, desk, host, keep
        self._typed: dict[str, Mapping[str, Any]] = {}
        self._last: dict[int, str] = {}  # by the dimensions of what it works on
        self._queued = itertools.count(1)
        self._partial_of = 0
        self.atlas: Callable[[], AtlasRef | None] = lambda: None
        """Gives the open atlas, which methods get that make use of one; set by whoever looks after atlases."""
        self.trained: Callable[[str, str | None], str] = lambda method, wanted: wanted or ""
        """Gives the trained state that a method gets, where one is wanted (None: the one it had last); set likewise."""
        self.unsettled: Callable[[BaseException], bool] = lambda error: False
        """Asks what a run left open, if that is about the atlas: True; set by the same."""

    def choose_method(self, key: str) -> None:
        """Take method `key`, with the parameters it had last. Raises `PluginError` if its params cannot be loaded."""
        self.params_model(key)
        self._last |= dict.fromkeys(self._host.explainer(key).dims, key)
        self._state.choice = replace(
            self._state.choice, method=key, params=self._typed.get(key, {}), output=None, valid=True,
            trained=self.trained(key, None),
        )  # fmt: skip

    def choose_fitting(self) -> None:
        """Where the chosen method cannot be run on what is open now, take the one that was last, or the first."""
        dims, methods = dims_of(self._state), self._state.methods
        chosen = methods.get(self._state.choice.method)
        if dims is None or chosen is None or not method_fault(chosen, dims):
            return
        fit = [info for info in methods.values() if not method_fault(info, dims)]
        last = self._last.get(dims)
        for key in (i.key for i in sorted(fit, key=lambda i: (i.key != last, i.family != FIRST_FAMILY))):
            try:
                self.choose_method(key)
            except PluginError:
                continue  # one whose plugin is broken is named when a person chooses it
            return

    def params_model(self, key: str) -> type[Params]:
        """The params model of method `key`."""
        return self._host.params(self._host.explainer(key))

    def offer(self, key: str) -> Offer | None:
        """Method `key` with its params model; None where there is no such method."""
        return Offer(self._host.explainers[key], self.params_model(key)) if key in self._host.explainers else None

    def about(self) -> str:
        """What Run would explain, in words."""
        state = self._state
        if state.model is None or state.picture is None:
            return ""
        choice, prediction = state.choice, state.prediction
        if choice.target is not None:
            return f"Explains “{target_names(state)[choice.target]}”"
        return (
            f"Explains “{prediction.classes[prediction.predicted]}”, {as_found(prediction)}"
            if prediction
            else "Explains the predicted class"
        )

    def set_params(self, values: Mapping[str, Any], valid: bool) -> None:
        """Remember what the form holds; `valid` says whether it can be run."""
        self._typed[self._state.choice.method] = dict(values)
        self._state.choice = replace(self._state.choice, params=dict(values), valid=valid)

    def take_choice(self, choice: Choice) -> None:
        """Ask what `choice` says, as it was before."""
        self._typed[choice.method] = dict(choice.params)
        self._state.choice = replace(choice, trained=self.trained(choice.method, choice.trained))

    def set_target(self, index: int | None) -> None:
        """Explain class `index`; None: the predicted one."""
        self._state.choice = replace(self._state.choice, target=index)

    def set_how(self, *, output: str | None, seed: int, precision: str) -> None:
        """What is explained of the output, the seed, and whether reduced precision is welcome."""
        self._state.choice = replace(self._state.choice, output=output, seed=seed, precision=precision)

    def run(self) -> int | None:
        """Submit what is chosen, after what waits already; its number, None where nothing can be run."""
        if why_not(self._state) or self.is_under_way():
            return None
        return self._send(self.spec())

    def run_again(self, spec: JobSpec) -> int:
        """Submit `spec` once more: to be shown if it is about the open model and picture, else only to be kept."""
        model, picture = self._state.model, self._state.picture
        if model is not None and picture is not None and (model.ref, picture.ref) == (spec.model, spec.input):
            return self._send(spec)
        return self.enqueue(spec, self._title(spec))

    def is_under_way(self) -> bool:
        """Whether exactly what is chosen waits or runs already."""
        alive = [r.spec for r in self._state.busy if r.spec is not None and not r.cancelling]
        return bool(alive) and not why_not(self._state) and self.spec() in alive

    def _send(self, spec: JobSpec) -> int:
        picture = self._state.picture
        return self._desk.follow(
            TOPIC,
            spec,
            self._title(spec),
            lambda event: self._progressed(event, picture),
            lambda event: self._done(event, picture),
            lambda event: event.kind == "failed" and self.unsettled(event.error),
        )

    def _title(self, spec: JobSpec) -> str:
        info = self._host.explainers.get(spec.method)
        return info.title if info else spec.method

    def enqueue(
        self,
        spec: JobSpec,
        title: str,
        then: Callable[[Any], None] = _nothing,
        lost: Callable[[Any], bool] = lambda event: False,
    ) -> int:
        """Have `spec` run after all that waits already: its answer is kept, not shown, and `then(event)` called.

        `lost(event)` hears of its failure or its cancelling; True where it has told the person itself.
        """

        def done(event: Any) -> None:
            self._keep(event)
            then(event)

        return self._desk.follow(f"queued {next(self._queued)}", spec, title, _nothing, done, lost)

    def spec(self, method: str = "", source: InputRef | None = None) -> JobSpec:
        """The job that Run would submit; values equal to the method's defaults are left out.

        `method`: another one than the chosen, with the settings it had last. `source`: another input than the open one.
        """
        state, choice = self._state, self._state.choice
        method = method or choice.method
        mine = method == choice.method
        typed = choice.params if mine else self._typed.get(method, {})
        trained = choice.trained if mine else self.trained(method, None)
        defaults = {name: f.default for name, f in self.params_model(method).model_fields.items()}
        params = {name: value for name, value in typed.items() if value != defaults.get(name)}
        info = self._host.explainers.get(method)
        return JobSpec(
            method=method,
            params=params,
            model=state.model.ref,
            input=source or state.picture.ref,
            target=choice.target,
            output=choice.output,
            seed=choice.seed,
            precision=choice.precision,
            atlas=self.atlas() if info is not None and "atlas" in info.assets else None,
            trained=TrainedRef(source=trained) if trained else None,
        )

    def cancel(self) -> None:
        """Stop the explanation under way; stop waiting for it where it was asked before and does not answer."""
        running = explaining(self._state.busy)
        if running is not None and running.unanswered:
            self._desk.abandon(running.number)
        elif running is not None:
            self._desk.cancel(running.number)

    def tidy(self) -> None:
        """Say of a partial map whose job has ended that it is all there is."""
        shown = self._state.shown
        if shown is None or not shown.partial or shown.subtitle == STOPPED:
            return
        if all(r.number != self._partial_of for r in self._state.busy):
            self._state.shown = replace(shown, subtitle=STOPPED)

    def _progressed(self, event: Any, picture: OpenPicture) -> None:
        maps = tuple(e for e in event.evidence if isinstance(e, Heatmap))
        running = next((r for r in self._state.busy if r.number == event.number), None)
        stale = running is None or running.cancelling
        if not maps or stale or not self._desk.is_wanted(TOPIC, event.number):
            return
        title = f"{self._title(event.spec)} · {self.target_name(event.spec)}"
        self._partial_of = event.number
        grid = self._state.grid or GridMap.identity(picture.picture.shape)
        self._state.shown = Shown(maps, grid, picture.picture, title, PARTIAL, partial=True)

    def _done(self, event: Any, picture: OpenPicture) -> None:
        if self._desk.is_wanted(TOPIC, event.number):
            self._state.shown = shown_from(event.result, picture, event.stored)
        self._keep(event)

    def target_name(self, spec: JobSpec) -> str:
        """The class that `spec` explains, in the words of the open model."""
        prediction, names = self._state.prediction, target_names(self._state)
        if spec.target is None:
            return prediction.classes[prediction.predicted] if prediction else "predicted class"
        known = isinstance(spec.target, int) and spec.target < len(names)
        return names[spec.target] if known else str(spec.target)


def shown_from(explanation: Any, picture: OpenPicture | None, result: int | None = None) -> Shown:
    """How a finished explanation is shown: names from its provenance, over `picture` where that is at hand."""
    about = explanation.provenance
    target, model = about.get("target", {}), about.get("model", {})
    maps = tuple(
        e for e in explanation.evidence if isinstance(e, Heatmap) and e.values.ndim == explanation.heatmap.ndim
    )
    pieces = [str(about.get("input", {}).get("name", "")), str(model.get("architecture", ""))]
    if target.get("output"):
        pieces.append(f"{target['output']} of class {target.get('index')}")
    stopped = (f"Stopped: {explanation.stopped.rstrip('.')}.",) if explanation.stopped else ()
    size = picture.picture.shape if picture else explanation.heatmap.shape
    return Shown(
        maps=maps,
        grid=explanation.grid or GridMap.identity(tuple(int(n) for n in size)),
        picture=picture.picture if picture else None,
        title=" · ".join(str(t) for t in (about.get("title") or about.get("method"), target.get("label")) if t),
        subtitle=" · ".join(piece for piece in pieces if piece),
        notes=(*stopped, *explanation.notes),
        explanation=explanation,
        result=result,
    )
