"""Decides about the Controller panel: which scores it looks at, and where its settings are put."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.api.evidence import Heatmap
from salviewer.gui.controller.values import LEAST, MOST, TITLES, ControllerState, Scores, Setting
from salviewer.gui.values import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salviewer.gui.actions import Actions
    from salviewer.gui.values import Shown

TOPIC = "controller"
Z = {"Standardised score z", "z"}
"""What the scores are called; "z" in results of earlier versions."""
NUMBERS = {"eta", "h"}
"""What the settings of a method have that has such a controller."""


class Controller:
    """The panel's decisions."""

    def __init__(self, actions: Actions) -> None:
        self.memory = ControllerState()
        self._actions, self._state = actions, actions.state
        self._state.shown_changed.connect(self._look)
        self._look(self._state.shown)

    def close(self) -> None:
        """Look at nothing any more."""
        self._state.shown_changed.disconnect(self._look)

    def set(self, **changed: Any) -> None:
        """Try another transformer, eta or h; numbers outside `LEAST` to `MOST` are moved there."""
        wanted = replace(self.memory.setting, **changed)
        eta, h = (min(max(value, LEAST), MOST) for value in (wanted.eta, wanted.h))
        self.memory.setting = replace(wanted, eta=eta, h=h)

    def reset(self) -> None:
        """Try what the result on the screen was made with; without one, the paper's setting."""
        self.memory.setting = self.origin()

    def origin(self) -> Setting:
        """What Reset goes back to."""
        scores = self.memory.scores
        return scores.made if scores is not None and scores.made is not None else Setting()

    def methods(self) -> tuple[str, ...]:
        """The methods with such a controller, the one of the result on the screen first, then the chosen one."""
        host, shown = self._actions.host, self._state.shown
        made = shown.explanation.provenance.get("method") if shown is not None and shown.explanation else None
        fit = [key for key, info in host.explainers.items() if set(host.params(info).model_fields) >= NUMBERS]
        return tuple(sorted(fit, key=lambda key: (key != made, key != self._state.choice.method)))

    def trainers(self) -> tuple[str, ...]:
        """The trainers with such a controller."""
        host = self._actions.host
        return tuple(key for key, info in host.trainers.items() if set(host.params(info).model_fields) >= NUMBERS)

    def why_not_use(self) -> str:
        """Why the settings cannot be used, in a sentence; empty if they can."""
        return "" if self.methods() or self.trainers() else "No installed method has a distribution controller."

    def use(self) -> None:
        """Put the settings into the forms of the method that explains and of the one that learns."""
        put = []
        for key in self.methods()[:1]:
            if self._actions.choose_method(key):
                model = self._actions.running.params_model(key)
                self._actions.set_params({**self._state.choice.params, **self._values(model.model_fields)}, True)
                put.append(f"{self._actions.host.explainers[key].title} (Method panel)")
        for key in self.trainers():
            info = self._actions.host.trainers[key]
            self._actions.training.give_settings(key, self._values(self._actions.host.params(info).model_fields))
            put.append(f"{info.title} (Training panel)")
        if put:
            said = f"The settings are now those of {' and '.join(put)}."
            self._actions.tell(Message(said, "info", topic=TOPIC))

    def _values(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What a form with these fields takes of the setting."""
        return {name: value for name, value in vars(self.memory.setting).items() if name in fields}

    def _look(self, shown: Shown | None) -> None:
        """Look at the scores of what is on the screen; the settings stay as they are unless it says its own."""
        scores = scores_in(shown)
        before = self.memory.scores
        self.memory.scores = scores
        if scores is not None and scores.made is not None and (before is None or before.z is not scores.z):
            self.memory.setting = scores.made


def scores_in(shown: Shown | None) -> Scores | None:
    """The standardised scores of a finished result; None where it has none."""
    if shown is None or shown.explanation is None:
        return None
    found = next((e for e in shown.explanation.evidence if isinstance(e, Heatmap) and e.name in Z), None)
    return Scores(found.values, shown.title, made_with(shown.explanation.provenance)) if found is not None else None


def made_with(about: Mapping[str, Any]) -> Setting | None:
    """The setting that a result's provenance tells of; None where it tells of none that the panel knows."""
    facts = {**about.get("params", {}), **about.get("controller", {})}
    if facts.get("transformer") not in TITLES:
        return None
    numbers = {name: float(facts[name]) for name in NUMBERS if isinstance(facts.get(name), int | float)}
    return Setting(str(facts["transformer"]), **numbers)
