"""The workspace's tree: what is listed where, what a click, a key and the menu do, and that it stays fast."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from fakes import explanation
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from salviewer.api import InputRef, JobSpec, ModelRef
from salviewer.gui.dragging import carried
from salviewer.gui.tree_model import ROW, WorkspaceModel
from salviewer.gui.tree_rows import arrange, label_of
from salviewer.gui.values import InputItem, ModelCard, ResultItem

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
CARDS = tuple(ModelCard(ModelRef(architecture=name), name, (), "softmax") for name in ("alexnet", "vgg16"))


def item(sha, minute=0, **more):
    return InputItem(sha, f"{sha}.png", InputRef(source=f"{sha}.png"), NOON + timedelta(minutes=minute), **more)


def result(number, sha, method="GLAS", target="tabby", **more):
    spec = JobSpec(method="glas", model=ModelRef(architecture="vgg16"), input=InputRef(source=f"{sha}.png"))
    at = NOON + timedelta(minutes=number)
    return ResultItem(number, at, method, target, "vgg16", f"{sha}.png", spec, sha, **more)


def names(rows):
    return {label_of(row.value): names(row.children) for row in rows} if rows else {}


def test_explanations_stand_under_their_picture_and_the_latest_picture_is_first():
    rows = arrange(CARDS, (item("a"), item("b", 2)), (result(3, "a"), result(1, "a", target="lynx")))
    assert names(rows) == {
        "Models": {"alexnet": {}, "vgg16": {}},
        "Pictures and volumes": {"a.png": {"GLAS · tabby": {}, "GLAS · lynx": {}}, "b.png": {}},
    }
    assert [row.count for row in rows] == [2, 2]


def test_what_is_open_is_marked():
    rows = arrange(CARDS, (item("a"), item("b")), (), model=CARDS[1], open_input="b")
    assert [row.value.title for row in rows[0].children if row.open] == ["vgg16"]
    assert [row.value.name for row in rows[1].children if row.open] == ["b.png"]


def test_an_explanation_whose_picture_is_not_listed_is_listed_all_the_same():
    assert names(arrange((), (), (result(1, "gone"),))) == {"Pictures and volumes": {"gone.png": {"GLAS · tabby": {}}}}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("LYNX", {"Pictures and volumes": {"a.png": {"GLAS · lynx": {}}}}),
        ("b.png", {"Pictures and volumes": {"b.png": {"LRP · tabby": {}}}}),
        ("a.png lynx", {"Pictures and volumes": {"a.png": {"GLAS · lynx": {}}}}),
        ("alex", {"Models": {"alexnet": {}}}),
        ("zebra", {}),
    ],
)
def test_words_find_rows_and_keep_what_is_above_them(words, found):
    results = (result(3, "b", "LRP"), result(2, "a", target="lynx"), result(1, "a"))
    assert names(arrange(CARDS, (item("a"), item("b")), results, words=words)) == found


def test_a_name_of_ones_own_comes_first():
    rows = arrange((), (item("a", label="the cat"),), (result(1, "a", label="best"),))
    assert names(rows) == {"Pictures and volumes": {"the cat": {"best": {}}}}


# -- Qt's model -----------------------------------------------------------------------------------------------------


def shape(model, parent=None):
    """The model's rows as Qt sees them."""
    parents = () if parent is None else (parent,)
    indexes = [model.index(i, 0, *parents) for i in range(model.rowCount(*parents))]
    return {index.data(): shape(model, index) for index in indexes}


def test_every_change_is_told_row_by_row(qapp):
    model = WorkspaceModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    inputs = tuple(item(sha) for sha in "abc")
    steps = (
        arrange(CARDS[:1], inputs, (result(1, "a"), result(2, "b"))),
        arrange(CARDS, inputs, (result(5, "c"), result(2, "b"), result(4, "a"), result(1, "a"))),
        arrange(CARDS, inputs[1:], (result(2, "b"),)),
        arrange(CARDS, inputs, tuple(result(n, "abc"[n % 3]) for n in range(40, 0, -1)), words="glas"),
        (),
        arrange(CARDS, inputs, tuple(result(n, "abc"[n % 3]) for n in range(4, 0, -1))),
        arrange(CARDS, inputs, tuple(result(n, "cba"[n % 3]) for n in range(5, 1, -1))),
    )
    for rows in steps:
        model.set_rows(rows)
        assert shape(model) == names(rows)
    assert tester is not None


