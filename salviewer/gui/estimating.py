"""Decides what is said before Run about time and memory, and learns from every finished run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salviewer.errors import SalViewerError
from salviewer.gui.keeping import QUIETLY
from salviewer.gui.memory import Reading, size
from salviewer.gui.running import why_not
from salviewer.jobs.estimate import Estimate, RunBook, Setting, params_key, place_of, setting_of

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.running import Running
    from salviewer.gui.state import State
    from salviewer.host import Host

UNKNOWN = "Time not known before the first run."


@dataclass(frozen=True)
class Cost:
    """What is said: a line; whether it warns; where the numbers are from."""

    text: str = ""
    warns: bool = False
    why: str = ""


class Estimating:
    """What Run will cost."""

    def __init__(self, state: State, desk: Desk, running: Running, host: Host) -> None:
        self._state, self._desk, self._running, self._host = state, desk, running, host

    @cached_property
    def book(self) -> RunBook:
        """What earlier runs cost."""
        return RunBook()

    def cost(self, reading: Reading | None) -> Cost:
        """What Run would cost now; `reading`: the device's memory, as far as it is known."""
        setting = self._setting()
        if setting is None or self._state.model is None:
            return Cost()
        found = self.book.estimate(setting)
        if reading is not None and found.least_bytes is not None and found.least_bytes > reading.free:
            need, free = size(found.least_bytes), size(reading.free)
            text = f"Needs {need} of memory, {free} are free: close other programs first."
            return Cost(text, warns=True, why=found.how)
        if found.seconds is None:
            return Cost(UNKNOWN)
        return Cost(_words(found, self._state.model.device), why=found.how)

    def learn(self, event: Any) -> None:
        """Take in a finished explanation."""
        about = event.result.provenance
        passes, gradients = None, False
        try:
            info = self._host.explainer(event.spec.method)
            params = self._running.params_model(info.key)(**about.get("params", {}))
            gradients = "gradients" in info.needs
            if event.result.grid is not None:
                passes = params.passes(tuple(event.result.grid.model_shape))
        except (SalViewerError, ValueError, TypeError):
            pass  # a plugin that is gone, or a newer one with other params: then only the time is learned
        setting = setting_of(event.result, event.spec, passes, gradients=gradients)
        if setting is None or "duration_s" not in about:
            return
        book = self.book
        book.learn(setting, float(about["duration_s"]), about["plan"])
        self._desk.ask("runs", lambda progress: book.save(), QUIETLY, lambda _: None, uses_model=False)

    def _setting(self) -> Setting | None:
        """The setting of what is chosen; None where nothing could be run."""
        state, choice = self._state, self._state.choice
        if why_not(state) or state.grid is None or state.model is None:
            return None
        shape = tuple(state.grid.model_shape)
        try:
            info = self._host.explainer(choice.method)
            params = self._running.params_model(choice.method)(**choice.params)
        except (SalViewerError, ValueError):
            return None
        place = place_of(state.model.sha256, shape, state.model.device, choice.precision)
        key = params_key(params.model_dump(mode="json"))
        return Setting(place, choice.method, key, params.passes(shape), "gradients" in info.needs)


def _words(found: Estimate, device: str) -> str:
    """Time, memory and device, as in “About 3 s · 0.4 GB on cpu”."""
    memory = f" · {size(found.bytes)}" if found.bytes else ""
    return f"{_roughly(found.seconds or 0.0)}{memory} on {device}"


def _roughly(seconds: float) -> str:
    """A duration that is not known better than this."""
    if seconds < 1:
        return "Under 1 s"
    if seconds < 10:
        return f"About {seconds:.0f} s"
    if seconds < 57.5:
        return f"About {5 * round(seconds / 5)} s"
    if seconds < 90 * 60:
        return f"About {max(1, round(seconds / 60))} min"
    return f"About {seconds / 3600:.1f} h"
