"""The Masks panel: what is seen of a mask, the way along the curve, and the explanation put back into the model."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from fakes import CLASSES, GRID, PROBABILITIES, explanation, heatmap, picture
from mask_stacks import stack
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from salviewer.api import Explanation, Prediction
from salviewer.gui.masks import deciding
from salviewer.gui.masks.words import headline, percent, place_on_path, verdict
from salviewer.gui.values import Shown
from salviewer.jobs.putting_back import PutBack

PATH = tuple(stack(size, score, series="sparsity", at=at) for size, score, at in
             ((0.1, 0.2, 3.0), (0.25, 0.5, 1.0), (0.5, 0.6, 0.1)))  # fmt: skip


def shown(*evidence, sha="sha-cat.png-120"):
    about = explanation().provenance
    about["model"] = {**about["model"], "sha256": "a1b2" * 16}
    about["input"] = {**about["input"], "sha256": sha}
    made = Explanation((heatmap(), *evidence), (), "", GRID, about)
    return Shown((heatmap(),), GRID, picture(), "FGVis", explanation=made)


@pytest.fixture
def panel(loaded):
    loaded.state.shown = shown(stack(), *PATH)
    return loaded.window.show_panel("masks")


def test_without_a_mask_it_says_how_to_get_one(loaded):
    view = loaded.window.show_panel("masks").view
    assert view.pages.currentIndex() == 0
    assert view.empty.text().startswith("No installed method makes masks")
    info = loaded.state.methods["light"]
    loaded.state.methods = {"light": replace(info, evidence=("heatmap", "masks"))}
    assert view.empty.text().startswith("Run “Light” in the Method panel")


def test_its_tab_is_offered_once(loaded):
    docks = loaded.window.docks
    assert docks.docks["masks"].isHidden()
    loaded.state.shown = shown(stack())
    assert not docks.docks["masks"].isHidden()
    assert docks.is_in_sight("heatmap")
    docks.docks["masks"].hide()
    loaded.state.shown = shown(stack(0.5))
    assert docks.docks["masks"].isHidden()


def test_the_result_is_looked_at_first_and_listed_once(panel):
    looked = panel.decider.memory.looked
    assert [round(mask.size, 3) for mask in looked.masks] == [0.1, 0.25, 0.5]
    assert looked.at == looked.answer == 1
    assert "“tiger cat”: 62.0 % in the picture, 50.0 % in the explanation" in panel.view.said.text()
    assert panel.view.said.text().endswith("Mask 2 of 3, the result.")


def test_dragging_along_the_curve_changes_the_views_at_once(panel):
    view, memory = panel.view, panel.decider.memory
    before = view.cells.cells["mean"].canvas._picture._pyramid
    spot = QPointF(view.chart._place(memory.looked.masks[2].size, 0.5).x(), 40.0)
    left = Qt.MouseButton.LeftButton
    view.chart.mouseMoveEvent(QMouseEvent(QMouseEvent.Type.MouseMove, spot, spot, left, left, Qt.KeyboardModifier(0)))
    assert memory.looked.at == 2
    assert view.cells.cells["mean"].canvas._picture._pyramid is not before
    assert "sparsity 0.1" in view.said.text()
    view.tools.answer.click()
    assert memory.looked.at == 1
    assert not view.tools.answer.isEnabled()


def test_the_keys_go_along_the_curve(panel, qtbot):
    chart = panel.view.chart
    for key, at in ((Qt.Key.Key_Right, 2), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 2)):
        qtbot.keyClick(chart, key)
        assert panel.decider.memory.looked.at == at
    assert "50.0 % of the input: 60.0 %" in chart.accessibleDescription()


def test_views_are_arranged_and_zoom_together(panel):
    view = panel.view
    assert tuple(view.cells.cells) == ("picture", "explanation", "complement", "mean", "mask", "mask-complement")
    assert [key for key, cell in view.cells.cells.items() if cell.marked] == ["explanation"]
    panel.decider.arrange("colours")
    assert "red" in view.cells.cells
    first, last = view.cells.cells["picture"].canvas, view.cells.cells["blue"].canvas
    first.zoom(3)
    assert last.view_rect().width() == pytest.approx(first.view_rect().width(), rel=0.3)
    panel.decider.arrange("explanation")
    assert tuple(view.cells.cells) == ("explanation",)


def test_a_mask_for_all_colours_has_no_channels(panel, loaded):
    one = stack()
    loaded.state.shown = shown(replace(one, mask=one.mask[:1]))
    panel.decider.arrange("red")
    assert tuple(panel.view.cells.cells) == ("mean",)
    assert not panel.view.chart.isVisibleTo(panel.view)


def test_contrast_is_said_in_words(panel):
    assert panel.view.contrast.isHidden()
    panel.view.tools.gain.setValue(7)
    assert panel.view.contrast.text().startswith("Masks are shown 7 times stronger;")
    panel.view.tools.reset.click()
    assert panel.view.contrast.isHidden()


def test_the_pixel_under_the_cursor_is_read(panel):
    canvas = panel.view.cells.cells["mask"].canvas
    canvas.probed.emit(canvas.probe(4.5, 2.5))
    assert panel.view.read.text() == "x 4, y 2 of the model's input: mask R 1.000  G 0.500  B 0.000"
    canvas.probed.emit(None)
    assert panel.view.read.text().startswith("Point at a pixel")


def test_the_explanation_is_put_back_and_the_answer_compared(panel, monkeypatch, qtbot):
    said = Prediction(CLASSES, (0.0,) * 7, PROBABILITIES)
    asked = []

    def answer(shelf, model, source, mask, index, complementary, progress):
        asked.append((mask.size, index, complementary))
        return PutBack(said, said, 0.62, None if complementary else 0.0001, complementary)

    monkeypatch.setattr(deciding, "_put_back", answer)
    panel.view.answers.back.click()
    qtbot.waitUntil(lambda: (1, False) in panel.decider.memory.answers.found)
    assert asked == [(pytest.approx(0.25), 1, False)]
    assert "gives what was stored: the largest difference is 0.0001" in panel.view.answers.said.text()
    assert [cell.text() for cell in panel.view.answers.cells[1]] == ["tiger cat", "62.0 %", "50.0 %", "62.0 %"]
    assert panel.view.answers.cells[3][2].text() in ("–", "10.0 %")
    panel.decider.put_back(complementary=True)
    qtbot.waitUntil(lambda: (1, True) in panel.decider.memory.answers.found)
    assert "complementary explanation was put back" in panel.view.answers.said.text()
    panel.decider.go_to(0)
    assert "Put it back" in panel.view.answers.said.text()


def test_what_the_model_says_of_the_picture_is_there_before_anything_is_put_back(panel, loaded):
    assert loaded.state.prediction is not None
    column = [(row[0].text(), row[1].text()) for row in panel.view.answers.cells[1:3]]
    known = dict(zip(loaded.state.prediction.classes, loaded.state.prediction.probabilities, strict=True))
    assert column == [("tiger cat", f"{100 * known['tiger cat']:.1f} %"), ("lynx", f"{100 * known['lynx']:.1f} %")]
    loaded.state.shown = shown(stack(), sha="another")  # the prediction is not about that one: the score was stored
    assert [row[1].text() for row in panel.view.answers.cells[1:3]] == ["62.0 %", "–"]


def test_why_the_method_stopped_short_stands_below_the_scores(panel, loaded):
    assert panel.view.stopped.isHidden()
    now = shown(stack(), *PATH, replace(stack(0.4, 0.9), name="Mask: lynx"))
    made = replace(now.explanation, stopped="No mask was found.", notes=("Other.", "“lynx”: It is not there."))
    loaded.state.shown = replace(now, explanation=made)
    assert (panel.view.stopped.text(), panel.view.stopped.isHidden()) == ("No mask was found.", False)
    panel.view.tools.classes.activated.emit(1)
    assert panel.view.stopped.text() == "It is not there."


def test_another_class_that_was_explained_beside_the_target_is_chosen(panel, loaded, monkeypatch, qtbot):
    tools, memory = panel.view.tools, panel.decider.memory
    assert tools.classes.isHidden()
    other = replace(stack(0.4, 0.9), name="Mask: lynx")
    loaded.state.shown = shown(stack(), *PATH, other)
    assert [tools.classes.itemText(i) for i in range(tools.classes.count())] == ["tiger cat", "lynx"]
    assert (len(memory.looked.masks), tools.classes.isHidden()) == (3, False)
    tools.classes.setCurrentIndex(1)
    tools.classes.activated.emit(1)
    assert panel.view.said.text().startswith("“lynx”: 62.0 % in the picture, 90.0 % in the explanation")
    assert panel.view.chart.isHidden()
    asked = []
    monkeypatch.setattr(deciding, "_put_back", lambda *given: asked.append(given[4]) or PutBack(
        loaded.state.prediction, loaded.state.prediction, 0.9, 0.0))  # fmt: skip
    panel.view.answers.back.click()
    qtbot.waitUntil(lambda: (0, False) in memory.answers.found)
    assert asked == [CLASSES.index("lynx")]
    panel.decider.choose_class(0)
    assert (memory.looked.label, len(memory.looked.masks), dict(memory.answers.found)) == ("tiger cat", 3, {})


def test_an_answer_that_differs_is_said():
    mask = stack()
    said = Prediction(CLASSES, (0.0,) * 7, PROBABILITIES)
    assert "does not give what was stored: the largest difference is 0.3" in verdict(PutBack(said, said, 0, 0.3), mask)
    assert verdict(PutBack(said, said, 0, None), mask) == "Nothing was stored to compare with."


def test_of_another_picture_it_is_not_put_back(panel, loaded):
    loaded.state.shown = shown(stack(), sha="another")
    assert not panel.view.answers.back.isEnabled()
    assert "belongs to another picture" in panel.view.answers.said.text()


def test_files_are_written(panel, loaded, tmp_path, qtbot):
    loaded.dialogs.path = tmp_path / "mask.npy"
    loaded.window.commands["export.mask-npy"].trigger()
    qtbot.waitUntil(lambda: not loaded.state.busy)
    np.testing.assert_array_equal(np.load(tmp_path / "mask.npy"), panel.decider.memory.looked.mask.mask)
    loaded.dialogs.path = tmp_path / "mask.safetensors"
    loaded.window.commands["export.mask-safetensors"].trigger()
    qtbot.waitUntil(lambda: not loaded.state.busy)
    head = (tmp_path / "mask.safetensors").read_bytes()
    length = int.from_bytes(head[:8], "little")
    assert json.loads(json.loads(head[8 : 8 + length])["__metadata__"]["mask"])["score"] == 0.5
    loaded.dialogs.folder = tmp_path
    loaded.window.commands["export.mask-views"].trigger()
    qtbot.waitUntil(lambda: not loaded.state.busy)
    assert {p.stem for p in tmp_path.glob("*.png")} >= {"picture", "explanation", "mean", "red"}


def test_words():
    deletes = stack(keeps=False)
    looked = deciding.looked_at(shown(deletes))
    assert "where 25.0 % of it is taken away" in headline(looked)
    assert place_on_path(looked) == ""
    assert [percent(v) for v in (0.0, 0.004, 0.5, float("nan"))] == ["0.0 %", "0.4 %", "50.0 %", "unknown"]
