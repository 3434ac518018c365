"""Walks the elements of a DICOM file without reading values: its bounds, its depth, and where its pixels lie.

It comes before pydicom, which recurses into sequences and allocates what a header promises.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from salviewer.data.dicom_walk import LONG_TYPES, Found, PixelElement, find_pixels
from salviewer.data.limits import in_units
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

IMPLICIT = "1.2.840.10008.1.2"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"

_HEADER_BYTES = 64 * 2**20
"""The most that may come before the pixels; the functional groups of 5,000 frames take a sixth of it."""
_SLACK_BYTES = 2**20
_DEFLATE_RATIO = 200
"""Times that a deflated file may grow; medical pictures grow three-fold, an empty frame a thousand-fold."""


class _Meta(NamedTuple):
    """The file's first group: `end` is where the data set starts; `sop_class` and `syntax` are UIDs or ""."""

    end: int
    sop_class: str
    syntax: str


@dataclass(frozen=True)
class Stream:
    """Where things lie in a DICOM file.

    syntax: the transfer syntax's UID; "" where the file does not say.
    sop_class: what kind of thing the file states to be, a UID; "".
    implicit, little: how the data set is encoded.
    header: the data set's bytes up to the pixels.
    pixels: where these lie; None where there are none.
    preamble: whether the file starts as DICOM files should.
    """

    syntax: str
    sop_class: str
    implicit: bool
    little: bool
    header: bytes
    pixels: PixelElement | None
    preamble: bool

    def pixel_bytes(self, file: BinaryIO, offset: int, count: int, name: str) -> bytes:
        """`count` bytes of the pixel element, from `offset` on. Raises `UnreadableInput` "truncated"."""
        if self.pixels is None:
            raise ValueError("a file without pixels")
        start = self.pixels.start + offset
        if self.syntax == DEFLATED:
            data = _inflate(file, _meta(file).end, start + count, name)[start:]
        else:
            file.seek(start)
            data = file.read(count)
        if len(data) < count:
            raise UnreadableInput(
                f"{name} ends {counted(count - len(data), 'byte')} before its pixels do: get the file again.",
                code="truncated",
            )
        return data


def open_stream(file: BinaryIO, size_bytes: int, name: str) -> Stream:
    """What is known of the file before any value is read.

    Raises:
        UnreadableInput: "truncated", "too-deep", "over-budget", "corrupt" or "not-dicom".
    """
    meta = _meta(file)
    file.seek(128)
    preamble = file.read(4) == b"DICM"
    if meta.syntax == DEFLATED:
        return _packed(file, size_bytes, meta, preamble, name)
    return _plain(file, size_bytes, meta, preamble, name)


def _packed(file: BinaryIO, size_bytes: int, meta: _Meta, preamble: bool, name: str) -> Stream:
    found, data = _packed_header(file, meta.end, name)
    unpacked = found.pixels.start + found.pixels.length if found.pixels else 0
    if unpacked > max(_HEADER_BYTES, _DEFLATE_RATIO * size_bytes):
        raise _too_much(name, unpacked)
    return Stream(meta.syntax, meta.sop_class, found.implicit, True, data[: found.end], found.pixels, preamble)


def _packed_header(file: BinaryIO, start: int, name: str) -> tuple[Found, bytes]:
    """What a walk through the deflated data set finds, and its first bytes; most headers are short."""
    for limit in (_SLACK_BYTES, _HEADER_BYTES):
        data = _inflate(file, start, limit, name)
        try:
            found = find_pixels(io.BytesIO(data), 0, len(data), (False, True), name)
        except UnreadableInput as e:
            if e.code != "truncated" or len(data) < limit:
                raise
        else:
            if found.pixels or len(data) < limit:
                return found, data
    raise _too_much(name, _HEADER_BYTES)


def _plain(file: BinaryIO, size_bytes: int, meta: _Meta, preamble: bool, name: str) -> Stream:
    encoding = _encoding(file, meta)
    found = find_pixels(file, meta.end, size_bytes, encoding, name)
    if found.end - meta.end > _HEADER_BYTES:
        raise _too_much(name, found.end - meta.end)
    file.seek(meta.end)
    header = file.read(found.end - meta.end)
    if found.pixels and found.pixels.start + found.pixels.length > size_bytes:
        missing = found.pixels.start + found.pixels.length - size_bytes
        raise UnreadableInput(
            f"{name} ends {counted(missing, 'byte')} before its pixels do: get the file again.", code="truncated"
        )
    return Stream(meta.syntax, meta.sop_class, found.implicit, encoding[1], header, found.pixels, preamble)


def _meta(file: BinaryIO) -> _Meta:
    file.seek(128)
    position = 132 if file.read(4) == b"DICM" else 0
    found = {}
    while True:
        file.seek(position)
        head = file.read(12)
        if len(head) < 8 or head[:2] != b"\x02\0":
            break
        long = head[4:6] in LONG_TYPES
        length = int.from_bytes(head[8:12] if long else head[6:8], "little")
        start = position + (12 if long else 8)
        if head[2:4] in (b"\x02\0", b"\x10\0") and length <= 128:
            file.seek(start)
            found[head[2]] = file.read(length).rstrip(b"\0 ").decode("ascii", "replace")
        position = start + length
    return _Meta(position, found.get(0x02, ""), found.get(0x10, ""))


def _encoding(file: BinaryIO, meta: _Meta) -> tuple[bool, bool]:
    """(implicit, little endian)."""
    if meta.syntax:
        return meta.syntax == IMPLICIT, meta.syntax != BIG_ENDIAN
    file.seek(meta.end)
    head = file.read(6)
    if not (head[4:6].isalpha() and head[4:6].isupper()):
        return True, True
    # Groups are small numbers: a large one is a small one read from the wrong end.
    return False, int.from_bytes(head[:2], "little") < 1024


def _inflate(file: BinaryIO, start: int, count: int, name: str) -> bytes:
    """At most `count` bytes (and what comes along) of the deflated data set that starts at `start`."""
    file.seek(start)
    unpacker, found = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
    try:
        while len(found) < count and not unpacker.eof:
            packed = unpacker.unconsumed_tail or file.read(2**16)
            if not packed:
                break
            found += unpacker.decompress(packed, min(_SLACK_BYTES, count - len(found)))
    except zlib.error:
        raise UnreadableInput(
            f"{name} is packed, and its packed part is damaged: get the file again.", code="corrupt"
        ) from None
    return bytes(found)


def _too_much(name: str, count: int) -> UnreadableInput:
    return UnreadableInput(
        f"{name} unpacks to {in_units(count)} or more, far more than a file of its kind holds: get it again, or save "
        "it without compression.",
        code="over-budget",
    )
