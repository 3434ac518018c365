"""Opens a workspace's SQLite file: makes it, migrates it, sets a damaged one aside, reads a newer one only."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from salviewer.errors import Unavailable
from salviewer.jobs.migrations import VERSION, create, migrate, purge


@dataclass(frozen=True)
class OpenFile:
    """An open file. `read_only`: nothing may be written; `notice`: what a person must know of it, or ""."""

    db: sqlite3.Connection
    read_only: bool = False
    notice: str = ""


def open_file(path: Path) -> OpenFile:
    """The file at `path`, made where it is absent.

    Raises:
        Unavailable: the place cannot be used, or the newer file there cannot even be read.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _connect(path)
    except sqlite3.OperationalError as e:
        raise _cannot(path, e) from e
    except sqlite3.DatabaseError:
        aside = _set_aside(path)
        notice = f"The workspace file was damaged; it was set aside as {aside.name} and a new one begun."
        return OpenFile(_connect(path).db, notice=notice)
    except OSError as e:
        raise _cannot(path, e) from e


def _connect(path: Path) -> OpenFile:
    if path.exists() and not os.access(path, os.W_OK):
        return _read_only(path, f"The workspace {path.name} may not be changed: it is shown as it is")
    db = sqlite3.connect(path, check_same_thread=False, timeout=10)
    try:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            db.close()
            newer = f"{path.name} was written by a newer SalViewer (format {version}, this one writes {VERSION})"
            return _read_only(path, f"The workspace {newer}: it is shown as far as it can be read")
        notice = _prepare(db, path, version)
    except BaseException:
        db.close()
        raise
    return OpenFile(db, notice=notice)


def _prepare(db: sqlite3.Connection, path: Path, version: int) -> str:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA foreign_keys = ON")
    notice = ""
    if version == 0:
        create(db)
    elif version < VERSION:
        copy = migrate(db, path, version)
        notice = f"The workspace was brought to the present format; {copy.name} beside it is as it was."
    with db:
        purge(db)
    return notice


def _read_only(path: Path, why: str) -> OpenFile:
    """The file as it is. Without its folder's write permission even reading needs SQLite's word that nobody writes."""
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        db = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, check_same_thread=False)
        try:
            db.execute("SELECT id, created, method, target, model, input, spec, facts FROM explanation LIMIT 1")
            db.execute("SELECT explanation, position, kind, facts, arrays FROM evidence LIMIT 1")
        except sqlite3.OperationalError as e:
            db.close()
            fault = e
        else:
            return OpenFile(db, True, f"{why}, and new results are kept until the window is closed.")
    raise Unavailable(
        f"{why.partition(':')[0]} and nothing in it can be read ({fault}): update SalViewer or choose another "
        f"workspace.",
        code="newer-workspace",
    )


def _set_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    os.replace(path, aside)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return aside


def _cannot(path: Path, error: Exception) -> Unavailable:
    return Unavailable(
        f"The workspace {path.name} cannot be opened ({error}): choose another place for it.",
        code="workspace-unavailable",
    )
