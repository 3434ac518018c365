"""Where an evaluation's numbers are kept: one row per picture, method, metric and value, in SQLite (WAL).

A cell (one picture x one method, all metrics, and a small copy of the map) is written in one transaction: killed at any
moment, it is there or not.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from salviewer.bench.kept_curves import KeptCurve
from salviewer.bench.small_maps import pack, unpack
from salviewer.bench.spec import BenchSpec
from salviewer.errors import Unavailable

FILE = "rows.sqlite3"
WAIT_S = 60.0
"""How long a process waits for another one that is writing."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS cells (key TEXT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS rows (key TEXT, model TEXT, picture TEXT, method TEXT, metric TEXT, "
    "value_name TEXT, headline INTEGER, value REAL, seconds REAL, note TEXT, error TEXT)",
    "CREATE TABLE IF NOT EXISTS maps (model TEXT, picture TEXT, method TEXT, height INTEGER, width INTEGER, "
    "scale REAL, data BLOB, PRIMARY KEY (model, picture, method))",
    "CREATE TABLE IF NOT EXISTS curves (model TEXT, picture TEXT, method TEXT, metric TEXT, name TEXT, x BLOB, y BLOB, "
    "x_label TEXT, y_label TEXT, PRIMARY KEY (model, picture, method, metric, name))",
    "CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT)",
)
_COLUMNS = "model, picture, method, metric, value_name, headline, value, seconds, note, error"


class Row(NamedTuple):
    """One number.

    value: NaN where there is none; `note` or `error` say why. seconds: of the cell's explanation for the metric "", of
    the metric elsewhere. headline: 1 for a metric's first value. The metric "" has two values, "seconds" and "memory"
    (bytes that the process grew by).
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
            self._db = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
        except (OSError, sqlite3.Error) as e:
            raise _cannot_write(folder, e) from e
        self.folder = folder
        try:
            with self._told():
                self._db.execute("PRAGMA journal_mode=WAL")
                # A killed process loses nothing, a power cut the last cells.
                self._db.execute("PRAGMA synchronous=NORMAL")
                for table in _TABLES:  # a store of before there were maps gets its table here
                    self._db.execute(table)
        except Unavailable:
            self._db.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def has(self, key: str) -> bool:
        """Whether the cell called `key` was finished."""
        with self._told():
            return self._db.execute("SELECT 1 FROM cells WHERE key = ?", (key,)).fetchone() is not None

    def count(self) -> int:
        """How many cells are finished."""
        with self._told():
            return int(self._db.execute("SELECT COUNT(*) FROM cells").fetchone()[0])

    def remember(self, spec: BenchSpec) -> None:
        """Keep what was asked for last, so that the folder can be opened again and the run go on."""
        with self._told():
            self._db.execute("INSERT OR REPLACE INTO about VALUES ('spec', ?)", (spec.model_dump_json(),))

    def remembered(self) -> BenchSpec | None:
        """What was asked for last; None where nobody kept it, or it means nothing to this version."""
        with self._told():
            found = self._db.execute("SELECT value FROM about WHERE name = 'spec'").fetchone()
        try:
            return None if found is None else BenchSpec.model_validate_json(found[0])
        except ValueError:
            return None

    def add(
        self, key: str, rows: Iterable[Row], heatmap: np.ndarray | None = None, curves: Iterable[KeptCurve] = ()
    ) -> None:
        """Write a finished cell, whole or not at all; `heatmap`: (h, w), as `small_map` gives it."""
        with self._told(), self._transaction():
            # SQLite has no NaN: it stores NULL, and reading gives NaN back.
            written = [(key, *row) for row in rows]
            self._db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", written)
            if heatmap is not None and written:
                about = written[0][1:4]
                self._db.execute("INSERT OR REPLACE INTO maps VALUES (?, ?, ?, ?, ?, ?, ?)", (*about, *pack(heatmap)))
            self._db.executemany(
                "INSERT OR REPLACE INTO curves VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(c.model, c.picture, c.method, c.metric, c.name, _bytes(c.x), _bytes(c.y), c.x_label, c.y_label)
                 for c in curves],
            )  # fmt: skip
            self._db.execute("INSERT OR REPLACE INTO cells VALUES (?)", (key,))

    def rows(self) -> Iterator[Row]:
        """All rows, in the order in which they were written."""
        with self._told():
            for row in self._db.execute(f"SELECT {_COLUMNS} FROM rows ORDER BY rowid"):  # noqa: S608 - our own names
                model, picture, method, metric, name, headline, value, *rest = row
                value = float("nan") if value is None else value
                yield Row(model, picture, method, metric, name, headline, value, *rest)

    def heatmap(self, model: str, picture: str, method: str) -> np.ndarray | None:
        """The small map of a cell, float32 (h, w) over the whole picture; NaN where the model saw nothing.

        The newest where the cell was computed with several settings; None where none was kept. Of a 3D map the middle
        slice along the first axis.
        """
        with self._told():
            found = self._db.execute(
                "SELECT height, width, scale, data FROM maps WHERE model = ? AND picture = ? AND method = ?",
                (model, picture, method),
            ).fetchone()
        return None if found is None else unpack(*found)

    def curves(self, model: str) -> Iterator[KeptCurve]:
        """All curves of `model`, as its rows name it."""
        with self._told():
            for m, p, method, metric, name, x_label, y_label, x, y in self._db.execute(
                "SELECT model, picture, method, metric, name, x_label, y_label, x, y FROM curves WHERE model = ?",
                (model,),
            ):
                points = np.frombuffer(x, "<f4"), np.frombuffer(y, "<f4")
                yield KeptCurve(m, p, method, metric, name, x_label, y_label, *points)

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
        """SQLite's errors in a sentence, as `Unavailable`."""
        try:
            yield
        except sqlite3.OperationalError as e:
            raise _cannot_write(self.folder, e) from e
        except sqlite3.DatabaseError as e:
            raise Unavailable(
                f"{self.folder / FILE} is damaged or no results file: choose another folder.", code="store"
            ) from e


def _bytes(values: np.ndarray) -> bytes:
    return values.astype("<f4").tobytes()


def _cannot_write(folder: Path, error: Exception) -> Unavailable:
    why = getattr(error, "strerror", None) or error
    return Unavailable(
        f"The results cannot be kept in {folder} ({why}): choose a folder that you may write to.", code="store-folder"
    )
