"""What fills the comparison, what its cells are called, what becomes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import explanation, heatmap
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent

from salviewer.api import ModelRef
from salviewer.errors import UnsupportedModel
from salviewer.gui.comparing import MOST, STOPPED
from salviewer.gui.comparing_values import About, Tile, columns_for, names, rows_of, sensible, shared, weights_name
from salviewer.gui.dragging import carrying
from salviewer.gui.running import shown_from
from salviewer.gui.sweep import Sweep


class Drag(QDropEvent):
    """A drag that holds on to what it carries."""

    def __init__(self, data):
        self.data = data
        super().__init__(QPointF(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                         Qt.KeyboardModifier.NoModifier)  # fmt: skip


@pytest.fixture
def panel(loaded):
    return loaded.window.show_panel("compare")


def answer(loaded, number, **about):
    """An explanation as the job asked for it."""
    spec = loaded.engine.events[number].spec
    found = explanation()
    known = dict(found.provenance) | {"method": spec.method, "title": spec.method.title(), "params": spec.params}
    known["input"] = {"name": "cat.png", "sha256": loaded.state.picture.picture.sha256}
    return replace(found, provenance=known | about)


def finish_all(loaded, qtbot, panel):
    tiles = panel.decider.memory.tiles
    for tile in tiles:
        if tile.under_way:
            loaded.engine.finish(tile.job, answer(loaded, tile.job))
    qtbot.waitUntil(lambda: not any(t.under_way for t in panel.decider.memory.tiles))


def put(loaded, **more):
    """A result in the list."""
    found = answer(loaded, loaded.actions.running.enqueue(loaded.actions.running.spec(), "Light"), **more)
    number = loaded.engine.explaining[-1]
    loaded.engine.finish(number, found)
    return number


# -- filling --------------------------------------------------------------------------------------------------------


def test_my_methods_each_with_its_own_settings(loaded, panel, qtbot):
    loaded.actions.running.set_params({"light": 0.3}, True)
    loaded.window.commands["compare.methods"].trigger()
    tiles = panel.decider.memory.tiles
    assert [(t.spec.method, t.spec.params) for t in tiles] == [("light", {"light": 0.3}), ("other", {})]
    assert [t.status for t in tiles] == ["waiting", "waiting"]
    finish_all(loaded, qtbot, panel)
    tiles = panel.decider.memory.tiles
    assert [t.status for t in tiles] == ["done", "done"]
    assert tiles[0].picture is loaded.state.picture.picture
    qtbot.waitUntil(lambda: len(loaded.state.results) == 2)
    assert loaded.state.shown is None  # nothing is put on the screen by itself


def test_what_counts_as_mine_can_be_ticked(loaded, panel):
    panel.view.bar.mine_ticked.emit("light", False)
    assert panel.decider.memory.mine == ("other",)
    panel.view.bar.mine_ticked.emit("light", True)
    assert set(panel.decider.memory.mine) == {"light", "other"}
    for key in ("light", "other"):
        panel.orders.set_mine(key, False)
    panel.orders.my_methods()
    assert loaded.state.messages[-1].text == "No method is ticked: tick some under “My methods”."


def test_the_five_likeliest_classes(loaded, panel):
    loaded.window.commands["compare.classes"].trigger()
    assert [t.spec.target for t in panel.decider.memory.tiles] == [None, 2, 3, 0, 4]  # as predicted
    assert [t.about.target for t in panel.decider.memory.tiles][:2] == ["tiger cat", "Egyptian cat"]


def test_the_same_twice_is_one_cell(loaded, panel):
    panel.orders.likeliest()
    panel.orders.likeliest()
    assert len(panel.decider.memory.tiles) == 5


def test_both_models_take_a_class_that_somebody_chose_by_its_name(loaded, panel, qtbot):
    panel.orders.both_models()
    assert "no other model" in loaded.state.messages[-1].text
    card = loaded.state.model
    loaded.state.models = (card, replace(card, ref=ModelRef(architecture="vgg16"), title="vgg16", sha256="b" * 64))
    loaded.actions.set_target(3)
    loaded.window.commands["compare.models"].trigger()
    found = [(t.spec.model.architecture, t.spec.target, t.about.model) for t in panel.decider.memory.tiles]
    assert found == [("net", "lynx", card.title), ("vgg16", "lynx", "vgg16")]


def test_without_a_chosen_class_each_model_explains_what_it_predicts_and_of_many_one_is_chosen(loaded, panel):
    card = loaded.state.model
    others = tuple(replace(card, ref=ModelRef(architecture=n), title=n, sha256=n * 9) for n in ("a", "b"))
    loaded.state.models = (card, *others)
    panel.orders.both_models()
    assert panel.decider.memory.tiles == ()  # nobody chose
    loaded.dialogs.choice = "b"
    panel.orders.both_models()
    assert [(t.spec.model.architecture, t.spec.target) for t in panel.decider.memory.tiles] == [
        ("net", None),
        ("b", None),
    ]


def test_a_model_that_was_opened_and_run_is_offered_once(loaded, panel, qtbot):
    put(loaded)
    qtbot.waitUntil(lambda: len(loaded.state.results) == 1)
    first = loaded.state.model
    assert panel.orders.other_models() == ()
    loaded.state.models = (first,)
    loaded.state.model = replace(first, ref=ModelRef(architecture="vgg16"), title="vgg16", sha256="b" * 64)
    assert [other.title for other in panel.orders.other_models()] == [first.title]


def test_a_sweep_over_a_dial_is_a_row_of_its_own(loaded, panel, qtbot):
    loaded.dialogs.wanted_sweep = lambda knobs: Sweep(knobs[0], 0.5, 2, 3, "powers")
    loaded.window.commands["compare.sweep"].trigger()
    tiles = panel.decider.memory.tiles
    assert [t.spec.params for t in tiles] == [{"light": 0.05, "shadow": 0.1}, {}, {"light": 0.2, "shadow": 0.4}]
    assert [t.about.knob for t in tiles] == ["× 0.5", "× 1", "× 2"]
    assert len({t.strip for t in tiles}) == 1
    assert tiles[0].strip
    finish_all(loaded, qtbot, panel)
    assert list(names(panel.decider.memory.tiles).values()) == ["× 0.5", "× 1", "× 2"]
    assert panel.view.rows.rows == [[t.key for t in tiles]]


def test_results_of_the_list_are_added_once(loaded, panel, qtbot):
    put(loaded)
    qtbot.waitUntil(lambda: len(loaded.state.results) == 1)
    number = loaded.state.results[0].id
    panel.decider.add([number, number, 99])
    panel.decider.add([number])
    qtbot.waitUntil(lambda: [t.status for t in panel.decider.memory.tiles] == ["done"])
    assert panel.decider.memory.tiles[0].heatmap is not None


def test_the_map_on_the_screen_is_added_with_its_part(loaded, panel, qtbot):
    maps = (heatmap("all"), heatmap("round 1", (5, 5)))
    found = explanation(*maps)
    loaded.state.shown = shown_from(found, loaded.state.picture, 7)
    loaded.window.commands["compare.shown"].trigger()
    loaded.state.shown = loaded.state.shown.step_to(1)
    panel.decider.add_shown()
    panel.decider.add_shown()
    tiles = panel.decider.memory.tiles
    assert [t.heatmap for t in tiles] == list(maps)
    assert names(tiles)[tiles[1].key] == "round 1"


def test_cells_of_one_picture_share_it(loaded, panel, qtbot):
    panel.orders.my_methods()
    finish_all(loaded, qtbot, panel)
    again = replace(loaded.state.picture.picture)  # read once more
    key = panel.decider.memory.tiles[0].key
    panel.decider._fill(key, panel.decider.memory.tiles[0].explanation, again, 1)
    assert len({id(t.picture) for t in panel.decider.memory.tiles}) == 1


# -- what goes wrong ------------------------------------------------------------------------------------------------


def test_progress_failure_and_stopping_stay_in_their_cells(loaded, panel, qtbot):
    panel.orders.likeliest()
    memory = panel.decider.memory
    jobs = [t.job for t in memory.tiles]
    loaded.engine.progress(jobs[0], 0.4)
    qtbot.waitUntil(lambda: memory.tiles[0].status == "running" and memory.tiles[0].fraction == 0.4)
    loaded.engine.fail(jobs[1], UnsupportedModel("Light needs a lamp: choose Other.", code="no"))
    qtbot.waitUntil(lambda: memory.tiles[1].status == "failed")
    assert memory.tiles[1].sentence == "Light needs a lamp: choose Other."
    assert not loaded.state.messages
    loaded.engine.finish(jobs[0], answer(loaded, jobs[0]))
    panel.view.bar.cancel_wished.emit()
    qtbot.waitUntil(lambda: not any(t.under_way for t in memory.tiles))
    assert [t.status for t in memory.tiles] == ["done", "failed", "stopped", "stopped", "stopped"]
    assert memory.tiles[2].sentence == STOPPED


def test_a_cell_that_failed_can_be_tried_again(loaded, panel, qtbot):
    panel.orders.likeliest()
    memory = panel.decider.memory
    loaded.engine.fail(memory.tiles[0].job, UnsupportedModel("No.", code="no"))
    qtbot.waitUntil(lambda: memory.tiles[0].status == "failed")
    panel.decider.again(memory.tiles[0].key)
    assert memory.tiles[0].status == "waiting"
    loaded.engine.finish(memory.tiles[0].job, answer(loaded, memory.tiles[0].job))
    qtbot.waitUntil(lambda: memory.tiles[0].status == "done")


def test_closing_a_cell_cancels_its_job_and_a_late_answer_is_only_kept(loaded, panel, qtbot):
    panel.orders.likeliest()
    tile = panel.decider.memory.tiles[0]
    panel.view.close_wished.emit(tile.key)
    assert loaded.engine.cancelled == [tile.job]
    assert tile.key not in [t.key for t in panel.decider.memory.tiles]
    panel.decider.clear()
    assert panel.decider.memory.tiles == ()


def test_there_is_a_limit_and_it_is_said(loaded, panel):
    for number in range(MOST + 1):
        panel.decider.refuse(About(method=str(number)), "No.")
    assert len(panel.decider.memory.tiles) == MOST
    assert loaded.state.messages[-1].text == "Up to 24 maps are compared at once: close some cells first."


# -- two of them, and all -------------------------------------------------------------------------------------------


def test_of_three_chosen_cells_the_first_is_let_go(loaded, panel):
    for key in (1, 2, 3):
        panel.decider.toggle_chosen(key)
    assert panel.decider.memory.chosen == (2, 3)
    panel.decider.toggle_chosen(2)
    assert panel.decider.memory.chosen == (3,)


def test_two_cells_against_each_other_and_back(loaded, panel, qtbot):
    panel.orders.my_methods()
    finish_all(loaded, qtbot, panel)
    memory = panel.decider.memory
    panel.decider.pairing.compare_chosen()
    assert memory.compared is None  # nothing is chosen
    for tile in memory.tiles:
        panel.decider.toggle_chosen(tile.key)
    panel.view.bar.pair_wished.emit()
    qtbot.waitUntil(lambda: memory.compared is not None and memory.compared.pair is not None)
    assert memory.compared.pair.overlap.iou == 1
    assert not memory.compared.pair.own_maximum
    panel.view.bar.back_wished.emit()
    assert memory.compared is None


def test_cells_of_two_pictures_say_why_they_cannot_be_compared(loaded, panel, qtbot):
    panel.orders.my_methods()
    memory = panel.decider.memory
    first, second = (t.job for t in memory.tiles)
    loaded.engine.finish(first, answer(loaded, first))
    loaded.engine.finish(second, answer(loaded, second, input={"name": "dog.png", "sha256": "dog"}))
    qtbot.waitUntil(lambda: not any(t.under_way for t in memory.tiles))
    panel.decider.choose(*(t.key for t in memory.tiles))
    panel.decider.pairing.compare_chosen()
    assert "different pictures" in memory.compared.sentence


def test_the_table_follows_the_cells(loaded, panel, qtbot):
    panel.orders.likeliest()
    finish_all(loaded, qtbot, panel)
    memory = panel.decider.memory
    panel.view.bar.table_wished.emit()
    qtbot.waitUntil(lambda: memory.agreement.values is not None)
    assert memory.agreement.values.shape == (5, 5)
    assert np.allclose(memory.agreement.values, 1)
    panel.decider.remove(memory.tiles[0].key)
    qtbot.waitUntil(lambda: memory.agreement.values is not None and memory.agreement.values.shape == (4, 4))
    panel.decider.clear()
    assert memory.agreement is None


def test_a_cell_opens_in_the_heatmap_panel(loaded, panel, qtbot):
    panel.orders.my_methods()
    finish_all(loaded, qtbot, panel)
    qtbot.waitUntil(lambda: len(loaded.state.results) == 2)
    panel.view.open_wished.emit(panel.decider.memory.tiles[0].key)
    qtbot.waitUntil(lambda: loaded.state.shown is not None)
    assert loaded.state.shown.result == panel.decider.memory.tiles[0].result


# -- names and places -----------------------------------------------------------------------------------------------


def tile(key, strip=0, **about):
    return Tile(key, About(**about), strip=strip)


def test_cells_are_called_by_what_differs_only():
    tiles = [tile(i, method="Light", target=t, model="net", input="cat") for i, t in enumerate(("tabby", "lynx"))]
    assert names(tiles) == {0: "tabby", 1: "lynx"}
    assert shared(tiles) == "Light · net · cat"
    assert names(tiles[:1]) == {0: "Light · tabby"}
    assert shared(tiles[:1]) == ""


def test_cells_of_one_method_are_told_apart_by_their_settings():
    settings = ({"sigma_light": 0.1, "grid": 15}, {"sigma_light": 0.25, "grid": 15})
    tiles = [tile(i, method="GLAS", target="lynx", settings=s) for i, s in enumerate(settings)]
    assert names(tiles) == {0: "sigma light 0.1", 1: "sigma light 0.25"}
    tiles.append(tile(2, method="Other", target="lynx", settings={"rounds": 3}))
    assert names(tiles)[0] == "GLAS · sigma light 0.1"
    assert names(tiles)[2] == "Other"


def test_a_sweep_stands_in_one_row():
    tiles = [tile(1), tile(2), tile(3), tile(4, strip=1), tile(5, strip=1), tile(6, strip=1), tile(7)]
    assert rows_of(tiles, 2) == [[1, 2], [3], [4, 5, 6], [7]]


@pytest.mark.parametrize(
    ("count", "width", "height", "columns"), [(1, 9, 9, 1), (2, 16, 9, 2), (2, 9, 16, 1), (12, 16, 12, 4)]
)
def test_as_many_columns_as_make_the_pictures_largest(count, width, height, columns):
    assert columns_for(count, width, height, 1.0, 0) == columns


def test_my_methods_before_anybody_chose():
    assert sensible(["a", "b", "c"], ["c", "x", "a"]) == ("c", "a")
    assert sensible(["a", "b"], ["x"]) == ("a", "b")


def models(*contents):
    """A cell per (file, hash), all of one architecture."""
    return tuple(
        Tile(i, About("Light", "lynx", "net", weights=file, digest=digest)) for i, (file, digest) in enumerate(contents)
    )


def test_two_models_of_one_architecture_go_by_their_files_or_else_by_their_hashes():
    assert names(models(("mine", "a" * 64), ("theirs", "b" * 64))) == {0: "net (mine)", 1: "net (theirs)"}
    assert names(models(("mine", "a" * 64), ("mine", "b" * 64))) == {0: "net (aaaaaaa)", 1: "net (bbbbbbb)"}
    assert names(models(("", "a" * 64), ("theirs", "b" * 64))) == {0: "net (aaaaaaa)", 1: "net (bbbbbbb)"}
    assert shared(models(("mine", "a" * 64), ("mine", "a" * 64))) == "Light · lynx · net"


def test_weights_are_called_by_their_file_without_its_folders():
    assert weights_name(ModelRef(architecture="net", weights="C:\\x\\mine.v2.pth")) == "mine.v2"
    assert weights_name(ModelRef(architecture="net", weights="default")) == ""


def test_explanations_that_are_dropped_on_the_panel_become_cells(loaded, panel, qtbot):
    put(loaded)
    qtbot.waitUntil(lambda: len(loaded.state.results) == 1)
    number = loaded.state.results[0].id
    panel.view.dragEnterEvent(drag := Drag(carrying((number, number))))
    assert drag.isAccepted()
    assert panel.view.alike.text() == "Drop to add 1 map."
    panel.view.dropEvent(Drag(carrying((number, number))))
    qtbot.waitUntil(lambda: [t.status for t in panel.decider.memory.tiles] == ["done"])
    panel.view.dragEnterEvent(other := Drag(QMimeData()))
    assert not other.isAccepted()
