"""Training from the panel: what can be chosen, what Train submits, how it goes and stops, and what is done then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trained_parts import MODEL, TrainableShelf, in_library, trained

from salviewer.api import Heatmap, ModelRef
from salviewer.errors import UnsupportedModel
from salviewer.gui.closing import may_close
from salviewer.gui.evaluation_values import Pictures
from salviewer.gui.training.deciding import ALREADY
from salviewer.gui.training.fitting import misfit, note, why_not
from salviewer.gui.training.values import TrainPlan
from salviewer.gui.under_way import training
from salviewer.gui.values import ModelCard

CARD = ModelCard(ModelRef(architecture="net"), "net", ("red", "blue"), "softmax", sha256=MODEL, dims=2)
FIT = Pictures(3, annotated=True, labelled=True, classes=("red", "blue"))
PLAN = TrainPlan("weights", collection="an8flower-single-6c")


@pytest.fixture
def opened(make_session, qtbot):
    """A session with trainers, a model open and the panel shown; its pictures can be learned from."""
    session = make_session(shelf=TrainableShelf())
    session.actions.opening.open_model(ModelRef(architecture="net"))
    qtbot.waitUntil(lambda: session.state.model is not None and not session.state.busy)
    session.panel = session.window.show_panel("training")
    session.training = session.actions.training
    qtbot.waitUntil(lambda: session.training.state.pictures is not None)
    session.training.state.pictures = FIT
    return session


def started(session):
    session.panel.view.run.train.click()
    return session.engine.explaining[-1]


def end(session, number, **how):
    session.engine._tell(number, kind="done", fraction=1.0, **how)


@pytest.mark.parametrize(
    ("plan", "card", "pictures", "words"),
    [
        (PLAN, None, FIT, "Open a model first"),
        (PLAN, CARD, FIT, ""),
        (replace(PLAN, trainer=""), CARD, FIT, "Choose what is to be learned."),
        (replace(PLAN, trainer="regions"), CARD, FIT, "models of volumes, and the open one takes pictures"),
        (replace(PLAN, valid=False), CARD, FIT, "Correct the marked setting of the collection"),
        (replace(PLAN, settled=False), CARD, FIT, "Correct the marked setting first."),
        (PLAN, CARD, None, "Looking at the pictures"),
        (PLAN, CARD, replace(FIT, annotated=False), "Weights needs boxes or masks, and these pictures have none."),
        (PLAN, CARD, replace(FIT, dims=3), "needs pictures, and these are volumes"),
        (PLAN, CARD, Pictures(fault="It is cut off."), "Choose pictures that can be opened first."),
    ],
)  # fmt: skip
def test_why_nothing_can_be_trained(plan, card, pictures, words):
    said = why_not(TrainableShelf().host, plan, card, pictures)
    assert words in said
    assert bool(said) == bool(words)


def test_what_fits_no_model_fits_any_while_none_is_open():
    assert misfit(TrainableShelf().host.trainer("regions"), None) == ""
    assert "same name" in note(CARD, replace(FIT, classes=("cat", "dog")))
    assert note(CARD, FIT) == ""


def test_the_panel_shows_what_can_be_learned_and_what_cannot(make_session, qtbot):
    session = make_session(shelf=TrainableShelf())
    view = session.window.show_panel("training").view
    assert list(view.choices.radios) == ["weights", "regions"]
    assert not view.run.train.isEnabled()
    assert view.run.why.text().startswith("Open a model first")
    assert view.outcome.head.text() == "Weights"


def test_train_submits_what_was_chosen(opened, qtbot):
    panel, decider = opened.panel, opened.training
    panel.view.choices.settings.form.editors["rounds"].set_value(5, tell=True)
    panel.view.choices.pictures.own.editors["limit"].set_value(2, tell=True)
    spec = opened.engine.events[started(opened)].spec
    assert (spec.verb, spec.method, spec.params, spec.seed) == ("train", "weights", {"rounds": 5}, 0)
    assert (spec.collection.key, spec.collection.limit) == ("an8flower-single-6c", 2)
    assert (spec.model.architecture, spec.model.sha256) == ("net", MODEL)
    assert spec.input.source == ""
    assert decider.why_not() == ALREADY
    assert not panel.view.choices.settings.form.editors["rounds"].isEnabled()


def test_it_shows_how_it_goes(opened, qtbot):
    number, outcome = started(opened), opened.panel.view.outcome
    mask = Heatmap("red-00", trained().tensors["w"].reshape(1, 2))
    opened.engine.progress(number, 0.5, *trained().evidence, mask, message="Epoch 3 of 10")
    qtbot.waitUntil(lambda: opened.training.state.under_way.fraction == 0.5)
    assert opened.panel.view.run.present.text() == "Epoch 3 of 10"
    assert outcome.head.text() == "Training: Weights"
    assert len(outcome.charts.plots) == 1
    assert outcome.charts.maps.names() == ("red-00",)
    opened.engine.progress(number, 0.6, message="Epoch 4 of 10")  # without evidence the last stays
    qtbot.waitUntil(lambda: opened.training.state.under_way.fraction == 0.6)
    assert len(outcome.charts.plots) == 1


def test_it_is_listed_among_the_jobs_under_its_name_and_no_stray_key_stops_it(opened, qtbot):
    number = started(opened)
    qtbot.waitUntil(lambda: any(e.number == number for e in opened.actions.queueing.entries))
    entry = next(e for e in opened.actions.queueing.entries if e.number == number)
    assert (entry.title, entry.about) == ("Training: Weights", "an8flower-single-6c · net")
    assert not opened.window.commands["cancel"].isEnabled()
    assert opened.window.commands["training.stop"].isEnabled()
    opened.dialogs.may_close = False
    assert not may_close(opened.actions)
    opened.dialogs.may_close = True


def test_what_was_stopped_is_gone_on_with(opened, qtbot):
    number, view = started(opened), opened.panel.view
    spec = opened.engine.events[number].spec
    opened.engine.progress(number, 0.4, *trained().evidence)
    qtbot.waitUntil(lambda: opened.training.state.under_way.fraction == 0.4)
    view.run.stop.click()
    qtbot.waitUntil(lambda: opened.training.state.ended is not None)
    assert view.outcome.head.text() == "Stopped at 40 %: Weights"
    assert len(view.outcome.charts.plots) == 1
    assert view.run.train.text() == "Continue"
    assert training(opened.state.busy) is None
    opened.training.choose(limit=1, seed=0)
    assert view.run.train.text() == "Train"  # another job
    opened.training.choose(limit=0, seed=0)
    assert opened.engine.events[started(opened)].spec == spec


def test_a_stopped_one_is_run_again_from_the_list_of_jobs_one_at_a_time(opened, qtbot):
    number = started(opened)
    opened.training.stop()
    qtbot.waitUntil(lambda: opened.training.state.ended is not None)
    queueing = opened.actions.queueing
    assert next(e for e in queueing.entries if e.number == number).stage == "stopped"
    queueing.run_again(number)
    again = opened.training.state.under_way.number
    assert again != number
    queueing.run_again(number)
    assert opened.training.state.under_way.number == again
    assert opened.state.messages[-1].text == ALREADY


def test_a_failure_is_told_and_the_choices_are_open_again(opened, qtbot):
    opened.engine.fail(started(opened), UnsupportedModel("The net has no layers.", code="no-layers"))
    qtbot.waitUntil(lambda: opened.training.state.ended is not None)
    view = opened.panel.view
    assert view.outcome.head.text() == "Nothing was learned: Weights"
    assert view.outcome.fault.text() == "The net has no layers."
    assert [m.text for m in opened.state.messages] == ["The net has no layers."]
    assert view.run.train.isVisible()


def test_what_was_learned_is_said_and_used(opened, qtbot):
    place = in_library("2026-11-21T10:00:00+00:00")
    end(opened, started(opened), result=trained(), place=place)
    qtbot.waitUntil(lambda: opened.training.state.ended is not None and not opened.state.busy)
    outcome = opened.panel.view.outcome
    assert outcome.head.text() == "Learned: Weights"
    assert [outcome._notes.itemAt(i).widget().text() for i in range(outcome._notes.count())] == [
        "a is 0.5.", "It ended because all trials were had.",
    ]  # fmt: skip
    assert outcome.file.text() == str(place)
    assert outcome.use.isEnabled()
    outcome.use.click()
    assert (opened.state.choice.method, opened.state.choice.trained) == ("walk", str(place))
    opened.panel.view.outcome.place.click()
    assert opened.dialogs.asked[-1] == ("show", place.parent)


def test_a_copy_is_saved_and_what_could_not_be_kept_says_why(opened, qtbot, tmp_path):
    end(opened, started(opened), result=trained(), message="It could not be kept: the disk is full.")
    qtbot.waitUntil(lambda: opened.training.state.ended is not None)
    outcome = opened.panel.view.outcome
    assert outcome.fault.text() == "It could not be kept: the disk is full."
    assert not outcome.use.isEnabled()
    opened.dialogs.path = tmp_path / "mine.safetensors"
    outcome.copy.click()
    qtbot.waitUntil(lambda: opened.dialogs.path.is_file() and not opened.state.busy)


def test_what_was_learned_about_another_model_cannot_be_used_now(opened, qtbot):
    end(opened, started(opened), result=trained(), place=in_library("2026-11-21T10:00:00+00:00"))
    qtbot.waitUntil(lambda: opened.training.state.ended is not None and not opened.state.busy)
    opened.state.model = replace(opened.state.model, sha256="c3d4" * 16)
    outcome = opened.panel.view.outcome
    assert not outcome.use.isEnabled()
    assert "another model" in outcome.use.toolTip()


def test_a_trainer_keeps_its_settings(opened):
    opened.training.set_settings({"rounds": 9}, True)
    opened.training.choose_trainer("regions")
    assert opened.training.state.plan.settings == {}
    opened.training.choose_trainer("weights")
    assert opened.training.state.plan.settings == {"rounds": 9}


def test_the_command_brings_the_panel_up(opened):
    opened.window.docks.docks["training"].hide()
    opened.window.commands["training.open"].trigger()
    assert opened.window.docks.docks["training"].isVisible()
