"""Puts the slices' values together: stored whole numbers as they are, or float32 where the header rescales them."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import numpy as np

from salviewer.api import Note
from salviewer.data.choices import asked
from salviewer.data.dicom_choices import DicomChoices
from salviewer.data.dicom_pixels import check_readable, read_frames
from salviewer.data.dicom_stacks import Placed
from salviewer.data.files import open_regular
from salviewer.data.limits import check_memory
from salviewer.errors import NeedsChoice, UnreadableInput
from salviewer.numeric.counted import counted

_LARGEST = float(np.finfo(np.float32).max)


def read_values(members: list[Placed], choices: DicomChoices, name: str) -> tuple[np.ndarray, str, tuple[Note, ...]]:
    """The values (X, Y, Z), X along a row and Z as the members go; the hash; what was done.

    The hash is the SHA-256 of the file's bytes; for several files, of their SHA-256 digests in rising order, so that
    neither names nor their order matter.

    Raises:
        UnreadableInput: "over-budget", "no-decoder", "no-finite-voxels" and those of `read_frames`.
        NeedsChoice: "non-finite".
    """
    files: dict[Path, list[tuple[int, Placed]]] = {}
    for place, member in enumerate(members):
        files.setdefault(member.file.path, []).append((place, member))
    for mine in files.values():
        check_readable(mine[0][1].file)
    scaled, notes = _rescaling(members)
    layout = members[0].file.layout
    dtype = np.dtype(np.float32)
    if not scaled and not layout.kind:
        dtype = np.result_type(*{m.file.layout.dtype for m in members})
    count = len(members) * layout.rows * layout.columns
    check_memory(name, count * dtype.itemsize + 3 * 8 * layout.rows * layout.columns)
    values = np.empty((len(members), layout.rows, layout.columns), dtype)
    digests = [_fill(values, mine, scaled) for mine in files.values()]
    digest = digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(sorted(digests))).digest()
    notes += _check_finite(values, choices, name)
    return values.transpose(2, 1, 0), digest.hex(), notes


def _fill(values: np.ndarray, members: list[tuple[int, Placed]], scaled: bool) -> bytes:
    """Read one file's slices to their places in `values` (Z, Y, X). Returns the digest of its bytes."""
    mine = {m.slice.frame: (place, m) for place, m in members}
    file = members[0][1].file
    with open_regular(file.path) as (opened, size):
        if size != file.size_bytes:
            raise UnreadableInput(f"{file.name} was changed while it was read: try again.", code="io-error")
        for frame, stored in read_frames(file, opened, sorted(mine)):
            place, member = mine[frame]
            if scaled:
                stored = stored * np.float64(member.slice.slope) + np.float64(member.slice.intercept)
            with np.errstate(over="ignore", invalid="ignore"):
                values[place] = stored
        opened.seek(0)
        return hashlib.file_digest(opened, "sha256").digest()


def _rescaling(members: list[Placed]) -> tuple[bool, tuple[Note, ...]]:
    """Whether slopes and intercepts are to be applied."""
    pairs = {(m.slice.slope, m.slice.intercept) for m in members}
    if pairs == {(1.0, 0.0)}:
        return False, ()
    if any(slope == 0 or not math.isfinite(slope) or not math.isfinite(intercept) for slope, intercept in pairs):
        text = "The header's rescale slope or intercept is no possible number: stored values are shown as they are."
        return False, (Note("bad-scale", text),)
    reach = 2.0 ** max(m.file.layout.stored for m in members)
    if any(abs(slope) * reach + abs(intercept) > _LARGEST for slope, intercept in pairs):
        text = "Rescaled values would be too large for float32: stored values are shown as they are."
        return False, (Note("overflow-risk", text),)
    if len(pairs) == 1:
        slope, intercept = next(iter(pairs))
        text = f"Stored values were rescaled: times {slope:g}, plus {intercept:g}, as the header says."
    else:
        text = "Stored values were rescaled slice by slice, as the header says."
    return True, (Note("rescaled", text),)


def _check_finite(values: np.ndarray, choices: DicomChoices, name: str) -> tuple[Note, ...]:
    """Replace what is not finite in place, where that was agreed to; say what else is odd."""
    notes: tuple[Note, ...] = ()
    if values.dtype.kind == "f":
        missing = sum(int(part.size - np.count_nonzero(np.isfinite(part))) for part in values)
        if missing == values.size:
            raise UnreadableInput(
                f"{name} holds no number, only NaN or infinity: check how it was made.", code="no-finite-voxels"
            )
        if missing and not choices.nonfinite:
            raise NeedsChoice(
                f"{name} has {counted(missing, 'voxel')} of NaN or infinity: pass --option nonfinite=zero to make "
                'them 0, in Python nonfinite="zero".',
                code="non-finite",
                option="nonfinite",
                choices=("zero",),
                asks=asked(f"{name} has {counted(missing, 'voxel')} of NaN or infinity", "nonfinite", ("zero",)),
            )
        if missing:
            for part in values:
                part[~np.isfinite(part)] = 0
            notes = (Note("non-finite", f"{counted(missing, 'voxel')} of NaN or infinity became 0."),)
    if values.min() == values.max():
        notes += (Note("constant-image", f"All voxels have the same value, {values.flat[0]:g}."),)
    return notes
