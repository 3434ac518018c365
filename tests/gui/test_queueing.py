"""The list of jobs: what is in it, how long, what can be done, and when a job counts as hung."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import explanation

from salviewer.errors import UnsupportedModel
from salviewer.gui.job_entries import Entry, seconds, state_words, time_words
from salviewer.gui.queueing import MOST, PATIENCE_S, Queueing
from salviewer.gui.under_way import explaining


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(loaded):
    clock = loaded.actions.queueing.clock = Clock()
    return clock


@pytest.fixture
def jobs(loaded):
    return loaded.actions.queueing


def run(loaded, target=None):
    loaded.actions.set_target(target)
    loaded.actions.run()
    return loaded.engine.explaining[-1]


def listed(jobs):
    return [(e.number, e.stage) for e in jobs.entries]


def test_the_one_under_way_comes_first_then_what_ended_newest_first(loaded, jobs, clock, qtbot):
    numbers = [run(loaded, target) for target in (1, 2, 3)]
    qtbot.waitUntil(lambda: len(jobs.entries) == 3)
    for number in numbers[:2]:
        clock.now += 3
        loaded.engine.finish(number)
        qtbot.waitUntil(lambda number=number: (number, "done") in listed(jobs))
    assert listed(jobs) == [(numbers[2], "running"), (numbers[1], "done"), (numbers[0], "done")]
    first = jobs.entries[2]
    assert (first.title, first.about) == ("Light · tiger cat", "cat.png · net")
    assert first.spent_s(clock.now) == 3.0
    assert time_words(first, 999.0) == "3.0 s"


def test_before_the_end_the_class_is_named_as_the_model_names_it(loaded, jobs, qtbot):
    run(loaded, 3)
    qtbot.waitUntil(lambda: bool(jobs.entries))
    assert jobs.entries[0].title == "Light · lynx"


def test_time_left_is_told_once_it_is_sure(loaded, jobs, clock, qtbot):
    number = run(loaded)
    qtbot.waitUntil(lambda: bool(jobs.entries))
    clock.now += 1
    loaded.engine.progress(number, 0.25, message="Light")
    qtbot.waitUntil(lambda: jobs.entries[0].fraction == 0.25)
    entry = jobs.entries[0]
    assert (state_words(entry), time_words(entry, clock.now)) == ("25 % · Light", "1.0 s")
    assert time_words(entry, clock.now + 9) == "10 s · 30 s left"


def test_a_failure_keeps_its_sentence_and_details(loaded, jobs, qtbot):
    loaded.engine.fail(run(loaded), UnsupportedModel("This net has no layers: choose another."))
    qtbot.waitUntil(lambda: bool(jobs.entries) and jobs.entries[0].over)
    entry = jobs.entries[0]
    assert (entry.stage, state_words(entry)) == ("failed", "This net has no layers: choose another.")
    assert "UnsupportedModel" in entry.error.details


def test_one_or_all_can_be_cancelled(loaded, jobs, qtbot):
    numbers = [run(loaded, target) for target in (1, 2, 3)]
    qtbot.waitUntil(lambda: len(jobs.entries) == 3)
    jobs.cancel(numbers[1])
    qtbot.waitUntil(lambda: (numbers[1], "stopped") in listed(jobs))
    jobs.cancel_all()
    qtbot.waitUntil(lambda: not loaded.state.busy)
    stopped = [numbers[1], numbers[2], numbers[0]]
    assert [n for n in loaded.engine.cancelled if n in numbers] == stopped
    jobs.cancel(numbers[0])
    jobs.cancel(12345)
    assert [n for n in loaded.engine.cancelled if n in (*numbers, 12345)] == stopped
    jobs.clear()
    assert jobs.entries == ()


def test_a_job_that_does_not_stop_can_be_left_behind(loaded, jobs, clock, qtbot):
    number = run(loaded)
    qtbot.waitUntil(lambda: bool(jobs.entries))
    loaded.engine.explaining.clear()  # this engine does not answer
    loaded.actions.cancel()
    view = loaded.window.run
    assert (view.cancel.text(), view.cancel.isEnabled()) == ("Stopping …", False)
    clock.now += PATIENCE_S - 1
    jobs.tick()
    assert jobs.entries[0].stage == "stopping"
    clock.now += 1
    jobs.tick()
    assert jobs.entries[0].stage == "unanswered"
    assert (view.cancel.text(), view.cancel.isEnabled()) == ("Stop waiting", True)
    assert view.message.text() == "The method does not answer"
    view.cancel.click()
    qtbot.waitUntil(lambda: explaining(loaded.state.busy) is None)
    assert loaded.engine.abandoned == [number]
    assert jobs.entries[0].stage == "failed"


def test_it_can_be_left_behind_from_the_list_too(loaded, jobs, clock, qtbot):
    number = run(loaded)
    qtbot.waitUntil(lambda: bool(jobs.entries))
    loaded.engine.explaining.clear()
    jobs.cancel(number)
    clock.now += PATIENCE_S
    jobs.tick()
    jobs.cancel(number)
    qtbot.waitUntil(lambda: jobs.entries[0].over)
    assert loaded.engine.abandoned == [number]


def test_errands_are_listed_only_when_they_take_long_or_fail(loaded, jobs, clock, qtbot):
    assert jobs.entries == ()  # opening the model and the picture was quick
    loaded.engine.hold = True
    loaded.actions.opening.open_picture("bad.png")
    jobs.receive(loaded.engine.events[max(loaded.engine.events)])
    assert jobs.entries == ()
    clock.now += 0.6
    jobs.tick()
    assert [(e.title, e.stage) for e in jobs.entries] == [("Opening the picture", "running")]
    loaded.engine.release()
    qtbot.waitUntil(lambda: not loaded.state.busy)
    assert [(e.title, e.stage) for e in jobs.entries] == [("Opening the picture", "failed")]


def test_a_result_is_shown_again_and_a_run_repeated_from_the_list(loaded, jobs, qtbot):
    number = run(loaded)
    loaded.engine.finish(number)
    qtbot.waitUntil(lambda: len(loaded.state.results) == 1)
    loaded.state.shown = None
    jobs.show(number)
    qtbot.waitUntil(lambda: loaded.state.shown is not None)
    jobs.run_again(number)
    assert len(loaded.engine.explaining) == 2
    assert loaded.engine.events[loaded.engine.explaining[1]].spec == loaded.engine.events[number].spec


def test_only_so_many_ended_jobs_are_kept(loaded, jobs):
    number = run(loaded)
    event = loaded.engine.events[number]
    loaded.engine.cancel(number)
    from dataclasses import replace

    for extra in range(1000, 1000 + MOST + 5):
        jobs.receive(replace(event, number=extra, kind="cancelled"))
    assert len(jobs.entries) == MOST
    assert {e.number for e in jobs.entries} == set(range(1005, 1000 + MOST + 5))


def test_what_ends_while_nobody_looks_is_counted(loaded, jobs, qtbot):
    jobs.watched = False
    loaded.engine.finish(run(loaded), explanation())
    qtbot.waitUntil(lambda: jobs.news == 1)
    jobs.look()
    assert jobs.news == 0


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_in_words(value, words):
    assert seconds(value) == words


def test_a_job_that_waits_to_go_on_says_so_and_tells_no_time_left():
    entry = Entry(1, "Training", stage="running", fraction=0.4, message="Epoch 4", started_at=0.0)
    assert (state_words(entry), time_words(entry, 40.0)) == ("40 % · Epoch 4", "40 s · 1 min left")
    paused = replace(entry, paused=True)
    assert (state_words(paused), time_words(paused, 40.0)) == ("40 % · Paused", "40 s")
    assert state_words(replace(entry, ending=True)) == "40 % · Finishing early …"


def test_a_waiting_job_has_no_time():
    assert time_words(Entry(1, "x"), 50.0) == ""
    assert isinstance(Queueing.entries, property)
