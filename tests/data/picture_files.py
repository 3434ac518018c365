"""Writes pictures byte by byte: what no well-behaved writer would."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, data=b"", *, crc=None):
    """One PNG chunk; `crc` plants a wrong checksum."""
    check = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def header(width, height, depth=8, colour=0):
    """A PNG's IHDR chunk; colours: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def png(width, height, rows, *extra, depth=8, colour=0, end=True):
    """A PNG of raw `rows` (filter bytes included), `extra` chunks before the pixels."""
    body = SIGNATURE + header(width, height, depth, colour) + b"".join(extra)
    return body + chunk(b"IDAT", zlib.compress(rows)) + (chunk(b"IEND") if end else b"")


def saved(image, kind, **how):
    """The bytes that Pillow writes for `image`."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def noise(rng, height=24, width=32, channels=3):
    """A photograph's stand-in."""
    values = rng.integers(0, 256, (height, width, channels), dtype=np.uint8)
    return Image.fromarray(values[..., 0] if channels == 1 else values)


def tiff(tags, body=b"", *, order="<", next_directory=0):
    """A TIFF of one directory of LONG tags {number: value}, then `body`, which starts at byte `8 + 6 + 12 * n`."""
    head = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 8)
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    return head + struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", next_directory) + body


def grey_tiff(values, *, bits, sample_format=1, white_is_zero=False, order="<", width=None, height=None):
    """An uncompressed greyscale TIFF of `values` (H, W), its header telling the truth unless told otherwise."""
    h, w = values.shape
    photometric = 0 if white_is_zero else 1
    tags = {256: width or w, 257: height or h, 258: bits, 259: 1, 262: photometric, 277: 1, 278: height or h}
    start = 8 + 6 + 12 * (len(tags) + 3)
    data = values.astype(values.dtype.newbyteorder(order)).tobytes()
    tags |= {273: start, 279: len(data), 339: sample_format}
    return tiff(tags, data, order=order)


def exif(orientation):
    """EXIF bytes that state an orientation."""
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()
