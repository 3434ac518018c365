"""An evaluation with the real engine: it gives way to short jobs, the window stays alive, closing ends it in order."""

from __future__ import annotations

import itertools
import time

import pytest
from fakes import FakeWorkspace
from PySide6.QtCore import QTimer

from salviewer.api import ModelRef
from salviewer.bench.store import Store
from salviewer.jobs.engine import Engine
from salviewer.jobs.shelf import Shelf

LATE_S = 0.5


@pytest.fixture
def session(make_session, qtbot, tmp_path):
    session = make_session(shelf=Shelf(device="cpu", spare_threads=1), make_engine=Engine, workspace=FakeWorkspace())
    actions, state = session.actions, session.state
    actions.opening.open_model(ModelRef(architecture="an8flower-cnn"))
    actions.opening.open_picture("collection:an8flower-single-6c")
    session.window.evaluation.open()
    qtbot.waitUntil(lambda: state.grid is not None and state.pictures is not None and not state.busy, timeout=60_000)
    actions.evaluating.choose(
        limit=40, methods=("gradient", "gradcam"), metrics=("deletion", "sparseness"), folder=tmp_path / "run"
    )
    return session


def test_a_run_in_the_main_window_goes_first_and_the_board_fills(session, qtbot):
    actions, state = session.actions, session.state
    beats, heart = [], QTimer()
    heart.timeout.connect(lambda: beats.append(time.monotonic()))
    heart.start(10)
    actions.evaluating.run()
    qtbot.waitUntil(lambda: state.evaluation is not None and state.evaluation.fraction > 0.05, timeout=60_000)
    actions.choose_method("gradient")
    actions.run()
    qtbot.waitUntil(lambda: state.shown is not None and state.shown.explanation is not None, timeout=30_000)
    assert state.evaluation is not None, "the explanation waited for the whole evaluation"
    qtbot.waitUntil(lambda: state.board is not None and len(state.board.table.methods) == 4, timeout=30_000)
    assert session.window.evaluation.window.table.board.rowCount() == 4
    assert "Evaluating" in session.window.status.busy.text()
    actions.evaluating.stop()
    qtbot.waitUntil(lambda: state.evaluation is None and not state.busy, timeout=30_000)
    heart.stop()
    assert "Run goes on from there" in state.evaluation_messages[-1].text
    assert max(b - a for a, b in itertools.pairwise(beats)) < LATE_S


def test_closing_in_the_middle_keeps_what_is_finished(session, qtbot, tmp_path):
    session.actions.evaluating.run()
    state = session.state
    qtbot.waitUntil(lambda: state.evaluation is not None and state.evaluation.fraction > 0.03, timeout=60_000)
    assert session.close()
    with Store(tmp_path / "run") as store:
        rows = list(store.rows())
    assert rows
    pictures = {r.picture for r in rows}
    assert 0 < len(pictures) < 40