def test_folds_stay_when_something_comes(session, qtbot):
    view = tree_of(session)
    view.set_rows(arrange((), (item("a"), item("b")), (result(1, "a"), result(2, "b"))))
    fold = view.model.find("input", "a")
    assert view.tree.isExpanded(fold)
    view.tree.collapse(fold)
    view.set_rows(arrange((), (item("a"), item("b")), (result(3, "a"), result(1, "a"), result(2, "b"))))
    assert not view.tree.isExpanded(view.model.find("input", "a"))
    assert view.tree.isExpanded(view.model.find("input", "b"))


def test_two_thousand_rows_are_filled_and_found_in_no_time(session):
    view = tree_of(session)
    inputs = tuple(item(f"s{n:04}") for n in range(400))
    results = tuple(result(n, f"s{n % 400:04}") for n in range(2000, 0, -1))
    started = time.perf_counter()
    view.set_rows(arrange(CARDS, inputs, results))
    view.set_rows(arrange(CARDS, inputs, (result(2001, "s0100"), *results)))
    view.set_rows(arrange(CARDS, inputs, results, words="s0123"))
    assert time.perf_counter() - started < 5  # generous: it takes some hundred milliseconds
    assert view.model.rowCount(view.model.index(0, 0)) == 1


# -- in the window --------------------------------------------------------------------------------------------------


def tree_of(session):
    return session.window.panel("workspace").view


def explain(loaded, qtbot, *labels):
    for label in labels:
        had = len(loaded.state.results)
        loaded.actions.run()
        loaded.engine.finish(loaded.engine.explaining[-1], explanation(label=label))
        qtbot.waitUntil(lambda had=had: len(loaded.state.results) == had + 1 and not loaded.state.busy)
    view = tree_of(loaded)
    qtbot.waitUntil(lambda: view.model.find("result", str(len(labels))).isValid())
    return view


