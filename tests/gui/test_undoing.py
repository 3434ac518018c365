"""Steps: what is one, what it is called, and that going back and forth ends where it began."""

from __future__ import annotations

from dataclasses import replace

import pytest

from salviewer.gui import undoing


@pytest.fixture
def stack(loaded):
    loaded.actions.undoing.clear()
    return loaded.actions.undoing.stack


def test_the_start_is_no_step(session):
    assert session.actions.undoing.stack.count() == 0
    assert not session.window.commands["edit.undo"].isEnabled()


def test_a_drag_is_one_step(loaded, stack):
    before = loaded.state.display
    for opacity in (0.5, 0.4, 0.3):
        loaded.actions.displaying.set(replace(loaded.state.display, opacity=opacity))
    assert stack.count() == 1
    assert loaded.window.commands["edit.undo"].text() == "Undo opacity"
    loaded.actions.undoing.undo()
    assert loaded.state.display == before
    loaded.actions.undoing.redo()
    assert loaded.state.display.opacity == 0.3


def test_a_drag_that_ends_where_it_began_is_no_step(loaded, stack):
    before = loaded.state.display.opacity
    for opacity in (0.3, before):
        loaded.actions.displaying.set(replace(loaded.state.display, opacity=opacity))
    assert stack.count() == 0


def test_a_later_drag_is_another_step(loaded, stack, monkeypatch):
    monkeypatch.setattr(undoing, "MERGED_WITHIN_S", -1.0)
    for opacity in (0.5, 0.4):
        loaded.actions.displaying.set(replace(loaded.state.display, opacity=opacity))
    assert stack.count() == 2


def test_what_is_switched_is_a_step_each_time(loaded, stack):
    loaded.actions.displaying.toggle_frame()
    loaded.actions.displaying.toggle_frame()
    assert [stack.text(i) for i in range(stack.count())] == ["Outline", "Outline"]
    loaded.actions.undoing.undo()
    assert loaded.state.display.frame is False


def test_class_method_and_settings_go_back(loaded, stack):
    loaded.actions.set_target(3)
    loaded.window.method.form.editors["points"].set_value(22)
    loaded.actions.set_params({**loaded.state.choice.params, "points": 22}, True)
    loaded.actions.choose_method("other")
    assert [stack.text(i) for i in range(stack.count())] == ["Class to explain", "Setting “points”", "Method “other”"]
    for _ in range(3):
        loaded.actions.undoing.undo()
    choice = loaded.state.choice
    assert (choice.method, choice.target, choice.params.get("points", 15)) == ("light", None, 15)
    for _ in range(3):
        loaded.actions.undoing.redo()
    assert (loaded.state.choice.method, stack.count()) == ("other", 3)
    loaded.actions.undoing.undo()
    assert loaded.window.method.form.editors["points"].value() == 22


def test_a_class_that_the_open_model_does_not_have_is_not_brought_back(loaded, stack):
    loaded.actions.set_target(6)
    loaded.actions.undoing.undo()
    loaded.state.prediction = None
    loaded.state.model = replace(loaded.state.model, classes=("one", "two"))
    loaded.actions.undoing.redo()
    assert loaded.state.choice.target is None


def test_the_history_goes_to_a_step_by_a_click(loaded, stack, qtbot):
    loaded.actions.displaying.toggle_frame()
    loaded.actions.displaying.toggle_helps()
    view = loaded.window.show_panel("history").view
    qtbot.waitUntil(view.list.isVisible)
    assert view.list.model().rowCount() == 3
    view.list.setCurrentIndex(view.list.model().index(0, 0))
    assert loaded.state.display.frame is True
    assert loaded.state.display.helps is True
