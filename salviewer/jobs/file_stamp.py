"""By what a file that was written anew is noticed."""

from __future__ import annotations

from pathlib import Path


def stamp_of(path: Path) -> tuple[int, int] | None:
    """When the file at `path` was changed last, in ns, and its bytes; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
