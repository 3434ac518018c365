"""One worker thread and the queue of jobs that it does one after another. No Qt."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from salviewer.api import JobSpec, Progress


@dataclass(frozen=True, eq=False)
class Job:
    """One piece of work: what it is called, what does it, and what it was asked meanwhile.

    function: does it, and reports to the progress it is given. spec: what it answers, None where it is no job spec.
    """

    number: int
    title: str
    function: Callable[[Progress], Any]
    spec: JobSpec | None
    cancelled: threading.Event = field(default_factory=threading.Event)
    paused: threading.Event = field(default_factory=threading.Event)
    ending: threading.Event = field(default_factory=threading.Event)


class Lane:
    """One worker thread and its queue. A thread that hangs is left behind for a fresh one."""

    def __init__(self, name: str, work: Callable[[Job], None]) -> None:
        self._name, self._work = name, work
        self._queue: deque[Job] = deque()
        self._ready = threading.Condition()
        self._closing = False
        self._running: list[Job] = []
        self._start()

    def put(self, job: Job) -> None:
        """Queue `job`, to be done last. Raises `RuntimeError` once the lane is closed."""
        with self._ready:
            if self._closing:
                raise RuntimeError("the engine is closed")
            self._queue.append(job)
            self._ready.notify()

    def withdraw(self, job: Job) -> bool:
        """Whether `job` still waited here and was taken out."""
        with self._ready:
            if job not in self._queue:
                return False
            self._queue.remove(job)
            return True

    def is_mine(self) -> bool:
        """Whether this is called on the lane's own thread."""
        return threading.current_thread() is self._thread

    def work_off(self) -> None:
        """Do what waits, oldest first, on the thread that this is called on."""
        while (job := self._take(wait=False)) is not None:
            self._do(job)

    def restart(self, number: int, first: Job) -> list[Job]:
        """Leave the thread behind if it runs job `number`, and do `first` next; the jobs left, outer ones first."""
        with self._ready:
            if self._closing or all(job.number != number for job in self._running):
                return []
            left, self._running = self._running, []
            self._queue.appendleft(first)
            self._start()
            return left

    def close(self, wait_s: float) -> bool:
        """End the thread once its job ends; True if it ended within `wait_s` seconds."""
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._loop, name=f"salviewer-{self._name}", daemon=True)
        self._thread.start()

    def _take(self, *, wait: bool) -> Job | None:
        """The job that has waited longest; None where there is none, or this thread was left behind."""
        with self._ready:
            if wait:
                self._ready.wait_for(lambda: self._queue or self._closing or not self.is_mine())
            if not self._queue or not self.is_mine():
                return None
            self._running.append(self._queue[0])
            return self._queue.popleft()

    def _do(self, job: Job) -> None:
        try:
            self._work(job)
        finally:
            with self._ready:
                if job in self._running:  # not so on a thread that was left behind
                    self._running.remove(job)

    def _loop(self) -> None:
        while (job := self._take(wait=True)) is not None:
            self._do(job)
            del job
