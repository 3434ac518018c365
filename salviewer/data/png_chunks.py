"""Checks the checksums of a PNG's pixels: the decoder does not, and shows what was damaged on the way."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from salviewer.errors import UnreadableInput

_BLOCK = 2**20


def check_chunks(file: BinaryIO, name: str) -> None:
    """Refuse a PNG that ends before its end mark ("truncated") or whose pixels are damaged ("corrupt")."""
    file.seek(8)
    kind = b""
    while kind != b"IEND":
        head = file.read(8)
        length, kind = struct.unpack(">I4s", head) if len(head) == 8 else (0, b"")
        found = _checksum(file, kind, length)
        stated = file.read(4)
        if len(head) < 8 or found is None or len(stated) < 4:
            raise UnreadableInput(f"{name} ends before its last pixel: get the file again.", code="truncated")
        if kind in (b"IDAT", b"fdAT") and struct.pack(">I", found) != stated:
            raise UnreadableInput(
                f"{name} has damaged pixels (a checksum is wrong): get the file again.", code="corrupt"
            )


def _checksum(file: BinaryIO, kind: bytes, length: int) -> int | None:
    """CRC of the chunk that lies ahead, or None where the file ends within it."""
    found, left = zlib.crc32(kind), length
    while left:
        block = file.read(min(left, _BLOCK))
        if not block:
            return None
        found, left = zlib.crc32(block, found), left - len(block)
    return found
