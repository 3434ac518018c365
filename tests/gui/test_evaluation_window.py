"""The evaluation's window: opened late and once, what can be pressed when, what the leaderboard shows."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from salviewer.bench.store import Row
from salviewer.bench.table import no_values, table
from salviewer.gui.evaluation_values import Board, Cell, Pictures, Plan, Score, UnderWay
from salviewer.gui.field_specs import folder_field
from salviewer.gui.views.checklist import Checklist, Entry
from salviewer.gui.views.evaluation import EvaluationWindow, _said
from salviewer.gui.views.evaluation_run import EvaluationRunView
from salviewer.gui.views.leaderboard import LeaderboardTable
from salviewer.gui.views.leaderboard_model import BENEATH, BEST, CONTROL, LOST, NUMBER, as_number
from salviewer.gui.views.run_card import words_of

N = 12


def board_of(tmp_path, **values):
    """A board of one metric "d": an array per method, and the controls at 0.5."""
    noise = np.linspace(-0.1, 0.1, N)
    rows = {**values, "random-map": 0.5 + noise, "centred-gaussian": 0.5 - noise}
    found = [
        Row("net", f"p{i}", method, name, name or "seconds", 1, float(v), 0.1)
        for method, numbers in rows.items()
        for i, v in enumerate(numbers)
        for name in ("", "d")
    ]
    return Board(tmp_path, table(found))


def empty_board(tmp_path):
    nan = float("nan")
    found = table([Row("net", "p", m, "d", "d", 1, nan, 0.1, "Nothing is taken away.") for m in ("a", "random-map")])
    return Board(tmp_path, found, no_values=no_values(found, {}))


@pytest.fixture
def leaderboard(qtbot):
    view = LeaderboardTable()
    qtbot.addWidget(view)
    view.board.set_words({"a": "Method A", "d": "Deletion"}, {"d": "lower"}, {"d": "How soon?"})
    return view


def column(view, role, at=1):
    return {view.board.methods[r]: view.board.index(r, at).data(role) for r in range(view.board.rowCount())}


def test_an_empty_column_says_why(leaderboard, tmp_path):
    leaderboard.set_board(empty_board(tmp_path))
    assert column(leaderboard, NUMBER) == {"a": "–", "random-map": "–"}
    assert "No value. Nothing is taken away." in column(leaderboard, Qt.ItemDataRole.ToolTipRole)["a"]
    assert "d: no value for any method. Nothing is taken away." in _said(empty_board(tmp_path), str)


def test_best_lost_and_controls_are_marked(leaderboard, tmp_path):
    leaderboard.set_board(board_of(tmp_path, a=np.full(N, 0.2), b=np.full(N, 0.9)))
    assert column(leaderboard, NUMBER)["a"] == "0.200"
    assert column(leaderboard, BENEATH)["a"] == "± 0.000, n 12"
    assert column(leaderboard, BEST) == {"a": True, "b": False, "random-map": False, "centred-gaussian": False}
    assert column(leaderboard, LOST) == {"a": False, "b": True, "random-map": False, "centred-gaussian": False}
    assert column(leaderboard, CONTROL)["random-map"] is True
    tip = leaderboard.board.index(1, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert "No better than a random map: paired difference +0.4" in tip
    assert "p 0.001" in tip
    head = [leaderboard.board.headerData(i, Qt.Orientation.Horizontal) for i in range(3)]
    assert head == ["Method", "Deletion ↓", "Seconds ↓"]


def test_sorting_leaves_the_controls_last(leaderboard, tmp_path):
    leaderboard.set_board(board_of(tmp_path, a=np.full(N, 0.9), b=np.full(N, 0.2), c=np.full(N, 0.4)))
    controls = ("random-map", "centred-gaussian")
    assert leaderboard.board.methods == ("a", "b", "c", *controls)
    head = leaderboard.horizontalHeader()
    for wanted in (("b", "c", "a"), ("a", "c", "b"), ("a", "b", "c")):
        head.sectionClicked.emit(1)
        assert leaderboard.board.methods == (*wanted, *controls)


def test_the_chosen_cell_stays_chosen_when_rows_come_and_only_clicks_are_told(leaderboard, tmp_path, qtbot):
    leaderboard.set_board(board_of(tmp_path, b=np.full(N, 0.2)))
    with qtbot.waitSignal(leaderboard.cell_wished) as told:
        leaderboard.setCurrentIndex(leaderboard.board.index(0, 1))
    assert told.args == ["b", "d"]
    with qtbot.assertNotEmitted(leaderboard.cell_wished):
        leaderboard.set_board(board_of(tmp_path, a=np.full(N, 0.1), b=np.full(N, 0.2)))
    at = leaderboard.currentIndex()
    assert (at.row(), at.column()) == (1, 1)


def test_a_method_that_failed_has_a_dash_and_a_sentence(leaderboard, tmp_path):
    found = [Row("net", "p", "a", "", "seconds", 1, float("nan"), 0.1, error="Needs pooling.")]
    leaderboard.set_board(Board(tmp_path, table([*found, Row("net", "p", "b", "d", "d", 1, 0.5, 0.1)])))
    assert column(leaderboard, NUMBER)["a"] == "–"
    assert "Needs pooling." in leaderboard.board.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_numbers_keep_what_they_tell():
    assert [as_number(v) for v in (0.0, 0.5, 0.00042, 12345.0)] == ["0.000", "0.500", "0.00042", "1.2e+04"]


def test_what_is_left_is_said_in_round_words():
    assert [words_of(s) for s in (None, 0.2, 29.6, 170, 9000)] == [
        "", "about 1 s left", "about 30 s left", "about 3 min left", "about 2.5 h left",
    ]  # fmt: skip


def test_run_and_stop_take_turns(qtbot):
    view = EvaluationRunView()
    qtbot.addWidget(view)
    view.set_size(2, 4, 3)
    view.set_why_not("")
    assert view.size.text() == "2 pictures × 4 methods × 3 metrics: 8 maps, 24 measurements"
    assert view.run.isEnabled()
    assert view.stop.isHidden()
    view.set_running(UnderWay(1))
    assert view.present.text() == "Waiting for the job before it"
    view.set_running(UnderWay(1, 0.25, "p: glas (1 of 4)", started=True, left_s=30))
    assert view.left.text() == "25 % · about 30 s left"
    assert view.run.isHidden()
    view.set_running(UnderWay(1, 0.25, started=True, stopping=True))
    assert not view.stop.isEnabled()
    assert view.stop.text() == "Stopping …"
    view.set_running(None)
    view.set_why_not("Tick at least one method.")
    assert not view.run.isEnabled()
    assert not view.why.isHidden()


def test_the_filter_finds_by_title_key_and_heading(qtbot):
    view = Checklist("methods")
    qtbot.addWidget(view)
    view.set_entries([Entry("gradcam", "Grad-CAM", "Activations"), Entry("rise", "RISE", "Perturbation")])
    view.set_ticked({"rise"})

    def seen():
        return [view.list.item(i).text() for i in range(view.list.count()) if not view.list.item(i).isHidden()]

    assert seen() == ["Activations", "Grad-CAM", "Perturbation", "RISE"]
    view.filter.setText("perturb")
    assert seen() == ["Perturbation", "RISE"]
    view.filter.setText("gradcam")
    assert seen() == ["Activations", "Grad-CAM"]
    view.filter.setText("nothing such")
    assert seen() == []
    assert not view._none.isHidden()
    with qtbot.waitSignal(view.ticked) as told:
        view.list.item(3).setCheckState(Qt.CheckState.Unchecked)
    assert told.args == ["rise", False]
    view.set_barred({"gradcam": "needs boxes"})
    assert view.list.item(1).text() == "Grad-CAM (needs boxes)"
    assert not view.list.item(1).flags() & Qt.ItemFlag.ItemIsEnabled


def test_a_collection_of_a_folder_has_a_button_for_it():
    from salviewer.host import Host

    host = Host.discover()
    found = {key: folder_field(host.params(info)) for key, info in host.collections.items()}
    assert found["image-folder"] == found["ilsvrc"] == found["masked-folder"] == "folder"
    assert found["an8flower-single-6c"] == ""
    assert folder_field(None) == ""


@pytest.fixture
def opened(session):
    session.window.commands["evaluation.open"].trigger()
    return session.window.evaluation.window


def test_it_is_made_once_and_closing_hides_it(session, opened, qtbot):
    assert isinstance(opened, EvaluationWindow)
    assert opened.isVisible()
    opened.close()
    assert not opened.isVisible()
    session.window.commands["evaluation.open"].trigger()
    assert session.window.evaluation.window is opened
    assert opened.isVisible()


def test_it_goes_with_the_main_window(session, opened, qtbot):
    session.window.close()
    assert session.window.evaluation.wiring is None
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, EvaluationWindow) and w.isVisible()]


def test_it_follows_the_state(session, opened, qtbot, tmp_path):
    state = session.state
    assert "Open a model" in opened.run.why.text()
    assert opened.choices.model.text() == "none is open"
    state.pictures = Pictures(fault="The folder is gone: choose another.")
    assert not opened.choices.pictures.fault.isHidden()
    state.board = board_of(tmp_path, a=np.full(N, 0.2), b=np.full(N, 0.9))
    assert opened.table.board.rowCount() == 4
    state.cell = Cell("a", "d", (Score("net", "p1", "a", 0.1), Score("net", "p2", "a", float("nan"))))
    assert not opened.pictures.isHidden()
    assert opened.pictures.title.text() == "a by d"
    assert opened.pictures.model.index(1).data() == "p2: no value"
    state.cell = None
    assert opened.pictures.isHidden()
    state.evaluation = UnderWay(5, started=False)
    assert not opened.choices.methods.isEnabled()
    state.evaluation = None
    state.plan = Plan(collection="an8flower-single-6c", recipe="glas-table-2", methods=("light",))
    assert not opened.choices.methods.isEnabled()


def test_dark_and_light(session, opened, qtbot):
    session.window.set_scheme("dark")
    assert opened.grab().toImage().pixelColor(2, 2).lightness() < 80
    session.window.set_scheme("light")
    assert opened.grab().toImage().pixelColor(2, 2).lightness() > 180
