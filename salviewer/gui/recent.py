"""The workspaces that were open before, the last one first. A small JSON file; a damaged one is begun anew."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from salviewer.data.whole_file import replace_text
from salviewer.jobs.workspace import default_path

MOST = 10


def list_path() -> Path:
    """Where the list is kept."""
    return default_path().with_name("workspaces.json")


class Recent:
    """Paths of workspaces, newest first. Losing the list loses nothing else, so that its faults are passed over."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or list_path()
        self._paths = self._read()

    @property
    def paths(self) -> tuple[Path, ...]:
        """All of them, also those that are gone."""
        return self._paths

    @property
    def last(self) -> Path:
        """The one that was open last if it is still there, else the person's own."""
        return self._paths[0] if self._paths and self._paths[0].is_file() else default_path()

    def add(self, path: Path) -> None:
        """`path` is open now."""
        path = path.absolute()
        self._write((path, *(p for p in self._paths if p != path))[:MOST])

    def clear(self) -> None:
        """Forget all but the one that is open."""
        self._write(self._paths[:1])

    def _write(self, paths: tuple[Path, ...]) -> None:
        self._paths = paths
        with suppress(OSError):  # then they are known as long as the window is open
            replace_text(self._path, json.dumps({"version": 1, "paths": [str(p) for p in paths]}))

    def _read(self) -> tuple[Path, ...]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))["paths"]
            return tuple(Path(p) for p in kept if isinstance(p, str))[:MOST]
        except (OSError, ValueError, KeyError, TypeError):
            return ()
