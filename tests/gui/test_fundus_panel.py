"""The Fundus panel: field of view, proposals, experts' marks, and the table over a folder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import GRID, explanation
from PIL import Image
from PySide6.QtCore import Qt

from salviewer.api import Explanation, Heatmap, Picture
from salviewer.bench.lesion_table import score, table_of
from salviewer.data.annotation_shapes import mask_shape
from salviewer.data.proposed_lesions import Proposed
from salviewer.gui.fundus import errands
from salviewer.gui.fundus.values import FolderRun
from salviewer.gui.fundus.view import NOTICE
from salviewer.gui.fundus.words import proposed_words
from salviewer.gui.values import Shown
from salviewer.numeric.field_of_view import disc
from salviewer.numeric.proposals import proposals

EYE = (50.0, 30.0, 26.0)


def photograph():
    """60 x 100, an eye in a black surround."""
    pixels = np.where(disc(EYE, (60, 100))[..., None], np.uint8(150), np.uint8(0)) * np.ones(3, np.uint8)
    return Picture(pixels, "cat.png", "sha-cat.png-120")


def shown():
    """Two bright places; each pixel of the map is 2 x 2 of the photograph, whose columns 20 to 80 are seen."""
    values = np.zeros((30, 30), np.float32)
    values[15, 14:16], values[9, 20], values[0, 0] = 1.0, 0.6, 9.0  # the last lies in the surround
    heat = Heatmap("Light", values)
    made = Explanation((heat,), (), "", GRID, explanation().provenance)
    return Shown((heat,), GRID, photograph(), "Light", explanation=made)


@pytest.fixture
def panel(loaded, qtbot):
    made = loaded.window.show_panel("fundus")
    loaded.state.shown = shown()
    qtbot.waitUntil(lambda: made.decider.memory.proposed is not None and not loaded.state.busy)
    return made


def mark(loaded, rows, columns, name):
    mask = np.zeros((60, 100), bool)
    mask[rows, columns] = True
    drawn = loaded.actions.annotating.state
    drawn.shapes = replace(drawn.shapes, sha256="sha-cat.png-120").added([mask_shape(mask, name)])


def test_without_a_map_the_photograph_is_shown(loaded, qtbot):
    view = loaded.window.show_panel("fundus").view
    qtbot.waitUntil(lambda: "px." in view.about.text() and "Looking" not in view.about.text())
    assert view.said.text().startswith("Run a method")
    assert "No round field of view" in view.about.text()
    assert "Eye: not stated. Size of a pixel: unknown." in view.about.text()


def test_regions_lie_in_the_eye_and_in_the_photographs_pixels(panel):
    proposed, view = panel.decider.memory.proposed, panel.view
    np.testing.assert_array_equal(sorted(proposed.regions.area.tolist()), [4, 8])
    assert view.said.text().startswith("2 proposed regions")
    assert view.table.isColumnHidden(1)
    words = [view.order.index(0, c).data() for c in range(7)]
    assert words == ["8", "unknown", "2.00", "1.00", "", "1.00", "50, 31"]
    assert not view.picture._surround.path().isEmpty()
    assert NOTICE in [label.text() for label in view.findChildren(type(view.said))]


def test_the_threshold_is_live_and_small_ones_are_left_out(panel, loaded, qtbot):
    memory = panel.decider.memory
    panel.view.slider.setValue(70)
    assert panel.view.percent.value() == 70
    qtbot.waitUntil(lambda: len(memory.proposed.regions) == 1)
    panel.view.percent.setValue(50)
    qtbot.waitUntil(lambda: len(memory.proposed.regions) == 2)
    panel.view.least.setValue(5)
    qtbot.waitUntil(lambda: len(memory.proposed.regions) == 1)


def test_a_row_is_zoomed_to_and_a_click_chooses(panel, qtbot):
    view = panel.view
    whole = view.picture.view_rect().width()
    view.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    view.table.selectRow(0)
    assert panel.decider.memory.chosen == view.order.mapToSource(view.order.index(0, 0)).row()
    assert view.picture.view_rect().width() < whole
    centre = view.picture.view_rect().center()
    assert (centre.x(), centre.y()) == pytest.approx((61, 19), abs=0.5)
    view.picture.pressed.emit(50.0, 31.0)
    assert panel.decider.memory.proposed.regions.area[panel.decider.memory.chosen] == 8
    view.picture.pressed.emit(1.0, 1.0)
    assert panel.decider.memory.chosen == -1
    assert not view.table.selectionModel().hasSelection()


def test_a_click_on_the_chosen_row_goes_there_again(panel, qtbot):
    view = panel.view
    view.table.selectRow(0)
    near = view.picture.view_rect().width()
    view.picture.fit()
    assert view.picture.view_rect().width() > near
    view.table.clicked.emit(view.order.index(0, 0))
    assert view.picture.view_rect().width() == pytest.approx(near)
    view.picture.fit()
    view.table.activated.emit(view.order.index(0, 0))
    assert view.picture.view_rect().width() == pytest.approx(near)


def test_marks_do_not_stay_on_another_photograph(panel, loaded, qtbot):
    mark(loaded, slice(30, 32), slice(48, 56), "Hard_exudates")
    qtbot.waitUntil(lambda: bool(panel.decider.memory.marked.masks))
    other = replace(loaded.state.shown, picture=Picture(photograph().pixels[:, :90].copy(), "dog.png", "sha-dog.png"))
    loaded.state.shown = other
    assert not panel.decider.memory.marked.masks  # at once, not when its own were looked for
    assert not panel.view.picture._expert
    qtbot.waitUntil(lambda: not loaded.state.busy)
    assert not panel.decider.memory.marked.masks


def test_a_small_share_has_digits():
    few = Proposed(proposals(np.eye(4), 0.5), np.eye(4, dtype=np.float32), 0.5, 0.00043)
    assert "0.043 % of the field of view." in proposed_words(few, None)


def test_marks_are_counted_by_type(panel, loaded, qtbot):
    mark(loaded, slice(30, 32), slice(48, 56), "Hard_exudates")  # 16 pixels, of which 8 are proposed
    memory = panel.decider.memory
    qtbot.waitUntil(lambda: memory.judged is not None)
    row = [cell.text() for cell in panel.view.legend.rows["hard exudates"]]
    assert row[1:] == ["hard exudates (HE)", "1", "1", "1"]
    assert panel.view.said.text().endswith("1 touches nothing that experts marked.")
    column = panel.view.model.HEADS.index("Marked")
    assert sorted(panel.view.order.index(r, column).data() for r in range(2)) == ["", "HE"]
    assert len(panel.view.picture._expert) == 1
    panel.view.legend.shown.click()
    assert not panel.view.picture._expert


def test_nothing_of_the_side_is_cut_off(panel, loaded, qtbot):
    mark(loaded, slice(30, 32), slice(48, 56), "Hard_exudates")
    qtbot.waitUntil(lambda: panel.decider.memory.judged is not None)
    panel.view.parts.setSizes([5000, 1])
    side = panel.view.parts.widget(1)
    qtbot.waitUntil(lambda: side.viewport().width() >= side.widget().minimumSizeHint().width())


def test_marks_come_from_a_folder(panel, loaded, tmp_path, qtbot):
    (tmp_path / "soft_exudates").mkdir()
    mask = np.zeros((60, 100), np.uint8)
    mask[18:20, 60:62] = 255
    Image.fromarray(mask).save(tmp_path / "soft_exudates" / "cat.png")
    loaded.dialogs.folder = tmp_path
    panel.view.legend.folder.click()
    memory = panel.decider.memory
    qtbot.waitUntil(lambda: memory.judged is not None)
    assert memory.judged.score.found["soft exudates"].share(0.5) == 1
    Image.fromarray(mask[:50]).save(tmp_path / "soft_exudates" / "cat.png")
    panel.decider._look_for_marks()
    qtbot.waitUntil(lambda: bool(memory.marked.sentence))
    assert "cat.png" in panel.view.legend.said.text()


def test_the_folder_is_counted_with_false_regions_beside(panel, loaded, tmp_path, qtbot, monkeypatch):
    view, memory = panel.view, panel.decider.memory
    assert not view.folder.go.isEnabled()
    assert "where the experts' marks are" in view.folder.said.text()
    memory.marks_folder = tmp_path
    loaded.state.picture = replace(loaded.state.picture, siblings=("a.png", "b.png"))
    assert view.folder.go.isEnabled()
    labels, lesion = np.ones((4, 4), int), np.eye(4, dtype=bool)
    table = table_of([score(labels, 1, 1.0, {"hemorrhages": lesion}), score(labels, 1, 1.0, {})])
    monkeypatch.setattr(errands, "table_over", lambda *_: table)
    view.folder.go.click()
    qtbot.waitUntil(lambda: memory.folder.table is table)
    assert [cell.text() for cell in view.folder.rows["hemorrhages"]] == ["hemorrhages", "1", "100.0 %", "100.0 %"]
    assert "0.5 false regions per picture" in view.folder.beside.text()
    loaded.dialogs.path = tmp_path / "table.csv"
    view.folder.save.click()
    qtbot.waitUntil(lambda: (tmp_path / "table.csv").exists() and not loaded.state.busy)
    assert "hemorrhages,1,1,1,1,1,1,0.5,1,1" in (tmp_path / "table.csv").read_text(encoding="utf-8-sig")


def test_a_folder_without_marks_is_told(loaded, tmp_path):
    from salviewer.api import InputRef
    from salviewer.errors import InvalidChoice

    with pytest.raises(InvalidChoice, match="holds no marks of these photographs"):
        errands.table_over(None, None, (InputRef(source="cat.png"),), tmp_path, 0.5, 0, None)


def test_a_stopped_run_says_so(panel):
    panel.decider.memory.folder = FolderRun(title="Light", fraction=0.5)
    assert panel.view.folder.bar.value() == 50
    panel.view.folder.stop.click()
    assert panel.view.folder.said.text() == "Stopped."
