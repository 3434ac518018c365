"""Workspaces: opened, switched, copied, relinked; and a session that comes back where it was left."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeShelf, explanation, picture

from salviewer.api import InputRef, JobSpec, ModelRef
from salviewer.gui.recent import Recent
from salviewer.gui.values import Display
from salviewer.jobs.workspace import Workspace, default_path

SPEC = JobSpec(method="light", model=ModelRef(architecture="net"), input=InputRef(source="cat.png"))


@pytest.fixture
def filed(make_session, tmp_path, qtbot):
    """A session over a real file, with a model, a picture and one explanation on the screen."""
    session = make_session(workspace=Workspace(tmp_path / "first.sqlite3"))
    session.actions.opening.open_model(ModelRef(architecture="net"))
    session.actions.opening.open_picture("cat.png")
    state = session.state
    qtbot.waitUntil(lambda: state.prediction is not None and state.grid is not None and not state.busy)
    session.actions.run()
    session.engine.finish(session.engine.explaining[-1])
    settled(session, qtbot)
    return session


def settled(session, qtbot):
    qtbot.waitUntil(lambda: not session.state.busy and session.actions.workspacing._waiting is None)
    return session.state


# -- the session comes back -----------------------------------------------------------------------------------------


def test_the_session_comes_back_where_it_was_left(filed, make_session, qtbot):
    filed.actions.set_target(3)
    filed.actions.displaying.set(replace(filed.state.display, opacity=0.25, contours=(80.0, 95.0)))
    filed.actions.set_params({"points": 22}, True)
    filed.window.show_panel("trust")
    layout = filed.window.docks.docks["trust"].isHidden()
    path, display = filed.workspace.path, filed.state.display
    filed.window.close()
    again = make_session(workspace=Workspace(path))
    state = again.state
    qtbot.waitUntil(lambda: state.model is not None and state.shown is not None and state.choice.target == 3)
    assert (state.model.title, state.picture.picture.name, state.shown.result) == ("net", "cat.png", 1)
    assert state.display == display
    assert (state.choice.method, state.choice.params["points"]) == ("light", 22)
    assert again.window.docks.docks["trust"].isHidden() is layout is False
    assert [card.title for card in state.models] == ["net"]
    assert again.actions.undoing.stack.count() == 0
    settled(again, qtbot)


def test_a_display_change_is_in_the_file_soon(filed, qtbot):
    filed.actions.displaying.set(replace(filed.state.display, opacity=0.125))
    qtbot.waitUntil(lambda: filed.workspace.register.session().get("display", {}).get("opacity") == 0.125, timeout=3000)
    settled(filed, qtbot)


def test_before_a_job_what_led_to_it_is_kept(filed, qtbot):
    filed.actions.displaying.set(replace(filed.state.display, opacity=0.5))
    filed.actions.set_params({"points": 33}, True)
    filed.actions.run()
    qtbot.waitUntil(lambda: filed.workspace.register.session()["choice"]["params"] == {"points": 33})
    filed.engine.finish(filed.engine.explaining[-1])
    settled(filed, qtbot)


def test_what_is_gone_is_said_and_the_rest_comes_back(filed, make_session, qtbot):
    filed.window.close()
    with closing(sqlite3.connect(filed.workspace.path)) as db, db:
        session = json.loads(db.execute("SELECT value FROM session").fetchone()[0])
        session["model"]["weights"] = "bad.pth"
        session["picture"]["source"] = "folder/bad.png"
        session["display"] |= {"opacity": "much", "smooth": True, "of the future": 1}
        session["layout"] = "?"
        db.execute("UPDATE session SET value = ?", (json.dumps(session),))
    again = make_session(workspace=Workspace(filed.workspace.path))
    qtbot.waitUntil(lambda: len(again.state.messages) == 2)
    texts = sorted(m.text for m in again.state.messages)
    assert texts[0].startswith("The model net could not be opened again: ")
    assert texts[1].startswith("The picture bad.png could not be opened again")
    assert again.state.shown.result == 1
    assert again.state.display == replace(Display(), smooth=True)
    settled(again, qtbot)


@pytest.mark.parametrize("kept", ["no json", "[]", '{"choice": 3, "display": [], "picture": {"x": 1}, "shown": "1"}'])
def test_a_session_that_makes_no_sense_is_passed_over(kept, filed, make_session, qtbot):
    filed.window.close()
    with closing(sqlite3.connect(filed.workspace.path)) as db, db:
        db.execute("UPDATE session SET value = ?", (kept,))
    again = make_session(workspace=Workspace(filed.workspace.path))
    qtbot.waitUntil(lambda: len(again.state.results) == 1)
    assert again.state.messages == ()
    assert again.state.model is None
    settled(again, qtbot)


KILLED = """
import sys
from pathlib import Path
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
sys.path.insert(0, sys.argv[2])
from fakes import FakeDialogs, FakeEngine, FakeShelf, explanation
from dataclasses import replace
from salviewer.api import ModelRef
from salviewer.gui.app import Session
from salviewer.jobs.workspace import Workspace
app = QApplication([])
workspace = Workspace(Path(sys.argv[1]))
session = Session(shelf=FakeShelf(), workspace=workspace, dialogs=FakeDialogs(), make_engine=FakeEngine)
session.window.show()
state, timer = session.state, QTimer(interval=20)

