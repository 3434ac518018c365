"""Memory, the cost of Run, progress in the title, what is new; and a model that is let go of."""

from __future__ import annotations

import gc
import weakref

import pytest
from fakes import FakeDialogs, explanation
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from salviewer.gui.estimating import UNKNOWN
from salviewer.gui.memory import Memory, Reading, read, size
from salviewer.gui.state import State
from salviewer.gui.unloading import may_unload
from salviewer.host import Host
from salviewer.jobs.engine import Engine
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.workspace import Workspace

PLAN = {"device": "cpu", "images_per_s": 50.0, "bytes_per_image": 100_000_000, "batch": 4}
LONG_MS = 120_000


def run(loaded, target=None):
    loaded.actions.set_target(target)
    loaded.actions.run()
    return loaded.engine.explaining[-1]


def told(seconds):
    """A finished explanation that says what it cost."""
    made = explanation()
    params = {"points": 15, "light": 0.1, "shadow": 0.2, "mode": "both", "twice": False}
    made.provenance.update(plan=PLAN, params=params, duration_s=seconds)
    made.provenance["model"]["sha256"] = "a1b2" * 16
    return made


# -- memory ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "words"), [(80_400_000, "80 MB"), (4e8, "0.4 GB"), (9.94e9, "9.9 GB"), (16.4e9, "16 GB"), (0, "0 MB")]
)
def test_sizes_in_words(count, words):
    assert size(count) == words


def test_the_computers_memory_is_read_without_torch(qapp):
    found = read("cpu")
    assert found.device == "cpu"
    assert 0 < found.free <= found.total


def test_memory_is_told_when_it_changes_visibly(qapp, qtbot):
    free = iter([4.0e9, 4.01e9, 5.2e9])
    memory = Memory(State(), lambda device: Reading(device, int(next(free)), int(16e9)))
    told = []
    memory.reading_changed.connect(lambda reading: told.append(str(reading)))
    memory.start()
    memory.refresh()
    memory.refresh()
    memory.close()
    assert told == ["4.0 GB of 16 GB free", "5.2 GB of 16 GB free"]


def test_the_status_bar_says_where_models_run_and_what_is_free(loaded):
    loaded.actions.memory.reading = Reading("cpu", int(5.2e9), int(16e9))
    assert loaded.window.status.device.text() == "runs on cpu · 5.2 GB of 16 GB free"


# -- the cost of Run ------------------------------------------------------------------------------------------------


def test_an_unknown_time_is_not_guessed_and_a_known_one_is_told(loaded, qtbot):
    view = loaded.window.run
    assert view.estimate.text() == UNKNOWN
    for seconds in (9.0, 3.2):  # the first run of all also measures how to run the network
        loaded.engine.finish(run(loaded), told(seconds))
        qtbot.waitUntil(lambda: not loaded.state.busy)
    assert view.estimate.text() == "About 3 s · 0.4 GB on cpu"
    loaded.actions.running.set_params({"points": 40}, True)
    assert view.estimate.text() == UNKNOWN
    loaded.actions.running.set_params({"points": 99}, False)
    assert not view.estimate.isVisible()


def test_more_than_is_free_is_warned_of(loaded, qtbot):
    loaded.engine.finish(run(loaded), told(3.2))
    qtbot.waitUntil(lambda: not loaded.state.busy)
    loaded.actions.memory.reading = Reading("cpu", 50_000_000, int(16e9))
    view = loaded.window.run
    assert view.estimate.text() == "Needs 0.1 GB of memory, 50 MB are free: close other programs first."
    assert view.estimate.property("role") == "note"


# -- progress and news ----------------------------------------------------------------------------------------------


def test_progress_is_in_the_title_while_something_runs(loaded, qtbot):
    window = loaded.window
    plain = window.windowTitle()
    number = run(loaded)
    loaded.engine.progress(number, 0.42)
    qtbot.waitUntil(lambda: window.windowTitle() == f"[42 %] {plain}")
    loaded.engine.finish(number)
    qtbot.waitUntil(lambda: window.windowTitle() == plain)


def test_what_ends_while_one_is_elsewhere_is_marked_and_the_mark_leads_to_the_jobs(loaded, qtbot):
    window, standing = loaded.window, loaded.window.standing
    standing._activity(Qt.ApplicationState.ApplicationInactive)
    focus = QApplication.focusWidget()
    loaded.engine.finish(run(loaded))
    qtbot.waitUntil(lambda: standing.news.isVisible())
    assert standing.news.text() == "1 new"
    assert window.statusBar().currentMessage() == "Finished: Light · tiger cat."
    assert QApplication.focusWidget() is focus
    qtbot.mouseClick(standing.news, Qt.MouseButton.LeftButton)
    assert not standing.news.isVisible()
    assert window.docks.docks["jobs"].isVisible()


def test_what_ends_before_ones_eyes_is_not_marked(loaded, qtbot):
    loaded.window.standing._activity(Qt.ApplicationState.ApplicationActive)
    loaded.engine.finish(run(loaded))
    qtbot.waitUntil(lambda: not loaded.state.busy)
    assert not loaded.window.standing.news.isVisible()


# -- letting go of the model ----------------------------------------------------------------------------------------


def test_nothing_is_unloaded_while_it_is_used(loaded):
    assert may_unload(loaded.state)
    run(loaded)
    assert not may_unload(loaded.state)
    assert not loaded.window.commands["model.unload"].isEnabled()
    loaded.actions.unloading.unload()
    assert loaded.state.model is not None


def test_a_model_that_is_unloaded_is_really_gone(make_session, qtbot, tmp_path):
    session = make_session(
        shelf=Shelf(Host.discover(), "cpu", spare_threads=1),
        workspace=Workspace(tmp_path / "workspace.sqlite3"),
        dialogs=FakeDialogs(),
        make_engine=Engine,
    )
    state, actions = session.state, session.actions
    actions.opening.open_sample()
    qtbot.waitUntil(lambda: state.prediction is not None and state.grid is not None and not state.busy, timeout=LONG_MS)
    actions.choose_method("gradcam")
    actions.run()
    qtbot.waitUntil(lambda: bool(state.results) and not state.busy, timeout=LONG_MS)
    module = weakref.ref(session.shelf.model(state.model.ref).module)
    gc.collect()
    assert module() is not None
    session.window.commands["model.unload"].trigger()
    assert (state.model, state.prediction, state.grid) == (None, None, None)
    qtbot.waitUntil(lambda: not state.busy, timeout=LONG_MS)
    assert module() is None
    assert any(line.text.startswith("Unloaded ") for line in actions.log.lines())
    assert not session.window.commands["model.unload"].isEnabled()
    assert state.shown is not None  # the map stays on the screen
    actions.opening.open_sample()
    qtbot.waitUntil(lambda: state.prediction is not None and not state.busy, timeout=LONG_MS)
