"""How a DICOM file's pixels are stored, and whether the file can hold what its header promises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salviewer.data.dicom_header import Header
from salviewer.data.dicom_stream import Stream
from salviewer.data.limits import in_units, memory_budget
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

MAX_SIDE = 4096
"""Pixels along one side of a slice."""
MAX_FRAMES = 100_000
_HOPELESS = 16
"""A promise of this many times what is there is a lie rather than a cut."""


@dataclass(frozen=True)
class Layout:
    """rows, columns, frames: of the file. bits: that hold one value, of which the lower `stored` count.

    kind: "float32" or "float64" where the file holds such numbers, "" for whole ones, then `signed` or not.
    inverted: small values are bright (MONOCHROME1).
    """

    rows: int
    columns: int
    frames: int
    bits: int
    stored: int
    signed: bool
    kind: str
    inverted: bool

    @property
    def dtype(self) -> np.dtype:
        """Of the values in memory."""
        return np.dtype(self.kind or f"{'i' if self.signed else 'u'}{self.bits // 8}")

    @property
    def frame_bytes(self) -> int:
        """Of one frame, unpacked."""
        return self.rows * self.columns * self.bits // 8


def layout_of(header: Header, stream: Stream, size_bytes: int) -> Layout:
    """The layout that the header states.

    Raises:
        UnreadableInput: "bad-header" (naming the tag), "rgb-volume", "palette", "unsupported-kind", "size-mismatch",
            "truncated", "over-budget".
    """
    if stream.pixels is None:
        raise header.bad("PixelData", "is missing")
    rows, columns = header.whole("Rows"), header.whole("Columns")
    for keyword, value in (("Rows", rows), ("Columns", columns)):
        if value < 1:
            raise header.bad(keyword, f"is {value}")
    frames = header.whole("NumberOfFrames", 1)
    if frames < 1:
        raise header.bad("NumberOfFrames", f"is {frames}")
    inverted = _one_value_each(header)
    bits, stored, signed = _bits(header, stream.pixels.kind)
    layout = Layout(rows, columns, frames, bits, stored, signed, stream.pixels.kind, inverted)
    _check_promise(layout, stream, size_bytes, header.name)
    return layout


def _one_value_each(header: Header) -> bool:
    """Whether small values are bright; refuses colours."""
    samples, meaning = header.whole("SamplesPerPixel", 1), header.text("PhotometricInterpretation").upper()
    if header.whole("PlanarConfiguration", 0) not in (0, 1):
        raise header.bad("PlanarConfiguration", f"is {header.whole('PlanarConfiguration')}, neither 0 nor 1")
    if meaning == "PALETTE COLOR":
        raise UnreadableInput(
            f"{header.name} holds numbers of colours in a table: only grey values make a volume here.", code="palette"
        )
    if samples in (3, 4):
        raise UnreadableInput(
            f"{header.name} holds {samples} colours per pixel: only grey values make a volume here.", code="rgb-volume"
        )
    if samples != 1:
        raise header.bad("SamplesPerPixel", f"is {samples}")
    if meaning not in ("MONOCHROME1", "MONOCHROME2", ""):
        raise header.bad("PhotometricInterpretation", "is none of a grey picture")
    return meaning == "MONOCHROME1"


def _bits(header: Header, kind: str) -> tuple[int, int, bool]:
    """(bits of memory, bits that count, signed)."""
    bits = header.whole("BitsAllocated")
    if kind:
        if bits != np.dtype(kind).itemsize * 8:
            raise header.bad("BitsAllocated", f"is {bits} for {kind} numbers")
        return bits, bits, True
    if bits == 1:
        raise UnreadableInput(
            f"{header.name} holds one bit per pixel, a mask rather than a picture: choose the picture itself.",
            code="unsupported-kind",
        )
    if bits not in (8, 16, 32):
        raise header.bad("BitsAllocated", f"is {bits}, none of 8, 16 and 32")
    stored, sign = header.whole("BitsStored", bits), header.whole("PixelRepresentation")
    if not 1 <= stored <= bits:
        raise header.bad("BitsStored", f"is {stored} of {bits}")
    if header.whole("HighBit", stored - 1) != stored - 1:
        raise header.bad("HighBit", f"is {header.whole('HighBit')} for {counted(stored, 'bit')}")
    if sign not in (0, 1):
        raise header.bad("PixelRepresentation", f"is {sign}, neither 0 nor 1")
    return bits, stored, sign == 1


def _check_promise(layout: Layout, stream: Stream, size_bytes: int, name: str) -> None:
    promised = layout.frame_bytes * layout.frames
    length = stream.pixels.length if stream.pixels else 0
    # A fragment per frame takes 8 bytes at least, whatever the codec.
    held = length if length >= 0 else promised if layout.frames * 8 <= size_bytes else size_bytes
    if promised > _HOPELESS * held:
        raise UnreadableInput(
            f"{name} promises {layout.frames} × {layout.columns} × {layout.rows} pixels ({in_units(promised)}) and "
            f"holds {in_units(max(held, 0))}: its header is wrong, get the file again.",
            code="size-mismatch",
        )
    if promised > held:
        raise UnreadableInput(
            f"{name} needs {counted(promised, 'byte')} of pixels by its header and has {held:,}: get the file again.",
            code="truncated",
        )
    if max(layout.rows, layout.columns) > MAX_SIDE or layout.frames > MAX_FRAMES:
        raise UnreadableInput(
            f"{name} has {layout.frames} slices of {layout.columns} × {layout.rows} pixels; at most {MAX_SIDE} a side "
            f"and {MAX_FRAMES} slices can be opened.",
            code="over-budget",
        )
    if layout.frame_bytes > memory_budget():
        raise UnreadableInput(
            f"One slice of {name} takes {in_units(layout.frame_bytes)} of memory: make it smaller first.",
            code="over-budget",
        )
