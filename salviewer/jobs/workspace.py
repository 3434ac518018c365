"""The file in which every finished result lands: SQLite in WAL mode, one blob per evidence, provenance beside it.

A process killed at any moment loses nothing that was announced: a result is one transaction.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from salviewer.api import Explanation, JobSpec
from salviewer.api.archive import compose, describe, facts_of, pack_arrays, unpack_arrays
from salviewer.api.evidence import rebuild
from salviewer.errors import InvalidChoice, Unavailable

VERSION = 1
SCHEMA = """
CREATE TABLE explanation (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, method TEXT NOT NULL, target TEXT NOT NULL,
    model TEXT NOT NULL, input TEXT NOT NULL, spec TEXT NOT NULL, facts TEXT NOT NULL);
CREATE TABLE evidence (
    explanation INTEGER NOT NULL REFERENCES explanation(id) ON DELETE CASCADE, position INTEGER NOT NULL,
    kind TEXT NOT NULL, facts TEXT NOT NULL, arrays BLOB NOT NULL, PRIMARY KEY (explanation, position));
"""


def default_path() -> Path:
    """Where the workspace is kept unless the user says otherwise."""
    return Path(platformdirs.user_data_dir("salviewer", appauthor=False)) / "workspace.sqlite3"


@dataclass(frozen=True)
class ResultRow:
    """One stored result, as a list shows it; the arrays stay in the file."""

    id: int
    created: datetime
    method: str
    target: str
    model: str
    input: str
    spec: JobSpec


class Workspace:
    """An open workspace file; usable from any thread. `notice` is a sentence if something had to be set aside."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self.notice = ""
        self._lock = threading.RLock()
        self._db = self._open()

    def add(self, explanation: Explanation, spec: JobSpec) -> int:
        """Store one result, whole or not at all; its id."""
        about = explanation.provenance
        packed = [(describe(e), pack_arrays(e)) for e in explanation.evidence]
        with self._transaction() as db:
            row = db.execute(
                "INSERT INTO explanation (created, method, target, model, input, spec, facts) VALUES (?,?,?,?,?,?,?)",
                (
                    datetime.now(UTC).isoformat(),
                    spec.method,
                    str(about.get("target", {}).get("label", "")),
                    str(about.get("model", {}).get("architecture", "")),
                    str(about.get("input", {}).get("name", "")),
                    spec.model_dump_json(exclude_defaults=True),
                    json.dumps(facts_of(explanation)),
                ),
            ).lastrowid
            db.executemany(
                "INSERT INTO evidence VALUES (?,?,?,?,?)",
                [(row, i, d["kind"], json.dumps(d["facts"]), blob) for i, (d, blob) in enumerate(packed)],
            )
        return int(row or 0)

    def rows(self) -> tuple[ResultRow, ...]:
        """All results, newest first, without their arrays."""
        with self._lock:
            found = self._db.execute(
                "SELECT id, created, method, target, model, input, spec FROM explanation ORDER BY id DESC"
            ).fetchall()
        return tuple(
            ResultRow(
                number, datetime.fromisoformat(at), method, target, model, source, JobSpec.model_validate_json(spec)
            )
            for number, at, method, target, model, source, spec in found
        )

    def load(self, number: int) -> Explanation:
        """The result with this id. Raises `InvalidChoice` if there is none."""
        with self._lock:
            facts = self._db.execute("SELECT facts FROM explanation WHERE id = ?", (number,)).fetchone()
            parts = self._db.execute(
                "SELECT kind, facts, arrays FROM evidence WHERE explanation = ? ORDER BY position", (number,)
            ).fetchall()
        if facts is None:
            raise InvalidChoice(f"The workspace holds no result number {number}.", code="unknown-result")
        evidence = [rebuild(kind, unpack_arrays(blob), json.loads(own)) for kind, own, blob in parts]
        return compose(evidence, json.loads(facts[0]))

    def remove(self, number: int) -> None:
        """Delete one result for good."""
        with self._transaction() as db:
            db.execute("DELETE FROM explanation WHERE id = ?", (number,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._db:
            yield self._db

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self._connect()
        except sqlite3.DatabaseError as e:
            if isinstance(e, sqlite3.OperationalError):
                raise self._cannot(e) from e
            aside = self._set_aside()
            self.notice = f"The workspace file was damaged; it was set aside as {aside.name} and a new one begun."
            return self._connect()
        except OSError as e:
            raise self._cannot(e) from e

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, check_same_thread=False, timeout=10)
        try:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise Unavailable(
                    f"The workspace {self.path.name} was written by a newer SalViewer (format {version}, this one "
                    f"reads {VERSION}): update SalViewer or choose another workspace.",
                    code="newer-workspace",
                )
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA foreign_keys = ON")
            if version == 0:
                db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            db.execute("SELECT count(*) FROM explanation").fetchone()
        except BaseException:
            db.close()
            raise
        return db

    def _set_aside(self) -> Path:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        os.replace(self.path, aside)
        for ending in ("-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        return aside

    def _cannot(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"The workspace {self.path.name} cannot be opened ({error}): choose another place for it.",
            code="workspace-unavailable",
        )
