"""The numbers of a volume: mapped into memory where the file holds them as they are wanted, else read slab by slab.

What is read becomes float32, or stays whole numbers where nothing scales them; no slab is larger than `SLAB` numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from salviewer.api import Note
from salviewer.data.choices import question
from salviewer.data.volume_choices import VolumeChoices
from salviewer.data.volume_header import VolumeHeader, cut_off
from salviewer.data.volume_stream import VolumeStream
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

SLAB = 2**21
"""Numbers that are converted at once."""
_LARGEST = float(np.finfo(np.float32).max)
_SAFE = 1e18
"""Beyond this, squares do not fit into float32."""


@dataclass
class Findings:
    """What was met among the values: how many are not finite, how many were too large, the least and the greatest."""

    count: int = 0
    missing: int = 0
    clipped: int = 0
    low: float = math.inf
    high: float = -math.inf

    def add(self, values: np.ndarray) -> None:
        """Count the values of one more slab."""
        self.count += values.size
        if values.dtype.kind == "f":
            finite = np.isfinite(values)
            present = int(np.count_nonzero(finite))
            self.missing += values.size - present
            if present == 0:
                return
            if present < values.size:
                values = values[finite]
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))


@dataclass
class _Values:
    """Flat values, first axis fastest, and what was found among them."""

    flat: np.ndarray
    found: Findings = field(default_factory=Findings)


def read_values(
    stream: VolumeStream, header: VolumeHeader, choices: VolumeChoices
) -> tuple[np.ndarray, tuple[Note, ...]]:
    """The array (X, Y, Z) of the time point that `choices` names, and what is to be said about it.

    Raises:
        UnreadableInput: "truncated", "truncated-gz", "corrupt-gz", "no-finite-voxels", "unsupported-dtype".
        NeedsChoice: "time", "complex", "non-finite". InvalidChoice: no such time point.
    """
    frame = choices.time_index(stream.name, header.frames)
    if header.dtype.kind == "c" and not choices.complex:
        raise question(stream.name, "holds complex numbers", "complex", "complex", ("magnitude",))
    start = header.offset + frame * header.frame_bytes
    mapped = _is_as_wanted(stream, header, start)
    values = _map(stream, header, start) if mapped else _convert(stream, header, start)
    spare = stream.finish(header.end)
    if stream.packed and stream.position < header.end:
        raise cut_off(stream.name, header.end, stream.position)
    values = _without_gaps(values, choices, stream.name, copy=mapped)
    notes = _notes(values.found, header, frame, 0 if header.open_ended else spare)
    return _unflattened(values.flat, header.space), notes


def _is_as_wanted(stream: VolumeStream, header: VolumeHeader, start: int) -> bool:
    dtype = header.dtype
    plain = not stream.packed and not header.scaled and dtype.isnative and start % dtype.itemsize == 0
    return plain and dtype == _target(header)


def _target(header: VolumeHeader) -> np.dtype[Any]:
    """float32, or the stored kind of whole numbers in the machine's order; of 64 bits, 32 are kept."""
    dtype = header.dtype
    if header.scaled or dtype.kind not in "iu":
        return np.dtype(np.float32)
    return np.dtype(np.int32) if dtype.itemsize == 8 else dtype.newbyteorder("=")


def _map(stream: VolumeStream, header: VolumeHeader, start: int) -> _Values:
    try:
        flat = np.memmap(stream.file, header.dtype, "r", start, (math.prod(header.space),))
    except ValueError as e:  # it became shorter since it was opened
        raise cut_off(stream.name, header.end, stream.size_bytes) from e
    values = _Values(flat)
    for slab in _slabs(flat.size):
        values.found.add(np.asarray(flat[slab]))
    return values


def _convert(stream: VolumeStream, header: VolumeHeader, start: int) -> _Values:
    stream.move_to(start)
    values = _Values(np.empty(math.prod(header.space), _target(header)))
    converted = _conversion(header, values.found, stream.name)
    for slab in _slabs(values.flat.size):
        raw = stream.read((slab.stop - slab.start) * header.dtype.itemsize)
        if len(raw) < (slab.stop - slab.start) * header.dtype.itemsize:
            raise cut_off(stream.name, header.end, stream.position)
        values.flat[slab] = converted(np.frombuffer(raw, header.dtype))
        values.found.add(values.flat[slab])
    return values


