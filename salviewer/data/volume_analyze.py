"""Headers of Analyze 7.5 volumes: 348 bytes without a mark, the voxels in a file of their own. They are only read."""

from __future__ import annotations

import math
import struct
from typing import Literal

import numpy as np
from nibabel.analyze import header_dtype

from salviewer.api import Note
from salviewer.data.volume_geometry import Placement
from salviewer.data.volume_header import VolumeHeader, bad_offset, checked_dtype, cut_off
from salviewer.data.volume_stream import VolumeStream
from salviewer.errors import UnreadableInput

LENGTH = 348
"""Bytes of the header."""
_DTYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 32: "c8", 64: "f8", 132: "u2"}
_OTHER_DTYPES = {1: "single bits", 128: "RGB"}
_SCALE_AT = 112
"""Where SPM keeps the factor of its values, in a field that Analyze leaves free."""


def read_analyze_header(stream: VolumeStream) -> VolumeHeader:
    """The header at the start of `stream`; it cannot say how the head lies.

    Raises:
        UnreadableInput: "truncated", "bad-dims", "unsupported-dtype", "rgb-volume", "bad-offset".
    """
    name = stream.name
    block = stream.peek(LENGTH)
    if len(block) < LENGTH:
        raise cut_off(name, LENGTH, len(block))
    order: Literal["<", ">"] = ">" if struct.unpack_from(">i", block)[0] == LENGTH else "<"
    fields = np.frombuffer(block, header_dtype.newbyteorder(order), 1)[0]
    axes = int(fields["dim"][0])
    if not 1 <= axes <= 7:
        raise UnreadableInput(
            f"{name} has {axes} axes by its header, and 1 to 7 can be: get the file again.", code="bad-dims"
        )
    code = int(fields["datatype"])
    known = np.dtype(_DTYPES[code]).newbyteorder(order) if code in _DTYPES else None
    dtype = checked_dtype(name, known, _OTHER_DTYPES.get(code, f"kind {code}"))
    offset = float(fields["vox_offset"])
    if not math.isfinite(offset) or offset != int(offset) or offset < 0:
        raise bad_offset(name, offset)
    notes: list[Note] = []
    if int(fields["bitpix"]) != 8 * dtype.itemsize:
        text = f"The header gives {int(fields['bitpix'])} bits per voxel, but its numbers have {8 * dtype.itemsize}."
        notes.append(Note("header-inconsistent", text))
    shape = tuple(int(n) for n in fields["dim"][1 : axes + 1])
    slope = _slope(struct.unpack_from(order + "f", block, _SCALE_AT)[0], notes)
    return VolumeHeader(shape, dtype, int(offset), (_placement(fields, notes),), slope=slope, notes=tuple(notes))


def _slope(factor: float, notes: list[Note]) -> float:
    if not math.isfinite(factor) or factor in (0.0, 1.0):
        return 1.0
    notes.append(Note("spm-scale", f"Values were multiplied by {factor:g}, the factor that SPM left in the header."))
    return factor


def _placement(fields: np.void, notes: list[Note]) -> Placement:
    stated = fields["pixdim"][1:4].astype(np.float64)
    if not (np.isfinite(stated) & (stated != 0)).all():
        notes.append(Note("assumed-spacing", "The header gives no size of the voxels that can be: 1 mm was assumed."))
        stated = np.ones(3)
    return Placement("pixdim", np.diag([*np.abs(stated), 1.0]), oriented=False)
