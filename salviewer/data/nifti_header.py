"""NIfTI-1 and NIfTI-2 headers: read field by field, so that nothing is believed before it was looked at."""

from __future__ import annotations

import math
import struct
from typing import Literal

import numpy as np
from nibabel.nifti1 import header_dtype as nifti1_fields
from nibabel.nifti2 import header_dtype as nifti2_fields

from salviewer.api import Note
from salviewer.data.nifti_placement import placements_of
from salviewer.data.volume_header import VolumeHeader, bad_offset, checked_dtype, cut_off
from salviewer.data.volume_stream import VolumeStream
from salviewer.errors import UnreadableInput

LENGTHS = {1: 348, 2: 540}
"""Bytes of a header, by version."""
_FIRST_BYTE = {1: 352, 2: 544}
_FIELDS = {1: nifti1_fields, 2: nifti2_fields}
_DTYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 32: "c8", 64: "f8", 256: "i1", 512: "u2", 768: "u4"}
_DTYPES |= {1024: "i8", 1280: "u8", 1792: "c16"}
_OTHER_DTYPES = {
    128: "RGB",
    2304: "RGBA",
    1: "single bits",
    1536: "128-bit floating point",
    2048: "256-bit complex numbers",
}
_SEARCHED_BYTES = 2**20
Order = Literal["<", ">"]


def read_nifti_header(stream: VolumeStream, version: int, *, pair: bool) -> VolumeHeader:
    """The header at the start of `stream`; `pair`: its voxels are in another file.

    Raises:
        UnreadableInput: "truncated", "bad-dims", "unsupported-dtype", "rgb-volume", "bad-offset".
    """
    name, length = stream.name, LENGTHS[version]
    block = stream.peek(length)
    if len(block) < length:
        raise cut_off(name, length, len(block))
    order, notes = _byte_order(block, version)
    fields = np.frombuffer(block, _FIELDS[version].newbyteorder(order), 1)[0]
    shape = _shape(fields, name)
    code = int(fields["datatype"])
    known = np.dtype(_DTYPES[code]).newbyteorder(order) if code in _DTYPES else None
    dtype = checked_dtype(name, known, _OTHER_DTYPES.get(code, f"kind {code}"))
    if int(fields["bitpix"]) != 8 * dtype.itemsize:
        text = f"The header gives {int(fields['bitpix'])} bits per voxel, but its numbers have {8 * dtype.itemsize}."
        notes.append(Note("header-inconsistent", text))
    offset = _offset(fields, version, name, pair=pair, notes=notes)
    if not pair:
        notes += _extension_notes(stream, offset, _FIRST_BYTE[version], order)
    slope, inter = _scale(fields, notes)
    given, spare = placements_of(fields, notes)
    return VolumeHeader(shape, dtype, offset, given, spare, slope, inter, notes=tuple(notes))


def _byte_order(block: bytes, version: int) -> tuple[Order, list[Note]]:
    """The order by the header's own length, or else by its number of axes."""
    orders: tuple[Order, Order] = ("<", ">")
    for order in orders:
        if struct.unpack_from(order + "i", block)[0] == LENGTHS[version]:
            return order, []
    text = "The header does not give its own length rightly: it may be damaged."
    form, at = ("h", 40) if version == 1 else ("q", 16)
    big = 1 <= struct.unpack_from(">" + form, block, at)[0] <= 7
    return ">" if big else "<", [Note("header-inconsistent", text)]


def _shape(fields: np.void, name: str) -> tuple[int, ...]:
    axes = int(fields["dim"][0])
    if not 1 <= axes <= 7:
        raise UnreadableInput(
            f"{name} has {axes} axes by its header, and 1 to 7 can be: get the file again.", code="bad-dims"
        )
    return tuple(int(n) for n in fields["dim"][1 : axes + 1])


def _offset(fields: np.void, version: int, name: str, *, pair: bool, notes: list[Note]) -> int:
    stated, least = float(fields["vox_offset"]), 0 if pair else _FIRST_BYTE[version]
    if not math.isfinite(stated) or stated != int(stated) or stated < 0 or 0 < stated < least:
        raise bad_offset(name, stated)
    if stated < least:
        text = f"The header puts its voxels at byte 0, which it covers itself: byte {least} was taken."
        notes.append(Note("header-inconsistent", text))
        return least
    return int(stated)


def _extension_notes(stream: VolumeStream, offset: int, start: int, order: str) -> list[Note]:
    """A note where the extensions between header and voxels are damaged; they are skipped in any case."""
    block = stream.peek(min(offset, _SEARCHED_BYTES))
    at = start
    while offset - at >= 8 and len(block) >= at + 8 and block[start - 4]:
        size = struct.unpack_from(order + "i", block, at)[0]
        if size < 8 or at + size > offset:
            text = "An extension of the header is damaged: the extensions were left out."
            return [Note("bad-extension", text)]
        at += size
    return []


def _scale(fields: np.void, notes: list[Note]) -> tuple[float, float]:
    slope, inter = float(fields["scl_slope"]), float(fields["scl_inter"])
    if not (math.isfinite(slope) and math.isfinite(inter)):
        text = f"The header's scale cannot be (slope {slope:g}, intercept {inter:g}): values are as stored."
        notes.append(Note("bad-scale", text))
        return 1.0, 0.0
    if slope == 0:
        if inter:
            text = f"The header's slope is 0, which means no scaling: its intercept {inter:g} was not added."
            notes.append(Note("no-scale", text))
        return 1.0, 0.0
    return slope, inter
