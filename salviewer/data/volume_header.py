"""What the header of a volume says, in the terms that all formats share, and whether its file can hold that."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from salviewer.api import Note
from salviewer.data.limits import check_memory, memory_budget
from salviewer.data.volume_geometry import Placement
from salviewer.data.volume_stream import VolumeStream
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

MAX_SIDE = 4096
"""Voxels along one side of a volume."""
_MOST_FRAMES = 100_000


@dataclass(frozen=True, eq=False)
class VolumeHeader:
    """A header that was read and not yet believed.

    shape: as stated, 1 to 7 axes, the first one fastest in the file; dtype: of the stored numbers, with byte order.
    offset: where they begin; slope, inter: a stored s stands for slope * s + inter.
    placements: where the voxels lie, best first; spare: placements taken only when asked for.
    open_ended: whether more may follow the numbers.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int
    placements: tuple[Placement, ...]
    spare: tuple[Placement, ...] = ()
    slope: float = 1.0
    inter: float = 0.0
    open_ended: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def scaled(self) -> bool:
        """Whether stored numbers are not the values themselves."""
        return (self.slope, self.inter) != (1.0, 0.0)

    @property
    def space(self) -> tuple[int, int, int]:
        """(X, Y, Z)."""
        x, y, z = self.shape[:3]
        return (x, y, z)

    @property
    def frames(self) -> int:
        """How many volumes the file holds."""
        return math.prod(self.shape[3:])

    @property
    def frame_bytes(self) -> int:
        """How long the numbers of one volume are."""
        return math.prod(self.space) * self.dtype.itemsize

    @property
    def end(self) -> int:
        """Where the numbers end in the file."""
        return self.offset + math.prod(self.shape) * self.dtype.itemsize


def checked(header: VolumeHeader, stream: VolumeStream) -> VolumeHeader:
    """`header` with 3 axes, or 4 where there are several volumes; `stream` can hold what it promises.

    Raises:
        UnreadableInput: "bad-dims", "ndim", "bad-offset", "size-mismatch", "truncated", "over-budget".
    """
    name, shape = stream.name, header.shape
    if not shape or min(shape) < 1:
        sizes = " × ".join(map(str, shape)) or "no"
        raise UnreadableInput(
            f"{name} has {sizes} voxels by its header, and every axis needs at least 1: get the file again.",
            code="bad-dims",
        )
    if header.offset > stream.capacity >= header.end - header.offset:
        raise bad_offset(name, header.offset)
    _check_size(header, stream)
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    if len(shape) < 3:
        raise UnreadableInput(
            f"{name} is a flat picture of {' × '.join(map(str, shape))} voxels, not a volume: save it as PNG or TIFF "
            "to open it as a picture.",
            code="ndim",
        )
    if len(shape) > 4:
        raise UnreadableInput(
            f"{name} has {len(shape)} axes ({' × '.join(map(str, shape))}); 3, or 4 with time, can be opened: save one "
            "of its volumes as a file of its own.",
            code="ndim",
        )
    notes = header.notes
    if len(shape) < len(header.shape):
        notes += (Note("squeezed", f"The header has {len(header.shape)} axes; those of length 1 were left out."),)
    return replace(header, shape=shape, notes=notes)


def _check_size(header: VolumeHeader, stream: VolumeStream) -> None:
    name, needed = stream.name, header.end - header.offset
    as_floats = header.scaled or header.dtype.kind not in "iu"
    memory = math.prod(header.shape[:3]) * (4 if as_floats else min(4, header.dtype.itemsize))
    absurd = max(header.shape[:3]) > MAX_SIDE or math.prod(header.shape[3:]) > _MOST_FRAMES
    beyond = absurd or needed > memory_budget()
    # Whether a packed file is too short shows when it is unpacked, which a promise beyond all bounds is not worth.
    if header.end > stream.capacity and (beyond or not stream.packed):
        raise cut_off(name, header.end, stream.size_bytes, "size-mismatch" if beyond else "truncated")
    if absurd:
        raise UnreadableInput(
            f"{name} has {' × '.join(map(str, header.shape))} voxels; at most {MAX_SIDE} along a side can be opened: "
            "make it smaller first.",
            code="over-budget",
        )
    check_memory(name, max(needed, memory) if stream.packed else memory)


def bad_offset(name: str, offset: float) -> UnreadableInput:
    """The refusal of a header whose numbers begin where they cannot."""
    return UnreadableInput(
        f"{name} keeps its voxels at byte {offset:g} by its header, which cannot be: get the file again.",
        code="bad-offset",
    )


def cut_off(name: str, needed: int, given: int, code: str = "truncated") -> UnreadableInput:
    """The refusal of a file that is shorter than its header says."""
    return UnreadableInput(
        f"{name} must have {counted(needed, 'byte')} by its header and has {given:,}: get the file again.", code=code
    )


def checked_dtype(name: str, dtype: np.dtype[Any] | None, what: str) -> np.dtype[Any]:
    """`dtype`, or the refusal of a kind of number, called `what`, that no volume here may have.

    Raises:
        UnreadableInput: "unsupported-dtype", "rgb-volume".
    """
    if dtype is not None:
        return dtype
    if what.startswith("RGB"):
        raise UnreadableInput(
            f"{name} holds colours ({what}), and a volume has one number per voxel: save one channel, or their mean.",
            code="rgb-volume",
        )
    raise UnreadableInput(
        f"{name} holds numbers of a kind that cannot be read ({what}): save it as 32-bit floating point.",
        code="unsupported-dtype",
    )
