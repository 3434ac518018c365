"""Labels from folder names: the first folder below the root is the class."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from salviewer.errors import InvalidChoice, UnreadableInput
from salviewer.numeric.counted import counted
from salviewer_plugins.folders.listing import full_path

UNKNOWN = -1


def class_folder(path: PurePosixPath) -> str:
    """The class folder that `path` (below the root) lies in, "" where it lies in none."""
    return path.parts[0] if len(path.parts) > 1 else ""


def class_order(paths: Iterable[PurePosixPath], file: str) -> tuple[str, ...]:
    """The class names in the order of the labels: those in `file`, or the class folders sorted.

    Raises:
        UnreadableInput: the file cannot be read as names. InvalidChoice: it lacks the name of a folder.
    """
    folders = sorted({class_folder(path) for path in paths} - {""})
    if not file:
        return tuple(folders)
    names = _read(full_path(file))
    for folder in folders:
        if folder not in names:
            near = difflib.get_close_matches(folder, names, n=1)
            hint = f"; the nearest is “{near[0]}”" if near else ""
            raise InvalidChoice(
                f"The folder “{folder}” is none of the {counted(len(names), 'class', 'classes')} in "
                f"{Path(file).name}{hint}: rename one of them.",
                code="unknown-class",
            )
    return names


def _read(path: Path) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as e:  # undecodable text, or a name with a zero byte
        raise UnreadableInput(f"{path.name} cannot be read as a text file with class names.", code="class-file") from e
    names = tuple(line.strip() for line in lines if line.strip())
    if not names:
        raise UnreadableInput(f"{path.name} holds no class names.", code="class-file")
    return names
