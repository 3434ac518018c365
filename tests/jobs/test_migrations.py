"""Older workspace files: brought to the present format with all they hold, the old file kept beside."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from salviewer.api import Explanation, Heatmap, InputRef, JobSpec, ModelRef
from salviewer.api.archive import describe, facts_of, pack_arrays
from salviewer.jobs.workspace import Workspace

FORMAT_1 = """
CREATE TABLE explanation (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, method TEXT NOT NULL, target TEXT NOT NULL,
    model TEXT NOT NULL, input TEXT NOT NULL, spec TEXT NOT NULL, facts TEXT NOT NULL);
CREATE TABLE evidence (
    explanation INTEGER NOT NULL REFERENCES explanation(id) ON DELETE CASCADE, position INTEGER NOT NULL,
    kind TEXT NOT NULL, facts TEXT NOT NULL, arrays BLOB NOT NULL, PRIMARY KEY (explanation, position));
PRAGMA user_version = 1;
"""


def explanation(value, digest):
    about = {"target": {"label": "tabby"}, "input": {"name": f"{digest[:1]}.jpg", "sha256": digest}}
    return Explanation((Heatmap("m", np.full((3, 4), value, np.float32)),), provenance=about)


@pytest.fixture
def old(tmp_path):
    """A file of format 1 with three results about two pictures."""
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(FORMAT_1)
        for number, digest in enumerate(("a" * 64, "b" * 64, "a" * 64), 1):
            made = explanation(number, digest)
            spec = JobSpec(
                method="glas", model=ModelRef(architecture="n"), input=InputRef(source=f"/x/{digest[0]}.jpg")
            )
            db.execute(
                "INSERT INTO explanation VALUES (?,?,?,?,?,?,?,?)",
                (number, f"2024-05-0{number}T10:00:00+00:00", "glas", "tabby", "n", f"{digest[0]}.jpg",
                 spec.model_dump_json(exclude_defaults=True), json.dumps(facts_of(made))),
            )  # fmt: skip
            told = describe(made.evidence[0])
            db.execute(
                "INSERT INTO evidence VALUES (?,?,?,?,?)",
                (number, 0, told["kind"], json.dumps(told["facts"]), pack_arrays(made.evidence[0])),
            )
    return path


def test_format_1_is_migrated_with_all_it_holds(old):
    workspace = Workspace(old)
    assert [(row.id, row.input_sha256[0]) for row in workspace.rows()] == [(3, "a"), (2, "b"), (1, "a")]
    assert all((workspace.load(n).heatmap == n).all() for n in (1, 2, 3))
    inputs = workspace.register.inputs()
    assert [(i.name, i.ref.source, i.opened.day) for i in inputs] == [
        ("b.jpg", "/x/b.jpg", 2),
        ("a.jpg", "/x/a.jpg", 1),
    ]
    assert "brought to the present format; old.format-1.sqlite3 beside it" in workspace.notice
    assert not workspace.read_only
    workspace.close()


def test_the_old_file_stays_beside_as_it_was(old):
    Workspace(old).close()
    with closing(sqlite3.connect(old.with_name("old.format-1.sqlite3"))) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM explanation").fetchone() == (3,)


def test_a_migrated_file_is_opened_without_a_word(old):
    Workspace(old).close()
    again = Workspace(old)
    assert again.notice == ""
    assert again.add(explanation(4, "c" * 64), again.rows()[0].spec) == 4
    again.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(old, monkeypatch):
    def fail(db):
        db.execute("CREATE TABLE half (done)")
        raise RuntimeError("power cut")

    monkeypatch.setattr("salviewer.jobs.migrations.STEPS", {1: fail})
    with pytest.raises(RuntimeError, match="power cut"):
        Workspace(old)
    with closing(sqlite3.connect(old)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert "half" not in {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
