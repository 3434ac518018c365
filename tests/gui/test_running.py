"""What Run, progress, Cancel and the end lead to."""

from __future__ import annotations

import pytest
from fakes import explanation, heatmap

from salviewer.api import Heatmap
from salviewer.errors import UnsupportedModel
from salviewer.gui.running import PARTIAL, STOPPED, why_not
from salviewer.gui.under_way import behind, explaining


def started(session):
    session.actions.run()
    return session.engine.explaining[-1]


def test_run_needs_a_model_a_picture_and_right_settings(session, qtbot):
    assert why_not(session.state) == "Open a model and a picture first."
    session.actions.opening.open_picture("cat.png")
    qtbot.waitUntil(lambda: session.state.picture is not None)
    assert why_not(session.state) == "Open a model first."
    session.actions.run()
    assert session.engine.explaining == []


def test_run_waits_for_the_marked_setting_to_be_corrected(loaded):
    loaded.actions.running.set_params({"points": 99}, False)
    assert why_not(loaded.state) == "Correct the marked setting first."
    loaded.actions.run()
    assert loaded.engine.explaining == []


def test_the_job_holds_what_was_chosen_and_leaves_defaults_out(loaded):
    loaded.actions.running.set_params({"points": 15, "light": 0.3, "mode": "both"}, True)
    loaded.actions.set_target(3)
    loaded.actions.running.set_how(output="logit", seed=7, precision="fast")
    spec = loaded.engine.events[started(loaded)].spec
    assert spec.verb == "explain"
    assert spec.method == "light"
    assert spec.params == {"light": 0.3}
    assert (spec.target, spec.output, spec.seed, spec.precision) == (3, "logit", 7, "fast")
    assert spec.model == loaded.state.model.ref
    assert spec.input == loaded.state.picture.ref


def test_progress_and_partial_maps_are_shown_as_they_come(loaded, qtbot):
    number = started(loaded)
    state = loaded.state
    loaded.engine.progress(number, 0.25, heatmap(), message="Light")
    qtbot.waitUntil(lambda: state.shown is not None)
    assert state.shown.partial
    assert state.shown.subtitle == PARTIAL
    assert state.shown.title == "Light · tiger cat"
    assert state.shown.grid == state.grid
    running = explaining(state.busy)
    assert (running.fraction, running.message, running.started) == (0.25, "Light", True)


def test_the_end_replaces_the_partial_map_and_lands_in_the_results(loaded, qtbot):
    number = started(loaded)
    loaded.engine.progress(number, 0.25, heatmap())
    loaded.engine.finish(number, explanation(notes=("Slow.",)))
    state = loaded.state
    qtbot.waitUntil(lambda: len(state.results) == 1)
    assert not state.shown.partial
    assert state.shown.notes == ("Slow.",)
    assert state.shown.result == state.results[0].id == 1
    assert (state.results[0].method, state.results[0].target) == ("Light", "tiger cat")
    assert explaining(state.busy) is None


def test_the_same_explanation_is_not_sent_twice_at_a_time(loaded):
    started(loaded)
    loaded.actions.run()
    assert len(loaded.engine.explaining) == 1
    assert not loaded.window.commands["run"].isEnabled()
    loaded.actions.set_target(3)
    assert loaded.window.commands["run"].isEnabled()


def test_another_explanation_waits_its_turn_and_the_newest_is_shown_in_the_end(loaded, qtbot):
    first = started(loaded)
    loaded.actions.set_target(3)
    second = started(loaded)
    state = loaded.state
    assert (explaining(state.busy).number, behind(state.busy)) == (first, 1)
    loaded.engine.progress(first, 0.5, heatmap())
    qtbot.waitUntil(lambda: state.shown is not None)
    assert state.shown.partial  # what runs is shown although something waits
    loaded.engine.finish(first)
    qtbot.waitUntil(lambda: not state.shown.partial)
    assert explaining(state.busy).number == second
    loaded.engine.finish(second, explanation(label="lynx"))
    qtbot.waitUntil(lambda: len(state.results) == 2)
    assert state.shown.title == "Light · lynx"
    assert (explaining(state.busy), behind(state.busy)) == (None, 0)


def test_cancel_stops_the_one_under_way_and_the_next_goes_on(loaded, qtbot):
    first = started(loaded)
    loaded.engine.progress(first, 0.5, heatmap())
    qtbot.waitUntil(lambda: loaded.state.shown is not None)
    loaded.actions.set_target(3)
    second = started(loaded)
    loaded.actions.cancel()
    qtbot.waitUntil(lambda: loaded.state.shown.subtitle == STOPPED)
    assert loaded.engine.cancelled == [first]
    assert explaining(loaded.state.busy).number == second


def test_what_waits_is_not_shown_once_another_picture_is_open(loaded, qtbot):
    first = started(loaded)
    loaded.actions.set_target(3)
    second = started(loaded)
    loaded.actions.opening.open_picture("dog.png")
    qtbot.waitUntil(lambda: loaded.state.picture.picture.name == "dog.png")
    for number in (first, second):
        loaded.engine.finish(number)
    qtbot.waitUntil(lambda: len(loaded.state.results) == 2)
    assert loaded.state.shown is None


