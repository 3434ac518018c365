"""Where an evaluation's numbers are kept: one row per picture, method, metric and value, in SQLite (WAL).

A cell (one picture x one method, all metrics) is written in one transaction: killed at any moment, it is there or not.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from salviewer.errors import Unavailable

FILE = "rows.sqlite3"
_COLUMNS = "model, picture, method, metric, value_name, headline, value, seconds, note, error"


class Row(NamedTuple):
    """One number.

    value: NaN where there is none; `note` or `error` say why. seconds: of the cell's explanation for the metric "", of
    the metric elsewhere. headline: 1 for a metric's first value.
    """

    model: str
    picture: str
    method: str
    metric: str
    value_name: str
    headline: int
    value: float
    seconds: float
    note: str = ""
    error: str = ""


class Store:
    """The rows in `folder`. Use it in a `with` block, or close it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(folder / FILE, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing, a power cut the last cells
            self._db.execute("CREATE TABLE IF NOT EXISTS cells (key TEXT PRIMARY KEY)")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS rows (key TEXT, model TEXT, picture TEXT, method TEXT, metric TEXT, "
                "value_name TEXT, headline INTEGER, value REAL, seconds REAL, note TEXT, error TEXT)"
            )
        except sqlite3.DatabaseError as e:
            raise Unavailable(f"{folder / FILE} is damaged or no results file: choose another folder.",
                              code="store") from e  # fmt: skip
        self.folder = folder

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def has(self, key: str) -> bool:
        """Whether the cell called `key` was finished."""
        return self._db.execute("SELECT 1 FROM cells WHERE key = ?", (key,)).fetchone() is not None

    def add(self, key: str, rows: Iterable[Row]) -> None:
        """Write a finished cell, whole or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            # SQLite has no NaN: it stores NULL, and reading gives NaN back.
            self._db.executemany(
                "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [(key, *row) for row in rows]
            )
            self._db.execute("INSERT OR REPLACE INTO cells VALUES (?)", (key,))
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def rows(self) -> Iterator[Row]:
        """All rows, in the order in which they were written."""
        for row in self._db.execute(f"SELECT {_COLUMNS} FROM rows ORDER BY rowid"):  # noqa: S608 - our own names
            model, picture, method, metric, name, headline, value, *rest = row
            yield Row(model, picture, method, metric, name, headline, float("nan") if value is None else value, *rest)

    def write_csv(self, path: Path) -> None:
        """All rows as CSV."""
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(Row._fields)
            writer.writerows(self.rows())

    def write_parquet(self, path: Path) -> None:
        """All rows as Parquet. Raises `Unavailable` where pyarrow is not installed."""
        try:
            import pyarrow as pa  # noqa: PLC0415 - an extra that few need
            from pyarrow import parquet  # noqa: PLC0415 - the same
        except ImportError as e:
            raise Unavailable("Parquet needs pyarrow: install salviewer[parquet], or write CSV.", code="extra") from e
        rows = list(self.rows())
        parquet.write_table(pa.table({n: [row[i] for row in rows] for i, n in enumerate(Row._fields)}), path)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
