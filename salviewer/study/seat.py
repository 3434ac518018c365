"""A reader's seat: taken by one window at a time, and free again when that window's process ends, however it ends."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from salviewer.errors import InvalidChoice
from salviewer.study.key import cannot_write


class Seat:
    """Reader number `number`'s seat in `folder`; `leave` is the undo. Raises `InvalidChoice` where it is taken.

    An open exclusive transaction on a file of its own: the system ends it with the process, on every system alike.
    """

    def __init__(self, folder: Path, number: int, name: str) -> None:
        try:
            (folder / "seats").mkdir(exist_ok=True)
            self._db = sqlite3.connect(folder / "seats" / f"{number}.sqlite3", isolation_level=None, timeout=0)
        except (OSError, sqlite3.Error) as e:
            raise cannot_write(folder, e) from e
        try:
            self._db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as e:
            self._db.close()
            raise InvalidChoice(
                f"“{name}” is reading in another window now: close that one, or give another name.",
                code="reader-taken",
            ) from e

    def leave(self) -> None:
        """Free the seat."""
        self._db.close()
