"""What a workspace knows besides its explanations: inputs, models, names given by hand, and where the person was."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from salviewer.api import InputRef, JobSpec, ModelRef
from salviewer.jobs.migrations import create

Kind = Literal["explanation", "input"]
JUDGED = "judged "
"""The beginning of the names under which judgements lie beside the session; a fingerprint follows."""


@dataclass(frozen=True)
class InputRow:
    """An input that was opened or explained. `size`: of its file in bytes, 0 where that is not known."""

    sha256: str
    name: str
    ref: InputRef
    size: int
    opened: datetime


@dataclass(frozen=True)
class ModelRow:
    """A model that was opened. `facts`: what a card shows of it, as plain JSON values."""

    key: str
    title: str
    sha256: str
    ref: ModelRef
    facts: Mapping[str, Any] = field(default_factory=dict)


class Register:
    """The tables beside the explanations. `transaction`: a block that holds the lock and commits at its end."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[sqlite3.Connection]],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._transaction, self._close = transaction, close

    @classmethod
    def in_memory(cls) -> Register:
        """An empty one that is written to no file, for where nothing can be written."""
        db, lock = sqlite3.connect(":memory:", check_same_thread=False), threading.RLock()
        create(db)

        @contextmanager
        def transaction() -> Iterator[sqlite3.Connection]:
            with lock, db:
                yield db

        return cls(transaction, db.close)

    def close(self) -> None:
        """Let go of what is in memory; a file is closed by whoever opened it."""
        self._close()

    # -- inputs -------------------------------------------------------------------------------------------------

    def note_input(self, ref: InputRef, name: str, size: int = 0, thumbnail: bytes = b"") -> None:
        """The input `ref` (with its sha256) was opened; it keeps its place in the list.

        `thumbnail`: a small PNG; empty leaves the one of before.
        """
        with self._transaction() as db:
            db.execute(
                "INSERT INTO input (sha256, name, ref, size, opened, thumbnail) VALUES (?,?,?,?,?,?) "
                "ON CONFLICT (sha256) DO UPDATE SET name = excluded.name, ref = excluded.ref,"
                " removed = 0,"
                " size = max(size, excluded.size), thumbnail = coalesce(excluded.thumbnail, thumbnail)",
                (ref.sha256, name, ref.model_dump_json(), size, _now(), thumbnail or None),
            )

    def inputs(self) -> tuple[InputRow, ...]:
        """All inputs, the one that came last first."""
        with self._transaction() as db:
            found = db.execute(
                "SELECT sha256, name, ref, size, opened FROM input WHERE removed = 0 ORDER BY opened DESC"
            ).fetchall()
        return tuple(
            InputRow(sha256, name, InputRef.model_validate_json(ref), size, datetime.fromisoformat(opened))
            for sha256, name, ref, size, opened in found
        )

    def input_thumbnail(self, sha256: str) -> bytes:
        """The small PNG of an input; empty where there is none."""
        with self._transaction() as db:
            found = db.execute("SELECT thumbnail FROM input WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(found[0]) if found and found[0] else b""

    def keep_thumbnail(self, sha256: str, thumbnail: bytes, size: int) -> None:
        """Keep a small PNG of an input that is listed, and the size of its file."""
        with self._transaction() as db:
            db.execute(
                "UPDATE input SET thumbnail = ?, size = max(size, ?) WHERE sha256 = ?", (thumbnail, size, sha256)
            )

    def relink(self, sha256: str, source: str) -> None:
        """The input with this hash now lies at `source`, also for the explanations that were made of it."""
        with self._transaction() as db:
            rows = db.execute("SELECT rowid, ref FROM input WHERE sha256 = ?", (sha256,)).fetchall()
            db.executemany("UPDATE input SET ref = ? WHERE rowid = ?", [(_moved_ref(t, source), n) for n, t in rows])
            rows = db.execute("SELECT id, spec FROM explanation WHERE input_sha256 = ?", (sha256,)).fetchall()
            db.executemany(
                "UPDATE explanation SET spec = ? WHERE id = ?", [(_moved_spec(t, source), n) for n, t in rows]
            )

    def hide_input(self, sha256: str, *, hidden: bool) -> None:
        """Take an input from the list, or put it back; what is hidden is deleted when the workspace is closed."""
        with self._transaction() as db:
            db.execute("UPDATE input SET removed = ? WHERE sha256 = ?", (int(hidden), sha256))

    # -- models -------------------------------------------------------------------------------------------------

    def note_model(self, model: ModelRow) -> None:
        """`model` was opened; what was known under its key before is replaced."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO model (key, title, sha256, ref, facts, opened) VALUES (?,?,?,?,?,?) "
                "ON CONFLICT (key) DO UPDATE SET title = excluded.title, ref = excluded.ref, facts = excluded.facts",
                (model.key, model.title, model.sha256, model.ref.model_dump_json(), json.dumps(model.facts), _now()),
            )

    def models(self) -> tuple[ModelRow, ...]:
        """All models, in the order in which they were first opened."""
        with self._transaction() as db:
            found = db.execute("SELECT key, title, sha256, ref, facts FROM model ORDER BY opened").fetchall()
        return tuple(
            ModelRow(key, title, sha256, ModelRef.model_validate_json(ref), json.loads(facts))
            for key, title, sha256, ref, facts in found
        )

    def forget_model(self, key: str) -> None:
        """Take a model from the list."""
        with self._transaction() as db:
            db.execute("DELETE FROM model WHERE key = ?", (key,))

    # -- judgements ---------------------------------------------------------------------------------------------

    def keep_judgements(self, fingerprint: str, facts: Sequence[Mapping[str, Any]]) -> None:
        """Keep what was said of the explanation with this fingerprint, as plain JSON values."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO session VALUES (?,?)", (JUDGED + fingerprint, json.dumps(list(facts))))

    def judgements(self, fingerprint: str) -> list[dict[str, Any]]:
        """What `keep_judgements` kept last; empty where nothing was kept, or nothing that can be understood."""
        with self._transaction() as db:
            found = db.execute("SELECT value FROM session WHERE name = ?", (JUDGED + fingerprint,)).fetchone()
        try:
            kept = json.loads(found[0]) if found else []
        except ValueError:
            return []
        return kept if isinstance(kept, list) else []

    # -- names and the session ----------------------------------------------------------------------------------

    def name(self, kind: Kind, key: str, text: str) -> None:
        """Call something by a name of the person's own; an empty one takes it away."""
        with self._transaction() as db:
            if text:
                db.execute("INSERT OR REPLACE INTO label VALUES (?,?,?)", (kind, key, text))
            else:
                db.execute("DELETE FROM label WHERE kind = ? AND key = ?", (kind, key))

    def names(self, kind: Kind) -> dict[str, str]:
        """The names given to things of one kind, by key."""
        with self._transaction() as db:
            return dict(db.execute("SELECT key, text FROM label WHERE kind = ?", (kind,)).fetchall())

    def keep_session(self, session: Mapping[str, Any]) -> None:
        """Where the person is now, as plain JSON values."""
        text = json.dumps(dict(session))
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO session VALUES ('now', ?)", (text,))

    def session(self) -> dict[str, Any]:
        """What `keep_session` kept last; empty where nothing was kept, or nothing that can be understood."""
        with self._transaction() as db:
            found = db.execute("SELECT value FROM session WHERE name = 'now'").fetchone()
        try:
            kept = json.loads(found[0]) if found else {}
        except ValueError:
            return {}
        return kept if isinstance(kept, dict) else {}


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _moved_ref(text: str, source: str) -> str:
    return InputRef.model_validate_json(text).model_copy(update={"source": source}).model_dump_json()


def _moved_spec(text: str, source: str) -> str:
    spec = JobSpec.model_validate_json(text)
    moved = spec.input.model_copy(update={"source": source})
    return spec.model_copy(update={"input": moved}).model_dump_json(exclude_defaults=True)
