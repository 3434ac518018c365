"""What is wrong with a .safetensors file, in a sentence; the library itself checks offsets, overlaps and sizes."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Final

from salviewer.errors import UnreadableModel
from salviewer.numeric.counted import counted

_LENGTH: Final = struct.Struct("<Q")
_MAX_HEADER: Final = 4 * 2**20
"""A tensor takes some 100 bytes of header."""

_AGAIN: Final = "Copy or download it again."
_REASONS: Final = {
    "unknown variant": ("wrong-dtype", "lists a number type that does not exist."),
    "invalid offset": ("bad-offset", f"lists tensors that overlap or leave gaps: it is damaged. {_AGAIN}"),
    "invalid shape": ("size-mismatch", f"lists a tensor whose shape and bytes do not agree: it is damaged. {_AGAIN}"),
    "overflow": ("size-mismatch", f"lists a tensor larger than any memory: it is damaged. {_AGAIN}"),
}


def check_header(path: Path) -> None:
    """Return if the header's length is plausible. Raises `UnreadableModel` before anything is allocated."""
    size = path.stat().st_size
    with path.open("rb") as f:
        (length,) = _LENGTH.unpack(f.read(_LENGTH.size))
    if length > _MAX_HEADER:
        raise UnreadableModel(f"{path.name} states a header of {length} bytes: it is damaged. {_AGAIN}", code="header")
    if length + _LENGTH.size > size:
        raise _cut_off(path)


def explain(error: Exception, path: Path) -> UnreadableModel:
    """The library's `error` about the file at `path`, in a sentence for people."""
    message = str(error)
    if "not fully covered" in message:
        return _uncovered(path)
    for words, (code, reason) in _REASONS.items():
        if words in message:
            return UnreadableModel(f"{path.name} {reason}", code=code)
    return UnreadableModel(f"{path.name} has a damaged header. {_AGAIN}", code="header")


def _uncovered(path: Path) -> UnreadableModel:
    with path.open("rb") as f:
        (length,) = _LENGTH.unpack(f.read(_LENGTH.size))
        header = json.loads(f.read(length))
    listed = max((t["data_offsets"][1] for key, t in header.items() if key != "__metadata__"), default=0)
    spare = path.stat().st_size - _LENGTH.size - length - listed
    if spare < 0:
        return _cut_off(path)
    return UnreadableModel(
        f"{path.name} has {counted(spare, 'byte')} after its last tensor that no tensor owns: it is damaged. {_AGAIN}",
        code="trailing-data",
    )


def _cut_off(path: Path) -> UnreadableModel:
    return UnreadableModel(f"{path.name} is cut off: it ends before its last tensor. {_AGAIN}", code="truncated")
