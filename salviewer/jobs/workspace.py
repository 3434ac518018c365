"""The file in which every finished result lands: SQLite in WAL mode, one blob per evidence, provenance beside it.

A process killed at any moment loses nothing that was announced: a result is one transaction.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from salviewer.api import Explanation, JobSpec
from salviewer.api.archive import compose, describe, facts_of, pack_arrays, unpack_arrays
from salviewer.api.evidence import rebuild
from salviewer.errors import InvalidChoice, Unavailable
from salviewer.jobs.migrations import input_digest, list_input, purge
from salviewer.jobs.register import Register
from salviewer.jobs.workspace_file import open_file

ENDING = ".sqlite3"


def default_path() -> Path:
    """Where the workspace is kept unless the user says otherwise."""
    return Path(platformdirs.user_data_dir("salviewer", appauthor=False)) / f"workspace{ENDING}"


@dataclass(frozen=True)
class ResultRow:
    """One stored result, as a list shows it; the arrays stay in the file. `label`: a name given by hand, or ""."""

    id: int
    created: datetime
    method: str
    target: str
    model: str
    input: str
    spec: JobSpec
    input_sha256: str = ""
    label: str = ""


class Workspace:
    """An open workspace file; usable from any thread.

    notice: a sentence if something had to be set aside, migrated, or may only be read.
    read_only: nothing can be added; what it holds is shown as far as it can be read.
    register: inputs, models, names and the session; in memory where the file may only be read.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self._lock = threading.RLock()
        opened = open_file(self.path)
        self._db, self.read_only, self.notice = opened.db, opened.read_only, opened.notice
        self.register = Register.in_memory() if self.read_only else Register(self._transaction)

    def add(self, explanation: Explanation, spec: JobSpec, created: datetime | None = None) -> int:
        """Store one result, whole or not at all; its id. `created`: None takes now."""
        about = explanation.provenance
        packed = [(describe(e), pack_arrays(e)) for e in explanation.evidence]
        at = (created or datetime.now(UTC)).isoformat()
        ref = spec.input.model_dump(mode="json")
        digest, name = input_digest(about, ref), str(about.get("input", {}).get("name", ""))
        with self._writing() as db:
            row = db.execute(
                "INSERT INTO explanation (created, method, target, model, input, spec, facts, input_sha256) "
                "VALUES (?,?,?,?,?,?,?,?)",
                (
                    at,
                    spec.method,
                    str(about.get("target", {}).get("label", "")),
                    str(about.get("model", {}).get("architecture", "")),
                    name,
                    spec.model_dump_json(exclude_defaults=True),
                    json.dumps(facts_of(explanation)),
                    digest,
                ),
            ).lastrowid
            db.executemany(
                "INSERT INTO evidence VALUES (?,?,?,?,?)",
                [(row, i, d["kind"], json.dumps(d["facts"]), blob) for i, (d, blob) in enumerate(packed)],
            )
            list_input(db, digest, name, ref, at)
        return int(row or 0)

    def rows(self) -> tuple[ResultRow, ...]:
        """All results, newest first, without their arrays."""
        if self.read_only:
            return self._plain_rows()
        with self._transaction() as db:
            found = db.execute(
                "SELECT id, created, method, target, model, input, spec, input_sha256, coalesce(label.text, '') "
                "FROM explanation LEFT JOIN label ON label.kind = 'explanation' AND label.key = explanation.id "
                "WHERE removed = 0 ORDER BY id DESC"
            ).fetchall()
        return tuple(_row(*columns) for columns in found)

    def load(self, number: int) -> Explanation:
        """The result with this id. Raises `InvalidChoice` if there is none."""
        with self._transaction() as db:
            facts = db.execute("SELECT facts FROM explanation WHERE id = ?", (number,)).fetchone()
            parts = db.execute(
                "SELECT kind, facts, arrays FROM evidence WHERE explanation = ? ORDER BY position", (number,)
            ).fetchall()
        if facts is None:
            raise InvalidChoice(f"The workspace holds no result number {number}.", code="unknown-result")
        evidence = [rebuild(kind, unpack_arrays(blob), json.loads(own)) for kind, own, blob in parts]
        return compose(evidence, json.loads(facts[0]))

    def remove(self, numbers: Iterable[int]) -> None:
        """Take results from the list; they are deleted for good when the workspace is closed."""
        self._mark(numbers, removed=True)

    def restore(self, numbers: Iterable[int]) -> None:
        """Put results back on the list; the undo of `remove`."""
        self._mark(numbers, removed=False)

    def copy_to(self, path: Path, extra: Sequence[tuple[Explanation, JobSpec, datetime]] = ()) -> None:
        """Write the workspace to another file, whole or not at all, with the results `extra` added.

        Of a file that may only be read, what can be understood is written, in the present format.
        """
        draft = path.with_name(path.name + ".part")
        draft.unlink(missing_ok=True)
        if not self.read_only:
            with self._lock, closing(sqlite3.connect(draft)) as other:
                self._db.backup(other)
        else:
            extra = (*((self.load(row.id), row.spec, row.created) for row in reversed(self.rows())), *extra)
        copy = Workspace(draft)
        for explanation, spec, created in extra:
            copy.add(explanation, spec, created)
        copy.close()
        draft.replace(path)
        for ending in ("-wal", "-shm"):  # of a file that was there before
            path.with_name(path.name + ending).unlink(missing_ok=True)

    def close(self) -> None:
        """Delete what was removed, and close the file."""
        with self._lock:
            if not self.read_only:
                with self._db:
                    purge(self._db)
            self.register.close()
            self._db.close()

    def _mark(self, numbers: Iterable[int], *, removed: bool) -> None:
        with self._writing() as db:
            db.executemany("UPDATE explanation SET removed = ? WHERE id = ?", [(int(removed), n) for n in numbers])

    def _plain_rows(self) -> tuple[ResultRow, ...]:
        """Rows by the columns that every format has; one that cannot be understood is left out."""
        with self._lock:
            found = self._db.execute(
                "SELECT id, created, method, target, model, input, spec, facts FROM explanation ORDER BY id DESC"
            ).fetchall()
        rows = []
        for *columns, facts in found:
            try:
                row = _row(*columns)
                about = json.loads(facts).get("provenance", {})
                rows.append(replace(row, input_sha256=input_digest(about, {"sha256": row.spec.input.sha256})))
            except (ValueError, TypeError, AttributeError):
                continue
        return tuple(rows)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._db:
            yield self._db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self.read_only:
            raise Unavailable(f"The workspace {self.path.name} may only be read.", code="read-only-workspace")
        with self._transaction() as db:
            yield db


def _row(
    number: int,
    at: str,
    method: str,
    target: str,
    model: str,
    source: str,
    spec: str,
    digest: str = "",
    label: str = "",
) -> ResultRow:
    read = JobSpec.model_validate_json(spec)
    return ResultRow(number, datetime.fromisoformat(at), method, target, model, source, read, digest, label)
