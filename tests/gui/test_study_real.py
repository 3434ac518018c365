"""A reader study with the real engine and the built-in network: prepared in the window, stopped, gone on with, read."""

from __future__ import annotations

from fakes import FakeDialogs

from salviewer.gui.study_values import Asked, Thanks, Welcome
from salviewer.host import Host
from salviewer.jobs.engine import Engine
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.workspace import Workspace
from salviewer.study.key import read_study

LONG_MS = 120_000


def test_a_study_is_prepared_in_the_background_and_read(make_session, qtbot, tmp_path):
    session = make_session(
        shelf=Shelf(Host.discover(), "cpu", spare_threads=1), workspace=Workspace(tmp_path / "workspace.sqlite3"),
        dialogs=FakeDialogs(), make_engine=Engine,
    )  # fmt: skip
    state, actions = session.state, session.actions
    actions.opening.open_sample()
    qtbot.waitUntil(lambda: state.grid is not None and not state.busy, timeout=LONG_MS)
    session.window.study.open()
    qtbot.waitUntil(lambda: state.study_pictures is not None, timeout=LONG_MS)
    folder = tmp_path / "study"
    actions.study_setup.choose(limit=4, repeats=0, folder=folder)
    actions.study_setup.prepare()
    qtbot.waitUntil(lambda: state.study_preparing.fraction > 0.3, timeout=LONG_MS)
    actions.study_setup.stop()
    qtbot.waitUntil(lambda: state.study_preparing is None, timeout=LONG_MS)
    assert "Stopped." in state.study_messages[0].text
    kept = len(read_study(folder, ready=False).items)
    assert 0 < kept < 4
    actions.study_setup.prepare()
    qtbot.waitUntil(lambda: state.study is not None, timeout=LONG_MS)
    assert isinstance(state.study, Welcome)
    assert state.study_messages == ()
    reading = actions.study_reading
    reading.begin("Reader 1")
    while isinstance(state.study, Asked):
        assert state.study.left.size() == state.study.right.size() == state.study.picture.size()
        reading.choose("left")
        reading.digit(3)
        reading.digit(3)
        reading.hand_in()
    assert state.study == Thanks("Reader 1", 4)
