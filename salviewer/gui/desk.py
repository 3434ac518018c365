"""Errands and jobs under way: who waits for which answer, and which answers come too late to matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from salviewer.api.jobspec import JobSpec
from salviewer.api.progress import Progress
from salviewer.gui.under_way import Running

if TYPE_CHECKING:
    from salviewer.gui.state import State


class Engine(Protocol):
    """What the desk needs of the engine."""

    def submit(self, spec: JobSpec) -> int:
        """Queue a job."""

    def call(self, function: Callable[[Progress], Any], title: str, *, uses_model: bool = True) -> int:
        """Queue a function."""

    def cancel(self, number: int) -> None:
        """Ask a job to stop."""

    def abandon(self, number: int) -> bool:
        """Stop waiting for a job that runs but does not answer."""

    def pause(self, number: int) -> None:
        """Let a job wait, and do what is queued meanwhile."""

    def go_on(self, number: int) -> None:
        """The undo of `pause`."""

    def end_early(self, number: int) -> None:
        """Ask a job to end with what it has."""

    def give_way(self) -> None:
        """Do what waits for the worker thread that this is called on."""


NOTHING = 0
"""The number of an errand that was not sent."""


def _nothing(_: Any) -> None:
    """Wait for nothing."""


@dataclass(frozen=True)
class Waiting:
    """Who waits for a job. `topic`: what it is about; of one topic only the newest job's answer counts.

    `even_late`: tell of the answer also when a newer job of the topic was sent.
    `lost(event)` hears of a job that failed or was cancelled; True where it has said so itself.
    """

    topic: str
    then: Callable[[Any], None]
    otherwise: Callable[[BaseException], bool] = lambda error: False
    on_progress: Callable[[Any], None] = _nothing
    even_late: bool = False
    lost: Callable[[Any], bool] = lambda event: False


class Desk:
    """Sends errands to the engine and hands answers back, unless a newer errand of the same topic was sent since.

    `fail` gets (topic, title, exception) for failures that nobody else took, `clear` the topic of each success.
    """

    def __init__(
        self,
        state: State,
        engine: Engine,
        fail: Callable[[str, str, BaseException], None],
        clear: Callable[[str], None] = _nothing,
    ) -> None:
        self._state, self._engine, self._fail, self._clear = state, engine, fail, clear
        self._waiting: dict[int, Waiting] = {}
        self._newest: dict[str, int] = {}
        self._forgotten: dict[str, int] = {}
        self._closed = False

    def ask(
        self,
        topic: str,
        function: Callable[[Progress], Any],
        title: str,
        then: Callable[[Any], None],
        *,
        uses_model: bool = True,
        otherwise: Callable[[BaseException], bool] = lambda error: False,
        lost: Callable[[Any], bool] = lambda event: False,
    ) -> int:
        """Have `function` called on a worker thread, and `then(its result)` on this one.

        `function` must not hold anything of the window, lest its last reference ends on the worker's thread.

        `otherwise(error)` may take a failure (True); `lost(event)` hears of that and of its cancelling. An older errand
        of the same topic is cancelled.
        """
        self.drop(topic)
        if self._closed:
            return NOTHING
        number = self._engine.call(function, title, uses_model=uses_model)
        waiting = Waiting(topic, lambda event: then(event.result), otherwise, lost=lost)
        return self._expect(Running(number, title), waiting)

    def submit(self, topic: str, spec: JobSpec, title: str, then: Callable[[Any], None]) -> int:
        """Have `spec` run, and `then(its result)` called. An older job of the same topic is cancelled."""
        self.drop(topic)
        if self._closed:
            return NOTHING
        number = self._engine.submit(spec)
        return self._expect(Running(number, title, spec), Waiting(topic, lambda event: then(event.result)))

    def follow(
        self,
        topic: str,
        spec: JobSpec,
        title: str,
        on_progress: Callable[[Any], None],
        then: Callable[[Any], None],
        lost: Callable[[Any], bool] = lambda event: False,
    ) -> int:
        """Have `spec` run; `on_progress`, `then` and `lost` get whole events, also late ones. Older jobs go on."""
        if self._closed:
            return NOTHING
        number = self._engine.submit(spec)
        waiting = Waiting(topic, then, on_progress=on_progress, even_late=True, lost=lost)
        return self._expect(Running(number, title, spec), waiting)

    def is_newest(self, topic: str, number: int) -> bool:
        """Whether no newer job of this topic was sent, and nobody forgot it."""
        return self._newest.get(topic) == number

    def is_wanted(self, topic: str, number: int) -> bool:
        """Whether nobody forgot the topic since this job was sent."""
        return number > self._forgotten.get(topic, NOTHING)

    def forget(self, topic: str) -> None:
        """Whatever still arrives about `topic` comes too late."""
        if topic in self._newest:
            self._forgotten[topic] = self._newest.pop(topic)

    def drop(self, topic: str) -> None:
        """Forget `topic` and cancel what is under way for it."""
        self.forget(topic)
        for number, waiting in list(self._waiting.items()):
            if waiting.topic == topic:
                self._engine.cancel(number)

    def close(self) -> None:
        """Send nothing more: the engine is about to close."""
        self._closed = True

    def cancel(self, number: int) -> None:
        """Ask job `number` to stop, and mark it as stopping."""
        self._state.busy = tuple(replace(r, cancelling=r.cancelling or r.number == number) for r in self._state.busy)
        self._engine.cancel(number)

    def pause(self, number: int) -> None:
        """Let job `number` wait, so that others are done meanwhile."""
        self._mark(number, paused=True)
        self._engine.pause(number)

    def go_on(self, number: int) -> None:
        """The undo of `pause`."""
        self._mark(number, paused=False)
        self._engine.go_on(number)

    def end_early(self, number: int) -> None:
        """Ask job `number` to end with what it has; one that is paused goes on for that."""
        self._mark(number, paused=False, ending=True)
        self._engine.end_early(number)

    def lose_patience(self, number: int) -> None:
        """Mark job `number`, which was asked to stop, as one that does not answer."""
        self._state.busy = tuple(replace(r, unanswered=r.unanswered or r.number == number) for r in self._state.busy)

    def abandon(self, number: int) -> None:
        """Stop waiting for job `number`; it ends as failed."""
        self._engine.abandon(number)

    def receive(self, event: Any) -> None:
        """Take one event from the bridge."""
        waiting = self._waiting.get(event.number)
        if waiting is None or event.kind == "queued":
            return
        if event.kind in ("started", "progress"):
            self._note_progress(event)
            waiting.on_progress(event)
            return
        del self._waiting[event.number]
        self._state.busy = tuple(r for r in self._state.busy if r.number != event.number)
        if not (waiting.even_late or self.is_newest(waiting.topic, event.number)):
            return
        if event.kind == "done":
            if not waiting.even_late:  # the complaint is about another job, which did not get better by this one
                self._clear(waiting.topic)
            waiting.then(event)
        elif waiting.lost(event):
            return
        elif event.kind == "failed" and not waiting.otherwise(event.error):
            self._fail(waiting.topic, event.title, event.error)

    def _mark(self, number: int, **marks: bool) -> None:
        self._state.busy = tuple(replace(r, **marks) if r.number == number else r for r in self._state.busy)

    def _expect(self, running: Running, waiting: Waiting) -> int:
        self._waiting[running.number] = waiting
        self._newest[waiting.topic] = running.number
        self._state.busy = (*self._state.busy, running)
        return running.number

    def _note_progress(self, event: Any) -> None:
        def newer(r: Running) -> Running:
            if r.number != event.number:
                return r
            return replace(r, fraction=event.fraction, message=event.message, started=True)

        self._state.busy = tuple(newer(r) for r in self._state.busy)