def work():
    if state.model is None and not state.busy:
        session.actions.opening.open_model(ModelRef(architecture="net"))
        session.actions.opening.open_picture("cat.png")
    elif state.grid is not None and state.choice.method and not state.busy:
        session.actions.set_params({"points": 2 + len(state.results)}, True)
        session.actions.run()
        session.engine.finish(session.engine.explaining[-1])
        sys.stdout.write(f"{state.shown.result if state.shown else 0}\\n")
        sys.stdout.flush()

timer.timeout.connect(work)
timer.start()
app.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_kill_in_the_middle_of_runs_loses_no_result_and_the_session_comes_back(tmp_path, make_session, qtbot):
    path = tmp_path / "killed.sqlite3"
    command = [sys.executable, "-c", KILLED, str(path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own
        for _ in range(12):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        told = [int(line) for line in child.stdout.read().split()] or [0]
    session = make_session(workspace=Workspace(path))
    state = session.state
    qtbot.waitUntil(lambda: state.model is not None and state.picture is not None)
    qtbot.waitUntil(lambda: len(state.results) >= max(11, *told) and not state.busy)
    assert state.model.title == "net"
    assert state.picture.picture.name == "cat.png"
    assert 0 <= len(state.results) - (state.choice.params["points"] - 2) <= 2  # kept before each job


# -- files ----------------------------------------------------------------------------------------------------------


def test_a_new_workspace_is_empty_and_the_old_one_is_as_it_was(filed, qtbot, tmp_path):
    filed.dialogs.path = tmp_path / "second"
    filed.actions.workspacing.new()
    qtbot.waitUntil(lambda: filed.workspace.path == tmp_path / "second.sqlite3")
    state = settled(filed, qtbot)
    assert (state.results, state.models, state.inputs, state.shown, state.model) == ((), (), (), None, None)
    assert filed.window.windowTitle() == "second – SalViewer"
    filed.dialogs.path = tmp_path / "first.sqlite3"
    filed.actions.workspacing.open()
    qtbot.waitUntil(lambda: len(filed.state.results) == 1 and filed.state.model is not None)
    assert settled(filed, qtbot).shown.result == 1
    assert [p.stem for p in Recent().paths] == ["first", "second"]


def test_save_as_copies_and_goes_on_with_the_copy(filed, qtbot, tmp_path):
    filed.dialogs.path = tmp_path / "copy.sqlite3"
    filed.actions.workspacing.save_as()
    qtbot.waitUntil(lambda: filed.workspace.path.name == "copy.sqlite3")
    qtbot.waitUntil(lambda: len(filed.state.results) == 1 and filed.state.shown is not None)
    settled(filed, qtbot)
    filed.actions.tidying.remove(filed.state.results)
    settled(filed, qtbot)
    with closing(sqlite3.connect(tmp_path / "first.sqlite3")) as db:
        assert db.execute("SELECT count(*) FROM explanation WHERE removed = 0").fetchone() == (1,)


def test_the_open_file_is_not_written_over_itself(filed):
    filed.dialogs.path = filed.workspace.path
    filed.actions.workspacing.new()
    filed.actions.workspacing.save_as()
    assert "is the workspace that is open" in filed.state.messages[-1].text
    assert len(filed.workspace.rows()) == 1


def test_a_place_that_cannot_be_written_is_one_sentence(filed, qtbot, tmp_path):
    (tmp_path / "file").write_text("in the way")
    filed.dialogs.path = tmp_path / "file" / "x.sqlite3"
    filed.actions.workspacing.save_as()
    qtbot.waitUntil(lambda: bool(filed.state.messages))
    assert filed.state.messages[0].text.startswith("x.sqlite3 cannot be written")
    assert filed.workspace.path.name == "first.sqlite3"
    settled(filed, qtbot)


@pytest.mark.parametrize("answer", [True, False])
def test_switching_asks_while_a_job_runs(filed, qtbot, tmp_path, answer):
    filed.actions.run()
    filed.dialogs.may_go_on, filed.dialogs.path = answer, tmp_path / "second.sqlite3"
    filed.actions.workspacing.new()
    assert ("confirm", "Light is still running.") in filed.dialogs.asked
    if answer:
        qtbot.waitUntil(lambda: filed.workspace.path.name == "second.sqlite3")
    else:
        assert filed.workspace.path.name == "first.sqlite3"
        filed.engine.finish(filed.engine.explaining[-1])
    settled(filed, qtbot)


def test_close_goes_back_to_ones_own(filed, qtbot):
    assert filed.window.commands["workspace.close"].isEnabled()
    filed.actions.workspacing.close_workspace()
    qtbot.waitUntil(lambda: filed.workspace.path == default_path())
    settled(filed, qtbot)
    assert not filed.window.commands["workspace.close"].isEnabled()
    assert filed.window.windowTitle() == "SalViewer"


def test_a_newer_workspace_is_shown_and_new_results_last_as_long_as_the_window(make_session, qtbot, tmp_path):
    path = tmp_path / "newer.sqlite3"
    workspace = Workspace(path)
    workspace.add(explanation(), SPEC)
    workspace.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA user_version = 99")
    session = make_session(workspace=Workspace(path))
    state = session.state
    qtbot.waitUntil(lambda: len(state.results) == 1)
    assert "written by a newer SalViewer" in state.messages[0].text
    assert "(read only)" in session.window.windowTitle()
    session.actions.opening.open_model(ModelRef(architecture="net"))
    session.actions.opening.open_picture("cat.png")
    qtbot.waitUntil(lambda: state.grid is not None and not state.busy)
    session.actions.run()
    session.engine.finish(session.engine.explaining[-1])
    qtbot.waitUntil(lambda: len(state.results) == 2)
    assert state.results[0].id < 0
    session.dialogs.path = tmp_path / "mine.sqlite3"
    session.actions.workspacing.save_as()
    qtbot.waitUntil(lambda: session.workspace.path.name == "mine.sqlite3" and len(state.results) == 2)
    assert all(item.id > 0 for item in state.results)
    settled(session, qtbot)


def test_recent_files_are_listed_and_those_that_are_gone_are_grey(filed, tmp_path):
    recent = filed.actions.workspacing.recent
    Workspace(tmp_path / "there.sqlite3").close()
    for name in ("there", "gone"):
        recent.add(tmp_path / f"{name}.sqlite3")
    filed.window.workspace._recent.aboutToShow.emit()
    shown = {a.text(): a.isEnabled() for a in filed.window.workspace._recent.actions() if a.text()}
    assert shown == {"gone (missing)": False, "there": True, "Clear the list": True}
    (tmp_path / "gone.json").write_text("{")
    assert Recent(tmp_path / "gone.json").paths == ()


# -- moved pictures -------------------------------------------------------------------------------------------------


class ReadingShelf(FakeShelf):
    """Pictures are files here: their bytes are their content."""

    def picture(self, ref):
        with open(ref.source, "rb") as file:  # noqa: PTH123 - any error of the file is the test's
            digest = hashlib.sha256(file.read()).hexdigest()
        return replace(picture(), sha256=digest)


def test_a_moved_picture_is_found_again_by_its_content(make_session, qtbot, tmp_path):
    cat, moved = tmp_path / "cat.png", tmp_path / "moved" / "deep" / "renamed.png"
    cat.write_bytes(b"a cat")
    session = make_session(shelf=ReadingShelf(), workspace=Workspace(tmp_path / "w.sqlite3"))
    session.actions.opening.open_picture(str(cat))
    qtbot.waitUntil(lambda: len(session.state.inputs) == 1 and not session.state.busy)
    moved.parent.mkdir(parents=True)
    shutil.move(cat, moved)
    session.actions.keeping.list_results()
    qtbot.waitUntil(lambda: session.state.inputs[0].missing)
    assert session.window.commands["workspace.relink"].isEnabled()
    session.actions.tidying.say_missing(session.state.inputs[0])
    session.dialogs.folder = tmp_path
    message = session.state.messages[-1]
    session.actions.answer(message, message.answers[0])
    qtbot.waitUntil(lambda: not session.state.inputs[0].missing)
    assert session.state.inputs[0].ref.source == str(moved)
    settled(session, qtbot)


def test_a_picture_that_is_nowhere_is_said(make_session, qtbot, tmp_path):
    cat = tmp_path / "cat.png"
    cat.write_bytes(b"a cat")
    session = make_session(shelf=ReadingShelf(), workspace=Workspace(tmp_path / "w.sqlite3"))
    session.actions.opening.open_picture(str(cat))
    qtbot.waitUntil(lambda: len(session.state.inputs) == 1 and not session.state.busy)
    cat.unlink()
    session.actions.keeping.list_results()
    qtbot.waitUntil(lambda: session.state.inputs[0].missing)
    session.dialogs.folder = tmp_path
    session.actions.tidying.relink()
    qtbot.waitUntil(lambda: bool(session.state.messages))
    assert "does not hold 1 of 1 missing picture " in session.state.messages[0].text
    settled(session, qtbot)
