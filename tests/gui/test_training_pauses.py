"""A training that waits, goes on, and ends with what it has: what the buttons ask for and what the panel says."""

from __future__ import annotations

import pytest
from fakes import explanation
from trained_parts import TrainableShelf, in_library, trained

from salviewer.api import ModelRef
from salviewer.gui.evaluation_values import Pictures
from salviewer.gui.job_entries import state_words
from salviewer.gui.training.run_view import ENDING, ENDS, GO_ON, PAUSE, RESTS, WAITS

FIT = Pictures(3, annotated=True, labelled=True, classes=("red", "blue"))


@pytest.fixture
def running(make_session, qtbot):
    """A session whose training is at 40 %; `clock` is its time, which only tests turn on."""
    session = make_session(shelf=TrainableShelf())
    session.actions.opening.open_model(ModelRef(architecture="net"))
    qtbot.waitUntil(lambda: session.state.model is not None and not session.state.busy)
    session.panel, session.training = session.window.show_panel("training"), session.actions.training
    qtbot.waitUntil(lambda: session.training.state.pictures is not None)
    session.training.state.pictures = FIT
    session.now = 100.0
    session.training._clock = lambda: session.now
    session.view = session.panel.view.run
    session.view.train.click()
    session.number = session.engine.explaining[-1]
    session.engine.progress(session.number, 0.0)
    qtbot.waitUntil(lambda: session.training.state.under_way.started)
    session.now += 40
    session.engine.progress(session.number, 0.4, message="Epoch 4 of 10")
    qtbot.waitUntil(lambda: session.training.state.under_way.fraction == 0.4)
    return session


def test_pause_waits_and_go_on_takes_it_up_again(running):
    view, engine = running.view, running.engine
    assert (view.pause.text(), view.waits.text()) == (PAUSE, WAITS)
    view.pause.click()
    assert engine.paused == [running.number] and not engine.cancelled
    assert (view.pause.text(), view.waits.text(), view.left.text()) == (GO_ON, RESTS, "40 % · paused")
    assert view.stop.isEnabled() and view.end.isEnabled()
    view.pause.click()
    assert engine.gone_on == [running.number]
    assert (view.pause.text(), view.waits.text()) == (PAUSE, WAITS)


def test_the_list_of_jobs_says_that_it_waits(running):
    def said():
        return [state_words(entry) for entry in running.actions.queueing.entries if entry.number == running.number]

    assert said() == ["40 % · Epoch 4 of 10"]
    running.view.pause.click()
    assert said() == ["40 % · Paused"]
    assert running.window.status.busy.text() == "Paused: Training: Weights"
    running.view.pause.click()
    assert said() == ["40 % · Epoch 4 of 10"]


def test_an_explanation_goes_first_meanwhile(running, qtbot):
    running.view.pause.click()
    running.actions.opening.open_picture("cat.png")
    qtbot.waitUntil(lambda: running.state.picture is not None and running.state.prediction is not None)
    running.actions.choose_method("light")
    running.actions.run()
    running.engine.finish(running.engine.explaining[-1], explanation())
    qtbot.waitUntil(lambda: running.state.shown is not None)
    assert running.training.state.under_way.paused


def test_the_time_that_it_waited_is_not_counted(running, qtbot):
    """40 s for 40 %, an hour's rest, 10 s more: at 50 % there are 50 s left."""
    running.training.pause()
    running.now += 3600
    running.training.go_on()
    running.now += 10
    running.engine.progress(running.number, 0.5)
    qtbot.waitUntil(lambda: running.training.state.under_way.fraction == 0.5)
    assert running.training.state.under_way.left_s == pytest.approx(50)


def test_finish_early_keeps_what_was_learned(running, qtbot):
    view = running.view
    view.end.click()
    assert running.engine.ended_early == [running.number]
    assert (view.end.text(), view.waits.text()) == (ENDING, ENDS)
    assert not view.end.isEnabled() and not view.pause.isEnabled() and view.stop.isEnabled()
    place = in_library("2026-11-21T10:00:00+00:00")
    running.engine._tell(running.number, kind="done", fraction=1.0, result=trained(), place=place)
    qtbot.waitUntil(lambda: running.training.state.ended is not None and not running.state.busy)
    assert running.training.state.ended.place == place
    assert view.train.isVisible() and not view.end.isVisible()


def test_finish_early_wakes_one_that_waits(running):
    running.training.pause()
    running.training.end_early()
    under_way = running.training.state.under_way
    assert under_way.ending and not under_way.paused
    assert running.engine.ended_early == [running.number]


def test_the_menu_does_the_same(running, qtbot):
    pause, end = running.window.commands["training.pause"], running.window.commands["training.end"]
    qtbot.waitUntil(pause.isEnabled)
    pause.trigger()
    qtbot.waitUntil(lambda: pause.isChecked() and running.training.is_paused())
    pause.trigger()
    qtbot.waitUntil(lambda: not pause.isChecked() and not running.training.is_paused())
    end.trigger()
    qtbot.waitUntil(lambda: not end.isEnabled() and not pause.isEnabled())
    assert running.engine.ended_early == [running.number]
