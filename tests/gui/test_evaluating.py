"""What the evaluation's window decides: what is offered, when Run may be pressed, what becomes of a run."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import nibabel
import numpy as np
import pytest
from PIL import Image

from salviewer.api import AtlasRef, ModelRef
from salviewer.bench.store import FILE, Store
from salviewer.gui.closing import may_close
from salviewer.gui.evaluation_errands import look_at, read_scores
from salviewer.gui.evaluation_offers import chosen_methods, offered_methods, why_no_metric
from salviewer.gui.evaluation_plan import folder_of, size_of, spec_of, why_not
from salviewer.gui.under_way import Running
from salviewer.jobs.shelf import Shelf

FLOWERS = "an8flower-single-6c"


@pytest.fixture(scope="module")
def shelf():
    return Shelf(device="cpu")


@pytest.fixture
def session(make_session, shelf, qtbot, tmp_path):
    """A session with the small model open, two methods and a metric ticked, two pictures asked for."""
    session = make_session(shelf=shelf)
    session.actions.opening.open_model(ModelRef(architecture="an8flower-cnn"))
    session.actions.leaderboard  # noqa: B018 - made on first use
    session.actions.evaluating.start()
    state = session.state
    qtbot.waitUntil(lambda: state.model is not None and state.pictures is not None and not state.busy)
    session.actions.evaluating.choose(
        limit=2, methods=("gradient", "gradcam"), metrics=("sparseness",), folder=tmp_path / "run"
    )
    qtbot.waitUntil(lambda: not state.busy)
    return session


def ran(session, qtbot):
    session.actions.evaluating.run()
    state = session.state
    qtbot.waitUntil(lambda: state.evaluation is None and bool(state.evaluation_messages), timeout=60_000)
    failed = state.evaluation_messages[-1].level == "error"
    qtbot.waitUntil(lambda: failed or (state.board is not None and "gradcam" in state.board.table.methods))
    qtbot.waitUntil(lambda: not state.busy)


def reason(session):
    return why_not(session.state, session.actions.host)


def test_at_first_cheap_methods_are_ticked_and_a_known_collection_is_chosen(make_session, shelf, qtbot):
    session = make_session(shelf=shelf)
    session.actions.evaluating.start()
    qtbot.waitUntil(lambda: session.state.pictures is not None)
    plan, pictures = session.state.plan, session.state.pictures
    assert plan.collection == FLOWERS
    chosen = chosen_methods(session.state, session.actions.host)
    assert set(chosen) == {"gradcam", "gradient", "gradient-x-input", "guided-backprop"}
    assert plan.metrics == ("deletion", "insertion", "pointing-game")
    assert (pictures.count, pictures.annotated, pictures.labelled, pictures.fault) == (240, True, True, "")
    assert "Open a model" in reason(session)
    qtbot.waitUntil(lambda: not session.state.busy)


def test_the_controls_are_not_offered_and_always_counted(session):
    assert not {"random-map", "centred-gaussian"} & {i.key for i in offered_methods(session.actions.host)}
    assert size_of(session.state, session.actions.host) == (2, 4, 1)


def test_the_open_pictures_collection_is_taken_until_one_is_chosen(session, qtbot):
    state, actions = session.state, session.actions
    actions.opening.open_picture("collection:captioned-flowers")
    qtbot.waitUntil(lambda: state.plan.collection == "captioned-flowers" and not state.busy)
    actions.evaluating.choose_collection(FLOWERS)
    actions.opening.open_picture("collection:captioned-flowers")
    qtbot.waitUntil(lambda: not state.busy)
    assert state.plan.collection == FLOWERS


def test_nothing_ticked_and_nothing_to_open_are_said(session, qtbot):
    evaluating, state = session.actions.evaluating, session.state
    assert reason(session) == ""
    evaluating.tick("methods", "gradient", False)
    evaluating.tick("methods", "gradcam", False)
    assert reason(session) == "Tick at least one method."
    evaluating.tick("methods", "gradcam", True)
    evaluating.tick("metrics", "sparseness", False)
    assert reason(session) == "Tick at least one metric."
    evaluating.choose_collection("image-folder")
    assert state.pictures.fault == reason(session) == "Choose the folder with the pictures first."


def test_a_missing_and_an_empty_folder_are_said(session, qtbot, tmp_path):
    session.dialogs.folder = tmp_path / "missing"
    session.actions.evaluating.choose_collection("image-folder")
    session.actions.evaluating.collecting.ask_source("folder")
    qtbot.waitUntil(lambda: session.state.pictures is not None)
    assert "missing" in session.state.pictures.fault
    assert "that can be opened" in reason(session)
    (tmp_path / "empty").mkdir()
    session.actions.evaluating.collecting.set_params({"folder": str(tmp_path / "empty")})
    qtbot.waitUntil(lambda: session.state.pictures is not None)
    assert session.state.pictures.fault


def test_metrics_that_need_the_truth_are_barred_where_there_is_none(shelf, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (40, 30), "red").save(tmp_path / name / "1.png")
    found = look_at(shelf, "image-folder", {"folder": str(tmp_path)})
    assert (found.count, found.annotated, found.labelled, found.classes) == (2, False, True, ("a", "b"))
    assert "boxes or masks" in why_no_metric(shelf.host.metrics["pointing-game"], found)
    assert why_no_metric(shelf.host.metrics["deletion"], found) == ""


def test_a_recipe_takes_the_place_of_what_is_ticked(session):
    session.actions.evaluating.choose(recipe="glas-table-1")
    spec = spec_of(session.state, session.actions.host)
    assert [m.params for m in spec.methods] == [{"grid": g} for g in (12, 15, 22, 25, 30)]
    assert (spec.recipe, spec.limit, [m.key for m in spec.metrics]) == ("glas-table-1", 2, ["pointing-game"])
    assert size_of(session.state, session.actions.host) == (2, 7, 1)
    session.actions.evaluating.choose(folder=None)
    assert "glas-table-1" in folder_of(session.state).name


def test_a_run_fills_the_board_and_says_what_it_did(session, qtbot):
    ran(session, qtbot)
    board = session.state.board
    assert set(board.table.methods) == {"gradient", "gradcam", "random-map", "centred-gaussian"}
    assert board.columns == ("sparseness", "seconds")
    assert board.table.cells["gradient", "sparseness"].n == 2
    assert [m.text for m in session.state.evaluation_messages] == ["Done: 8 maps judged."]


def test_a_second_run_finds_everything_finished(session, qtbot):
    ran(session, qtbot)
    ran(session, qtbot)
    assert session.state.evaluation_messages[-1].text == "Done: 8 maps judged, 8 of them found finished."


def test_a_folder_of_before_is_shown_and_its_settings_can_be_taken_over(session, qtbot, tmp_path):
    ran(session, qtbot)
    state, actions = session.state, session.actions
    actions.evaluating.choose(folder=tmp_path / "other", methods=("glas",), limit=7, seed=5)
    qtbot.waitUntil(lambda: state.board is None and not state.busy)
    assert not (tmp_path / "other").exists()
    session.dialogs.folder = tmp_path / "run"
    actions.evaluating.ask_folder()
    qtbot.waitUntil(lambda: state.board is not None)
    actions.leaderboard.take_over()
    assert (state.plan.methods, state.plan.limit, state.plan.seed) == (("gradient", "gradcam"), 2, 0)


def test_a_folder_that_cannot_be_written_to_and_a_damaged_file_are_said(session, qtbot, tmp_path):
    state, actions = session.state, session.actions
    (tmp_path / "file").write_text("x")
    actions.evaluating.choose(folder=tmp_path / "file" / "run")
    ran(session, qtbot)
    assert "choose a folder that you may write to" in state.evaluation_messages[-1].text
    assert state.evaluation is None
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / FILE).write_bytes(b"no database " * 500)
    actions.evaluating.choose(folder=bad)
    qtbot.waitUntil(lambda: bool(state.evaluation_messages) and not state.busy)
    assert "is damaged or no results file: choose another folder" in state.evaluation_messages[-1].text
    assert (bad / FILE).read_bytes() == b"no database " * 500


def test_a_fault_of_our_own_is_said_without_a_traceback(session, qtbot, monkeypatch):
    monkeypatch.setattr("salviewer.gui.evaluation_errands.evaluate", lambda *a: 1 / 0)
    ran(session, qtbot)
    message = session.state.evaluation_messages[-1]
    assert "failed inside SalViewer (ZeroDivisionError)" in message.text
    assert "Traceback" in message.details


def test_the_pace_tells_what_is_left(session, monkeypatch):
    from salviewer.gui.evaluation_values import UnderWay

    evaluating, state, now = session.actions.evaluating, session.state, [0.0]
    monkeypatch.setattr("salviewer.gui.evaluating.time.monotonic", lambda: now[0])
    evaluating._pace.clear()
    state.evaluation = UnderWay(99)
    for i, at in enumerate((0.0, 2.0, 4.0)):
        now[0] = at
        state.busy = (Running(99, "Evaluating", None, 0.1 * (i + 1), f"Evaluating {i}", started=True),)
    assert state.evaluation.message == "2"
    assert state.evaluation.left_s == pytest.approx(14.0)
    state.evaluation = replace(state.evaluation, stopping=True)
    state.busy = ()
    assert state.evaluation is None
    assert "Run goes on from there" in state.evaluation_messages[-1].text


def test_a_cells_pictures_come_best_first_and_those_without_a_value_last(tmp_path):
    from salviewer.bench.store import Row

    with Store(tmp_path) as store:
        for name, value, seconds in (("a", 0.5, 3.0), ("b", math.nan, 1.0), ("c", 0.1, 2.0), ("d", 0.9, 4.0)):
            about = ("m", name, "glas")
            store.add(name, [Row(*about, "", "seconds", 1, seconds, seconds), Row(*about, "d", "d", 1, value, 0.1),
                             Row(*about, "d", "half", 0, -value, 0.1)])  # fmt: skip
        store.add("x", [Row("m", "a", "other", "d", "d", 1, 0.0, 0.1)])

    def order(column, better):
        return "".join(s.picture for s in read_scores(tmp_path, "glas", column, better))

    assert order("d", "higher") == "dacb"
    assert order("d", "lower") == "cadb"
    assert order("d/half", "higher") == "cadb"
    assert order("seconds", "") == "bcad"


def test_a_cell_shows_its_pictures_with_thumbnails(session, qtbot):
    ran(session, qtbot)
    session.actions.leaderboard.show_cell("gradient", "sparseness")
    qtbot.waitUntil(lambda: session.state.cell is not None and session.state.cell.scores is not None)
    values = [s.value for s in session.state.cell.scores]
    assert values == sorted(values, reverse=True)
    assert len(values) == 2
    got = []
    session.actions.leaderboard.thumbnail(session.state.cell.scores[0], got.append)
    qtbot.waitUntil(lambda: bool(got))
    assert got[0].shape == (256, 256, 3)


def test_opening_a_picture_runs_the_method_on_it_in_the_main_window(session, qtbot):
    ran(session, qtbot)
    session.actions.leaderboard.show_cell("gradcam", "sparseness")
    qtbot.waitUntil(lambda: session.state.cell is not None and session.state.cell.scores is not None)
    score = session.state.cell.scores[1]
    session.actions.leaderboard.open(score)
    qtbot.waitUntil(lambda: len(session.engine.explaining) == 1, timeout=20_000)
    spec = session.engine.events[session.engine.explaining[0]].spec
    assert (spec.method, spec.input.source) == ("gradcam", f"collection:{FLOWERS}/{score.picture}")
    label = ("red", "orange", "yellow", "blue", "magenta", "white").index(score.picture.partition("-")[0])
    assert spec.target == label
    session.engine.cancel(session.engine.explaining[0])
    qtbot.waitUntil(lambda: not session.state.busy)


def test_page_and_exports_are_written(session, qtbot, tmp_path):
    ran(session, qtbot)
    actions = session.actions
    actions.leaderboard.open_page()
    qtbot.waitUntil(
        lambda: bool(session.dialogs.asked) or session.state.evaluation_messages[-1].level == "error", timeout=60_000
    )
    assert ("show", tmp_path / "run" / "index.html") in session.dialogs.asked, session.state.evaluation_messages[-1]
    assert "sparseness" in (tmp_path / "run" / "index.html").read_text(encoding="utf-8")
    session.dialogs.path = tmp_path / "rows.csv"
    actions.leaderboard.export("csv")
    qtbot.waitUntil(lambda: session.state.evaluation_messages[-1].text == "Saved rows.csv.")
    assert len((tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()) > 8
    session.dialogs.path = tmp_path / "missing" / "rows.csv"
    actions.leaderboard.export("csv")
    qtbot.waitUntil(lambda: "cannot be written" in session.state.evaluation_messages[-1].text)


def test_what_was_asked_for_is_in_the_folder(session, qtbot, tmp_path):
    ran(session, qtbot)
    with Store(tmp_path / "run") as store:
        spec = store.remembered()
    assert json.loads(spec.model_dump_json())["limit"] == 2
    assert spec.models == (session.state.model.ref,)


def test_closing_the_window_asks_while_it_runs(session):
    from salviewer.gui.evaluation_values import UnderWay

    session.state.evaluation = UnderWay(0)
    session.dialogs.may_close = False
    assert not may_close(session.actions)
    assert session.dialogs.asked[-1] == ("close", "The evaluation is still running.")
    session.state.evaluation = None
    assert may_close(session.actions)


def test_volumes_are_offered_what_works_in_three_dimensions(session, shelf, tmp_path):
    for folder in ("images", "lesion"):
        (tmp_path / folder).mkdir()
        nibabel.save(nibabel.Nifti1Image(np.ones((4, 5, 6), np.uint8), np.eye(4)), tmp_path / folder / "a.nii.gz")
    found = look_at(shelf, "masked-folder", {"folder": str(tmp_path)})
    assert (found.count, found.annotated, found.dims) == (1, True, 3)
    state, host = session.state, session.actions.host
    state.pictures = found
    assert "takes pictures, and these are volumes" in reason(session)
    state.model = replace(state.model, dims=3)
    assert reason(session) == ""
    session.actions.evaluating.choose(methods=("gradient", "glas", "glas-3d"), metrics=("sparseness",))
    assert [m.key for m in spec_of(state, host).methods] == ["gradient", "glas-3d"]
    assert size_of(state, host) == (1, 4, 1)
    keys = {info.key for info in offered_methods(host, 3)}
    assert "glas-3d" in keys and not {"glas", "region-ranking"} & keys
    session.actions.evaluating.choose(recipe="glas-table-1")
    assert "Recipes are of pictures" in reason(session)
    state.pictures = replace(found, dims=2)
    session.actions.evaluating.choose(recipe="")
    assert "takes volumes, and these are pictures" in reason(session)


def test_the_open_atlas_serves_collections_that_bring_none(session, monkeypatch):
    evaluating = session.actions.evaluating
    own = AtlasRef(source="aal.nii.gz")
    evaluating.atlas = lambda: (own, None)
    assert spec_of(session.state, session.actions.host, *evaluating._atlas()).atlas == own
    session.state.plan = replace(session.state.plan, collection="brain-phantom")
    assert evaluating._atlas() == (None, None)
