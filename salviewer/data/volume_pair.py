"""The two files of a pair: a header (.hdr) and its voxels (.img), either of them perhaps packed."""

from __future__ import annotations

from pathlib import Path

from salviewer.data.files import shown_name
from salviewer.errors import UnreadableInput


def header_of(path: Path) -> Path:
    """The header that belongs to `path`: itself, unless it is the voxels' file of a pair."""
    return _partner(path, ".hdr") if _stem(path, ".img") is not None else path


def voxels_of(path: Path) -> Path:
    """The voxels that belong to the header at `path`. Raises `UnreadableInput` "missing-pair"."""
    return _partner(path, ".img")


def _partner(path: Path, ending: str) -> Path:
    stem = _stem(path, ".hdr" if ending == ".img" else ".img")
    for tried in (ending, ending.upper(), f"{ending}.gz"):
        found = path.with_name(f"{stem if stem is not None else path.stem}{tried}")
        if found.is_file():
            return found
    raise UnreadableInput(
        f"{shown_name(path)} is one of two files, and there is no {ending} file beside it: put both into one folder.",
        code="missing-pair",
    )


def _stem(path: Path, ending: str) -> str | None:
    """The file's name without `ending` (or that and .gz); None where it ends otherwise."""
    for tail in (ending, f"{ending}.gz"):
        if path.name.lower().endswith(tail):
            return path.name[: -len(tail)]
    return None
