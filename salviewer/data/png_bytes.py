"""Pixels as a PNG file, quickly: for pictures written by the thousand.

Pillow tries five filters on every row; here each row is told from the one above it, which is as small for rendered
pictures and written in half the time.

Source: Portable Network Graphics (PNG) Specification, W3C 2003, sections 5 and 9.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KINDS = {1: 0, 3: 2}
"""PNG's colour type by number of channels: grey, or red, green and blue."""
_UP = 2
_FASTEST = 1


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """The file of `pixels` (H, W), (H, W, 1) or (H, W, 3)."""
    height, width = pixels.shape[:2]
    rows = pixels.reshape(height, -1)
    lines = np.empty((height, 1 + rows.shape[1]), np.uint8)
    lines[:, 0], lines[0, 1:] = _UP, rows[0]
    np.subtract(rows[1:], rows[:-1], out=lines[1:, 1:])  # modulo 256, as PNG wants it
    header = struct.pack(">2I5B", width, height, 8, _KINDS[rows.shape[1] // width], 0, 0, 0)
    body = zlib.compress(lines.tobytes(), _FASTEST)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
