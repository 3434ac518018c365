"""Decides about two paths: which two explanations are made, what is asked for it, and what becomes of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import InputRef, JobSpec
from salviewer.api.neurons import NeuronPath
from salviewer.errors import SalViewerError
from salviewer.gui.comparing_orders import OtherModel
from salviewer.gui.fitting import dims_of, method_fault
from salviewer.gui.paths import errands
from salviewer.gui.paths.values import Change, Duel, Duels, Side
from salviewer.gui.values import Message, OpenPicture

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.jobs.path_pairs import PathPair

TOPIC, COMPARING = "paths", "compare paths"
FIRST_CHOICE = "discernible-neurons"
STOPPED = "Stopped before it was finished."


class TwoPaths:
    """The Two paths panel's decisions. `memory` is what it remembers."""

    def __init__(self, actions: Actions) -> None:
        self.memory = Duels()
        self._actions, self._state = actions, actions.state
        self._keys = itertools.count(1)
        self._held: list[str] = []
        self._state.busy_changed.connect(self._progressed)

    def close(self) -> None:
        """Listen no more; the perturbed pictures are let go."""
        self._state.busy_changed.disconnect(self._progressed)
        for reference in self._held:
            self._actions.shelf.drop_live(reference)
        self._held.clear()

    # -- what can be done ---------------------------------------------------------------------------------------

    def method(self) -> str:
        """The method that finds paths: the chosen one if it does, else the first that fits; "" where there is none."""
        dims = dims_of(self._state) or 2
        fit = [k for k, info in self._actions.host.explainers.items()
               if NeuronPath.kind in info.evidence and not method_fault(info, dims)]  # fmt: skip
        order = (self._state.choice.method, FIRST_CHOICE)
        return next((key for key in (*order, *fit) if key in fit), "")

    def why_not(self) -> str:
        """Why no two paths can be made now, in a sentence; empty if they can."""
        state = self._state
        if state.model is None or state.picture is None or state.prediction is None:
            return "Open a model and a picture first."
        if len(state.prediction.classes) < 2:
            return "This model has one class only."
        return "" if self.method() else "No installed method finds a path through this kind of network."

    # -- deeds --------------------------------------------------------------------------------------------------

    def explain_mistake(self) -> None:
        """Explain the predicted class and the right one: the picture's true class, or the one that a person names."""
        if self._refused():
            return
        said, opened = self._state.prediction, self._state.picture
        predicted, truth = said.predicted, _index(said.classes, opened.truth)
        if truth is None or truth == predicted:
            truth = self._ask_class(predicted, known=truth is not None)
        if truth is None:
            return
        spec = self._actions.running.spec(self.method())
        sides = tuple(
            Side(said.classes[k], spec.model_copy(update={"target": k}), opened, errands.name_of(said, k))
            for k in (predicted, truth)
        )
        self._begin(f"“{said.classes[predicted]}” and “{said.classes[truth]}”", sides)

    def compare_models(self, others: Sequence[OtherModel]) -> None:
        """Explain the picture with the open model and one of `others`: the chosen class by name, or what each says."""
        if self._refused():
            return
        other = self._ask_model(others)
        if other is None:
            return
        state, spec = self._state, self._actions.running.spec(self.method())
        if isinstance(spec.target, int):
            spec = spec.model_copy(update={"target": state.prediction.classes[spec.target]})
        pairs = ((state.model.title, spec), (other.title, spec.model_copy(update={"model": other.ref})))
        sides = tuple(Side(title, one, state.picture) for title, one in pairs)
        self._begin(f"{state.model.title} and {other.title}", sides)

    def perturb(self) -> None:
        """Change the open picture by DeepFool, list the new picture, and explain both."""
        if self._refused():
            return
        state, shelf = self._state, self._actions.shelf
        model, opened, spec = state.model.ref, state.picture, self._actions.running.spec(self.method())
        self.memory.looking = "Looking for the smallest change that makes another class …"
        self._actions.desk.ask(
            TOPIC, lambda progress: errands.perturbed(shelf, model, opened.ref, progress), "DeepFool",
            lambda found: self._perturbed(found, opened, spec), lost=self._not_perturbed,
        )  # fmt: skip

    def cancel(self) -> None:
        """Stop what is under way."""
        self._actions.desk.drop(TOPIC)
        self.memory.looking = ""
        duel = self.memory.duel
        for side in duel.sides if duel is not None else ():
            if side.status in ("waiting", "running") and side.job:
                self._actions.desk.cancel(side.job)

    def open_second(self) -> None:
        """Make the second side's picture the open one: the perturbed picture."""
        if self.memory.duel is not None:
            self._actions.opening.picture_opened(self.memory.duel.sides[1].picture)

    # -- inside: before -----------------------------------------------------------------------------------------

    def _refused(self) -> bool:
        why = self.why_not()
        if why:
            self._actions.tell(Message(why, "warning", topic=TOPIC))
        return bool(why)

    def _ask_class(self, predicted: int, *, known: bool) -> int | None:
        said = self._state.prediction
        order = [i for i, _, _ in said.top(len(said.classes)) if i != predicted]
        names = [said.classes[i] for i in order]
        why = "is the right class" if known else "is what the model says"
        text = f"“{said.classes[predicted]}” {why}. Which class is it set against?"
        answer = self._actions.dialogs.choose(text, "class", names)
        return order[names.index(answer)] if answer in names else None

    def _ask_model(self, others: Sequence[OtherModel]) -> OtherModel | None:
        if not others:
            text = "There is no other model yet: open one, then the open picture can be explained with both."
            self._actions.tell(Message(text, "warning", topic=TOPIC))
            return None
        titles = [other.title for other in others]
        answer = titles[0] if len(titles) == 1 else self._actions.dialogs.choose(
            "Which model is the open one compared with?", "model", titles
        )  # fmt: skip
        return others[titles.index(answer)] if answer in titles else None

    def _not_perturbed(self, event: Any) -> bool:
        """It failed, which is said as usual, or was cancelled."""
        self.memory.looking = ""
        return False

    def _perturbed(self, found: errands.Found, opened: OpenPicture, spec: JobSpec) -> None:
        self.memory.looking = ""
        if not found.changed:
            self._actions.tell(Message(" ".join(found.change.words), "warning", topic=TOPIC))
            return
        reference = self._actions.shelf.keep_live(found.picture)
        self._held.append(reference)
        ref = InputRef(source=reference, sha256=found.picture.sha256)
        changed = OpenPicture(ref, found.picture, opened.truth)
        self._list(changed)
        was, became = found.before.predicted, found.after.predicted
        sides = (
            Side("before", spec.model_copy(update={"target": was}), opened, errands.name_of(found.before, was)),
            Side("after", spec.model_copy(update={"target": became, "input": ref}), changed,
                 errands.name_of(found.after, became)),
        )  # fmt: skip
        self._begin("Before and after DeepFool", sides, found.change)

    def _list(self, opened: OpenPicture) -> None:
        """Put a picture on the workspace's list beside the original, without opening it."""
        kept = self._actions.kept
        self._actions.desk.ask("note perturbed", lambda progress: kept.note_picture(opened), "",
                               lambda _: self._actions.keeping.list_results(), uses_model=False,
                               otherwise=lambda error: isinstance(error, SalViewerError))  # fmt: skip

    # -- inside: the two explanations ---------------------------------------------------------------------------

    def _begin(self, title: str, sides: Sequence[Side], change: Change | None = None) -> None:
        self.cancel()
        key = next(self._keys)
        self.memory.duel = Duel(key, title, (sides[0], sides[1]), change)
        for at, side in enumerate(sides):
            job = self._actions.running.enqueue(
                side.spec, self._actions.host.explainers[side.spec.method].title,
                lambda event, at=at: self._done(key, at, event), lambda event, at=at: self._lost(key, at, event),
            )  # fmt: skip
            self._change(key, at, job=job)

    def _change(self, key: int, at: int, **changes: Any) -> None:
        duel = self.memory.duel
        if duel is not None and duel.key == key:
            self.memory.duel = duel.with_side(at, replace(duel.sides[at], **changes))

    def _done(self, key: int, at: int, event: Any) -> None:
        number = event.stored if event.stored is not None else -event.number
        said = {} if self._side_said(key, at) else {"said": str(event.result.provenance.get("target", {}).get("label"))}
        self._change(key, at, status="done", fraction=1.0, explanation=event.result, result=number, **said)
        duel = self.memory.duel
        if duel is None or duel.key != key or any(side.explanation is None for side in duel.sides):
            return
        first, second = (side.explanation for side in duel.sides)
        self._actions.desk.ask(COMPARING, lambda progress: errands.compared(first, second), "Comparing the paths",
                               lambda pair: self._compared(key, pair), uses_model=False,
                               otherwise=lambda error: self._failed(key, error))  # fmt: skip

    def _side_said(self, key: int, at: int) -> str:
        duel = self.memory.duel
        return duel.sides[at].said if duel is not None and duel.key == key else ""

    def _compared(self, key: int, pair: PathPair) -> None:
        duel = self.memory.duel
        if duel is not None and duel.key == key:
            self.memory.duel = replace(duel, pair=pair)

    def _failed(self, key: int, error: BaseException) -> bool:
        duel = self.memory.duel
        if duel is not None and duel.key == key:
            self.memory.duel = replace(duel, sentence=self._actions.describe(TOPIC, "The two paths", error).text)
        return isinstance(error, SalViewerError)

    def _lost(self, key: int, at: int, event: Any) -> bool:
        if event.kind != "failed":
            self._change(key, at, status="stopped", sentence=STOPPED)
            return True
        sentence = self._actions.describe(TOPIC, "This explanation", event.error).text
        self._change(key, at, status="failed", sentence=sentence)
        return isinstance(event.error, SalViewerError)

    def _progressed(self, busy: Any) -> None:
        duel = self.memory.duel
        if duel is None or not duel.under_way:
            return
        running = {r.number: r for r in busy}
        for at, side in enumerate(duel.sides):
            found = running.get(side.job)
            if found is None or side.status not in ("waiting", "running"):
                continue
            status = "running" if found.started else "waiting"
            if (status, found.fraction) != (side.status, side.fraction):
                self._change(duel.key, at, status=status, fraction=found.fraction)


def _index(classes: Sequence[str], name: str) -> int | None:
    """The class called `name`, also where `classes` have further names behind a comma."""
    wanted = name.casefold()
    short = [c.partition(",")[0].casefold() for c in classes]
    full = [c.casefold() for c in classes]
    for names in (full, short):
        if wanted and names.count(wanted) == 1:
            return names.index(wanted)
    return None
