"""The Controller panel: densities whose shares are known, what the sliders show, and where the settings are put."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Literal

import numpy as np
import pytest
from fakes import FakeShelf, explanation, heatmap, host

from salviewer.api import ExplainerInfo, Heatmap, Params, Source, TrainerInfo, hookimpl, param
from salviewer.gui.controller.distribution import BINS, bin_in_words, distribution, in_words, scores_of
from salviewer.gui.controller.fields import NumberSlider
from salviewer.gui.controller.values import MOST, Setting
from salviewer.gui.running import shown_from
from salviewer.host import Found, Host

NORMAL = np.random.default_rng(0).normal(size=(200, 200)).astype(np.float32)


class MaskParams(Params):
    """As a mask predictor has them."""

    transformer: Literal["customized", "basic", "basic-clamped"] = param("customized", "How.")
    eta: float = param(1.5, "Eta.", gt=0, le=20)
    h: float = param(2.5, "H.", gt=0, le=20)
    width: int = param(16, "Width.", ge=2, le=64)


def predicting() -> Host:
    """A host with a method and a trainer that have a controller."""
    source, here = Source("A. Uthor: A paper"), __name__
    info = ExplainerInfo("masks", "Masks", "s", "fakes:Nothing", f"{here}:MaskParams", source, "Where?")
    trainer = TrainerInfo("masks", "Masks", "s", "fakes:Nothing", f"{here}:MaskParams", source, "Masks.")
    usual = host()
    plugin = SimpleNamespace(
        salviewer_explainers=hookimpl(lambda: [*usual.explainers.values(), info], specname="salviewer_explainers"),
        salviewer_trainers=hookimpl(lambda: [trainer], specname="salviewer_trainers"),
        salviewer_collections=hookimpl(lambda: list(usual.collections.values()), specname="salviewer_collections"),
    )
    return Host([Found("masks", "test", "1.0", lambda: plugin)])


@pytest.fixture
def opened(make_session):
    """A session with the panel shown."""
    shelf = FakeShelf()
    shelf.host = predicting()
    session = make_session(shelf=shelf)
    session.panel = session.window.show_panel("controller")
    session.view, session.decider = session.panel.view, session.panel.decider
    return session


def result(session, z=NORMAL[:28, :28], **controller):
    """A finished result with scores, on the screen."""
    made = explanation(heatmap("Masks"), Heatmap("Standardised score z", z))
    about = {**made.provenance, "method": "masks", "title": "Masks"} | controller
    session.state.shown = shown_from(replace(made, provenance=about), None)


# -- the numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", [Setting(), Setting(eta=0.5, h=1.0), Setting("basic"), Setting("basic-clamped")])
def test_all_shares_together_are_one_and_those_of_normal_scores_fit(setting):
    drawn = distribution(setting, scores_of(setting, NORMAL))
    width = drawn.end / BINS
    for bars, atoms in ((drawn.expected, drawn.atoms), (drawn.found, drawn.found_atoms)):
        assert bars.sum() * width + sum(share for _, share in atoms) == pytest.approx(1, abs=1e-4)
    assert np.abs(drawn.found - drawn.expected).max() * width < 0.005  # of 40,000 scores
    for (_, found), (_, usual) in zip(drawn.found_atoms, drawn.atoms, strict=True):
        assert found == pytest.approx(usual, abs=0.01)


def test_the_atoms_of_the_basic_transformer():
    assert distribution(Setting("basic")).atoms == ((0.0, 0.5),)
    (low, half), (high, tail) = distribution(Setting("basic-clamped")).atoms
    assert (low, half, high) == (0.0, 0.5, 1.0) and tail == pytest.approx(0.158655, abs=1e-6)
    assert distribution(Setting()).atoms == ()


def test_the_words_by_hand():
    """Sigmoid(0)^1 = 1/2 and sigmoid(1.2816)^1 = 0.7827."""
    assert in_words(Setting(eta=1, h=1)) == (
        "Where z is normal, half of the scores are below 0.50, and one in ten is above 0.78."
    )
    scores = scores_of(Setting("basic"), np.array([-1.0, -1, -1, 2]))
    assert in_words(Setting("basic"), scores).startswith("75 % of the scores are 0 (50 % where z is normal)")
    assert bin_in_words(distribution(Setting("basic"), scores), 20) == (
        "2 to 2.1: 25.0 % of the scores, 0.5 % where z is normal"
    )


def test_of_scores_that_end_at_1_none_is_said_to_be_above_it():
    clamped = Setting("basic-clamped")
    assert in_words(clamped) == "Where z is normal, half of the scores are 0, and 16 % are 1."
    scores = scores_of(clamped, np.array([-1.0, 0.5, 2, 3]))
    assert in_words(clamped, scores) == ("25 % of the scores are 0 (50 % where z is normal), and 50 % are 1 (16 %).")


@pytest.mark.parametrize(("h", "share"), [(0.001, 1.0), (0.01, 0.948725)])
def test_a_power_near_0_makes_nearly_all_scores_1(h, share):
    """P(sigmoid(1.5 z)^0.01 > 0.975) = P(z > -1.6327)."""
    drawn = distribution(Setting(h=h))
    assert np.isfinite(drawn.p).all() and drawn.expected[-1] / BINS == pytest.approx(share, abs=1e-5)


# -- the panel --------------------------------------------------------------------------------------------------


def test_without_a_result_it_shows_the_density_and_how_to_get_scores(opened):
    view = opened.view
    assert view.chart.drawn.found.size == 0 and not view.side.isVisible()
    assert (
        view.note.text() == "Run “Masks” on a picture: the histogram of its scores is then drawn here, with their map."
    )
    assert (view.eta.box.value(), view.h.box.value()) == (1.5, 2.5)
    assert not view.reset.isEnabled() and "1.5" in view.reset.toolTip()
    assert view.grab().toImage().width() > 0


def test_the_histogram_is_that_of_the_result_on_the_screen(opened):
    result(opened)
    view = opened.view
    want = distribution(Setting(), scores_of(Setting(), NORMAL[:28, :28]))
    np.testing.assert_array_equal(view.chart.drawn.found, want.found)
    assert view.side.isVisible() and view.map.pixmap.width() == 28
    assert view.note.text() == "Scores of Masks · tiger cat."
    opened.state.shown = None
    assert view.chart.drawn.found.size == 0


def test_sliders_and_boxes_move_curve_and_map_at_once(opened):
    result(opened)
    view, before = opened.view, opened.view.map.pixmap.toImage()
    view.eta.slider.setValue(300)
    assert (view.eta.box.value(), opened.decider.memory.setting.eta) == (3.0, 3.0)
    view.h.box.setValue(0.5)
    assert (view.h.slider.value(), opened.decider.memory.setting.h) == (50, 0.5)
    np.testing.assert_allclose(view.chart.drawn.p, distribution(Setting(eta=3.0, h=0.5)).p)
    assert view.map.pixmap.toImage() != before
    view.reset.click()
    assert opened.decider.memory.setting == Setting()
    assert (view.eta.slider.value(), view.h.box.value()) == (150, 2.5)


def test_the_basic_transformer_has_no_numbers_and_says_where_it_goes(opened):
    result(opened)
    view = opened.view
    view.transformer.setCurrentIndex(1)
    view.transformer.activated.emit(1)
    assert opened.decider.memory.setting.transformer == "basic"
    assert not view.eta.isEnabled() and not view.h.isEnabled()
    assert "go beyond 1, here to 3" in view.note.text()
    view.chart.read_at(0)
    assert "of the scores" in view.chart.accessibleDescription()
    assert not view.grab().isNull()


def test_a_result_brings_the_setting_that_it_was_made_with(opened):
    made = {"transformer": "customized", "eta": 0.7, "h": 4.0}
    result(opened, controller=made)
    assert opened.decider.memory.setting == Setting(**made)
    opened.decider.set(h=1.0)
    assert opened.view.reset.isEnabled() and "made with" in opened.view.reset.toolTip()
    opened.decider.reset()
    assert opened.decider.memory.setting.h == 4.0


def test_a_setting_beyond_the_sliders_is_shown_as_it_is(opened):
    result(opened, controller={"transformer": "customized", "eta": 12.0, "h": 0.05})
    view = opened.view
    assert (view.eta.box.value(), view.h.box.value()) == (12.0, 0.05)
    assert view.eta.slider.value() == view.eta.slider.maximum()
    view.h.box.setValue(0.06)
    assert opened.decider.memory.setting == Setting(eta=12.0, h=0.06)


def test_use_puts_the_settings_into_both_forms(opened, qtbot):
    opened.actions.training.start()
    opened.actions.training.give_settings("masks", {"width": 8})
    opened.decider.set(eta=2.0, h=3.0)
    opened.view.use.click()
    choice = opened.state.choice
    assert (choice.method, choice.params["eta"], choice.params["h"], choice.valid) == ("masks", 2.0, 3.0, True)
    settings = opened.actions.training.state.plan.settings
    assert (settings["eta"], settings["h"], settings["width"]) == (2.0, 3.0, 8)
    assert opened.window.method.form.values()["eta"] == 2.0


def test_without_such_a_method_nothing_can_be_used(session):
    view = session.window.show_panel("controller").view
    assert not view.use.isEnabled() and view.note.text().startswith("No installed method")


def test_a_number_outside_the_range_goes_to_its_end(opened):
    opened.decider.set(h=99.0)
    assert opened.decider.memory.setting.h == MOST


def test_a_slider_goes_by_the_keyboard_and_tells_once(qtbot):
    field = NumberSlider("eta", "tip", (0.1, 5.0), (0.01, 20.0))
    qtbot.addWidget(field)
    told = []
    field.changed.connect(told.append)
    field.set_value(1.5)
    assert told == []
    field.slider.triggerAction(field.slider.SliderAction.SliderSingleStepAdd)
    assert told == [pytest.approx(1.55)] and field.box.value() == pytest.approx(1.55)
