from __future__ import annotations

import pytest
from fakes import LightParams
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox
from test_field_specs import Mixed, Shade

from salviewer.api import Params, param
from salviewer.gui.form import Form


@pytest.fixture
def form(qtbot):
    made = Form(LightParams)
    qtbot.addWidget(made)
    made.show()
    return made


def box(form, name):
    return form.editors[name]._box


def test_each_kind_of_field_has_its_editor(qtbot, form):
    assert isinstance(box(form, "points"), QSpinBox)
    assert isinstance(box(form, "light"), QDoubleSpinBox)
    assert isinstance(box(form, "mode"), QComboBox)
    assert isinstance(box(form, "twice"), QCheckBox)
    mixed = Form(Mixed)
    qtbot.addWidget(mixed)
    assert isinstance(box(mixed, "name"), QLineEdit)
    assert mixed.values() == {
        "size": [3, 4], "name": "x", "count": None, "shade": Shade.PALE, "flag": True, "free": 0.5,
    }  # fmt: skip
    assert mixed.valid()


def test_it_starts_with_the_defaults_or_the_given_values(qtbot, form):
    assert form.values() == {"points": 15, "light": 0.1, "shadow": 0.2, "mode": "both", "twice": False}
    other = Form(LightParams, {"points": 9, "mode": "light"})
    qtbot.addWidget(other)
    assert other.values()["points"] == 9
    assert other.values()["mode"] == "light"


def test_typing_a_number_tells_and_moves_the_slider(qtbot, form):
    slider = form.editors["points"]._slider
    with qtbot.waitSignal(form.changed) as heard:
        box(form, "points").setValue(30)
    values, valid = heard.args
    assert values["points"] == 30
    assert valid
    assert slider.value() == 30


def test_moving_the_slider_tells_and_fills_the_box(qtbot, form):
    with qtbot.waitSignal(form.changed) as heard:
        form.editors["points"]._slider.setValue(40)
    assert heard.args[0]["points"] == 40
    assert box(form, "points").value() == 40


def test_bounds_far_apart_get_a_slider_in_powers(form):
    light = form.editors["light"]
    light._slider.setValue((light._slider.minimum() + light._slider.maximum()) / 2)
    assert light.value() == pytest.approx(0.1, rel=0.05)  # the geometric middle of 0.005 and 2
    light._slider.setValue(light._slider.maximum())
    assert light.value() == 2.0
    light._slider.setValue(light._slider.minimum())
    assert light.value() == 0.005


def test_a_wrong_value_is_marked_at_its_field_and_nowhere_else(qtbot, form):
    with qtbot.waitSignal(form.changed) as heard:
        box(form, "points").setValue(99)
    assert heard.args[1] is False
    assert form.editors["points"].fault() == "Points must be at most 64; 99 is given."
    assert form.editors["points"]._fault.isVisible()
    assert not form.editors["light"]._fault.isVisible()
    box(form, "points").setValue(20)
    assert form.editors["points"].fault() == ""
    assert form.valid()


def test_a_wrong_advanced_value_is_unfolded(form):
    class Deep(Params):
        deep: int = param(3, "Deep.", advanced=True, le=5)

    made = Form(Deep)
    assert made._folded.isHidden()
    box(made, "deep").setValue(9)
    assert not made._folded.isHidden()
    made.deleteLater()


def test_advanced_fields_fold_away(form):
    assert not form.editors["twice"].isVisible()
    form._fold.click()
    assert form.editors["twice"].isVisible()


def test_each_field_and_all_fields_go_back_to_their_defaults(qtbot, form):
    box(form, "points").setValue(30)
    box(form, "light").setValue(0.3)
    assert form.editors["points"]._reset.isEnabled()
    form.editors["points"]._reset.click()
    assert form.values()["points"] == 15
    assert form.values()["light"] == pytest.approx(0.3)
    assert not form.editors["points"]._reset.isEnabled()
    with qtbot.waitSignal(form.changed) as heard:
        form._reset.click()
    assert heard.args[0] == {"points": 15, "light": 0.1, "shadow": 0.2, "mode": "both", "twice": False}


def test_a_fraction_of_the_shorter_side_is_shown_in_pixels(form):
    light, points = form.editors["light"], form.editors["points"]
    assert not light._pixels.isVisible()
    form.set_shorter_side(224)
    assert light._pixels.text() == "≈ 22.4 px"
    assert not points._pixels.isVisible()
    box(form, "light").setValue(0.11)
    assert light._pixels.text() == "≈ 24.6 px"
    form.set_shorter_side(None)
    assert not light._pixels.isVisible()


def test_an_optional_number_can_be_left_to_the_method(qtbot):
    form = Form(Mixed)
    qtbot.addWidget(form)
    count = form.editors["count"]
    assert count.value() is None
    assert not count._box.isEnabled() and count._box.text() == ""
    count._auto.setChecked(False)
    assert count._box.isEnabled() and count._box.text() == "1"  # the least that is allowed
    assert form.values()["count"] == 1 and form.valid()
    count._box.setValue(4)
    assert form.values()["count"] == 4
    assert form.valid()
    count._auto.setChecked(True)
    assert form.values()["count"] is None and count._box.text() == ""
    count._auto.setChecked(False)
    assert form.values()["count"] == 4 and count._box.text() == "4"
    count.set_value(None)
    assert count._box.text() == ""


def test_a_list_is_read_as_one_and_a_wrong_one_is_marked(qtbot):
    form = Form(Mixed)
    qtbot.addWidget(form)
    box(form, "size").setText("[5, 6]")
    assert form.values()["size"] == [5, 6]
    assert form.valid()
    box(form, "size").setText("five")
    assert not form.valid()
    assert form.editors["size"].fault()


def test_a_fault_of_all_fields_together_stands_below_them(qtbot):
    form = Form(Mixed)
    qtbot.addWidget(form)
    form.show()
    box(form, "name").setText("nobody")
    assert form._fault.isVisible()
    assert form._fault.text() == "nobody is no name."


def test_words_for_everybody(form):
    assert box(form, "light").toolTip() == "Width of the light."
    assert box(form, "light").accessibleName() == "Light"
    assert form.editors["light"]._help.isVisible()
    form.show_help(False)
    assert not form.editors["light"]._help.isVisible()


@pytest.mark.parametrize("name", ["points", "light", "mode"])
def test_scrolling_past_a_field_does_not_change_it(form, name):
    before = form.values()
    for widget in (box(form, name), form.editors[name]._slider):
        if widget is None:
            continue
        middle = QPointF(widget.rect().center())
        event = QWheelEvent(
            middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
    assert form.values() == before
