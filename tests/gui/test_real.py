"""The window with the real engine, the built-in network and GLAS: it stays alive, and ends as it should."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from fakes import FakeDialogs
from PySide6.QtCore import QTimer

from salviewer.gui.under_way import explaining
from salviewer.host import Host
from salviewer.jobs.engine import Engine
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.workspace import Workspace

LONG_MS = 120_000
TICK_MS = 10
LATE_MS = 50


@pytest.fixture
def real(make_session, qtbot, tmp_path):
    """A window with the built-in sample open."""
    session = make_session(
        shelf=Shelf(Host.discover(), "cpu", spare_threads=1),
        workspace=Workspace(tmp_path / "workspace.sqlite3"),
        dialogs=FakeDialogs(),
        make_engine=Engine,
    )
    session.actions.opening.open_sample()
    state = session.state
    qtbot.waitUntil(lambda: state.prediction is not None and state.grid is not None and not state.busy, timeout=LONG_MS)
    return session


class Heartbeat:
    """A timer that should tick every 10 ms, and how late each tick came (ms)."""

    def __init__(self):
        self.late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _tick(self):
        now = time.perf_counter()
        self.late.append((now - self._last) * 1000 - TICK_MS)
        self._last = now

    def stop(self):
        self._timer.stop()


def one_run(real, qtbot, grid):
    """How late the ticks came (ms) during one run, the 99th percentile; and the partial maps that were shown."""
    state, partial, had = real.state, [], len(real.state.results)
    real.actions.running.set_params({"grid": grid}, True)

    def remember(shown):
        if shown is not None and shown.partial:
            partial.append(shown)

    state.shown_changed.connect(remember)
    heart = Heartbeat()
    real.actions.run()
    qtbot.waitUntil(lambda: len(state.results) == had + 1 and not state.busy, timeout=LONG_MS)
    heart.stop()
    state.shown_changed.disconnect(remember)
    assert len(heart.late) > 50
    return float(np.percentile(heart.late, 99)), partial


def test_the_window_stays_alive_while_glas_runs(real, qtbot):
    """The best of three runs counts: what else the machine does is not ours. (Importing torch came before.)"""
    late = []
    for grid in (22, 23, 24):
        p99, partial = one_run(real, qtbot, grid)
        assert partial
        late.append(p99)
        if p99 < LATE_MS:
            break
    assert min(late) < LATE_MS, late
    shown = real.state.shown
    assert not shown.partial
    assert shown.explanation.heatmap.shape == (92, 92)


def test_closing_while_running_ends_the_threads(real, qtbot):
    real.actions.running.set_params({"grid": 64}, True)
    real.actions.run()
    qtbot.waitUntil(lambda: (r := explaining(real.state.busy)) is not None and r.started, timeout=LONG_MS)
    start = time.perf_counter()
    assert real.window.close()
    assert time.perf_counter() - start < 5.5
    assert real.dialogs.asked[-1][0] == "close"
    assert not any(thread.name.startswith("salviewer-") for thread in threading.enumerate())


def test_cancel_is_felt_within_moments_and_nothing_is_kept(real, qtbot):
    real.actions.running.set_params({"grid": 64}, True)
    real.actions.run()
    qtbot.waitUntil(lambda: real.state.shown is not None, timeout=LONG_MS)
    real.actions.cancel()
    qtbot.waitUntil(lambda: not real.state.busy, timeout=10_000)
    assert real.workspace.rows() == ()
    assert real.state.messages == ()
    assert real.state.shown.partial


def test_results_are_there_again_after_a_restart(real, qtbot, make_session):
    real.actions.running.set_params({"grid": 4}, True)
    real.actions.run()
    qtbot.waitUntil(lambda: len(real.state.results) == 1 and not real.state.busy, timeout=LONG_MS)
    before, path = real.state.shown, real.workspace.path
    assert real.window.close()
    again = make_session(workspace=Workspace(path), shelf=real.shelf, make_engine=Engine)
    qtbot.waitUntil(lambda: len(again.state.results) == 1)
    again.actions.keeping.show(again.state.results[0])
    qtbot.waitUntil(lambda: again.state.shown is not None and not again.state.busy, timeout=LONG_MS)
    assert np.array_equal(again.state.shown.top.values, before.top.values)
    assert again.state.shown.picture.sha256 == before.picture.sha256
