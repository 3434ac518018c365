"""Decides about letting go of the open model: it leaves the window, the shelf and the device's memory."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.gui.memory import size
from salviewer.gui.running import TOPIC as EXPLAIN
from salviewer.gui.under_way import explaining
from salviewer.gui.values import Message

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.jobs.shelf import Shelf

TOPIC = "unload"
OF_THE_MODEL = ("model", "predict", "see")
"""Topics of what may still be under way for the model."""
SEEN = 1_000_000
"""Fewer bytes than this cannot be told from the process's own breathing."""


def may_unload(state: State) -> bool:
    """Whether there is a model and nothing runs with it."""
    busy = explaining(state.busy) or state.evaluation or state.study_preparing
    return state.model is not None and busy is None


class Unloading:
    """The window goes back to having no model."""

    def __init__(
        self,
        state: State,
        desk: Desk,
        shelf: Shelf,
        tell: Callable[[Message], None],
        dismiss: Callable[[str], None],
    ) -> None:
        self._state, self._desk, self._shelf = state, desk, shelf
        self._tell, self._dismiss = tell, dismiss

    def unload(self) -> None:
        """Let go of the open model and of those that were open before, and say how much memory came free."""
        card, shelf = self._state.model, self._shelf
        if card is None or not may_unload(self._state):
            return
        for topic in OF_THE_MODEL:
            self._desk.drop(topic)
        self._desk.forget(EXPLAIN)
        self._dismiss("outputs")
        state = self._state
        state.choice = replace(state.choice, target=None)  # first: without a model there is no such class
        state.model = state.prediction = state.grid = None
        title, device = card.title, card.device

        def let_go(progress: Any) -> int:
            before = used(device)
            shelf.unload()
            return before

        self._desk.ask(TOPIC, let_go, f"Unloading {title}", lambda before: self._free(title, device, before))

    def _free(self, title: str, device: str, before: int) -> None:
        """What refers to itself is collected here, where alone that may be done; then the device gives back."""
        gc.collect()
        shelf = self._shelf

        def give_back(progress: Any) -> int:
            shelf.unload()
            return before - used(device)

        self._desk.ask(TOPIC, give_back, f"Unloading {title}", lambda freed: self._say(title, freed))

    def _say(self, title: str, freed: int) -> None:
        amount = f"{size(freed)} of memory came free" if freed >= SEEN else "it took hardly any memory"
        self._tell(Message(f"Unloaded {title}: {amount}.", "info", topic=TOPIC))


def used(device: str) -> int:
    """Bytes that this process holds on `device`; called on the worker's thread."""
    torch = sys.modules.get("torch")
    if device.startswith("cuda") and torch is not None:
        return int(torch.cuda.memory_reserved(device))
    import psutil  # noqa: PLC0415 - the window does not wait for it

    return int(psutil.Process().memory_info().rss)
