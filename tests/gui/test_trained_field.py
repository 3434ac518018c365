"""Which trained states a method is offered for the open model, which it gets, and what a job is told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trained_parts import TrainableShelf, in_library, trained

from salviewer.api import ModelRef
from salviewer.gui.evaluation_plan import spec_of
from salviewer.gui.running import why_not
from salviewer.gui.training.state_field import NONE, NOTHING_YET

OLD, NEW = "2026-11-19T10:00:00+00:00", "2026-11-20T10:00:00+00:00"


@pytest.fixture
def make_opened(make_session, qtbot):
    """Makes a session with a model and a picture open; its library is listed."""

    def make():
        session = make_session(shelf=TrainableShelf())
        session.actions.opening.open_model(ModelRef(architecture="net"))
        session.actions.opening.open_picture("cat.png")
        state = session.state
        qtbot.waitUntil(lambda: state.prediction is not None and state.grid is not None and not state.busy)
        session.field = session.window.method_wiring.trained.field
        return session

    return make


@pytest.fixture
def opened(make_opened):
    session = make_opened()
    session.actions.choose_method("walk")
    return session


def test_a_method_that_learns_nothing_has_no_field(make_opened):
    session = make_opened()
    session.actions.choose_method("light")
    assert not session.field.isVisible()
    session.actions.choose_method("walk")
    assert session.field.isVisible()


def test_states_of_the_open_model_are_offered_newest_first_and_none_is_taken_unasked(make_opened):
    old, new = in_library(OLD), in_library(NEW)
    in_library(NEW, model="c3d4" * 16)
    session = make_opened()
    session.actions.choose_method("walk")
    field = session.field
    assert [field.box.itemData(i) for i in range(field.box.count())] == ["", str(new), str(old)]
    assert field.box.currentText() == NONE
    assert field.box.itemText(1).endswith("3 of an8flower-single-6c")
    assert session.actions.running.spec().trained is None
    assert field.use.isVisible()
    field.use.click()
    assert session.actions.running.spec().trained.source == str(new)
    assert not field.use.isVisible()
    session.actions.undoing.undo()
    assert session.actions.running.spec().trained is None
    session.actions.undoing.redo()
    assert session.state.choice.trained == str(new)


def test_a_method_that_must_be_trained_gets_the_newest(make_opened):
    new = in_library(NEW)
    session = make_opened()
    session.actions.choose_method("predictor")
    assert session.state.choice.trained == str(new)
    assert NONE not in [session.field.box.itemText(i) for i in range(session.field.box.count())]
    assert why_not(session.state) == ""


def test_a_method_that_must_be_trained_and_is_not_says_so(make_opened):
    session = make_opened()
    session.actions.choose_method("predictor")
    assert session.field.box.currentText() == NOTHING_YET
    assert why_not(session.state).startswith("Predictor must be trained on this model first")
    assert not session.window.run.run.isEnabled()
    session.field.train.click()
    assert session.window.docks.docks["training"].isVisible()
    assert session.actions.training.state.plan.trainer == "weights"


def test_each_method_keeps_its_own(make_opened):
    new = in_library(NEW)
    session = make_opened()
    session.actions.choose_method("walk")
    session.actions.trained_states.choose(str(new))
    session.actions.choose_method("light")
    assert session.state.choice.trained == ""
    session.actions.choose_method("walk")
    assert session.state.choice.trained == str(new)


def test_another_model_has_other_states(make_opened, qtbot):
    new = in_library(NEW)
    session = make_opened()
    session.actions.choose_method("walk")
    session.actions.trained_states.choose(str(new))
    session.state.model = replace(session.state.model, sha256="c3d4" * 16)
    assert session.state.choice.trained == ""
    qtbot.waitUntil(lambda: not session.state.busy)
    assert session.actions.trained_states.offered() == ()


def test_a_file_is_taken_if_it_belongs_here(opened, qtbot, tmp_path):
    session = opened
    session.dialogs.path = trained(NEW).save(tmp_path / "mine.safetensors")
    session.field.open.click()
    qtbot.waitUntil(lambda: session.state.choice.trained == str(session.dialogs.path))
    assert session.field.box.currentData() == str(session.dialogs.path)


@pytest.mark.parametrize(
    ("more", "words"),
    [({"model": "c3d4" * 16}, "another model"), ({"trainer": "regions"}, "was learned by “regions”")],
)
def test_a_file_that_belongs_elsewhere_is_refused_in_a_sentence(opened, qtbot, tmp_path, more, words):
    opened.dialogs.path = trained(NEW, **more).save(tmp_path / "theirs.safetensors")
    opened.field.open.click()
    qtbot.waitUntil(lambda: bool(opened.state.messages))
    assert words in opened.state.messages[-1].text
    assert opened.state.choice.trained == ""


def test_where_the_session_was_left_is_gone_back_to(make_opened, qtbot):
    new = in_library(NEW)
    session = make_opened()
    session.actions.choose_method("walk")
    session.actions.trained_states.choose(str(new))
    left = session.actions.resuming.snapshot()
    assert left["choice"]["trained"] == str(new)
    other = make_opened()
    other.actions.resuming._take_choice(left["choice"])
    assert other.state.choice.trained == str(new)


def test_an_evaluation_gives_methods_what_they_were_trained_to(make_opened):
    new = in_library(NEW)
    session = make_opened()
    evaluating, state = session.actions.evaluating, session.state
    state.plan = replace(state.plan, collection="an8flower-single-6c", methods=("light", "walk", "predictor"))
    asked = spec_of(state, session.actions.host, trained=evaluating.trained).methods
    assert [(one.key, one.trained) for one in asked] == [("light", ""), ("walk", ""), ("predictor", str(new))]