def click(qtbot, view, index, *keys):
    view.tree.scrollTo(index)
    place = view.tree.visualRect(index).center()
    modifier = keys[0] if keys else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(view.tree.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_a_result_is_shown_again_by_a_click_and_marked(loaded, qtbot):
    view = explain(loaded, qtbot, "first", "second")
    assert view.tree.currentIndex().data() == "Light · second"
    click(qtbot, view, view.model.find("result", "1"))
    qtbot.waitUntil(lambda: loaded.state.shown.title == "Light · first")
    assert view.tree.currentIndex().data() == "Light · first"


def test_small_maps_are_fetched_for_rows_in_sight_and_not_while_the_tree_is_painted(loaded, qtbot):
    view = explain(loaded, qtbot, "first")
    qtbot.waitUntil(lambda: view.model._thumbnails.get(("result", "1")) is not None)
    qtbot.waitUntil(lambda: not loaded.state.busy)
    view.model._thumbnails.clear()
    with qtbot.assertNotEmitted(loaded.state.busy_changed):
        view.model.data(view.model.find("result", "1"), Qt.ItemDataRole.DecorationRole)
    qtbot.waitUntil(lambda: view.model._thumbnails.get(("result", "1")) is not None)
    qtbot.waitUntil(lambda: not loaded.state.busy)


def test_delete_removes_and_undo_brings_back(loaded, qtbot):
    view = explain(loaded, qtbot, "first", "second")
    click(qtbot, view, view.model.find("result", "2"))
    qtbot.waitUntil(lambda: loaded.state.shown.result == 2 and not loaded.state.busy)
    qtbot.keyClick(view.tree, Qt.Key.Key_Delete)
    assert [r.id for r in loaded.state.results] == [1]
    assert loaded.state.shown is None
    assert loaded.window.commands["edit.undo"].text() == "Undo removing Light · second"
    qtbot.waitUntil(lambda: loaded.workspace.removed == {2})
    loaded.window.commands["edit.undo"].trigger()
    assert [r.id for r in loaded.state.results] == [2, 1]
    qtbot.waitUntil(lambda: loaded.workspace.removed == set() and not loaded.state.busy)


def test_several_are_removed_in_one_step(loaded, qtbot):
    view = explain(loaded, qtbot, "a", "b", "c")
    click(qtbot, view, view.model.find("result", "1"))
    click(qtbot, view, view.model.find("result", "3"), Qt.KeyboardModifier.ControlModifier)
    assert {row.key for row in view.selected()} == {"1", "3"}
    view.remove_wished.emit(view.selected())
    assert [r.id for r in loaded.state.results] == [2]
    assert loaded.actions.undoing.stack.undoText() == "removing 2 explanations"
    loaded.actions.undoing.undo()
    assert [r.id for r in loaded.state.results] == [3, 2, 1]
    qtbot.waitUntil(lambda: not loaded.state.busy)


def test_a_picture_goes_with_its_explanations_and_comes_back_with_them(loaded, qtbot):
    view = explain(loaded, qtbot, "a", "b")
    picture = view.model.find("input", "sha-cat.png-120").data(ROW)
    loaded.window.panel("workspace").remove((picture,))
    assert loaded.state.inputs == ()
    assert loaded.state.results == ()
    loaded.actions.undoing.undo()
    qtbot.waitUntil(lambda: len(loaded.state.inputs) == 1 and len(loaded.state.results) == 2 and not loaded.state.busy)


def test_a_name_is_typed_in_place(loaded, qtbot):
    view = explain(loaded, qtbot, "first")
    index = view.model.find("result", "1")
    view.model.setData(index, "the good one")
    qtbot.waitUntil(lambda: not loaded.state.busy)
    assert view.model.find("result", "1").data() == "the good one"
    assert loaded.workspace.rows()[0].label == "the good one"
    loaded.actions.undoing.undo()
    assert view.model.find("result", "1").data() == "Light · first"
    qtbot.waitUntil(lambda: not loaded.state.busy)


def test_a_double_click_makes_a_model_the_open_one_and_both_stay(loaded, qtbot):
    loaded.actions.opening.open_model(ModelRef(architecture="other"))
    qtbot.waitUntil(lambda: loaded.state.model.title == "other" and not loaded.state.busy)
    assert [card.title for card in loaded.state.models] == ["net", "other"]
    view = tree_of(loaded)
    first = view.model.index(0, 0, view.model.index(0, 0))
    view.tree.scrollTo(first)
    qtbot.mouseDClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=view.tree.visualRect(first).center())
    view.open_wished.emit(first.data(ROW).value)
    qtbot.waitUntil(lambda: loaded.state.model.title == "net" and not loaded.state.busy)
    assert [card.title for card in loaded.state.models] == ["net", "other"]


def test_the_menu_offers_what_fits_the_rows(loaded, qtbot):
    view = explain(loaded, qtbot, "a", "b")
    wiring = loaded.window.panel("workspace")
    rows = [view.model.find("result", n).data(ROW) for n in "12"]
    texts = [a.text() for a in wiring.menu((rows[1],)).actions() if a.text()]
    assert texts[:2] == ["Show", "Rename …"]
    assert texts[-1] == "Remove"
    assert "Save explanation …" in texts
    assert [a.text() for a in wiring.menu(tuple(rows)).actions() if a.text()][-1] == "Remove 2"


def test_words_find_and_say_where_there_is_nothing(loaded, qtbot):
    view = explain(loaded, qtbot, "tabby", "lynx")
    view.words.setText("lynx")
    qtbot.waitUntil(lambda: not view.model.find("result", "1").isValid())
    view.words.setText("zebra")
    qtbot.waitUntil(lambda: view.empty.isVisible())
    assert view.empty.text() == "Nothing in this workspace has these words."
    view.words.clear()
    qtbot.waitUntil(lambda: view.model.find("result", "1").isValid())


def test_an_empty_workspace_says_what_will_be_there(session):
    view = tree_of(session)
    assert "listed here" in view.empty.text()
    assert not view.tree.isVisible()


def test_explanations_are_dragged_alone_or_with_their_input(qtbot):
    model = WorkspaceModel()
    model.set_rows(arrange(CARDS, (item("a"),), (result(3, "a"), result(1, "a", target="lynx"))))
    one, whole, network = model.find("result", "1"), model.find("input", "a"), model.find("model", "")
    assert carried(model.mimeData([one])) == (1,)
    assert carried(model.mimeData([one, whole])) == (1, 3)
    assert carried(model.mimeData([network])) == ()
    assert model.flags(one) & model.flags(whole) & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled
