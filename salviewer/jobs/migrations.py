"""Older workspace files are brought to the present format, one step per format; a copy of the old file stays beside."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

VERSION = 2
"""The format that this SalViewer writes."""

SURROUNDINGS = """
CREATE TABLE input (
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, ref TEXT NOT NULL, size INTEGER NOT NULL DEFAULT 0,
    opened TEXT NOT NULL, thumbnail BLOB, removed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE model (
    key TEXT PRIMARY KEY, title TEXT NOT NULL, sha256 TEXT NOT NULL, ref TEXT NOT NULL, facts TEXT NOT NULL,
    opened TEXT NOT NULL);
CREATE TABLE label (
    kind TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (kind, key));
CREATE TABLE session (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
"""What format 2 added: opened inputs and models, names given by hand, and where the person was."""

SCHEMA = f"""
CREATE TABLE explanation (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, method TEXT NOT NULL, target TEXT NOT NULL,
    model TEXT NOT NULL, input TEXT NOT NULL, spec TEXT NOT NULL, facts TEXT NOT NULL,
    input_sha256 TEXT NOT NULL DEFAULT '', removed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE evidence (
    explanation INTEGER NOT NULL REFERENCES explanation(id) ON DELETE CASCADE, position INTEGER NOT NULL,
    kind TEXT NOT NULL, facts TEXT NOT NULL, arrays BLOB NOT NULL, PRIMARY KEY (explanation, position));
{SURROUNDINGS}
"""
"""The tables of a new file."""


def create(db: sqlite3.Connection) -> None:
    """Make the tables of an empty file."""
    db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")


def purge(db: sqlite3.Connection) -> None:
    """Delete what was removed, with the names given to it: numbers are used again."""
    db.execute("DELETE FROM explanation WHERE removed = 1")
    db.execute("DELETE FROM input WHERE removed = 1")
    db.execute("DELETE FROM label WHERE kind = 'explanation' AND key NOT IN (SELECT id FROM explanation)")
    db.execute(
        "DELETE FROM session WHERE name LIKE 'judged %' AND name NOT IN (SELECT 'judged ' || "
        "coalesce(json_extract(facts, '$.provenance.fingerprint'), '') FROM explanation WHERE json_valid(facts))"
    )


def migrate(db: sqlite3.Connection, path: Path, version: int) -> Path:
    """Bring the file at `path`, open as `db`, from format `version` to the present one; the copy of the old file."""
    copy = _copy(db, path, version)
    with db:
        db.execute("BEGIN IMMEDIATE")
        now = int(db.execute("PRAGMA user_version").fetchone()[0])  # another window may have been here meanwhile
        for old in range(now, VERSION):
            STEPS[old](db)
        db.execute(f"PRAGMA user_version = {VERSION}")
    return copy


def _copy(db: sqlite3.Connection, path: Path, version: int) -> Path:
    """A copy of the file beside it; one that is there already is of an earlier attempt, and stays."""
    copy = path.with_name(f"{path.stem}.format-{version}{path.suffix}")
    if not copy.exists():
        draft = copy.with_name(copy.name + ".part")
        draft.unlink(missing_ok=True)
        with closing(sqlite3.connect(draft)) as other:
            db.backup(other)
        draft.replace(copy)
    return copy


def _from_1(db: sqlite3.Connection) -> None:
    """Format 1 knew explanations alone: their inputs are listed from what they say about themselves."""
    db.execute("ALTER TABLE explanation ADD COLUMN input_sha256 TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE explanation ADD COLUMN removed INTEGER NOT NULL DEFAULT 0")
    for statement in SURROUNDINGS.split(";"):
        db.execute(statement)
    rows = db.execute("SELECT id, created, input, spec, facts FROM explanation ORDER BY id").fetchall()
    for number, created, name, spec, facts in rows:
        ref = json.loads(spec)["input"]
        sha256 = input_digest(json.loads(facts)["provenance"], ref)
        db.execute("UPDATE explanation SET input_sha256 = ? WHERE id = ?", (sha256, number))
        list_input(db, sha256, name, ref, created)


STEPS: Mapping[int, Callable[[sqlite3.Connection], None]] = {1: _from_1}
"""What leads from each older format to the next."""


def input_digest(about: Mapping[str, Any], ref: Mapping[str, Any]) -> str:
    """The sha256 of the input that a provenance and a spec's input speak of; "" where neither knows."""
    return str(about.get("input", {}).get("sha256") or ref.get("sha256", ""))


def list_input(db: sqlite3.Connection, sha256: str, name: str, ref: Mapping[str, Any], at: str) -> None:
    """Have the input in the list, unless nothing but its name is known."""
    if sha256:
        known = json.dumps({**ref, "sha256": sha256})
        db.execute(
            "INSERT INTO input (sha256, name, ref, opened) VALUES (?,?,?,?) "
            "ON CONFLICT (sha256) DO UPDATE SET removed = 0",
            (sha256, name, known, at),
        )
