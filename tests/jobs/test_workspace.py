"""The workspace file: what goes in comes out, also after a kill; damaged and newer files are met with a sentence."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from salviewer.api import Explanation, GridMap, Heatmap, InputRef, JobSpec, ModelRef, UnknownEvidence
from salviewer.errors import InvalidChoice, Unavailable
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
    workspace.remove(first)
    assert [r.id for r in workspace.rows()] == [second]
    with pytest.raises(InvalidChoice, match=f"no result number {first}"):
        workspace.load(first)


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


def test_a_newer_file_is_left_alone(tmp_path):
    path = tmp_path / "w.sqlite3"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="newer SalViewer"):
        Workspace(path)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be opened"):
        Workspace(tmp_path / "file" / "w.sqlite3")


def test_the_default_place_is_the_users_data_folder(own_folders):
    assert own_folders in default_path().parents
