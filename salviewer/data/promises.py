"""Compares what a picture's header promises with what its file can hold, before any of it is unpacked."""

from __future__ import annotations

import math
import struct

from salviewer.data.decoders import Opened
from salviewer.data.limits import check_dimensions, check_memory
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

_DEFLATE_AT_BEST = 1032
"""Bytes that one byte of a PNG can unpack to."""
_SCANNED_PIXELS = 10**10
"""Pixels times passes of a progressive JPEG: 250 megapixels in 40 passes. Cameras make about ten."""
_BYTES_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def check_promises(opened: Opened, name: str, out_bytes_per_pixel: int) -> None:
    """Refuse the current page where its size, memory, decoding time or length cannot be right.

    Raises:
        UnreadableInput: "bad-dims", "over-budget" or "truncated".
    """
    width, height = opened.image.size
    check_dimensions(name, width, height)
    check_memory(name, width * height * (_decoding_bytes(opened) + out_bytes_per_pixel))
    {"PNG": _check_png, "JPEG": _check_jpeg, "TIFF": _check_tiff}[opened.kind](opened, name)


def png_dimensions(head: bytes) -> tuple[int, int]:
    """(width, height) that a PNG's first bytes state; Pillow refuses 0 without saying why. (1, 1) if cut off."""
    return struct.unpack_from(">II", head, 16) if len(head) >= 24 else (1, 1)


def _decoding_bytes(opened: Opened) -> int:
    """What decoding takes per pixel: Pillow's copy, and a progressive JPEG's coefficients or a TIFF's raw strips."""
    own = _BYTES_PER_PIXEL.get(opened.image.mode, 4)
    if opened.kind == "TIFF":
        return 2 * own
    return own + 6 if opened.image.info.get("progressive") else own


def _check_png(opened: Opened, name: str) -> None:
    opened.file.seek(24)
    depth, colour = opened.file.read(2)
    width, height = opened.image.size
    needed = height * (1 + math.ceil(width * depth * _SAMPLES.get(colour, 1) / 8))
    if needed > opened.size_bytes * _DEFLATE_AT_BEST:
        raise _too_short(name, needed // _DEFLATE_AT_BEST, opened.size_bytes)


def _check_jpeg(opened: Opened, name: str) -> None:
    passes, carry = 0, b""
    opened.file.seek(0)
    while block := opened.file.read(2**20):
        passes += (carry + block).count(b"\xff\xda")
        carry = block[-1:]
    width, height = opened.image.size
    # Previews inside the file have passes too: never mind so few.
    if passes > 100 and passes * width * height > _SCANNED_PIXELS:
        raise UnreadableInput(
            f"{name} stores its {width} × {height} pixels in {passes} passes, which would take minutes to decode: "
            "save it again as a plain JPEG or PNG.",
            code="over-budget",
        )


def _check_tiff(opened: Opened, name: str) -> None:
    width, height = opened.image.size
    raw = opened.tag(259) in (None, 1)
    end = height * math.ceil(width * (sum(_numbers(opened.tag(258))) or 1) / 8) if raw else 0
    for starts, lengths in ((273, 279), (324, 325)):
        offsets, counts = _numbers(opened.tag(starts)), _numbers(opened.tag(lengths))
        # Writers of uncompressed files often state too long a last strip.
        spans = ((start, 1 if raw else n) for start, n in zip(offsets, counts, strict=False))
        end = max(end, *(start + n for start, n in spans), 0)
    if end > opened.size_bytes:
        raise _too_short(name, end, opened.size_bytes)


def _numbers(value: object) -> tuple[int, ...]:
    values = value if isinstance(value, tuple) else (value,)
    return tuple(v for v in values if isinstance(v, int))


def _too_short(name: str, needed: int, given: int) -> UnreadableInput:
    return UnreadableInput(
        f"{name} needs at least {counted(needed, 'byte')} by its header and has {given:,}: get the file again.",
        code="truncated",
    )
