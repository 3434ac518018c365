"""Where an evaluation's numbers are kept: one row per picture, method, metric and value, in SQLite (WAL).

A cell (one picture x one method, all metrics, and a small copy of the map) is written in one transaction: killed at any
moment, it is there or not.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from salviewer.bench.small_maps import pack, unpack
from salviewer.errors import Unavailable

FILE = "rows.sqlite3"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS cells (key TEXT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS rows (key TEXT, model TEXT, picture TEXT, method TEXT, metric TEXT, "
    "value_name TEXT, headline INTEGER, value REAL, seconds REAL, note TEXT, error TEXT)",
    "CREATE TABLE IF NOT EXISTS maps (model TEXT, picture TEXT, method TEXT, height INTEGER, width INTEGER, "
    "scale REAL, data BLOB, PRIMARY KEY (model, picture, method))",
)
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
        path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None)
        except (OSError, sqlite3.Error) as e:
            raise _cannot_write(folder, e) from e
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing, a power cut the last cells
            for table in _TABLES:  # a store of before there were maps gets its table here
                self._db.execute(table)
        except sqlite3.DatabaseError as e:
            self._db.close()
            if isinstance(e, sqlite3.OperationalError):
                raise _cannot_write(folder, e) from e
            raise Unavailable(f"{path} is damaged or no results file: choose another folder.", code="store") from e
        self.folder = folder

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def has(self, key: str) -> bool:
        """Whether the cell called `key` was finished."""
        return self._db.execute("SELECT 1 FROM cells WHERE key = ?", (key,)).fetchone() is not None

    def add(self, key: str, rows: Iterable[Row], heatmap: np.ndarray | None = None) -> None:
        """Write a finished cell, whole or not at all; `heatmap`: (h, w), as `small_map` gives it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            # SQLite has no NaN: it stores NULL, and reading gives NaN back.
            written = [(key, *row) for row in rows]
            self._db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", written)
            if heatmap is not None and written:
                about = written[0][1:4]
                self._db.execute("INSERT OR REPLACE INTO maps VALUES (?, ?, ?, ?, ?, ?, ?)", (*about, *pack(heatmap)))
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

    def heatmap(self, model: str, picture: str, method: str) -> np.ndarray | None:
        """The small map of a cell, float32 (h, w) over the whole picture; NaN where the model saw nothing.

        The newest where the cell was computed with several settings; None where none was kept. Of a 3D map the middle
        slice along the first axis.
        """
        found = self._db.execute(
            "SELECT height, width, scale, data FROM maps WHERE model = ? AND picture = ? AND method = ?",
            (model, picture, method),
        ).fetchone()
        return None if found is None else unpack(*found)

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


def _cannot_write(folder: Path, error: Exception) -> Unavailable:
    return Unavailable(
        f"The results cannot be kept in {folder} ({error}): choose a folder that you may write to.", code="store-folder"
    )
