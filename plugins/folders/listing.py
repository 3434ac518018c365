"""Which pictures a folder holds, and what to say where it holds none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from salviewer.errors import InvalidChoice, UnreadableInput

ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


def folder_of(given: str, whose: str) -> Path:
    """The folder that a person gave, as a full path.

    Raises:
        InvalidChoice: none was given. UnreadableInput: it is not there, is a file, or may not be read.
    """
    if not given:
        raise InvalidChoice(
            f"{whose} reads a folder of yours and was given none: name it by its parameter “folder”.", code="no-folder"
        )
    path = full_path(given)
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a folder above may not be read
        raise UnreadableInput(
            f"There is no folder “{path.name}” at that place: check the spelling and the folders above it.",
            code="not-found",
        )
    if not path.is_dir():
        raise UnreadableInput(
            f"“{path.name}” is a file, not a folder: give the folder it lies in.", code="not-a-folder"
        )
    if not os.access(path, os.R_OK | os.X_OK):
        raise UnreadableInput(
            f"The folder “{path.name}” may not be read by you: ask its owner for permission.", code="not-a-folder"
        )
    return path


def full_path(given: str) -> Path:
    """`given` from the root, "~" resolved."""
    return Path(os.path.abspath(os.path.expanduser(given)))  # noqa: PTH100, PTH111 - Path's raise for unknown people


def pictures_in(folder: Path, endings: tuple[str, ...] = ENDINGS) -> tuple[PurePosixPath, ...]:
    """Paths below `folder`, sorted, of the pictures in it and in the folders within; hidden ones are left out.

    Raises:
        UnreadableInput: there is none, or a folder may not be read.
    """
    found = sorted(PurePosixPath(p.relative_to(folder).as_posix()) for p in _files(folder) if _is_one(p, endings))
    if not found:
        kinds = ", ".join(ending.removeprefix(".").upper() for ending in endings)
        raise UnreadableInput(
            f"The folder “{folder.name}” holds no pictures ({kinds}): choose the folder that does.", code="no-pictures"
        )
    return tuple(found)


def _files(folder: Path) -> Iterator[Path]:
    yield from (place / name for place, names in folders_in(folder) for name in names)


def folders_in(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """`folder` and every folder below it with its files' names, links followed, no folder twice, no hidden ones.

    Raises `UnreadableInput` where one may not be read.
    """
    seen: set[str] = set()
    for place, inner, names in os.walk(folder, followlinks=True, onerror=_refuse):
        real = os.path.realpath(place)
        if real in seen:
            inner.clear()
            continue
        seen.add(real)
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield Path(place), [name for name in names if not name.startswith(".")]


def _is_one(path: Path, endings: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(endings)


def _refuse(error: OSError) -> None:
    name = Path(str(error.filename)).name
    raise UnreadableInput(
        f"The folder “{name}” cannot be read ({error.strerror}): ask its owner for permission, or copy it elsewhere.",
        code="not-a-folder",
    ) from error
