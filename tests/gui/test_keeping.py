"""Results: listed, shown again, saved."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FakeWorkspace, explanation, heatmap

from salviewer import load_explanation
from salviewer.api import InputRef, JobSpec, ModelRef


def spec(source="cat.png"):
    return JobSpec(method="light", model=ModelRef(architecture="net"), input=InputRef(source=source))


@pytest.fixture
def filled():
    workspace = FakeWorkspace()
    for label in ("tabby", "lynx"):
        workspace.add(explanation(label=label), spec())
    return workspace


def test_the_list_starts_with_what_the_workspace_has_newest_first(make_session, qtbot, filled):
    state = make_session(workspace=filled).state
    qtbot.waitUntil(lambda: len(state.results) == 2)
    assert [item.target for item in state.results] == ["lynx", "tabby"]


def test_a_result_is_shown_again_with_its_picture_which_becomes_the_open_one(make_session, qtbot, filled):
    session = make_session(workspace=filled)
    qtbot.waitUntil(lambda: len(session.state.results) == 2)
    session.actions.keeping.show(session.state.results[1])
    qtbot.waitUntil(lambda: session.state.shown is not None)
    assert session.state.shown.title == "Light · tabby"
    assert session.state.shown.picture.name == "cat.png"
    assert session.state.picture.picture.name == "cat.png"
    assert session.state.shown.result == 1


def test_a_result_whose_picture_is_gone_is_shown_alone_and_says_so(make_session, qtbot):
    workspace = FakeWorkspace()
    workspace.add(explanation(), spec("bad.png"))
    session = make_session(workspace=workspace)
    qtbot.waitUntil(lambda: len(session.state.results) == 1)
    session.actions.keeping.show(session.state.results[0])
    qtbot.waitUntil(lambda: session.state.shown is not None)
    assert session.state.shown.picture is None
    assert "not where it was, or has changed" in session.state.shown.notes[0]
    assert session.state.messages == ()


def test_where_nothing_can_be_stored_results_last_as_long_as_the_window(loaded, qtbot):
    loaded.kept.workspace.read_only = True
    loaded.actions.run()
    loaded.engine.finish(loaded.engine.explaining[0])
    qtbot.waitUntil(lambda: len(loaded.state.results) == 1)
    item = loaded.state.results[0]
    assert item.id < 0
    loaded.state.shown = None
    loaded.actions.keeping.show(item)
    qtbot.waitUntil(lambda: loaded.state.shown is not None)


def show_something(session, qtbot):
    session.actions.run()
    session.engine.finish(session.engine.explaining[-1])
    qtbot.waitUntil(lambda: session.state.shown is not None and not session.state.busy)


def test_the_explanation_is_saved_whole(loaded, qtbot, tmp_path):
    show_something(loaded, qtbot)
    loaded.dialogs.path = tmp_path / "e.safetensors"
    loaded.actions.keeping.save_explanation()
    qtbot.waitUntil(lambda: not loaded.state.busy)
    again = load_explanation(tmp_path / "e.safetensors")
    assert again.provenance["target"]["label"] == "tiger cat"
    assert np.array_equal(again.heatmap, heatmap().values)


def test_a_place_that_cannot_be_written_is_one_sentence(loaded, qtbot, tmp_path):
    show_something(loaded, qtbot)
    loaded.dialogs.path = tmp_path / "absent" / "over.png"
    loaded.actions.exporting.save_overlay()
    qtbot.waitUntil(lambda: bool(loaded.state.messages))
    assert loaded.state.messages[0].text.startswith("over.png cannot be written")
    assert not (tmp_path / "absent").exists()


def test_no_answer_saves_nothing(loaded, qtbot):
    show_something(loaded, qtbot)
    loaded.actions.exporting.save_overlay()
    loaded.actions.keeping.save_explanation()
    assert not loaded.state.busy
