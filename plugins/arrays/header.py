"""The header of a .npy file: what it promises, checked against the file's length before anything is allocated.

Format: the magic string, two version bytes, the header's length (2 bytes, or 4 from version 2 on), then a Python
dictionary as text with the keys descr, fortran_order and shape.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

MAX_SIDE, MAX_PIXELS, MAX_BYTES = 30_000, 250_000_000, 2**30
_LONGEST_HEADER = 10_000
_READABLE = {"f": (2, 4, 8), "u": (1, 2, 4, 8), "i": (1, 2, 4, 8), "b": (1,)}


@dataclass(frozen=True)
class Header:
    """dtype: floating point, whole numbers or bools; start: where the numbers begin in the file."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran_order: bool
    start: int

    @property
    def data_bytes(self) -> int:
        """How long the numbers are."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(file: BinaryIO, size_bytes: int, name: str) -> Header:
    """The header at the start of `file`.

    Raises:
        UnreadableInput: "truncated", "corrupt", "unsupported-kind", "bad-dims", "over-budget" or "size-mismatch".
    """
    facts, start = _facts(file, name)
    header = Header(_dtype(facts.get("descr"), name), _shape(facts.get("shape"), name), facts["fortran_order"], start)
    if header.data_bytes > MAX_BYTES or max(header.shape) > MAX_SIDE or _pixels(header.shape) > MAX_PIXELS:
        raise UnreadableInput(
            f"{name} has the shape {header.shape}; at most {MAX_SIDE} a side, {MAX_PIXELS // 10**6} megapixels and "
            f"{MAX_BYTES // 2**30} GiB can be opened: make it smaller first.",
            code="over-budget",
        )
    promised, given = start + header.data_bytes, size_bytes
    if promised != given:
        raise UnreadableInput(
            f"{name} must have {counted(promised, 'byte')} by its header and has {given:,}: save or download it again.",
            code="truncated" if given < promised else "size-mismatch",
        )
    return header


def _facts(file: BinaryIO, name: str) -> tuple[dict[str, Any], int]:
    start = file.read(8)
    wide = 2 if start[6:7] == b"\x01" else 4
    length = int.from_bytes(file.read(wide), "little")
    text = file.read(min(length, _LONGEST_HEADER)).decode("latin-1")
    if len(start) < 8 or len(text) < min(length, _LONGEST_HEADER):
        raise UnreadableInput(f"{name} ends within its header: save or download it again.", code="truncated")
    try:
        # Python 2 wrote sizes as 12L.
        facts = ast.literal_eval(re.sub(r"\b(\d+)L\b", r"\1", text).strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or not isinstance(facts.get("fortran_order"), bool):
        raise UnreadableInput(f"{name} has a damaged header: save or download it again.", code="corrupt")
    return facts, 8 + wide + length


def _dtype(descr: object, name: str) -> np.dtype[Any]:
    try:
        dtype = np.dtype(descr) if isinstance(descr, str) else None
    except (TypeError, ValueError, SyntaxError):
        dtype = None
    if dtype is not None and dtype.itemsize in _READABLE.get(dtype.kind, ()):
        return dtype
    if dtype is None:
        what, remedy = "records or numbers of an unknown kind", "save a plain array"
    elif dtype.hasobject:
        what, remedy = "Python objects, which could run code on opening", "save it as numbers"
    elif dtype.kind == "c":
        what, remedy = "complex numbers", "save their magnitude"
    else:
        what, remedy = f"{dtype} values", "save it as float32"
    raise UnreadableInput(
        f"{name} holds {what}; floating point and whole numbers can be opened: {remedy}.", code="unsupported-kind"
    )


def _shape(shape: object, name: str) -> tuple[int, ...]:
    whole = isinstance(shape, tuple) and all(type(n) is int for n in shape)
    if not (isinstance(shape, tuple) and whole and len(shape) in (2, 3) and min(shape) > 0):
        shown = str(shape) if whole and len(str(shape)) < 60 else "a shape that makes no sense"
        raise UnreadableInput(
            f"{name} has {shown}; a picture is (height, width), (height, width, 3) or (channels, height, width), "
            "a volume (x, y, z).",
            code="bad-dims",
        )
    return shape


def _pixels(shape: tuple[int, ...]) -> int:
    return math.prod(sorted(shape)[-2:])
