"""A folder in the window, with the real engine and the built-in network: browsed, followed, counted, explained."""

from __future__ import annotations

import csv

import pytest
from fakes import FakeDialogs
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from salviewer.gui.batch_values import FAILED, Place
from salviewer.gui.browsing import Browsing
from salviewer.gui.kept import Kept
from salviewer.gui.values import Answer
from salviewer.gui.views.confusion import colour_of, contrast, readable_on
from salviewer.host import Host
from salviewer.jobs.engine import Engine
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.workspace import Workspace

LONG_MS = 120_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """red/1, red/2, red/10 and blue/1; white/1 is called yellow; red/3 is no picture."""
    root = tmp_path_factory.mktemp("flowers")
    samples = Shelf(device="cpu").collection("an8flower-single-6c", {})
    by_id = {name: i for i, name in enumerate(samples.ids)}
    kept = {
        "red/1": "red-00", "red/2": "red-05", "red/10": "red-10", "blue/1": "blue-00", "yellow/1": "white-00",
    }  # fmt: skip
    for name, sample in kept.items():
        path = root / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(samples[by_id[sample]].picture.pixels).save(path)
    (root / "red" / "3.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    return root


@pytest.fixture
def real(make_session, qtbot, tmp_path):
    session = make_session(
        shelf=Shelf(Host.discover(), "cpu", spare_threads=1),
        workspace=Workspace(tmp_path / "workspace.sqlite3"),
        dialogs=FakeDialogs(),
        make_engine=Engine,
    )
    session.actions.opening.open_sample()
    state = session.state
    qtbot.waitUntil(lambda: state.prediction is not None and state.grid is not None and not state.busy, timeout=LONG_MS)
    return session


@pytest.fixture
def opened(real, qtbot, folder):
    """The folder is open at its first picture, with a quick method."""
    real.actions.choose_method("gradient")
    real.actions.open_files([folder])
    quiet(real, qtbot, lambda: at(real) == "blue/1")
    return real


def quiet(session, qtbot, is_so=lambda: True):
    state = session.state
    qtbot.waitUntil(lambda: is_so() and not state.busy, timeout=LONG_MS)


def at(session):
    """Which picture is open, without its ending."""
    memory, picture = session.actions.browsing.memory, session.state.picture
    names = {item.key: item.name.removesuffix(".png") for item in memory.batch.items} if memory.batch else {}
    return names.get(picture.ref.source, "") if picture is not None and session.state.prediction is not None else ""


def key(session, name):
    return next(i.key for i in session.actions.browsing.memory.batch.items if i.name == f"{name}.png")


def test_a_dropped_folder_is_gone_through_in_natural_order(opened, qtbot):
    picture = opened.state.picture
    assert picture.truth == "blue"
    assert [s.rpartition("flowers")[2].partition("/")[2] for s in picture.siblings] == [
        "blue/1.png", "red/1.png", "red/2.png", "red/3.png", "red/10.png", "yellow/1.png",
    ]  # fmt: skip
    opened.window.commands["sample.next"].trigger()
    quiet(opened, qtbot, lambda: at(opened) == "red/1")
    assert opened.window.commands["sample.previous"].isEnabled()
    opened.window.commands["folder.last"].trigger()
    quiet(opened, qtbot, lambda: at(opened) == "yellow/1")
    assert not opened.window.commands["sample.next"].isEnabled()


def test_arrow_keys_go_through_the_folder_where_the_canvas_has_the_focus(opened, qtbot):
    opened.window.heatmap.canvas.setFocus()
    for pressed, name in ((Qt.Key.Key_Right, "red/1"), (Qt.Key.Key_End, "yellow/1"), (Qt.Key.Key_Home, "blue/1"),
                          (Qt.Key.Key_PageDown, "yellow/1"), (Qt.Key.Key_PageUp, "blue/1")):  # fmt: skip
        qtbot.keyClick(opened.window.heatmap.canvas, pressed)
        quiet(opened, qtbot, lambda name=name: at(opened) == name)


def test_a_damaged_picture_is_marked_with_its_sentence_and_left_again(opened, qtbot):
    actions = opened.actions
    actions.browsing.go_to(key(opened, "red/2"))
    quiet(opened, qtbot, lambda: at(opened) == "red/2")
    actions.browsing.step(1)
    bad = key(opened, "red/3")
    quiet(opened, qtbot, lambda: bad in actions.browsing.memory.looked)
    assert "the file is damaged" in actions.browsing.memory.looked[bad].error
    assert opened.state.picture is None  # the one before is not shown under this one's name
    assert opened.window.centre.currentWidget() is opened.window.heatmap
    assert "the file is damaged" in opened.window.heatmap.fault.text()
    actions.browsing.step(1)
    quiet(opened, qtbot, lambda: at(opened) == "red/10")
    assert opened.window.heatmap.fault.isHidden()
    assert not opened.state.messages


def test_the_strip_shows_thumbnails_verdicts_and_where_one_is(opened, qtbot):
    strip = opened.window.show_panel("folder").view
    assert strip.title.text().startswith("flowers")
    assert strip.place.text() == "1 of 6"
    tiles = strip.list.tiles
    first = tiles.index(0)
    qtbot.waitUntil(lambda: first.data(Qt.ItemDataRole.DecorationRole) is not None, timeout=LONG_MS)
    words = "blue/1.png, blue 100 %, right"
    qtbot.waitUntil(lambda: first.data(Qt.ItemDataRole.AccessibleTextRole) == words, timeout=LONG_MS)
    strip.list.setFocus()
    qtbot.keyClick(strip.list, Qt.Key.Key_Right)
    quiet(opened, qtbot, lambda: at(opened) == "red/1")
    assert strip.place.text() == "2 of 6"


def test_predicting_all_counts_right_and_wrong(opened, qtbot, tmp_path):
    actions, memory = opened.actions, opened.actions.browsing.memory
    panel = opened.window.show_panel("batch").view
    actions.batching.predict_all()
    quiet(opened, qtbot, lambda: memory.going is None and memory.said)
    assert memory.said == "5 pictures predicted, 1 could not be."
    table, classes = memory.table, opened.state.model.classes
    red, blue, yellow, white = (classes.index(name) for name in ("red", "blue", "yellow", "white"))
    assert table.counts.counts == {(red, red): 3, (blue, blue): 1, (yellow, white): 1}
    assert panel.numbers.text() == "Accuracy 80.0 % (37.6 % to 96.4 %)   Balanced 66.7 %   n 5"
    assert panel.failed.text() == "1 could not be read"
    confusion = panel.table.confusion
    panel.table.setCurrentIndex(confusion.place_of(Place(yellow, white)))
    assert memory.place == Place(yellow, white)
    assert panel.tiles.tiles.index(0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("yellow/1.png, white")
    assert actions.counting.pictures_in(FAILED) == (key(opened, "red/3"),)
    actions.batching.choose(by_errors=True)
    assert set(memory.table.columns[:2]) == {yellow, white}
    opened.dialogs.path = tmp_path / "out.csv"
    actions.counting.export("table")
    quiet(opened, qtbot, opened.dialogs.path.exists)
    rows = list(csv.reader(opened.dialogs.path.read_text(encoding="utf-8").splitlines()))
    assert rows[0][0] == "true class"
    assert ["red", "3", "1.0000"] in [[row[0], row[-2], row[-1]] for row in rows]
    actions.counting.export("pictures")
    quiet(opened, qtbot, lambda: "picture" in opened.dialogs.path.read_text())
    assert str(tmp_path) not in opened.dialogs.path.read_text()


def test_explaining_all_keeps_every_result_and_makes_none_twice(opened, qtbot):
    actions, state, memory = opened.actions, opened.state, opened.actions.browsing.memory
    actions.batching.choose(aim="truth", limit=3)
    actions.batching.explain_all()
    quiet(opened, qtbot, lambda: memory.going is None and memory.said)
    assert memory.said == "3 pictures explained."
    quiet(opened, qtbot, lambda: len(state.results) == 3)
    assert [item.target for item in state.results] == ["red", "red", "blue"]
    actions.batching.choose(limit=0)
    actions.batching.explain_all()
    quiet(opened, qtbot, lambda: memory.going is None and memory.said)
    quiet(opened, qtbot, lambda: len(state.results) == 5)
    assert memory.said.startswith("5 pictures explained. 1 picture left out")
    yellow = key(opened, "yellow/1")
    actions.browsing.go_to(yellow, with_map=True)
    quiet(opened, qtbot, lambda: state.shown is not None and state.shown.explanation is not None)
    assert state.shown.title.endswith("yellow")


def test_a_stopped_run_goes_on_where_it_was(opened, qtbot):
    actions, memory = opened.actions, opened.actions.browsing.memory
    actions.batching.explain_all()
    qtbot.waitUntil(lambda: memory.going is not None and memory.going.what == "explain" and memory.going.done >= 1,
                    timeout=LONG_MS)  # fmt: skip
    assert opened.window.commands["run"].isEnabled()
    actions.batching.stop()
    assert memory.said.startswith("Stopped: ")
    quiet(opened, qtbot)
    before = len(actions.kept.workspace.rows())
    assert 1 <= before < 5
    actions.batching.explain_all()
    quiet(opened, qtbot, lambda: memory.going is None and "explained" in memory.said)
    assert len(actions.kept.workspace.rows()) == 5


def test_the_method_follows_and_what_is_known_is_not_run_again(opened, qtbot):
    actions, state = opened.actions, opened.state
    actions.browsing.following.set_follow(True)
    quiet(opened, qtbot, lambda: state.shown is not None and len(state.results) == 1)
    actions.browsing.step(1)
    quiet(opened, qtbot, lambda: at(opened) == "red/1" and state.shown is not None and len(state.results) == 2)
    actions.browsing.step(-1)
    quiet(opened, qtbot, lambda: at(opened) == "blue/1" and state.shown is not None and not state.shown.partial)
    assert len(state.results) == 2
    assert state.shown.result == min(item.id for item in state.results)
    actions.browsing.following.set_follow(False)


def test_names_that_mean_no_class_are_asked_about(real, qtbot, folder, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text(f"file,label\n{folder / 'red' / '1.png'},rouge\n{folder / 'blue' / '1.png'},BLUE\n")
    real.actions.open_files([table])
    quiet(real, qtbot, lambda: at(real).endswith("1"))
    (message,) = real.state.messages
    assert message.text.startswith("“rouge” is no class of the model")
    real.dialogs.choice = "red"
    real.actions.answer(message, Answer("Match them …", "match"))
    classes = real.state.model.classes
    assert set(real.actions.counting.truths().values()) == {classes.index("red"), classes.index("blue")}
    assert not real.state.messages


def test_the_question_about_names_goes_with_the_model(real, qtbot, folder, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text(f"file,label\n{folder / 'red' / '1.png'},rouge\n")
    real.actions.open_files([table])
    quiet(real, qtbot, lambda: bool(real.state.messages))
    (message,) = real.state.messages
    real.dialogs.path = tmp_path / "second"
    real.actions.workspacing.new()
    qtbot.waitUntil(lambda: real.state.model is None, timeout=LONG_MS)
    assert message not in real.state.messages
    real.actions.answer(message, Answer("Match them …", "match"))


def test_a_table_that_cannot_be_read_says_so(real, qtbot, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("file,label\na.png,x\na.png,y\n")
    real.actions.open_files([table])
    quiet(real, qtbot, lambda: bool(real.state.messages))
    assert "is there twice" in real.state.messages[0].text


def test_several_dropped_pictures_are_a_folder_of_their_own(real, qtbot, folder):
    real.actions.open_files([folder / "red" / "10.png", folder / "red" / "2.png"])
    quiet(real, qtbot, lambda: at(real) == "2")
    assert [item.name for item in real.actions.browsing.memory.batch.items] == ["2.png", "10.png"]


def test_a_samples_collection_is_a_folder_too(real):
    batch = real.actions.browsing.memory.batch
    assert len(batch.items) == 240
    assert not batch.place


def test_without_a_workspace_nothing_is_explained(session):
    assert session.actions.batching.why_not("explain") == "Open a folder first."
    assert isinstance(session.actions.browsing, Browsing)
    assert not Kept(None).stores


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cells_can_be_read_on_every_colour(qapp, scheme):
    from salviewer.gui import theme

    theme.apply(qapp, scheme)
    for hit in (True, False):
        for share in range(0, 101, 5):
            back = colour_of(share / 100, hit=hit)
            assert contrast(readable_on(back), back) >= 4.5
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
