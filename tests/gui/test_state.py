from __future__ import annotations

from dataclasses import replace

import pytest

from salviewer.gui.state import State


@pytest.fixture
def state(qapp):
    made = State()
    yield made
    made.deleteLater()


def test_every_field_has_its_signal_and_tells_of_a_new_value(state, qtbot):
    display = replace(state.display, opacity=0.3)
    with qtbot.waitSignal(state.display_changed) as heard:
        state.display = display
    assert heard.args == [display]
    assert state.display is display


def test_the_same_value_again_is_no_news(state, qtbot):
    state.messages = ("a",)
    with qtbot.assertNotEmitted(state.messages_changed):
        state.messages = ("a",)


def test_two_states_do_not_share_their_memory(state, qapp):
    other = State()
    state.results = ("a",)
    assert other.results == ()
    other.deleteLater()
