"""Files that a person asked for are written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
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