def test_a_failure_stays_said_when_the_next_job_succeeds(loaded, qtbot):
    first = started(loaded)
    loaded.actions.set_target(3)
    second = started(loaded)
    loaded.engine.fail(first, UnsupportedModel("This net has no layers: choose another."))
    loaded.engine.finish(second)
    qtbot.waitUntil(lambda: len(loaded.state.results) == 1)
    assert [m.text for m in loaded.state.messages] == ["This net has no layers: choose another."]


def test_a_run_can_be_repeated_and_is_shown_where_it_belongs(loaded, qtbot):
    spec = loaded.actions.running.spec()
    loaded.actions.running.run_again(spec)
    loaded.engine.finish(loaded.engine.explaining[-1])
    qtbot.waitUntil(lambda: loaded.state.shown is not None)
    loaded.state.shown = None
    elsewhere = spec.model_copy(update={"input": spec.input.model_copy(update={"source": "other.png"})})
    loaded.actions.running.run_again(elsewhere)
    loaded.engine.finish(loaded.engine.explaining[-1])
    qtbot.waitUntil(lambda: len(loaded.state.results) == 2)
    assert loaded.state.shown is None


def test_cancel_stops_it_and_keeps_what_is_on_screen_as_partial(loaded, qtbot):
    number = started(loaded)
    loaded.engine.progress(number, 0.4, heatmap())
    qtbot.waitUntil(lambda: loaded.state.shown is not None)
    loaded.actions.cancel()
    assert explaining(loaded.state.busy).cancelling
    qtbot.waitUntil(lambda: explaining(loaded.state.busy) is None)
    assert loaded.engine.cancelled == [number]
    assert loaded.state.shown.subtitle == STOPPED
    assert loaded.state.results == ()
    assert loaded.state.messages == ()


def test_nothing_is_shown_between_cancel_and_its_effect(loaded, qtbot):
    number = started(loaded)
    loaded.engine.explaining.clear()  # this engine takes its time
    loaded.actions.cancel()
    loaded.engine.progress(number, 0.5, heatmap())
    qtbot.waitUntil(lambda: explaining(loaded.state.busy).fraction == 0.5)
    assert loaded.state.shown is None


@pytest.mark.parametrize("error", [UnsupportedModel("This net has no layers: choose another."), ZeroDivisionError("x")])
def test_a_failure_is_one_sentence_with_details_to_copy(loaded, qtbot, error):
    loaded.engine.fail(started(loaded), error)
    qtbot.waitUntil(lambda: bool(loaded.state.messages))
    (message,) = loaded.state.messages
    assert message.level == "error"
    assert type(error).__name__ in message.details
    if isinstance(error, UnsupportedModel):
        assert message.text == "This net has no layers: choose another."
    else:
        assert "Nothing that was computed is lost" in message.text
    started(loaded)
    assert loaded.state.messages == ()  # a new run takes the old complaint away


def test_parameters_of_each_method_are_kept_while_another_is_looked_at(loaded):
    loaded.actions.running.set_params({"points": 20}, True)
    loaded.actions.choose_method("other")
    assert loaded.state.choice.params == {}
    loaded.actions.choose_method("light")
    assert loaded.state.choice.params == {"points": 20}


def test_maps_of_more_than_two_dimensions_are_left_to_other_views(loaded, qtbot):
    import numpy as np

    volume = Heatmap("slices", np.zeros((2, 30, 30), np.float32))
    loaded.engine.finish(started(loaded), explanation(heatmap(), volume))
    qtbot.waitUntil(lambda: loaded.state.shown is not None)
    assert [m.name for m in loaded.state.shown.maps] == ["Light"]


def test_the_job_of_another_method_takes_the_settings_it_had_last(loaded):
    loaded.actions.running.set_params({"light": 0.3}, True)
    loaded.actions.choose_method("other")
    loaded.actions.running.set_params({"rounds": 5}, True)
    assert loaded.actions.running.spec("light").params == {"light": 0.3}
    assert loaded.actions.running.spec().params == {"rounds": 5}


@pytest.mark.parametrize(("said", "messages"), [(True, 0), (False, 1)])
def test_who_queued_a_job_hears_of_its_failure_and_may_speak_for_it(loaded, qtbot, said, messages):
    heard = []
    number = loaded.actions.running.enqueue(
        loaded.actions.running.spec(), "Light", lost=lambda event: heard.append(event.kind) or said
    )
    loaded.engine.fail(number, UnsupportedModel("No.", code="no"))
    qtbot.waitUntil(lambda: heard == ["failed"])
    assert len(loaded.state.messages) == messages
    number = loaded.actions.running.enqueue(
        loaded.actions.running.spec(), "Light", lost=lambda event: heard.append(event.kind) or said
    )
    loaded.actions.desk.cancel(number)
    qtbot.waitUntil(lambda: heard == ["failed", "cancelled"])
