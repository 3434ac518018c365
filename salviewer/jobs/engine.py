"""Runs jobs on worker threads: one for the model's device, one for files; a queue each, progress, cancel. No Qt.

A result is written to the workspace before it is announced. The listener is called on the worker thread with frozen
events; a window turns them into its own queued signals.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salviewer.api import Evidence, Explanation, JobSpec, Progress, Trained
from salviewer.errors import Cancelled, Unavailable
from salviewer.jobs.lane import Job, Lane

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf
    from salviewer.jobs.workspace import Workspace

HOLD_S = 0.05
"""How often a paused job looks whether it may go on."""
Kind = Literal["queued", "started", "progress", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class JobEvent:
    """One thing that happened to job `number`.

    fraction: 0..1; evidence: a partial answer (kind "progress"); result: what the job returned (kind "done");
    error: the exception (kind "failed"); stored: the result's id in the workspace, None where it was not stored;
    place: the file that a trained state is kept in.
    """

    number: int
    kind: Kind
    title: str
    fraction: float = 0.0
    message: str = ""
    evidence: tuple[Evidence, ...] = ()
    result: Any = None
    error: BaseException | None = None
    spec: JobSpec | None = None
    stored: int | None = None
    place: Path | None = None


class Engine:
    """The workers of one window. `close` before the process ends."""

    def __init__(
        self,
        shelf: Shelf,
        workspace: Workspace | None = None,
        listener: Callable[[JobEvent], None] = lambda event: None,
    ) -> None:
        self._shelf, self._workspace, self._listener = shelf, workspace, listener
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._lanes = {name: Lane(name, self._work) for name in ("model", "files")}

    def submit(self, spec: JobSpec) -> int:
        """Queue `spec`; the number by which its events are known."""

        def job(progress: Progress) -> Any:
            from salviewer.jobs.run import run  # noqa: PLC0415 - torch is loaded on the worker thread

            return run(spec, self._shelf, progress)

        return self._enqueue("model", _title_of(spec), job, spec)

    def call(self, function: Callable[[Progress], Any], title: str, *, uses_model: bool = True) -> int:
        """Queue a function; with `uses_model=False` it does not wait for explanations that are running."""
        return self._enqueue("model" if uses_model else "files", title, function, None)

    def cancel(self, number: int) -> None:
        """Ask job `number` to stop: at once if it waits, within one batch if it runs. Unknown numbers are ignored."""
        job = self._known(number)
        if job is None:
            return
        job.cancelled.set()
        if any(lane.withdraw(job) for lane in self._lanes.values()):
            self._finish(job, JobEvent(job.number, "cancelled", job.title, spec=job.spec))

    def pause(self, number: int) -> None:
        """Let job `number` wait at its next report, and do what is queued meanwhile. Unknown numbers are ignored."""
        if (job := self._known(number)) is not None:
            job.paused.set()

    def go_on(self, number: int) -> None:
        """The undo of `pause`."""
        if (job := self._known(number)) is not None:
            job.paused.clear()

    def end_early(self, number: int) -> None:
        """Ask job `number` to end with what it has; one that is paused goes on for that."""
        if (job := self._known(number)) is not None:
            job.ending.set()
            job.paused.clear()

    def abandon(self, number: int) -> bool:
        """Stop waiting for job `number`, which runs but does not answer; False where it does not run (any more).

        Its lane goes on with a fresh thread. The old one cannot be killed: it ends with the process or when the job
        gives in, and what it says until then is dropped. It may be in the middle of a network, so models are opened
        anew. Of jobs within one another the outer ones are given up too.
        """
        for lane in self._lanes.values():
            if given_up := lane.restart(number, self._unloading()):
                self._give_up(given_up)
                return True
        return False

    def give_way(self) -> None:
        """Do what waits for the thread that this is called on: for a long job, between two of its parts."""
        for lane in self._lanes.values():
            if lane.is_mine():
                lane.work_off()

    def active(self) -> tuple[int, ...]:
        """Numbers of the jobs that wait or run."""
        with self._lock:
            return tuple(self._jobs)

    def close(self, wait_s: float = 5.0) -> bool:
        """Cancel everything and end the threads; True if all ended within `wait_s` seconds."""
        for number in self.active():
            self.cancel(number)
        deadline = time.monotonic() + wait_s
        ended = [lane.close(max(0.0, deadline - time.monotonic())) for lane in self._lanes.values()]
        return all(ended)

    def _unloading(self) -> Job:
        return Job(next(self._numbers), "", lambda progress: self._shelf.unload(), None)

    def _give_up(self, jobs: Sequence[Job]) -> None:
        for job in reversed(jobs):
            job.cancelled.set()
            text = f"{job.title} did not answer, and is no longer waited for. The next run opens the model anew."
            error = Unavailable(text, code="no-answer")
            self._finish(job, JobEvent(job.number, "failed", job.title, spec=job.spec, error=error))

    def _enqueue(self, lane: str, title: str, function: Callable[[Progress], Any], spec: JobSpec | None) -> int:
        job = Job(next(self._numbers), title, function, spec)
        with self._lock:
            self._jobs[job.number] = job
        self._listener(JobEvent(job.number, "queued", title, spec=spec))
        self._lanes[lane].put(job)
        return job.number

    def _work(self, job: Job) -> None:
        event = JobEvent(job.number, "started", job.title, spec=job.spec)
        if self._is_awaited(job):
            self._listener(event)

        def report(fraction: float, message: str, evidence: Sequence[Evidence] | None) -> None:
            progress = replace(event, kind="progress", fraction=fraction, message=message)
            if self._is_awaited(job):
                self._listener(replace(progress, evidence=tuple(evidence or ())))

        try:
            result = job.function(
                Progress(report, job.cancelled.is_set, hold=lambda: self._hold(job), ending=job.ending.is_set)
            )
            if self._is_awaited(job):
                self._finish(job, self._store(replace(event, kind="done", fraction=1.0, result=result)))
        except Cancelled:
            self._finish(job, replace(event, kind="cancelled"))
        except Exception as e:  # noqa: BLE001 - a worker must outlive whatever a job does
            self._finish(job, replace(event, kind="failed", error=e))

    def _store(self, done: JobEvent) -> JobEvent:
        if isinstance(done.result, Trained):
            return _keep(done)
        if self._workspace is None or done.spec is None or not isinstance(done.result, Explanation):
            return done
        try:
            return replace(done, stored=self._workspace.add(done.result, done.spec))
        except Exception as e:  # noqa: BLE001 - a full disk must not lose the result on the screen
            return replace(done, message=f"The result is shown but could not be kept in the workspace: {e}")

    def _hold(self, job: Job) -> None:
        """Return once `job` is not paused (any more), or was cancelled."""
        while job.paused.is_set() and not job.cancelled.wait(HOLD_S):
            self.give_way()

    def _known(self, number: int) -> Job | None:
        with self._lock:
            return self._jobs.get(number)

    def _is_awaited(self, job: Job) -> bool:
        with self._lock:
            return job.number in self._jobs

    def _finish(self, job: Job, event: JobEvent) -> None:
        """Tell how `job` ended, unless that was told already."""
        with self._lock:
            awaited = self._jobs.pop(job.number, None) is not None
        if awaited:
            self._listener(event)


def _keep(done: JobEvent) -> JobEvent:
    """`done` with the file in which what was learned is kept from now on."""
    from salviewer.jobs.trained_library import save_to_library  # noqa: PLC0415 - on the worker thread

    try:
        return replace(done, place=save_to_library(done.result))
    except Exception as e:  # noqa: BLE001 - a full disk must not lose what was learned in hours
        return replace(done, message=f"What was learned is shown but could not be kept: {e}")


def _title_of(spec: JobSpec) -> str:
    if spec.verb == "train":
        return f"Training: {spec.method}"
    place = spec.input.source.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return f"{spec.method}: {place}" if spec.verb == "explain" else f"Prediction: {place}"
