"""What can be swept, through which values, and what is refused in a sentence."""

from __future__ import annotations

import pytest
from fakes import LightParams, OtherParams

from salviewer.gui.sweep import Knob, Sweep, knobs_of

KNOBS = {knob.key: knob for knob in knobs_of(LightParams)}
DIAL = KNOBS["dial fine to coarse"]


def test_dials_come_first_then_every_number():
    assert list(KNOBS) == ["dial fine to coarse", "points", "light", "shadow"]
    assert [knob.key for knob in knobs_of(OtherParams)] == ["rounds"]


def test_a_sweep_begins_around_the_default_within_the_bounds():
    assert (DIAL.low, DIAL.high) == (0.25, 4)
    assert (KNOBS["points"].low, KNOBS["points"].high) == (4, 60)
    assert (KNOBS["light"].low, KNOBS["light"].high) == (0.025, 0.4)
    assert (KNOBS["shadow"].low, KNOBS["shadow"].high) == (0.05, 0.5)
    assert (knobs_of(OtherParams)[0].low, knobs_of(OtherParams)[0].high) == (1, 9)


def test_every_knob_can_be_swept_over_what_it_offers():
    for knob in KNOBS.values():
        assert Sweep(knob, knob.low, knob.high, 5).fault(LightParams, {}) == ""


def test_equal_steps_and_powers():
    assert Sweep(KNOBS["light"], 0.1, 0.5, 5).values() == (0.1, 0.2, 0.3, 0.4, 0.5)
    assert Sweep(DIAL, 0.25, 4, 5, "powers").values() == (0.25, 0.5, 1, 2, 4)
    assert Sweep(DIAL, 4, 0.25, 3, "powers").values() == (4, 1, 0.25)


def test_whole_numbers_that_fall_together_are_taken_once():
    assert Sweep(KNOBS["points"], 2, 5, 7).values() == (2, 3, 4, 5)


def test_a_dial_moves_all_its_fields_and_is_called_by_its_factor():
    assert DIAL.values(2) == {"light": 0.2, "shadow": 0.4}
    assert DIAL.words(0.5) == "× 0.5"
    assert KNOBS["points"].values(7.0) == {"points": 7}
    assert KNOBS["light"].words(0.25) == "light 0.25"


@pytest.mark.parametrize(
    ("sweep", "words"),
    [
        (Sweep(DIAL, 1, 2, 1), "2 to 24 steps"),
        (Sweep(DIAL, 1, 1, 3), "the same"),
        (Sweep(Knob("light", "Light", KNOBS["light"].fields, 0, 1), 0, 1, 3, "powers"), "above zero"),
        (Sweep(KNOBS["light"], 0.1, 9, 3), "Light must be at most 2"),
    ],
)
def test_what_is_refused(sweep, words):
    assert words in sweep.fault(LightParams, {})
