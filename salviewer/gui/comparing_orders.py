"""Decides which runs fill a comparison: several methods, classes, models or values of a parameter in one action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import JobSpec, ModelRef
from salviewer.errors import SalViewerError
from salviewer.gui.comparing import TOPIC, Comparing
from salviewer.gui.comparing_values import About, sensible
from salviewer.gui.running import target_names, why_not
from salviewer.gui.sweep import Sweep, knobs_of
from salviewer.gui.values import Message

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions

LIKELIEST = 5
HANDFUL = ("glas", "gradcam", "integrated-gradients", "occlusion", "guided-backprop")
"""“My methods” before anybody has chosen: one of each family."""


@dataclass(frozen=True)
class OtherModel:
    """A model beside the open one. title: what it is called in a list."""

    ref: ModelRef
    title: str


class Orders:
    """The commands that fill `comparing`."""

    def __init__(self, actions: Actions, comparing: Comparing) -> None:
        self._actions, self._state, self._comparing = actions, actions.state, comparing
        self._take_favourites("favourites")
        if not comparing.memory.mine:
            comparing.memory.mine = sensible(actions.host.explainers, HANDFUL)
        actions.settings.changed.connect(self._take_favourites)

    def set_mine(self, key: str, ticked: bool) -> None:
        """Count method `key` among mine, or not."""
        memory = self._comparing.memory
        chosen = {*memory.mine, key} if ticked else {*memory.mine} - {key}
        memory.mine = tuple(k for k in self._actions.host.explainers if k in chosen)
        self._actions.settings.put("favourites", list(memory.mine))

    def _take_favourites(self, name: str) -> None:
        """The methods that were starred are mine."""
        if name == "favourites":
            starred = self._actions.preferring.favourites
            self._comparing.memory.mine = tuple(k for k in self._actions.host.explainers if k in starred)

    def my_methods(self) -> None:
        """Explain the same with each of my methods, with the settings that each had last."""
        if self._cannot():
            return
        mine = self._comparing.memory.mine
        if not mine:
            self._say("No method is ticked: tick some under “My methods”.")
        for key in mine:
            try:
                self._order(self._actions.running.spec(key))
            except SalViewerError as e:
                self._comparing.refuse(About(method=self._actions.host.explainers[key].title), str(e))

    def likeliest(self) -> None:
        """Explain each of the five likeliest classes with the chosen method."""
        if self._cannot() or self._state.prediction is None:
            return
        spec, predicted = self._actions.running.spec(), self._state.prediction.predicted
        for index, _, _ in self._state.prediction.top(LIKELIEST)[:LIKELIEST]:
            same = spec.target is None and index == predicted  # one map, however it is asked for
            self._order(spec if same else spec.model_copy(update={"target": index}))

    def both_models(self) -> None:
        """Explain the picture with the open model and with another: the same class by name, or what each predicts."""
        if self._cannot():
            return
        other = self._choose(self.other_models())
        if other is None:
            return
        spec, names = self._actions.running.spec(), target_names(self._state)
        if isinstance(spec.target, int) and spec.target < len(names):
            spec = spec.model_copy(update={"target": names[spec.target]})
        self._order(spec)
        self._order(spec.model_copy(update={"model": other.ref}), model=other.title)

    def other_models(self) -> tuple[OtherModel, ...]:
        """Models beside the open one: those that are open too, then those of the results, newest first."""
        own, seen, found = self._state.model, set(), []
        if own is not None:
            seen |= _identities(own.ref, own.sha256)
        cards = [(card.ref, card.sha256, card.title) for card in self._state.models]
        refs = dict.fromkeys(item.spec.model for item in self._state.results)
        kept = [(r, r.sha256, _title(r)) for r in refs if not r.architecture.startswith("live:")]
        for ref, sha256, title in (*cards, *kept):
            if not seen & (same := _identities(ref, sha256)):
                found.append(OtherModel(ref, title))
            seen |= same
        return tuple(found)

    def ask_sweep(self) -> None:
        """Ask which parameter of the chosen method is swept, and through which values."""
        if self._cannot():
            return
        running, method = self._actions.running, self._state.choice.method
        knobs, title = knobs_of(running.params_model(method)), self._actions.host.explainers[method].title
        if not knobs:
            self._say(f"{title} has no number to sweep: choose another method.")
            return
        self._actions.dialogs.sweep(title, knobs, self.fault, self.sweep)

    def fault(self, sweep: Sweep) -> str:
        """Why `sweep` cannot be run, as a sentence; "" where it can."""
        choice = self._state.choice
        return sweep.fault(self._actions.running.params_model(choice.method), dict(choice.params))

    def sweep(self, sweep: Sweep) -> None:
        """Explain once per value of `sweep`: a row of cells."""
        if self._cannot() or self.fault(sweep):
            return
        spec = self._actions.running.spec()
        defaults = self._defaults(spec.method)
        strip = self._comparing.new_strip()
        for value in sweep.values():
            params = spec.params | sweep.knob.values(value)
            kept = {name: v for name, v in params.items() if v != defaults.get(name)}
            self._order(spec.model_copy(update={"params": kept}), knob=sweep.knob.words(value), strip=strip)

    # -- inside -------------------------------------------------------------------------------------------------

    def _cannot(self) -> bool:
        why = why_not(self._state)
        if why:
            self._say(why)
        return bool(why)

    def _say(self, text: str) -> None:
        self._actions.tell(Message(text, "warning", topic=TOPIC))

    def _order(self, spec: JobSpec, *, model: str = "", knob: str = "", strip: int = 0) -> None:
        card = self._state.model
        about = About(
            method=self._actions.host.explainers[spec.method].title,
            target=self._target(spec) if not model else str(spec.target or ""),
            model=model or card.title,
            input=self._state.picture.picture.name,
            knob=knob,
            settings=self._defaults(spec.method) | spec.params,
        )
        self._comparing.order(spec, about, strip=strip)

    def _target(self, spec: JobSpec) -> str:
        names, prediction = target_names(self._state), self._state.prediction
        if spec.target is None:
            return prediction.classes[prediction.predicted] if prediction else ""
        return names[spec.target] if isinstance(spec.target, int) and spec.target < len(names) else str(spec.target)

    def _defaults(self, method: str) -> Mapping[str, Any]:
        fields = self._actions.running.params_model(method).model_fields
        return {name: f.get_default(call_default_factory=True) for name, f in fields.items()}

    def _choose(self, others: tuple[OtherModel, ...]) -> OtherModel | None:
        """The other model: the only one, or the one that the person chooses."""
        if not others:
            self._say("There is no other model yet: open one and run it once, then both can be compared.")
            return None
        if len(others) == 1:
            return others[0]
        titles = [other.title for other in others]
        chosen = self._actions.dialogs.choose("Which model is the open one compared with?", "model", titles)
        return others[titles.index(chosen)] if chosen in titles else None


def _identities(ref: ModelRef, sha256: str) -> set[str]:
    """What a model may be known by: its content, and where it was looked for. A reference may name only the latter."""
    return {sha256, ref.sha256, f"{ref.architecture}\n{ref.weights}"} - {""}


def _title(ref: ModelRef) -> str:
    weights = (ref.weights or "").replace("\\", "/").rpartition("/")[2]
    return f"{ref.architecture} ({weights})" if weights and weights != "default" else ref.architecture
