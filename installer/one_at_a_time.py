"""A lock file, so that two setups of one checkout do not write into each other's environment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; a second process waits until the first is done, however that ended."""
    with path.open("a+b") as f:
        if not _try_lock(f):
            print("Another setup of this checkout is at work; waiting for it.", flush=True)
            while not _try_lock(f):
                time.sleep(0.5)
        try:
            yield
        finally:
            _unlock(f)


def _try_lock(f: IO[bytes]) -> bool:
    f.seek(0)
    try:
        if fcntl:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            msvcrt.locking(f.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def _unlock(f: IO[bytes]) -> None:
    f.seek(0)
    if fcntl:
        fcntl.flock(f, fcntl.LOCK_UN)
    else:
        msvcrt.locking(f.fileno(), msvcrt.LK_UNLCK, 1)
