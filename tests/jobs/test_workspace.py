"""The workspace file: what goes in comes out, also after a kill; damaged and newer files are met with a sentence."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import numpy as np
import pytest

from salviewer.api import Explanation, GridMap, Heatmap, InputRef, JobSpec, ModelRef, UnknownEvidence
from salviewer.errors import InvalidChoice, Unavailable
from salviewer.jobs.register import ModelRow
from salviewer.jobs.workspace import Workspace, default_path

SPEC = JobSpec(method="glas", model=ModelRef(architecture="net"), input=InputRef(source="dog.jpg"), params={"grid": 5})


def answer(seed=0):
    values = np.random.default_rng(seed).normal(size=(3, 4)).astype(np.float32)
    values[0, 0] = np.nan
    maps = (Heatmap("sum", values, signed=True, unit="1"), Heatmap("Round 1", values * 2, series="rounds", at=1.0))
    about = {"target": {"label": "tabby"}, "model": {"architecture": "net"}, "input": {"name": "dog.jpg"}}
    return Explanation(maps, ("a note",), "done", GridMap.identity((3, 4)), about)


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path / "folder" / "w.sqlite3")
    yield workspace
    workspace.close()


def test_what_goes_in_comes_out(workspace):
    number = workspace.add(answer(), SPEC)
    assert workspace.load(number) == answer()
    row = workspace.rows()[0]
    assert (row.id, row.method, row.target, row.model, row.input) == (number, "glas", "tabby", "net", "dog.jpg")
    assert row.spec == SPEC


def test_rows_are_newest_first_and_can_be_removed(workspace):
    first, second = workspace.add(answer(1), SPEC), workspace.add(answer(2), SPEC)
    assert [r.id for r in workspace.rows()] == [second, first]
    workspace.remove([first])
    assert [r.id for r in workspace.rows()] == [second]
    workspace.restore([first])
    assert [r.id for r in workspace.rows()] == [second, first]


def test_what_was_removed_is_deleted_when_the_workspace_is_closed_with_its_name(tmp_path):
    workspace = Workspace(tmp_path / "w.sqlite3")
    number = workspace.add(answer(1), SPEC)
    workspace.register.name("explanation", str(number), "mine")
    assert workspace.rows()[0].label == "mine"
    workspace.remove([number])
    workspace.close()
    again = Workspace(workspace.path)
    with pytest.raises(InvalidChoice, match=f"no result number {number}"):
        again.load(number)
    assert again.add(answer(2), SPEC) == number  # numbers are used again, names are not
    assert again.rows()[0].label == ""
    again.close()


def test_judgements_come_back_and_go_with_their_explanations(tmp_path):
    path = tmp_path / "workspace.sqlite3"
    with closing(Workspace(path)) as workspace:
        for mark in ("kept", "gone"):
            explanation = answer()
            explanation.provenance["fingerprint"] = mark
            number = workspace.add(explanation, SPEC)
            workspace.register.keep_judgements(mark, [{"metric": mark, "value": float("nan")}])
        workspace.remove([number])
        workspace.register.keep_session({"method": "light"})
    with closing(Workspace(path)) as again:
        assert again.register.judgements("kept")[0]["metric"] == "kept"
        assert again.register.judgements("gone") == []
        assert again.register.session() == {"method": "light"}


def test_evidence_of_a_plugin_that_is_gone_is_kept_whole(workspace):
    strange = UnknownEvidence("spots", "spot-list", {"at": np.arange(4)}, {"name": "spots", "colour": "red"})
    before = Explanation((*answer().evidence, strange))
    after = workspace.load(workspace.add(before, SPEC))
    assert after.evidence[-1] == strange
    assert after.evidence[-1].facts()["colour"] == "red"


def test_another_process_sees_it(tmp_path, workspace):
    workspace.add(answer(), SPEC)
    other = Workspace(workspace.path)
    assert other.load(1) == answer()
    other.close()


KILLED = """
import os, signal, sys, numpy as np
from pathlib import Path
from salviewer.api import Explanation, Heatmap, InputRef, JobSpec, ModelRef
from salviewer.jobs.workspace import Workspace
w = Workspace(Path(sys.argv[1]))
spec = JobSpec(method="glas", model=ModelRef(architecture="n"), input=InputRef(source="x"))
for i in range(1000):
    number = w.add(Explanation((Heatmap("m", np.full((50, 50), i, np.float32)),)), spec)
    w.register.keep_session({"picture": number})
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_every_announced_result_survives_a_kill(tmp_path):
    path = tmp_path / "w.sqlite3"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        announced = [int(child.stdout.readline()) for _ in range(20)]
        child.send_signal(signal.SIGKILL)
        announced += [int(line) for line in child.stdout.read().split()]
    workspace = Workspace(path)
    stored = {row.id for row in workspace.rows()}
    assert set(announced) <= stored
    assert workspace.register.session()["picture"] in (max(announced), max(stored), max(stored) - 1)
    for number in stored:
        assert (workspace.load(number).heatmap == number - 1).all()
    workspace.close()


