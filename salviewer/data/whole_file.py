"""Files are written whole or not at all, and what cannot be read is set aside, never lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from salviewer.errors import SalViewerError


def write_whole(path: Path, write: Callable[[Path], Any]) -> Path:
    """`path`, after `write` filled a draft beside it that took its place.

    Raises:
        SalViewerError: "unwritable", where the folder or the disk does not let it; what was at `path` is untouched.
    """
    draft = path.with_name(path.name + ".part")
    try:
        write(draft)
        draft.replace(path)
    except OSError as e:
        draft.unlink(missing_ok=True)
        why = e.strerror or str(e)
        raise SalViewerError(f"{path.name} cannot be written ({why}): choose another folder.", code="unwritable") from e
    return path


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` so that at any moment the old file or the whole new one is there; its folder is made.

    Two processes may do so at once: the last one's file stays. Raises `OSError`; the old file is untouched then.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def set_aside(path: Path, ending: str = ".bad") -> Path:
    """Where the file at `path` lies from now on, beside its old place. Raises `OSError` where it cannot be moved."""
    aside = path.with_name(path.name + ending)
    path.replace(aside)
    return aside
