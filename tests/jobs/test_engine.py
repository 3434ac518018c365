"""The engine with made-up jobs: order, progress, cancel, close; a result is stored before it is announced."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from salviewer.api import Explanation, Heatmap, InputRef, JobSpec, ModelRef
from salviewer.jobs.engine import Engine
from salviewer.jobs.workspace import Workspace

SPEC = JobSpec(method="glas", model=ModelRef(architecture="live:1"), input=InputRef(source="/a/b/dog.jpg"))
ANSWER = Explanation((Heatmap("map", np.ones((2, 2), np.float32)),))


class Heard:
    """Collects events and lets a test wait for one of them."""

    def __init__(self):
        self.events, self.changed = [], threading.Condition()

    def __call__(self, event):
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def wait(self, kind, number=None):
        def there():
            return [e for e in self.events if e.kind == kind and number in (None, e.number)]

        with self.changed:
            assert self.changed.wait_for(there, timeout=10), f"no {kind}: {self.events}"
            return there()[0]

    def kinds(self, number):
        return [e.kind for e in self.events if e.number == number]


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def engine(heard):
    engine = Engine(shelf=None, listener=heard)
    yield engine
    assert engine.close()


def test_a_call_runs_on_the_worker_and_returns_its_result(engine, heard):
    number = engine.call(lambda progress: threading.current_thread().name, "work")
    assert heard.wait("done", number).result == "salviewer-model"
    assert heard.kinds(number) == ["queued", "started", "done"]
    assert engine.active() == ()


def test_files_do_not_wait_for_the_model(engine, heard):
    go = threading.Event()
    slow = engine.call(lambda progress: go.wait(10), "slow")
    heard.wait("started", slow)
    quick = engine.call(lambda progress: "read", "file", uses_model=False)
    assert heard.wait("done", quick).result == "read"
    assert "done" not in heard.kinds(slow)
    go.set()
    heard.wait("done", slow)


def test_jobs_run_one_after_the_other_in_order(engine, heard):
    order = []
    numbers = [engine.call(lambda progress, i=i: order.append(i), "n") for i in range(5)]
    heard.wait("done", numbers[-1])
    assert order == [0, 1, 2, 3, 4]


def test_progress_carries_fraction_message_and_a_partial_map(engine, heard):
    def job(progress):
        progress(0.25, "working", lambda: ANSWER.evidence)

    event = heard.wait("progress", engine.call(job, "n"))
    assert (event.fraction, event.message, event.evidence) == (0.25, "working", ANSWER.evidence)


def test_a_running_job_is_cancelled_at_its_next_progress(engine, heard):
    started = threading.Event()

    def job(progress):
        started.set()
        while True:
            progress(0.5)

    number = engine.call(job, "n")
    assert started.wait(10)
    engine.cancel(number)
    heard.wait("cancelled", number)
    assert engine.active() == ()


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(engine, heard):
    go, ran = threading.Event(), []
    engine.call(lambda progress: go.wait(10), "slow")
    waiting = engine.call(lambda progress: ran.append(1), "waiting")
    engine.cancel(waiting)
    heard.wait("cancelled", waiting)
    go.set()
    heard.wait("done", engine.call(lambda progress: None, "last"))
    assert ran == []
    engine.cancel(12345)


def test_a_job_that_fails_is_told_and_the_worker_goes_on(engine, heard):
    number = engine.call(lambda progress: 1 / 0, "n")
    assert isinstance(heard.wait("failed", number).error, ZeroDivisionError)
    assert heard.wait("done", engine.call(lambda progress: 7, "n")).result == 7


def test_close_ends_running_and_waiting_jobs(heard):
    engine = Engine(shelf=None, listener=heard)
    started = threading.Event()

    def job(progress):
        started.set()
        while True:
            progress(0.1)

    running, waiting = engine.call(job, "a"), engine.call(job, "b")
    assert started.wait(10)
    assert engine.close()
    assert heard.kinds(running)[-1] == "cancelled"
    assert heard.kinds(waiting)[-1] == "cancelled"
    assert not [t for t in threading.enumerate() if t.name.startswith("salviewer-")]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_result_is_in_the_workspace_when_it_is_announced(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "w.sqlite3")
    monkeypatch.setattr("salviewer.jobs.run.run", lambda spec, shelf, progress: ANSWER)
    seen = []

    def listener(event):
        if event.kind == "done":
            seen.append((event.stored, workspace.load(event.stored)))

    engine, heard = Engine(None, workspace, listener), Heard()
    engine._listener = lambda e: (listener(e), heard(e))
    event = heard.wait("done", engine.submit(SPEC))
    assert engine.close()
    assert seen == [(1, ANSWER)]
    assert event.title == "glas: dog.jpg"
    workspace.close()


def test_a_workspace_that_cannot_be_written_does_not_lose_the_result(tmp_path, monkeypatch, heard):
    workspace = Workspace(tmp_path / "w.sqlite3")
    workspace.close()
    monkeypatch.setattr("salviewer.jobs.run.run", lambda spec, shelf, progress: ANSWER)
    engine = Engine(None, workspace, heard)
    event = heard.wait("done", engine.submit(SPEC))
    assert engine.close()
    assert event.result == ANSWER
    assert event.stored is None
    assert "could not be kept" in event.message


def test_a_long_job_gives_way_between_its_parts(engine, heard):
    order, waiting = [], threading.Event()

    def long(progress):
        order.append("first part")
        assert waiting.wait(5)
        engine.give_way()
        order.append("second part")

    number = engine.call(long, "long")
    heard.wait("started", number)
    engine.call(lambda progress: order.append("short"), "short")
    failing = engine.call(lambda progress: 1 / 0, "failing")
    waiting.set()
    heard.wait("done", number)
    assert order == ["first part", "short", "second part"]
    assert heard.kinds(failing)[-1] == "failed"


def test_giving_way_elsewhere_does_nothing(engine):
    engine.give_way()
