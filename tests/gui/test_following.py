"""Following with a method that shares its pass with the prediction: it comes first, and without a wait."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import explanation

from salviewer.api import InputRef, ModelRef
from salviewer.gui.following import PASSED_S
from salviewer.jobs.batches import Batch, Item

NAMES = ("a.png", "b.png", "c.png", "d.png")


@pytest.fixture
def paging(session, qtbot, monkeypatch):
    """A folder of four pictures, followed by a method that learns the class from its own pass; nobody waits by time."""
    explainers = session.actions.host.explainers
    monkeypatch.setitem(explainers, "other", replace(explainers["other"], late_target=True))
    session.now = 0.0
    browsing = session.actions.browsing
    browsing.following._clock = lambda: session.now
    browsing.following._stay.setInterval(3_600_000)
    session.actions.opening.open_model(ModelRef(architecture="net"))
    session.actions.choose_method("other")
    browsing.take(Batch("Folder", tuple(Item(InputRef(source=name), name) for name in NAMES)))
    qtbot.waitUntil(lambda: session.state.prediction is not None and not session.state.busy)
    browsing.following.set_follow(True)
    yield session
    browsing.following.set_follow(False)
    session.actions.queueing.cancel_all()
    qtbot.waitUntil(lambda: not session.state.busy)


def turn(session, qtbot, after_s, step=1):
    """Go to the next picture; the verbs that were sent about it, in order."""
    sent = max(session.engine.events, default=0)
    session.now += after_s
    session.actions.browsing.step(step)
    wanted = session.actions.browsing.memory.at
    qtbot.waitUntil(
        lambda: (
            session.state.picture.ref.source == wanted
            and any(
                e.spec is not None and e.spec.verb == "predict" for n, e in session.engine.events.items() if n > sent
            )
        )
    )
    events = [e for number, e in sorted(session.engine.events.items()) if number > sent and e.spec is not None]
    assert all(e.spec.input.source == wanted for e in events)
    return [e.spec.verb for e in events]


def test_the_explanation_is_asked_for_first_and_for_the_predicted_class(paging, qtbot):
    assert turn(paging, qtbot, 2.0) == ["explain", "predict"]
    number = paging.engine.explaining[-1]
    assert paging.engine.events[number].spec.target is None
    qtbot.waitUntil(lambda: paging.state.prediction is not None)  # it does not wait for the map to be shown


def test_every_picture_is_explained_also_where_the_map_of_the_one_before_is_shown(paging, qtbot):
    for _ in range(3):
        assert turn(paging, qtbot, 2.0) == ["explain", "predict"]
        number = paging.engine.explaining[-1]
        paging.engine.finish(number, explanation())
        qtbot.waitUntil(lambda: paging.state.shown is not None and not paging.state.shown.partial)
        qtbot.waitUntil(lambda: not paging.state.busy)


def test_with_a_key_held_down_pictures_are_passed_by(paging, qtbot):
    assert turn(paging, qtbot, 2.0) == ["explain", "predict"]
    assert turn(paging, qtbot, PASSED_S / 2) == ["predict"]
    assert turn(paging, qtbot, PASSED_S * 2) == ["explain", "predict"]


def test_what_was_asked_about_the_picture_before_is_stopped(paging, qtbot):
    turn(paging, qtbot, 2.0)
    first = paging.engine.explaining[-1]
    turn(paging, qtbot, 2.0)
    assert first in paging.engine.cancelled


def test_other_methods_come_after_the_prediction_once_one_stays(paging, qtbot):
    paging.actions.choose_method("light")
    assert turn(paging, qtbot, 2.0) == ["predict"]
    assert paging.actions.browsing.following._stay.isActive()


def test_without_follow_nothing_is_explained(paging, qtbot):
    paging.actions.browsing.following.set_follow(False)
    assert turn(paging, qtbot, 2.0) == ["predict"]
