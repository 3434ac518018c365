"""Finds files again that were moved or renamed: in a folder and all below it, by size first, then by content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from salviewer.api import Progress
from salviewer.numeric.counted import counted

CHUNK = 1 << 20


def find_again(folder: Path, wanted: Mapping[str, int], progress: Progress | None = None) -> dict[str, Path]:
    """Where under `folder` the files lie whose content is wanted: path by sha256, for those that were found.

    wanted: size in bytes by sha256; 0 where the size is not known, and then every file is read.
    Files that cannot be read are passed over. Stops when all are found; raises `Cancelled` between two chunks.
    """
    progress = progress or Progress()
    sizes = set(wanted.values())
    found: dict[str, Path] = {}
    for count, path in enumerate(_files(folder, progress), 1):
        progress(0.0, f"Searching, {counted(count, 'file')} seen")
        try:
            size = path.stat().st_size
            digest = _digest(path, progress) if size in sizes or 0 in sizes else ""
        except OSError:
            continue
        if digest in wanted and wanted[digest] in (0, size):
            found.setdefault(digest, path)
        if len(found) == len(wanted):
            break
    return found


def _files(folder: Path, progress: Progress) -> Iterator[Path]:
    """Ordinary files, in order; links are not followed, so that no folder is its own child."""
    for parent, folders, names in os.walk(folder):
        progress.check()
        folders.sort()
        for name in sorted(names):
            path = Path(parent) / name
            if path.is_file() and not path.is_symlink():
                yield path


def _digest(path: Path, progress: Progress) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            progress.check()
            total.update(chunk)
    return total.hexdigest()
