"""What readers answered, in SQLite (WAL): each answer is written at once and whole, and outlives a crash.

The file knows maps by their random names only; `salviewer.study.results` looks up whose they are.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from salviewer.errors import InvalidChoice, Unavailable, UnreadableInput
from salviewer.study.key import Study, cannot_write
from salviewer.study.seat import Seat
from salviewer.study.trials import drawn

FILE = "answers.sqlite3"
NAME = re.compile(r"\w[\w .\-]{0,39}")
_TABLES = (
    "CREATE TABLE IF NOT EXISTS readers (number INTEGER PRIMARY KEY, name TEXT, key TEXT UNIQUE)",
    "CREATE TABLE IF NOT EXISTS trials (reader INTEGER, number INTEGER, item TEXT, left_map TEXT, right_map TEXT, "
    "repeat_of INTEGER, PRIMARY KEY (reader, number))",
    "CREATE TABLE IF NOT EXISTS answers (reader INTEGER, number INTEGER, chosen TEXT, left_score INTEGER, "
    "right_score INTEGER, seconds REAL, at TEXT, PRIMARY KEY (reader, number))",
)


class Reader(NamedTuple):
    """number: in the order of arrival, from 0; done: trials answered, of `total`."""

    number: int
    name: str
    done: int
    total: int


class Shown(NamedTuple):
    """A trial as it was drawn for a reader: files, no names."""

    number: int
    item: str
    left: str
    right: str
    repeat_of: int


class Answer(NamedTuple):
    """chosen: the better map; the scores: 1 to 5, how reliable each is; seconds: for which the maps were in sight."""

    chosen: Literal["left", "right"]
    left_score: int
    right_score: int
    seconds: float


class Answered(NamedTuple):
    """A reader's answer to a trial; at: when, UTC."""

    reader: str
    trial: Shown
    answer: Answer
    at: str


class Answers:
    """The answers in `folder`. Use it in a `with` block, or close it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seat: Seat | None = None
        try:
            self._db = sqlite3.connect(folder / FILE, isolation_level=None)
        except sqlite3.Error as e:
            raise cannot_write(folder, e) from e
        try:
            with self._told():
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA synchronous=FULL")  # an answer also outlives a power cut
                for table in _TABLES:
                    self._db.execute(table)
        except (Unavailable, UnreadableInput):
            self._db.close()
            raise

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def readers(self) -> tuple[Reader, ...]:
        """All readers, in the order of arrival."""
        with self._told():
            found = self._db.execute(
                "SELECT number, name, (SELECT COUNT(*) FROM answers WHERE reader = r.number), "
                "(SELECT COUNT(*) FROM trials WHERE reader = r.number) FROM readers r ORDER BY number"
            ).fetchall()
        return tuple(Reader(*row) for row in found)

    def admit(self, name: str, study: Study) -> Reader:
        """Let a reader in, new or known; her trials are drawn when she is new. `leave` is the undo.

        Raises `InvalidChoice` for a name that cannot be used, or whose reader sits elsewhere now.
        """
        name = " ".join(name.split())
        if not NAME.fullmatch(name):
            raise InvalidChoice(
                "A reader's name is 1 to 40 letters, digits, spaces, dots or hyphens, as in “Reader 1”: give another.",
                code="bad-reader",
            )
        self.leave()
        with self._told(), self._transaction():
            known = self._db.execute("SELECT number FROM readers WHERE key = ?", (name.casefold(),)).fetchone()
            number = known[0] if known else self._new(name, study)
        self._seat = Seat(self.folder, number, name)
        return next(reader for reader in self.readers() if reader.number == number)

    def leave(self) -> None:
        """Give up the reader's seat; the undo of `admit`."""
        if self._seat is not None:
            self._seat.leave()
            self._seat = None

    def next_trial(self, reader: int) -> Shown | None:
        """The first trial that reader number `reader` has not answered; None after the last."""
        with self._told():
            found = self._db.execute(
                "SELECT number, item, left_map, right_map, repeat_of FROM trials t WHERE reader = ? AND NOT EXISTS "
                "(SELECT 1 FROM answers a WHERE a.reader = t.reader AND a.number = t.number) ORDER BY number LIMIT 1",
                (reader,),
            ).fetchone()
        return None if found is None else Shown(*found)

    def add(self, reader: int, trial: int, answer: Answer) -> None:
        """Write an answer, whole or not at all; the first one to a trial counts."""
        if answer.chosen not in ("left", "right") or not {answer.left_score, answer.right_score} <= {1, 2, 3, 4, 5}:
            raise ValueError(f"not an answer: {answer}")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._told():
            self._db.execute(
                "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", (reader, trial, *answer, now)
            )

    def all(self) -> Iterator[Answered]:
        """Every answer, by reader and in the order of the trials."""
        with self._told():
            found = self._db.execute(
                "SELECT r.name, t.number, t.item, t.left_map, t.right_map, t.repeat_of, a.chosen, a.left_score, "
                "a.right_score, a.seconds, a.at FROM answers a JOIN trials t USING (reader, number) "
                "JOIN readers r ON r.number = a.reader ORDER BY a.reader, a.number"
            ).fetchall()
        for row in found:
            yield Answered(row[0], Shown(*row[1:6]), Answer(*row[6:10]), row[10])

    def close(self) -> None:
        """Let go of the file and the seat."""
        self.leave()
        self._db.close()

    def _new(self, name: str, study: Study) -> int:
        number = int(self._db.execute("SELECT COUNT(*) FROM readers").fetchone()[0])
        self._db.execute("INSERT INTO readers VALUES (?, ?, ?)", (number, name, name.casefold()))
        rows = []
        for trial in drawn(study, number):
            maps = study.item(trial.item).maps
            rows.append((number, trial.number, trial.item, maps[trial.left], maps[trial.right], trial.repeat_of))
        self._db.executemany("INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?)", rows)
        return number

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of the block, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors in a sentence."""
        try:
            yield
        except sqlite3.OperationalError as e:
            raise cannot_write(self.folder, e) from e
        except sqlite3.DatabaseError as e:
            raise UnreadableInput(
                f"{self.folder / FILE} is damaged: put it back from a copy, or prepare the study in another folder.",
                code="damaged-study",
            ) from e
