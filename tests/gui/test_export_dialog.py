"""The export dialog: what it offers, what it previews, what it says is missing, what it hands on."""

from __future__ import annotations

import pytest
from fakes import explanation, heatmap
from PySide6.QtCore import Qt

from salviewer.gui.export_values import FORMS, TITLES
from salviewer.gui.export_wiring import open_dialog


@pytest.fixture
def dialog(loaded, qtbot):
    """The dialog over an answer of two maps."""
    loaded.actions.run()
    loaded.engine.finish(loaded.engine.explaining[-1], explanation(heatmap(), heatmap("Round 2", (8, 9))))
    qtbot.waitUntil(lambda: loaded.state.shown is not None and not loaded.state.busy)
    made = open_dialog(loaded.window)
    yield made
    qtbot.waitUntil(lambda: not loaded.state.busy)


def choose(dialog, what, form=None):
    choices = dialog.choices
    choices.what.setCurrentIndex(choices.what.findData(what))
    if form is not None:
        choices.form.setCurrentIndex(choices.form.findData(form))


def previewed(dialog, qtbot):
    qtbot.waitUntil(lambda: not dialog.preview.pixmap().isNull())
    return dialog.preview.pixmap().toImage()


def test_a_figure_is_previewed_and_its_size_is_said(dialog, qtbot):
    def fits():
        image, room = dialog.preview.pixmap(), dialog.room()
        return image.width() in (room[0], room[0] - 1) or image.height() in (room[1], room[1] - 1)

    qtbot.waitUntil(fits)
    width, height = (int(part) for part in dialog.choices.pixels.text().removesuffix(" pixels").split(" × "))
    dialog.choices.scales.button(4).click()
    assert dialog.choices.pixels.text() == f"{2 * width} × {2 * height} pixels"


def test_dark_paper_is_dark_in_the_preview(dialog, qtbot):
    assert previewed(dialog, qtbot).pixelColor(2, 2).lightness() > 200
    dialog.choices.dark.click()
    qtbot.waitUntil(lambda: dialog.preview.pixmap().toImage().pixelColor(2, 2).lightness() < 80)


@pytest.mark.parametrize("what", list(TITLES))
def test_every_kind_of_file_is_offered_and_only_what_matters_for_it(dialog, what):
    choose(dialog, what)
    choices = dialog.choices
    assert [choices.form.itemData(i) for i in range(choices.form.count())] == list(FORMS[what])
    assert choices.lines["title"].isVisibleTo(dialog) == (what in ("figure", "view"))
    assert choices.results.isVisibleTo(dialog) == (what == "report")
    assert choices.every.isVisibleTo(dialog) == (what == "figure")
    assert choices.about.text() == choices.wanted.kind.about


def test_what_cannot_be_had_is_said_and_barred(dialog, loaded):
    choose(dialog, "tables", "region")
    assert "Draw a rectangle" in dialog.why.text()
    assert not dialog.export.isEnabled()
    choose(dialog, "tables", "prediction")
    assert dialog.why.isHidden()
    assert dialog.export.isEnabled()
    assert dialog.preview.text() == f"{len(loaded.state.prediction.classes)} lines: index, class, probability, logit."


def test_the_explanation_on_the_screen_is_ticked_for_a_report(dialog, qtbot):
    choose(dialog, "report")
    ticked = [dialog.choices.results.item(i).checkState() for i in range(dialog.choices.results.count())]
    assert ticked == [Qt.CheckState.Checked]
    previewed(dialog, qtbot)


def test_it_exports_what_is_chosen_and_stays_where_no_file_is(dialog, loaded, qtbot, tmp_path):
    choose(dialog, "figure", "svg")
    dialog.export.click()
    assert dialog.isVisible()
    loaded.dialogs.path = tmp_path / "out.svg"
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not loaded.state.busy)
    assert loaded.dialogs.path.read_bytes().startswith(b"<?xml")
    assert (loaded.actions.exporting.remembered.what, loaded.actions.exporting.remembered.form) == ("figure", "svg")


def test_without_a_map_it_starts_with_what_there_is(loaded):
    made = open_dialog(loaded.window)
    assert (made.choices.wanted.what, made.choices.wanted.form) == ("tables", "prediction")
    assert made.export.isEnabled()
    made.reject()