def _conversion(header: VolumeHeader, found: Findings, name: str) -> Callable[[np.ndarray], np.ndarray]:
    """What turns a slab of stored numbers into values."""

    def narrowed(raw: np.ndarray) -> np.ndarray:
        limits = np.iinfo(np.int32)
        if raw.min() < limits.min or raw.max() > limits.max:
            raise UnreadableInput(
                f"{name} holds whole numbers of more than 32 bits: save it as 32-bit floating point.",
                code="unsupported-dtype",
            )
        return raw

    def as_floats(raw: np.ndarray) -> np.ndarray:
        if raw.dtype.kind == "c":
            raw = np.abs(raw.astype(np.complex128))
        wide = raw.astype(np.float64) * header.slope + header.inter if header.scaled else raw
        if wide.dtype.itemsize > 4:
            too_large = np.isfinite(wide) & (np.abs(wide) > _LARGEST)
            found.clipped += int(np.count_nonzero(too_large))
            wide = np.where(too_large, np.sign(wide) * _LARGEST, wide)
        return wide

    def guarded(raw: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):  # what overflows is counted
            return as_floats(raw)

    if _target(header).kind == "f":
        return guarded
    return narrowed if header.dtype.itemsize == 8 else lambda raw: raw


def _without_gaps(values: _Values, choices: VolumeChoices, name: str, *, copy: bool) -> _Values:
    """`values` with 0 for what is not finite, where the person wants that; `copy`: they are the file's."""
    found = values.found
    if found.missing == found.count:
        raise UnreadableInput(f"{name} holds only NaN or infinity: check how it was made.", code="no-finite-voxels")
    if not found.missing:
        return values
    if not choices.nonfinite:
        raise question(
            name, f"has {counted(found.missing, 'voxel')} of NaN or infinity", "non-finite", "nonfinite", ("zero",)
        )
    flat = np.array(values.flat) if copy else values.flat
    for slab in _slabs(flat.size):
        part = flat[slab]
        part[~np.isfinite(part)] = 0
    return _Values(flat, found)


def _notes(found: Findings, header: VolumeHeader, frame: int, spare: int) -> tuple[Note, ...]:
    notes = list(value_notes(found))
    if header.frames > 1:
        notes.insert(0, Note("time", f"This is time point {frame + 1} of {header.frames}."))
    if header.dtype.kind == "c":
        notes.append(Note("magnitude", "The magnitude of complex numbers is shown."))
    if header.dtype.kind in "iu" and header.dtype.itemsize == 8 and not header.scaled:
        notes.append(Note("converted", "Whole numbers of 64 bits were read as 32 bits, which hold all of them."))
    if spare:
        notes.append(Note("trailing-data", "The file goes on after its last voxel: the rest was left out."))
    return tuple(notes)


def value_notes(found: Findings) -> tuple[Note, ...]:
    """What is to be said about the values themselves."""
    notes = []
    if found.missing:
        notes.append(Note("non-finite", f"{counted(found.missing, 'voxel')} of NaN or infinity became 0."))
    if found.clipped:
        text = (
            counted(found.clipped, "value was", "values were")
            + " too large for 32-bit floating point and set to its largest number."
        )
        notes.append(Note("overflow-risk", text))
    elif max(abs(found.low), abs(found.high)) > _SAFE:
        text = f"Values run from {found.low:.3g} to {found.high:.3g}, so that sums and squares of them may overflow."
        notes.append(Note("overflow-risk", text))
    if found.low == found.high:
        notes.append(Note("constant-image", f"All voxels have the same value, {found.low:g}."))
    return tuple(notes)


def _slabs(count: int) -> Iterator[slice]:
    for start in range(0, count, SLAB):
        yield slice(start, min(count, start + SLAB))


def _unflattened(flat: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    return flat.reshape(shape, order="F")
