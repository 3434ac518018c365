"""Finds the pages of a TIFF by following its directories, without reading any of them."""

from __future__ import annotations

import struct
from typing import BinaryIO

MOST_PAGES = 10_000
"""Counting stops here: a file with more is no picture."""


def page_offsets(file: BinaryIO) -> list[int]:
    """Where each page's directory lies in the TIFF `file`; stops at `MOST_PAGES`, at a loop, and at the file's end."""
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = len(head) == 16 and head[2:4] in (b"+\0", b"\0+")
    count, link, entry_bytes = (f"{order}Q", f"{order}Q", 20) if big else (f"{order}H", f"{order}I", 12)
    at = struct.unpack_from(link, head, 8 if big else 4)[0] if len(head) >= 8 else 0
    seen: dict[int, None] = {}
    while at and at not in seen and len(seen) < MOST_PAGES:
        entries = _number(file, at, count)
        if entries is None:
            break
        seen[at] = None
        at = _number(file, at + struct.calcsize(count) + entries * entry_bytes, link) or 0
    return list(seen)


def _number(file: BinaryIO, at: int, form: str) -> int | None:
    if at >= 2**63:
        return None
    file.seek(at)
    raw = file.read(struct.calcsize(form))
    return int(struct.unpack(form, raw)[0]) if len(raw) == struct.calcsize(form) else None
