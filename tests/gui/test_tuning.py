"""Tuning the map on the screen: which job it makes, when it can be had, and what is shown then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import explanation, heatmap

from salviewer.api import InputRef, ModelRef
from salviewer.gui.fitting import TUNE, method_fault


@pytest.fixture
def ready(session, qtbot, monkeypatch):
    """A session with a model, a picture, a map of it on the screen, and a method that tunes maps."""
    explainers = session.actions.host.explainers
    tuner = replace(explainers["other"], key="tuned", title="Tuned", sources="the explanation that is tuned")
    monkeypatch.setitem(explainers, "tuned", tuner)
    session.actions.opening.open_model(ModelRef(architecture="net"))
    session.actions.opening.open_picture("cat.png")
    state = session.state
    qtbot.waitUntil(lambda: state.model is not None and state.picture is not None and not state.busy)
    return session


def shown(session, qtbot):
    """Run the chosen method; its map, known as that of the open model."""
    session.actions.run()
    about = explanation()
    model = {"architecture": "net", "sha256": session.state.model.sha256}
    made = replace(about, provenance={**about.provenance, "model": model})
    session.engine.finish(session.engine.explaining[-1], made)
    qtbot.waitUntil(lambda: session.state.shown is not None and bool(session.state.results))
    return made


def test_the_map_on_the_screen_is_tuned_for_its_own_class_and_shown(ready, qtbot):
    made, command = shown(ready, qtbot), ready.window.commands["tune"]
    qtbot.waitUntil(command.isEnabled)
    ready.actions.running.set_target(3)  # what is chosen for the next run has nothing to do with it
    command.trigger()
    number = ready.engine.explaining[-1]
    spec = ready.engine.events[number].spec
    (source,) = spec.sources
    assert (spec.method, spec.target, spec.output, spec.input.source) == ("tuned", 1, None, "cat.png")
    assert source == ready.state.results[0].spec and source.method == "light"
    assert [(one.method, known is made) for one, known in ready.shelf.answers] == [("light", True)]
    ready.engine.finish(number, explanation(heatmap("Tuned scores")))
    qtbot.waitUntil(lambda: ready.state.shown.top.name == "Tuned scores")


def test_the_method_takes_the_settings_typed_for_it(ready, qtbot):
    shown(ready, qtbot)
    ready.actions.choose_method("tuned")
    ready.actions.set_params({"rounds": 7}, True)
    ready.actions.choose_method("light")
    assert ready.actions.tuning.spec().params == {"rounds": 7}


def test_why_nothing_can_be_tuned(ready, qtbot):
    tuning, command = ready.actions.tuning, ready.window.commands["tune"]
    assert tuning.why_not().startswith("Run a method first") and not command.isEnabled()
    assert tuning.tune() == 0
    shown(ready, qtbot)
    assert tuning.why_not() == ""
    ready.state.shown = replace(ready.state.shown, result="elsewhere.safetensors")
    assert tuning.why_not().startswith("Only maps in the list of results")
    ready.actions.opening.open_picture("dog.png")
    qtbot.waitUntil(lambda: ready.state.picture.picture.name == "dog.png" and not ready.state.busy)
    assert tuning.why_not()


def test_without_such_a_method_it_says_so(session):
    assert session.actions.tuning.why_not() == "No method that tunes scores is installed."


def test_the_method_list_says_where_it_is(ready):
    assert method_fault(ready.actions.host.explainers["tuned"], 2) == (
        f"Tuned needs the explanation that is tuned: choose Run, {TUNE}."
    )


def test_an_answer_that_is_known_is_not_computed_again():
    """The shelf, not the window: what is kept for a job answers that job alone."""
    from salviewer.api import JobSpec
    from salviewer.jobs.shelf import Shelf

    shelf, made = Shelf(), explanation()
    spec = JobSpec(method="light", model=ModelRef(architecture="net"), input=InputRef(source="cat.png"))
    assert shelf.answer_to(spec) is None
    shelf.keep_answer(spec, made)
    assert shelf.answer_to(spec) is made
    assert shelf.answer_to(spec.model_copy(update={"seed": 1})) is None
