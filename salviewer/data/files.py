"""Opens a file for reading without ever blocking, and names it without saying where it lies."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from salviewer.errors import UnreadableInput

_NAME_LENGTH = 80


def shown_name(path: Path) -> str:
    """The file's name as people may see it: no folders, no control characters, at most 80 characters."""
    name = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path.name) or "This path"
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 13] + "…" + name[-12:]


def is_folder(path: Path) -> bool:
    """Whether `path` leads to a folder; False, and no error, where nobody may look or the name cannot be."""
    return os.path.isdir(path)  # noqa: PTH112 - Path's raises for these


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[BufferedReader, int]]:
    """The open file and its size in bytes.

    Raises:
        UnreadableInput: "not-found"; "not-a-file" (a folder, a pipe, a device, a loop of links, or no permission);
            "empty-file"; "io-error" (the disk or the network failed).
    """
    name = shown_name(path)
    try:
        descriptor = _open(path, name)
    except (OSError, ValueError) as e:
        raise _refusal(name, e) from e
    with os.fdopen(descriptor, "rb") as file:
        size = os.fstat(descriptor).st_size
        if size == 0:
            raise UnreadableInput(f"{name} is empty (0 bytes): save or download it again.", code="empty-file")
        yield file, size


def read_head(file: BinaryIO, count: int, name: str) -> bytes:
    """The file's first `count` bytes. Raises `UnreadableInput` "io-error"."""
    try:
        file.seek(0)
        return file.read(count)
    except OSError as e:
        raise _refusal(name, e) from e


def _open(path: Path, name: str) -> int:
    _require_regular(path.stat().st_mode, name)
    # O_NONBLOCK: whoever swaps the file for a pipe between the two looks cannot make us wait.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _require_regular(os.fstat(descriptor).st_mode, name)
    except UnreadableInput:
        os.close(descriptor)
        raise
    return descriptor


def _require_regular(mode: int, name: str) -> None:
    if stat.S_ISREG(mode):
        return
    what = "a folder" if stat.S_ISDIR(mode) else "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"
    raise UnreadableInput(f"{name} is {what}, not a file: choose a file.", code="not-a-file")


def _refusal(name: str, e: OSError | ValueError) -> UnreadableInput:
    number = getattr(e, "errno", None)
    if number in (errno.ENOENT, errno.ENOTDIR):
        return UnreadableInput(f"{name} does not exist: check the spelling and the folder.", code="not-found")
    if number in (errno.EACCES, errno.EPERM):
        return UnreadableInput(f"{name} may not be read by you: ask its owner for permission.", code="not-a-file")
    if number == errno.ELOOP:
        return UnreadableInput(f"{name} is a link that leads in a circle: choose the file itself.", code="not-a-file")
    if number == errno.ENAMETOOLONG or isinstance(e, ValueError):
        return UnreadableInput(f"{name} is no valid file name: check the spelling.", code="not-found")
    return UnreadableInput(f"{name} cannot be read from its disk: copy it elsewhere and try again.", code="io-error")
