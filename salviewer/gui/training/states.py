"""Decides which trained state a method is given: those of the open model are offered, one of them is chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.gui.training import errands
from salviewer.gui.training.values import SavedMemory, SavedState

if TYPE_CHECKING:
    from salviewer.api.descriptors import ExplainerInfo
    from salviewer.gui.actions import Actions
    from salviewer.gui.values import ModelCard

LIST, OPEN = "trained: list", "trained: open"
KINDS = "Trained state (*.safetensors)"
QUIETLY = ""


class TrainedStates:
    """The trained states of the open model. Held by `Actions`; `memory` holds what is known of them."""

    def __init__(self, actions: Actions) -> None:
        self.memory = SavedMemory()
        self._actions, self._window, self._desk = actions, actions.state, actions.desk
        self._taken: dict[tuple[str, str], str] = {}  # by model and method
        self._opened: list[SavedState] = []  # by hand, of any model
        self._known = ""  # the model whose states are listed
        actions.running.trained = self.fitting
        self._window.model_changed.connect(self._another)
        self._another(self._window.model)

    # -- what there is ------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Bring the list up to date."""
        card = self._window.model
        if card is None:
            return
        model, beside = card.sha256, (*(one.source for one in self._opened), self._window.choice.trained)
        self._desk.ask(
            LIST, lambda progress: errands.saved_for(model, beside), QUIETLY, lambda found: self._listed(model, found),
            uses_model=False, otherwise=lambda error: isinstance(error, OSError),
        )  # fmt: skip

    def info(self) -> ExplainerInfo | None:
        """The chosen method, if it takes trained states."""
        found = self._actions.host.explainers.get(self._window.choice.method)
        return found if found is not None and found.trained_by else None

    def offered(self, method: str = "") -> tuple[SavedState, ...]:
        """What `method` (the chosen one) can be given about the open model, newest first."""
        found = self._actions.host.explainers.get(method or self._window.choice.method)
        if found is None or not found.trained_by:
            return ()
        return tuple(one for one in self.memory.saved if one.trainer == found.trained_by)

    def fitting(self, method: str, wanted: str | None) -> str:
        """The state that `method` gets where `wanted` is asked for; None: the one it had last with this model.

        A method that cannot do without gets the newest. While nobody knows what there is, `wanted` is believed.
        """
        found, card = self._actions.host.explainers.get(method), self._window.model
        if found is None or not found.trained_by:
            return ""
        if card is None or card.sha256 != self._known:
            return wanted or ""
        offered = [one.source for one in self.offered(method)]
        source = self._taken.get((card.sha256, method), "") if wanted is None else wanted
        if source not in offered:
            source = offered[0] if offered and "trained" in found.needs else ""
        self._taken[card.sha256, method] = source
        return source

    # -- choosing -----------------------------------------------------------------------------------------------

    def choose(self, source: str) -> None:
        """Give the chosen method the state in the file `source`; "": none, it goes by its defaults."""
        method = self._window.choice.method
        with self._actions.undoing.step():
            self._window.choice = replace(self._window.choice, trained=self.fitting(method, source))

    def ask_file(self) -> None:
        """Ask for a file with a trained state, and give it to the chosen method."""
        info, card = self.info(), self._window.model
        if info is None or card is None:
            return
        path: Path | None = self._actions.dialogs.open_file("Open a trained state", KINDS)
        if path is not None:
            trainer, model = info.trained_by, card.sha256
            self._desk.ask(OPEN, lambda progress: errands.saved_at(path, trainer, model), f"Opening {path.name}",
                           self.use, uses_model=False)  # fmt: skip

    def use(self, found: SavedState) -> None:
        """Choose a method that takes `found`, the present one if it does, and give it that."""
        method = self._method_for(found.trainer)
        if not method:
            return
        if found.source not in {one.source for one in self.memory.saved}:
            self._opened.append(found)
            self.memory.saved = (found, *self.memory.saved)
        if method != self._window.choice.method and not self._actions.choose_method(method):
            return
        self.choose(found.source)

    def why_no_method(self, trainer: str) -> str:
        """Why nothing can be done with what `trainer` learned; empty if a method takes it."""
        return "" if self._method_for(trainer) else "No method is installed that takes what was learned."

    def _method_for(self, trainer: str) -> str:
        methods, chosen = self._actions.host.explainers, self._window.choice.method
        fit = [key for key, info in methods.items() if info.trained_by == trainer]
        return chosen if chosen in fit else next(iter(fit), "")

    # -- inside -------------------------------------------------------------------------------------------------

    def _another(self, card: ModelCard | None) -> None:
        """What was chosen for a model is nothing for another one."""
        if card is None or self._known not in ("", card.sha256):
            self.memory.saved = ()
            if self._window.choice.trained:
                self._window.choice = replace(self._window.choice, trained="")
        if card is None:
            self._known = ""
            self._desk.forget(LIST)
        else:
            self.look()

    def _listed(self, model: str, found: tuple[SavedState, ...]) -> None:
        choice = self._window.choice
        first, self._known = model != self._known, model
        self.memory.saved = found
        source = self.fitting(choice.method, choice.trained or None if first else choice.trained)
        if source != choice.trained:
            self._window.choice = replace(choice, trained=source)
