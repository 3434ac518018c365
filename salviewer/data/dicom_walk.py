"""Goes from element to element of a DICOM data set, without recursion and without reading values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

MAX_DEPTH = 64
"""Sequences within sequences."""
_MAX_ELEMENTS = 1_500_000
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXELS = {0x7FE00008: "float32", 0x7FE00009: "float64", 0x7FE00010: ""}
LONG_TYPES = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
"""Types of value whose length takes four bytes."""


class PixelElement(NamedTuple):
    """start, length: its value in bytes; length -1 where it is a list of fragments. kind: "" (whole numbers)."""

    start: int
    length: int
    kind: str
    vr: str


class Found(NamedTuple):
    """The pixels, if any; the end of what comes before them; whether types are left out (implicit)."""

    pixels: PixelElement | None
    end: int
    implicit: bool


class _Element(NamedTuple):
    tag: int
    vr: bytes
    start: int
    length: int


class _Level(NamedTuple):
    """An open sequence, item or list of fragments; `end` is None where a delimiter closes it."""

    kind: str
    end: int | None
    implicit: bool


@dataclass
class _Walk:
    file: BinaryIO
    position: int
    size: int
    implicit: bool
    little: bool
    name: str
    levels: list[_Level] = field(default_factory=list)
    depth: int = 0

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, "little" if self.little else "big")

    def tag(self, head: bytes) -> int:
        return self.number(head[:2]) << 16 | self.number(head[2:4])

    def peek(self, position: int, count: int) -> bytes:
        self.file.seek(position)
        return self.file.read(count)

    def open(self, kind: str, end: int | None, implicit: bool) -> None:
        self.depth += kind == "sequence"
        if self.depth > MAX_DEPTH:
            raise UnreadableInput(
                f"{self.name} has sequences more than {MAX_DEPTH} deep: it is damaged, or was made to do harm.",
                code="too-deep",
            )
        self.levels.append(_Level(kind, end, implicit))

    def close(self) -> None:
        self.depth -= self.levels.pop().kind == "sequence"

    def close_ended(self) -> None:
        """Leave every level whose stated end is reached."""
        while self.levels and self.levels[-1].end is not None and self.position >= self.levels[-1].end:
            if self.position > self.levels[-1].end:
                raise _corrupt(self.name)
            self.close()

    def within(self, end: int) -> None:
        """Refuse a value that ends behind the file; one that ends behind its sequence is noticed when that is left."""
        if end > self.size:
            raise UnreadableInput(
                f"{self.name} ends {counted(end - self.size, 'byte')} too early by its own header: get the file again.",
                code="truncated",
            )


def find_pixels(file: BinaryIO, start: int, size: int, encoding: tuple[bool, bool], name: str) -> Found:
    """Walk the data set that starts at `start` up to its pixels, or to the file's end at `size`.

    encoding: (implicit, little endian).

    Raises:
        UnreadableInput: "truncated", "too-deep", "corrupt" or "over-budget" (more elements than any real file).
    """
    walk = _Walk(file, start, size, *encoding, name)
    implicit = walk.implicit = _is_implicit(walk, walk.implicit)
    for _ in range(_MAX_ELEMENTS):
        walk.close_ended()
        head = walk.peek(walk.position, 12)
        if len(head) < 8:
            if walk.levels:
                raise _ends_inside(name)
            return Found(None, walk.position, implicit)
        if walk.levels and walk.levels[-1].kind != "item":
            _enter_item(walk, head)
            continue
        element = _element(walk, head)
        if not walk.levels and element.tag in _PIXELS:
            length = -1 if element.length == _UNDEFINED else element.length
            pixels = PixelElement(element.start, length, _PIXELS[element.tag], element.vr.decode("ascii", "replace"))
            return Found(pixels, walk.position, implicit)
        _pass(walk, element)
    raise UnreadableInput(f"{name} has more than {_MAX_ELEMENTS} elements before its pixels.", code="over-budget")


def _element(walk: _Walk, head: bytes) -> _Element:
    implicit = walk.levels[-1].implicit if walk.levels else walk.implicit
    vr = b"" if implicit else head[4:6]
    # Some writers leave types out within a file that states them.
    if implicit or not (b"AA" <= vr <= b"ZZ"):
        return _Element(walk.tag(head), b"", walk.position + 8, walk.number(head[4:8]))
    if vr in LONG_TYPES:
        if len(head) < 12:
            raise _ends_inside(walk.name)
        return _Element(walk.tag(head), vr, walk.position + 12, walk.number(head[8:12]))
    return _Element(walk.tag(head), vr, walk.position + 8, walk.number(head[6:8]))


def _pass(walk: _Walk, element: _Element) -> None:
    """Step over an element, or into it where it is a sequence."""
    tag, vr, start, length = element
    if tag == _ITEM_END and walk.levels:
        walk.close()
        walk.position = start
    elif length == _UNDEFINED:
        fragments = vr not in (b"SQ", b"UN", b"") and walk.tag(walk.peek(start, 4)) == _ITEM
        walk.open("fragments" if fragments else "sequence", None, vr != b"SQ")
        walk.position = start
    else:
        walk.within(start + length)
        inside = vr == b"SQ" or (vr in (b"UN", b"") and length >= 8 and walk.tag(walk.peek(start, 4)) == _ITEM)
        if inside and length:
            walk.open("sequence", start + length, vr != b"SQ")
            walk.position = start
        else:
            walk.position = start + length


def _enter_item(walk: _Walk, head: bytes) -> None:
    level, tag, length = walk.levels[-1], walk.tag(head), walk.number(head[4:8])
    walk.position += 8
    if tag == _SEQUENCE_END:
        walk.close()
    elif tag != _ITEM:
        raise _corrupt(walk.name)
    elif level.kind == "fragments":
        walk.within(walk.position + length)
        walk.position += length
    else:
        if length != _UNDEFINED:
            walk.within(walk.position + length)
        walk.open("item", None if length == _UNDEFINED else walk.position + length, _is_implicit(walk, level.implicit))


def _is_implicit(walk: _Walk, assumed: bool) -> bool:
    """Whether the data set at the present position leaves types out, by the look of its first element."""
    head = walk.peek(walk.position, 6)
    if (walk.levels and assumed) or len(head) < 6 or walk.tag(head) in (_ITEM_END, _SEQUENCE_END):
        return assumed
    return not (0x40 < head[4] < 0x5B and 0x40 < head[5] < 0x5B)


def _ends_inside(name: str) -> UnreadableInput:
    return UnreadableInput(f"{name} ends in the middle of its header: get the file again.", code="truncated")


def _corrupt(name: str) -> UnreadableInput:
    return UnreadableInput(
        f"{name} is damaged: an element of its header reaches beyond the sequence that it is in.", code="corrupt"
    )
