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


def hang(engine, heard, then=lambda: None):
    """A job that answers nobody until `let_go` is set; its number and `let_go`, `gone`."""
    let_go, gone = threading.Event(), threading.Event()

    def job(progress):
        let_go.wait(30)
        then()
        gone.set()
        progress(0.9, "too late")
        return "too late"

    number = engine.call(job, "Slow method")
    heard.wait("started", number)
    return number, let_go, gone


def test_a_job_that_does_not_answer_is_left_behind_and_its_late_answers_are_dropped(engine, heard):
    number, let_go, gone = hang(engine, heard)
    waiting = engine.call(lambda progress: threading.current_thread().name, "next")
    engine.cancel(number)
    assert engine.active() == (number, waiting)
    assert engine.abandon(number)
    error = heard.wait("failed", number).error
    assert (error.code, str(error).partition(",")[0]) == ("no-answer", "Slow method did not answer")
    assert heard.wait("done", waiting).result == "salviewer-model"
    old = [t for t in threading.enumerate() if t.name == "salviewer-model"]
    assert len(old) == 2
    assert all(t.daemon for t in old)
    let_go.set()
    assert gone.wait(10)
    for thread in old:
        thread.join(0.5)
    assert heard.wait("done", engine.call(lambda progress: 7, "n")).result == 7
    assert heard.kinds(number) == ["queued", "started", "failed"]
    assert len([t for t in threading.enumerate() if t.name == "salviewer-model"]) == 1


def test_models_are_opened_anew_after_a_job_was_left_behind(heard):
    class Shelf:
        def __init__(self):
            self.unloaded = threading.Event()

        def unload(self):
            self.unloaded.set()

    shelf = Shelf()
    engine = Engine(shelf, listener=heard)
    number, let_go, gone = hang(engine, heard)
    next_one = engine.call(lambda progress: shelf.unloaded.is_set(), "next")
    engine.abandon(number)
    assert heard.wait("done", next_one).result is True
    let_go.set()
    assert gone.wait(10)
    assert engine.close()


def test_only_what_runs_can_be_left_behind(engine, heard):
    number, let_go, _ = hang(engine, heard)
    waiting = engine.call(lambda progress: 1, "waits")
    assert not engine.abandon(waiting)
    assert not engine.abandon(12345)
    let_go.set()
    heard.wait("done", number)
    assert not engine.abandon(number)


def test_a_job_around_the_one_that_hangs_is_given_up_too(engine, heard):
    let_go, inner_began = threading.Event(), threading.Event()

    def inner(progress):
        inner_began.set()
        let_go.wait(30)

    def outer(progress):
        engine.call(inner, "inner")
        engine.give_way()
        return "never heard of"

    number = engine.call(outer, "outer")
    assert inner_began.wait(10)
    assert engine.abandon(number)
    assert heard.wait("failed", number).error.code == "no-answer"
    assert heard.wait("failed", number + 1).error.code == "no-answer"
    let_go.set()
    assert heard.wait("done", engine.call(lambda progress: 7, "n")).result == 7
    assert "done" not in heard.kinds(number)


def test_a_paused_job_waits_while_others_run_and_goes_on(engine, heard):
    started = threading.Event()

    def long(progress):
        started.set()
        while not progress.ends_early():
            progress(0.5)
        return "ended"

    number = engine.call(long, "long")
    assert started.wait(10)
    engine.pause(number)
    other = engine.call(lambda progress: "other", "other")
    assert heard.wait("done", other).result == "other"
    engine.go_on(number)
    engine.end_early(number)
    assert heard.wait("done", number).result == "ended"


def test_a_paused_job_can_be_cancelled_or_ended(engine, heard):
    def long(progress):
        while not progress.part(0, 0.5).ends_early():
            progress.part(0, 0.5).check()
        return "ended"

    for end, kind in ((engine.cancel, "cancelled"), (engine.end_early, "done")):
        number = engine.call(long, "long")
        engine.pause(number)
        end(number)
        assert heard.wait(kind, number)
    engine.pause(99)
    engine.go_on(99)
    engine.end_early(99)
