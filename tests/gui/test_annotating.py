"""Drawing where the truth lies: what strokes become, what is kept, files, and what metrics compare with."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import FakeShelf, explanation, heatmap
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from salviewer.api import InputRef, MetricInfo, Picture, Sample, Source
from salviewer.bench.judgement import Judgement
from salviewer.data.annotation_files import write_annotations
from salviewer.data.annotation_shapes import Shapes, box_shape
from salviewer.gui import annotation_errands
from salviewer.gui.annotation_values import COLOURS, colour_of, size_in_words
from salviewer.gui.judging import offered
from salviewer.gui.values import Judged, Shown
from salviewer.jobs.drawn_truth import drawn_truth

SIZE = (60, 100)


@pytest.fixture
def drawing(loaded, qtbot):
    """The decisions about drawing, on an open picture of 100 x 60 pixels."""
    deciding = loaded.actions.annotating
    qtbot.waitUntil(lambda: deciding.state.shapes is not None)
    return deciding


def items(drawing):
    return drawing.state.shapes.items


def open_again(loaded, qtbot, name):
    deciding = loaded.actions.annotating
    loaded.actions.opening.open_picture(name)
    qtbot.waitUntil(lambda: deciding.state.shapes is not None and deciding.state.shapes.picture == name)
    qtbot.waitUntil(lambda: not loaded.state.busy)


def test_shapes_get_the_class_in_hand_and_can_be_undone(drawing, loaded):
    drawing.set_name(" disc ")
    drawing.draw("box", ((30, 20), (10, 5)))
    drawing.draw("polygon", ((0, 0), (10, 0), (0, 10)))
    assert [(s.kind, s.name, s.box) for s in items(drawing)] == [
        ("box", "disc", (10, 5, 30, 20)), ("polygon", "disc", (0, 0, 10, 10)),
    ]  # fmt: skip
    assert drawing.state.drawing.chosen == 2
    loaded.actions.undoing.undo()
    assert [s.kind for s in items(drawing)] == ["box"]
    assert drawing.state.drawing.chosen == 1
    loaded.actions.undoing.redo()
    drawing.move(1, -100, 3)
    drawing.reshape(2, ((0, 0), (20, 0), (0, 20)))
    assert [s.box for s in items(drawing)] == [(0, 8, 20, 23), (0, 0, 20, 20)]
    drawing.remove()
    assert [s.kind for s in items(drawing)] == ["box"]


def test_strokes_of_one_class_that_touch_grow_together(drawing):
    drawing.set_radius(3)
    drawing.set_name("bleeding")
    drawing.stroke(((10, 10), (20, 10)), False)
    drawing.stroke(((40, 10), (50, 10)), False)
    assert len(items(drawing)) == 2
    drawing.stroke(((18, 10), (42, 10)), False)
    assert [s.box for s in items(drawing)] == [(7, 7, 53, 13)]
    drawing.set_name("exudate")
    drawing.stroke(((10, 10), (12, 10)), False)
    assert [s.name for s in items(drawing)] == ["bleeding", "exudate"]


def test_the_eraser_takes_from_shown_lesions_and_leaves_boxes(drawing):
    drawing.draw("box", ((5, 5), (25, 15)))
    drawing.draw("lesion", ((10, 10), (20, 20)))
    before = items(drawing)[1].area
    assert before == pytest.approx(np.pi * 25, rel=0.1)
    drawing.show_shape(2, False)
    drawing.set_radius(2)
    drawing.stroke(((10, 15),), True)
    assert items(drawing)[1].area == before
    drawing.show_shape(2, True)
    drawing.stroke(((10, 15),), True)
    assert items(drawing)[1].area < before
    drawing.set_radius(20)
    drawing.stroke(((15, 15),), True)
    assert [s.kind for s in items(drawing)] == ["box"]


def test_a_class_is_given_to_the_chosen_shape_only_while_choosing(drawing):
    drawing.set_name("a")
    drawing.draw("box", ((0, 0), (10, 10)))
    drawing.set_tool("box")
    drawing.set_name("b")
    assert items(drawing)[0].name == "a"
    drawing.set_tool("select")
    drawing.choose(1)
    assert drawing.state.drawing.name == "a"
    drawing.set_name("c")
    assert items(drawing)[0].name == "c"


def test_what_was_drawn_returns_with_its_picture(drawing, loaded, qtbot):
    drawing.draw("box", ((0, 0), (10, 10)))
    open_again(loaded, qtbot, "dog.png")
    assert items(drawing) == ()
    loaded.actions.undoing.undo()  # of the other picture
    loaded.actions.undoing.redo()
    open_again(loaded, qtbot, "cat.png")
    assert [s.box for s in items(drawing)] == [(0, 0, 10, 10)]


def test_it_is_kept_even_where_the_window_closes_at_once(drawing, loaded):
    loaded.engine.hold = True
    drawing.draw("box", ((0, 0), (10, 10)))
    drawing.close()
    blank = replace(drawing.state.shapes, items=())
    assert len(drawing._store.find(blank)[0].items) == 1
    loaded.engine.hold = False


def test_files_there_and_back(drawing, loaded, tmp_path, qtbot):
    drawing.ask_export("coco")
    assert loaded.dialogs.asked == []  # nothing is drawn
    drawing.draw("box", ((0, 0), (10, 10)))
    loaded.dialogs.path = tmp_path / "a.json"
    drawing.ask_export("coco")
    qtbot.waitUntil(lambda: (tmp_path / "a.json").exists() and not loaded.state.busy)
    assert '"cat.png"' not in (tmp_path / "a.json").read_text()
    drawing.ask_export("coco", with_name=True)
    qtbot.waitUntil(lambda: '"cat.png"' in (tmp_path / "a.json").read_text() and not loaded.state.busy)
    drawing.ask_import()
    qtbot.waitUntil(lambda: len(items(drawing)) == 2)
    loaded.actions.undoing.undo()
    assert len(items(drawing)) == 1


def test_a_file_of_another_picture_is_refused_in_a_sentence(drawing, loaded, tmp_path, qtbot):
    path = tmp_path / "a.json"
    write_annotations(Shapes((5, 7), "x").added([box_shape((0, 0, 2, 2), "a")]), path, "coco")
    loaded.dialogs.path = path
    drawing.ask_import()
    qtbot.waitUntil(lambda: bool(loaded.state.messages))
    assert loaded.state.messages[0].text.startswith("a.json is for a picture of 7 × 5 pixels and this one has 100 × 60")
    assert items(drawing) == ()


class OwnShelf(FakeShelf):
    """Its sample carries a box and a mask."""

    def sample(self, ref):
        mask = np.zeros(SIZE, bool)
        mask[10:12, 20:30] = True
        picture = Picture(np.zeros((*SIZE, 3), np.uint8), "red-00", "sha-red", ())
        return Sample("red-00", picture, 0, boxes=((1, 2, 30, 40),), masks={"exudates": mask})


def test_a_collection_s_own_annotation_is_shown_and_can_be_taken(make_session, qtbot):
    session = make_session(shelf=OwnShelf())
    session.actions.opening.open_picture("collection:an8flower-single-6c/red-00")
    drawing = session.actions.annotating
    qtbot.waitUntil(lambda: bool(drawing.state.own))
    assert [(s.name, s.box) for s in drawing.state.own] == [("red", (1, 2, 30, 40)), ("exudates", (20, 10, 30, 12))]
    assert drawing.truth("red").shapes is None
    assert "collection's own" in drawing.truth("red").said
    layer = session.window.truth_on_canvas.tools.layer
    assert layer.marks == ()
    session.window.show_panel("truth")
    qtbot.waitUntil(lambda: [m.locked for m in layer.marks] == [True, True])
    drawing.take_own()
    assert [s.name for s in items(drawing)] == ["red", "exudates"]
    assert drawing.truth("RED").said == "Truth: 1 shape of “red”."
    assert [m.locked for m in session.window.truth_on_canvas.tools.layer.marks] == [False, False]


def test_a_collection_s_own_shapes_are_shown_beside_the_truth_panel_or_when_switched_on(make_session, qtbot):
    session = make_session(shelf=OwnShelf())
    session.actions.opening.open_picture("collection:an8flower-single-6c/red-00")
    drawing, window = session.actions.annotating, session.window
    qtbot.waitUntil(lambda: bool(drawing.state.own))
    layer = window.truth_on_canvas.tools.layer
    window.show_panel("truth")
    qtbot.waitUntil(lambda: len(layer.marks) == 2)
    window.show_panel("method")
    qtbot.waitUntil(lambda: layer.marks == ())
    drawing.draw("box", [(1, 1), (9, 9)])
    assert [m.locked for m in layer.marks] == [False]
    drawing.remove(items(drawing)[0].id)
    drawing.toggle_visible()
    assert len(layer.marks) == 2
    drawing.toggle_visible()
    assert layer.marks == ()
    drawing.toggle_visible()
    drawing.show_own(False)
    window.show_panel("truth")
    assert layer.marks == ()


def test_a_file_has_no_annotation_of_its_own():
    assert annotation_errands.own_shapes(FakeShelf(), InputRef(source="cat.png"), Shapes(SIZE)) == ()


# -- the truth of metrics ---------------------------------------------------------------------------------------


def test_shapes_of_the_explained_class_are_the_truth_else_all(drawing):
    assert drawing.truth("tiger cat") is None
    drawing.set_name("Tiger Cat")
    drawing.draw("box", ((0, 0), (10, 10)))
    drawing.set_name("mouse")
    drawing.draw("box", ((20, 0), (30, 10)))
    assert [s.name for s in drawing.truth("tiger cat").shapes.items] == ["Tiger Cat"]
    assert drawing.truth("lynx").said == "Truth: all 2 shapes; none has the class “lynx”."
    assert len(drawing.truth("lynx").shapes.items) == 2


def test_a_spec_names_boxes_as_they_are_and_areas_by_their_pixels():
    shelf = SimpleNamespace(keep_live=lambda mask: kept.append(mask) or "live:1", drop_live=lambda name: kept.clear())
    kept = []
    boxes = Shapes(SIZE).added([box_shape((1, 2, 3, 4), "a")])
    with drawn_truth(boxes, shelf) as ref:
        assert (ref.boxes, ref.mask) == (((1, 2, 3, 4),), "")
    lesion = boxes.added(
        [replace(box_shape((5, 5, 7, 8), "b"), kind="polygon", points=((5, 5), (7, 5), (7, 8), (5, 8)))]
    )
    with drawn_truth(lesion, shelf) as ref:
        assert (ref.boxes[1], ref.mask) == ((5, 5, 7, 8), "live:1")
        assert kept[0].sum() == 4 + 6
    assert kept == []
    with drawn_truth(None, shelf) as ref:
        assert (ref.boxes, ref.mask) == ((), "")


def metric(key, needs=()):
    return MetricInfo(key, key, "s", "a.b:C", "a.b:P", Source("c"), "q", needs=frozenset(needs))


def test_metrics_that_need_an_annotation_are_offered_where_there_is_one():
    metrics = {"area": metric("area"), "iou": metric("iou", ("annotation",))}
    assert [m.key for m in offered(metrics, 2)] == ["area"]
    assert [m.key for m in offered(metrics, 2, truth=True)] == ["area", "iou"]


def test_another_truth_takes_away_what_was_compared_with_the_former(drawing, loaded, qtbot):
    host, state = loaded.shelf.host, loaded.state
    host.metrics.update({"area": metric("area"), "iou": metric("iou", ("annotation",))})
    loaded.window.show_panel("trust")
    view = loaded.window.panel("trust").view
    found = explanation()
    state.shown = Shown((heatmap(),), found.grid, state.picture.picture, explanation=found)
    assert list(view.rows) == ["area"]
    drawing.set_name("tiger cat")
    drawing.draw("box", ((0, 0), (10, 10)))
    assert list(view.rows) == ["area", "iou"]
    assert view.truth.text() == "Truth: 1 shape of “tiger cat”."
    state.judged = Judged(found, tuple(Judgement(k, k, 0.5, "higher", "") for k in ("area", "iou")))
    drawing.move(1, 1, 0)
    assert [row.metric for row in state.judged.rows] == ["area"]


# -- the panel and the canvas -----------------------------------------------------------------------------------


def test_keys_take_up_tools_and_lay_them_down(drawing, loaded, qtbot):
    window = loaded.window
    window.show_panel("truth")
    canvas = window.heatmap.canvas
    for key, tool in (("b", "box"), ("p", "polygon"), ("l", "lesion"), ("e", "eraser"), ("v", "select")):
        QTest.keyClick(canvas, key)
        assert drawing.state.drawing.tool == tool
        assert window.panel("truth").view.tools[tool].isChecked()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert drawing.state.drawing.tool == ""


def test_the_list_shows_chooses_hides_and_removes(drawing, loaded, qtbot):
    loaded.window.show_panel("truth")
    view = loaded.window.panel("truth").view
    drawing.set_name("disc")
    drawing.draw("box", ((0, 0), (20, 10)))
    drawing.set_name("cup")
    drawing.draw("lesion", ((0, 0), (10, 10)))
    rows = [[view.list.item(r, c).text() for c in range(3)] for r in range(2)]
    assert rows == [["cup", "lesion", "80 px²"], ["disc", "box", "20 × 10 px"]]
    view.list.selectRow(1)
    assert drawing.state.drawing.chosen == 1
    view.list.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert drawing.state.drawing.hidden == {1}
    assert [m.id for m in loaded.window.truth_on_canvas.tools.layer.marks] == [2]
    QTest.keyClick(view.list, Qt.Key.Key_Delete)
    assert [s.name for s in items(drawing)] == ["cup"]
    assert {view.names.itemText(i) for i in range(view.names.count())} >= {"disc", "cup", "tabby", "lynx"}
    loaded.window.commands["truth.visible"].trigger()
    assert loaded.window.truth_on_canvas.tools.layer.marks == ()


def test_the_panel_says_what_a_tool_does_and_that_a_picture_is_needed(session, qtbot):
    session.window.show_panel("truth")
    view = session.window.panel("truth").view
    assert view.hint.text() == "Open a picture to draw on it."
    assert not any(button.isEnabled() for button in view.tools.values())
    session.actions.opening.open_picture("cat.png")
    qtbot.waitUntil(lambda: view.tools["box"].isEnabled())
    view.tools["lesion"].click()
    assert view.radius.isVisible()
    assert "Paint" in view.hint.text()
    view.tools["lesion"].click()
    assert session.actions.annotating.state.drawing.tool == ""


def test_every_class_has_its_colour_in_turn():
    names = tuple("abcdefghi")
    assert [colour_of(n, names) for n in "ab"] == list(COLOURS[:2])
    assert colour_of("h", names) == COLOURS[0]
    assert size_in_words(box_shape((0, 0, 2.4, 3.6), "a")) == "2 × 4 px"


def test_classes_are_remembered(drawing, loaded):
    drawing.set_name("drusen")
    kept = json.loads(loaded.actions.settings.path.read_text())
    assert kept["annotation_classes"][-1] == "drusen"
