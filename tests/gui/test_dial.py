from __future__ import annotations

import math

import pytest
from fakes import LightParams

from salviewer.gui.dial import Dial, factor_of, scaled
from salviewer.gui.field_specs import fields_of
from salviewer.gui.form import Form

SPECS = [spec for spec in fields_of(LightParams) if spec.name in ("light", "shadow")]


@pytest.mark.parametrize(
    ("factor", "light", "shadow"),
    [(1.0, 0.1, 0.2), (0.25, 0.025, 0.05), (2.0, 0.2, 0.4), (4.0, 0.4, 0.5)],  # the last: shadow is clipped at 0.5
)
def test_the_defaults_are_multiplied_and_clipped(factor, light, shadow):
    assert scaled(SPECS, factor) == {"light": pytest.approx(light), "shadow": pytest.approx(shadow)}


@pytest.mark.parametrize("factor", [0.25, 0.5, 1.0, 1.7, 2.0])
def test_the_factor_is_found_again(factor):
    assert factor_of(SPECS, scaled(SPECS, factor)) == pytest.approx(factor, rel=0.02)


def test_values_without_a_common_factor_have_none():
    assert factor_of(SPECS, {"light": 0.1, "shadow": 0.05}) is None


def test_turning_it_tells_the_new_values(qtbot):
    dial = Dial("fine to coarse", SPECS)
    qtbot.addWidget(dial)
    with qtbot.waitSignal(dial.turned) as heard:
        dial.slider.setValue(1.0)
    assert heard.args[0] == {"light": pytest.approx(0.2), "shadow": pytest.approx(0.4)}
    assert dial._factor.text() == "× 2"


def test_it_fills_the_form_and_follows_it(qtbot):
    form = Form(LightParams)
    qtbot.addWidget(form)
    (dial,) = form.dials
    assert dial._factor.text() == "as recommended"
    with qtbot.waitSignal(form.changed) as heard:
        dial.slider.setValue(-1.0)
    assert heard.args[0]["light"] == pytest.approx(0.05)
    form.editors["light"]._box.setValue(0.3)
    assert dial._factor.text() == "set one by one"
    form.reset()
    assert dial.slider.value() == pytest.approx(0.0)


def test_it_runs_from_a_quarter_to_four_in_powers_of_two(qtbot):
    dial = Dial("fine to coarse", SPECS)
    qtbot.addWidget(dial)
    assert (dial.slider.minimum(), dial.slider.maximum()) == (math.log2(0.25), math.log2(4))
