from __future__ import annotations

import threading

import pytest
from fakes import FakeEvent

from salviewer.gui.bridge import PACE_MS, Bridge, Mailbox


@pytest.fixture
def bridge(qapp):
    made = Bridge()
    yield made
    made.close()
    made.deleteLater()


def from_a_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def test_events_arrive_on_the_windows_thread_in_order(bridge, qtbot):
    heard = []
    bridge.arrived.connect(lambda event: heard.append((event.number, event.kind, threading.current_thread())))
    events = [FakeEvent(1, kind, "a") for kind in ("queued", "started", "done")]
    from_a_thread(lambda: [bridge.listener(event) for event in events])
    assert heard == []  # nothing happens on the worker's thread
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert heard == [(1, kind, threading.main_thread()) for kind in ("queued", "started", "done")]


def test_of_a_burst_of_progress_only_the_newest_arrives_with_the_newest_map(bridge, qtbot):
    heard = []
    bridge.arrived.connect(heard.append)

    def burst():
        for i in range(1000):
            bridge.listener(FakeEvent(1, "progress", "a", i / 1000, evidence=(i,) if i % 10 == 0 else ()))

    from_a_thread(burst)
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert heard[0].fraction == 0.999
    assert heard[0].evidence == (990,)


def test_the_end_overtakes_progress_that_still_waits(bridge, qtbot):
    heard = []
    bridge.arrived.connect(heard.append)
    from_a_thread(lambda: bridge.listener(FakeEvent(1, "progress", "a", 0.1)))
    qtbot.waitUntil(lambda: len(heard) == 1)

    def rest():
        bridge.listener(FakeEvent(1, "progress", "a", 0.2))
        bridge.listener(FakeEvent(1, "done", "a", 1.0, result="answer"))

    from_a_thread(rest)
    qtbot.waitUntil(lambda: heard[-1].kind == "done")
    assert [event.kind for event in heard] == ["progress", "done"]


def test_progress_of_one_job_does_not_swallow_another_jobs(bridge, qtbot):
    heard = []
    bridge.arrived.connect(heard.append)

    def both():
        for number in (1, 2, 1, 2):
            bridge.listener(FakeEvent(number, "progress", "a", 0.5))

    from_a_thread(both)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert sorted(event.number for event in heard) == [1, 2]


def test_progress_is_handed_on_at_a_pace(bridge, qtbot):
    heard = []
    bridge.arrived.connect(heard.append)
    from_a_thread(lambda: bridge.listener(FakeEvent(1, "progress", "a", 0.1)))
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert bridge._pause.isActive()
    assert bridge._pause.interval() == PACE_MS
    from_a_thread(lambda: bridge.listener(FakeEvent(1, "progress", "a", 0.9)))
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard[1].fraction == 0.9


def test_a_closed_bridge_hands_on_nothing(bridge, qtbot):
    heard = []
    bridge.arrived.connect(heard.append)
    from_a_thread(lambda: bridge.listener(FakeEvent(1, "done", "a")))
    bridge.close()
    with qtbot.assertNotEmitted(bridge.arrived, wait=50):
        from_a_thread(lambda: bridge.listener(FakeEvent(2, "done", "a")))
    assert heard == []


def test_a_mailbox_tells_when_somebody_should_be_told():
    box = Mailbox()
    assert box.put(FakeEvent(1, "progress", "a")) is True
    assert box.put(FakeEvent(1, "progress", "a")) is False
    assert box.urgent() is False
    assert box.put(FakeEvent(1, "done", "a")) is True
    assert box.urgent() is True
    assert [event.kind for event in box.take()] == ["done"]
    assert box.take() == []