def test_a_damaged_file_is_set_aside_and_said_so(tmp_path):
    path = tmp_path / "w.sqlite3"
    path.write_bytes(b"this is no database at all " * 100)
    workspace = Workspace(path)
    assert "damaged" in workspace.notice
    assert workspace.rows() == ()
    assert [p for p in tmp_path.iterdir() if "damaged" in p.name]
    workspace.close()


def test_a_newer_file_is_shown_as_far_as_it_can_be_read_and_left_alone(tmp_path):
    path = tmp_path / "w.sqlite3"
    workspace = Workspace(path)
    for seed in (1, 2):
        workspace.add(answer(seed), SPEC)
    workspace.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE explanation ADD COLUMN mood TEXT")
        db.execute("UPDATE explanation SET spec = 'in words of the future' WHERE id = 2")
        db.execute("DROP TABLE session")
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    newer = Workspace(path)
    assert newer.read_only
    assert "newer SalViewer (format 99, this one writes 2)" in newer.notice
    assert [row.id for row in newer.rows()] == [1]
    assert newer.load(1) == answer(1)
    with pytest.raises(Unavailable, match="may only be read"):
        newer.add(answer(), SPEC)
    newer.register.keep_session({"picture": 1})
    assert newer.register.session() == {"picture": 1}
    newer.close()
    assert path.read_bytes() == before


def test_a_newer_file_without_anything_known_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "w.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(Unavailable, match="nothing in it can be read"):
        Workspace(path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind here")
def test_a_file_that_may_not_be_changed_is_shown(tmp_path):
    path = tmp_path / "w.sqlite3"
    workspace = Workspace(path)
    workspace.add(answer(1), SPEC)
    workspace.close()
    path.chmod(0o444)
    shown = Workspace(path)
    assert "may not be changed" in shown.notice
    assert len(shown.rows()) == 1
    shown.close()


# -- other places ---------------------------------------------------------------------------------------------------


def test_a_copy_holds_everything_and_what_was_not_stored_yet(tmp_path, workspace):
    workspace.add(answer(1), SPEC)
    workspace.register.keep_session({"method": "glas"})
    workspace.copy_to(tmp_path / "copy.sqlite3", [(answer(2), SPEC, datetime(2020, 1, 2, tzinfo=UTC))])
    copy = Workspace(tmp_path / "copy.sqlite3")
    assert [copy.load(row.id) for row in copy.rows()] == [answer(2), answer(1)]
    assert copy.rows()[0].created.year == 2020
    assert copy.register.session() == {"method": "glas"}
    copy.close()
    assert not list(tmp_path.glob("*.part*"))


def test_inputs_are_listed_by_content_and_relinked_with_their_explanations(workspace):
    spec = SPEC.model_copy(update={"input": InputRef(source="old/dog.jpg", sha256="d" * 64)})
    workspace.add(answer(), spec)
    assert [(row.name, row.ref.source) for row in workspace.register.inputs()] == [("dog.jpg", "old/dog.jpg")]
    workspace.register.note_input(spec.input, "dog.jpg", 123, b"png")
    workspace.register.note_input(spec.input, "dog.jpg")
    (row,) = workspace.register.inputs()
    assert (row.size, workspace.register.input_thumbnail(row.sha256)) == (123, b"png")
    workspace.register.relink("d" * 64, "new/dog.jpg")
    assert workspace.register.inputs()[0].ref.source == "new/dog.jpg"
    assert workspace.rows()[0].spec.input == InputRef(source="new/dog.jpg", sha256="d" * 64)


def test_models_stay_in_the_order_in_which_they_came(workspace):
    for title in ("a", "b", "a"):
        workspace.register.note_model(ModelRow(title, title, "", ModelRef(architecture=title), {"classes": ["x"]}))
    assert [(m.title, m.facts) for m in workspace.register.models()] == [
        ("a", {"classes": ["x"]}),
        ("b", {"classes": ["x"]}),
    ]
    workspace.register.forget_model("a")
    assert [m.key for m in workspace.register.models()] == ["b"]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be opened"):
        Workspace(tmp_path / "file" / "w.sqlite3")


def test_the_default_place_is_the_users_data_folder(own_folders):
    assert own_folders in default_path().parents
