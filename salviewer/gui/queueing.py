"""Decides about the list of jobs: what is in it, what can be done with one, and when a job counts as hung."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from salviewer.gui.job_entries import Entry, seconds
from salviewer.gui.running import target_names
from salviewer.gui.state import remembered

if TYPE_CHECKING:
    from salviewer.api.jobspec import JobSpec
    from salviewer.gui.actions import Actions
    from salviewer.gui.under_way import Running

LOG = logging.getLogger("salviewer.jobs")
MOST = 200
"""So many ended jobs are listed at most."""
PATIENCE_S = 10.0
"""So long after it was asked to stop a job counts as one that does not answer."""
QUIET_S, WORTH_S = 0.5, 1.0
"""An errand is listed once it takes the one, and stays listed when it took the other."""
TICK_MS = 500


class Queueing(QObject):
    """The jobs of this session. `entries`: under way and waiting in their order, then the ended ones, newest first.

    news: how many explanations were finished while nobody looked; `watched` says whether somebody looks.
    """

    entries_changed = Signal(object)
    news_changed = Signal(object)
    ticked = Signal()
    finished = Signal(object)

    entries = remembered("entries", (), tuple[Entry, ...])
    news = remembered("news", 0, int)

    def __init__(self, actions: Actions, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._actions, self._state, self._desk = actions, actions.state, actions.desk
        self.clock, self.watched = clock, True
        self._all: dict[int, Entry] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._state.busy_changed.connect(self._heard)

    # -- what happens -------------------------------------------------------------------------------------------

    def receive(self, event: Any) -> None:
        """Take one event of the engine."""
        if not event.title:
            return  # an errand that nobody waits for
        entry = self._all.get(event.number) or self._new(event)
        if event.kind in ("started", "progress"):
            entry = self._went_on(entry, event)
        elif event.kind != "queued":
            entry = self._ended(entry, event)
        self._keep(entry)
        self._publish()

    def tick(self) -> None:
        """Time has gone by: see what hangs, list what takes long."""
        now = self.clock()
        for entry in self._all.values():
            if entry.stage == "stopping" and entry.stopping_at is not None and now - entry.stopping_at >= PATIENCE_S:
                self._desk.lose_patience(entry.number)
        self._publish()
        self.ticked.emit()

    def close(self) -> None:
        """Look at nothing more."""
        self._timer.stop()
        self.look()

    # -- what can be done ---------------------------------------------------------------------------------------

    def cancel(self, number: int) -> None:
        """Stop job `number`; stop waiting for it where it does not answer."""
        entry = self._all.get(number)
        if entry is None or entry.over:
            return
        if entry.stage == "unanswered":
            self._desk.abandon(number)
        else:
            self._desk.cancel(number)

    def cancel_all(self) -> None:
        """Stop every explanation, the waiting ones first, so that none of them begins."""
        for entry in sorted(self._all.values(), key=lambda e: -e.number):
            if entry.explains and not entry.over:
                self.cancel(entry.number)

    def run_again(self, number: int) -> None:
        """Run the explanation or training `number` once more, with the same settings."""
        entry = self._all.get(number)
        if entry is not None and entry.spec is not None and entry.trains:
            self._actions.training.train_again(entry.spec)
        elif entry is not None and entry.spec is not None and entry.explains:
            self._actions.running.run_again(entry.spec)

    def show(self, number: int) -> None:
        """Show the result of job `number`."""
        if (item := self.result_of(number)) is not None:
            self._actions.keeping.show(item)

    def result_of(self, number: int) -> Any:
        """The result of job `number` as the list of results has it; None where there is none (any more)."""
        entry = self._all.get(number)
        if entry is None or entry.result is None:
            return None
        return next((item for item in self._state.results if item.id == entry.result), None)

    def clear(self) -> None:
        """Forget the jobs that have ended."""
        self._all = {number: entry for number, entry in self._all.items() if not entry.over}
        self._publish()

    def look(self) -> None:
        """Somebody has seen what is new."""
        self.news = 0

    # -- inside -------------------------------------------------------------------------------------------------

    def _new(self, event: Any) -> Entry:
        entry = Entry(event.number, event.title, spec=event.spec, queued_at=self.clock())
        if entry.trains:
            title = f"Training: {self._actions.training.title(event.spec)}"
            return replace(entry, title=title, about=_training_about(event.spec))
        if not entry.explains:
            return entry
        method = self._actions.host.explainers.get(event.spec.method)
        name = method.title if method else event.spec.method
        title = f"{name} · {self._class_name(event.spec)}"
        about = f"{_last_part(event.spec.input.source)} · {event.spec.model.architecture}"
        LOG.info("Run: %s, %s", title, about)
        return replace(entry, title=title, about=about)

    def _class_name(self, spec: Any) -> str:
        """The class in the words of the open model, where the job is about that."""
        card = self._state.model
        if card is not None and card.ref == spec.model and (spec.target is None or target_names(self._state)):
            return self._actions.running.target_name(spec)
        return "predicted class" if spec.target is None else f"class {spec.target}"

    def _went_on(self, entry: Entry, event: Any) -> Entry:
        began = self.clock() if entry.started_at is None else entry.started_at
        stage = "running" if entry.stage == "waiting" else entry.stage
        return replace(entry, stage=stage, fraction=event.fraction, message=event.message, started_at=began)

    def _ended(self, entry: Entry, event: Any) -> Entry:
        stage = {"done": "done", "failed": "failed", "cancelled": "stopped"}[event.kind]
        entry = replace(entry, stage=stage, message="", ended_at=self.clock())
        if event.kind == "failed":
            entry = replace(entry, error=self._actions.describe("", entry.title, event.error))
            LOG.error("%s: failed (%s)", entry.title, getattr(event.error, "code", "") or type(event.error).__name__)
        elif entry.explains and event.kind == "done":
            entry = self._with_result(entry, event)
        elif entry.explains:
            LOG.info("%s: stopped", entry.title)
        return entry

    def _with_result(self, entry: Entry, event: Any) -> Entry:
        label = event.result.provenance.get("target", {}).get("label")
        title = f"{entry.title.partition(' · ')[0]} · {label}" if label else entry.title
        done = replace(entry, title=title, result=-event.number if event.stored is None else event.stored)
        LOG.info("%s, %s: finished in %s", done.title, done.about, seconds(done.spent_s(self.clock())))
        self._actions.estimating.learn(event)
        if not self.watched:
            self.news += 1
        self.finished.emit(done)
        return done

    def _heard(self, busy: tuple[Running, ...]) -> None:
        """Follow who waits to go on, who was asked to end or to stop, and who does not answer."""
        changed = False
        for running in busy:
            entry = self._all.get(running.number)
            if entry is not None and not entry.over and (now := self._asked(entry, running)) != entry:
                self._all[running.number] = now
                changed = True
        if changed:
            self._publish()

    def _asked(self, entry: Entry, running: Running) -> Entry:
        """`entry` with what was asked of its job."""
        entry = replace(entry, paused=running.paused, ending=running.ending)
        if not running.cancelling:
            return entry
        since = self.clock() if entry.stopping_at is None else entry.stopping_at
        return replace(entry, stage="unanswered" if running.unanswered else "stopping", stopping_at=since)

    def _keep(self, entry: Entry) -> None:
        if entry.over and not entry.explains and not self._is_worth_keeping(entry):
            self._all.pop(entry.number, None)
            return
        self._all[entry.number] = entry
        ended = [number for number, e in self._all.items() if e.over]
        for number in sorted(ended)[: max(0, len(ended) - MOST)]:
            del self._all[number]

    def _is_worth_keeping(self, errand: Entry) -> bool:
        if errand.stage == "stopped":
            return errand.trains  # it can be gone on with
        return errand.trains or errand.stage == "failed" or errand.spent_s(self.clock()) >= WORTH_S

    def _publish(self) -> None:
        now = self.clock()
        under_way = [e for e in self._all.values() if not e.over]
        listed = [e for e in under_way if e.explains or e.trains or now - e.queued_at >= QUIET_S]
        ended = sorted((e for e in self._all.values() if e.over), key=lambda e: (-(e.ended_at or 0.0), -e.number))
        listed.sort(key=lambda e: (e.stage == "waiting", e.number))
        self.entries = (*listed, *ended)
        if bool(under_way) != self._timer.isActive():
            self._timer.start() if under_way else self._timer.stop()


def _training_about(spec: JobSpec) -> str:
    """What the training `spec` is about, in a line: the pictures and the network."""
    return f"{spec.collection.key if spec.collection else ''} · {spec.model.architecture}"


def _last_part(source: str) -> str:
    """The name at the end of a path or a sample's address."""
    return source.replace("\\", "/").rstrip("/").rpartition("/")[2]
