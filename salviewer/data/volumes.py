"""Reads files of volumes: what they hold decides, and all that was done to it or must be known is noted.

NIfTI-1 and NIfTI-2 (one file or two), MGH and MGZ, Analyze 7.5; DICOM files and folders are handed on. Headers are
read here and not by nibabel, which lends its tables and its orientations: it opens much that must be refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from salviewer.api import Note, Volume
from salviewer.data.content import HEAD_BYTES
from salviewer.data.files import is_folder, shown_name
from salviewer.data.nifti_header import read_nifti_header
from salviewer.data.volume_analyze import read_analyze_header
from salviewer.data.volume_array import volume_from_array
from salviewer.data.volume_choices import VolumeChoices
from salviewer.data.volume_geometry import choose_geometry
from salviewer.data.volume_header import VolumeHeader, checked
from salviewer.data.volume_kind import Kind, ends_like_volume, is_volume, require_kind
from salviewer.data.volume_mgh import read_mgh_header
from salviewer.data.volume_pair import header_of, voxels_of
from salviewer.data.volume_stream import VolumeStream, open_stream
from salviewer.data.volume_values import read_values
from salviewer.errors import UnreadableInput

__all__ = ["read_volume", "volume_from_array"]


def read_volume(path: str | Path, options: Mapping[str, Any] | None = None) -> Volume:
    """The volume in a file, or in a folder of DICOM slices.

    The array is mapped into memory where the file holds it unpacked and unscaled in the machine's own order; else it
    is float32, or whole numbers as stored.

    Args:
        path: the file, whatever its ending; of a pair, either file.
        options: what the file leaves open, as `VolumeChoices` explains: time, geometry, nonfinite, complex.

    Raises:
        UnreadableInput: the file is refused; `code` says why.
        NeedsChoice: the file can be read in several ways and `options` does not say which.
        InvalidChoice: an option that does not exist.
    """
    path = Path(path)
    if is_folder(path) and (is_volume(path) or not ends_like_volume(path)):
        return _dicom(path, options or {})
    with _guarded(shown_name(path)):
        first = header_of(path)
        with open_stream(first) as stream:
            kind = require_kind(stream.peek(HEAD_BYTES), first, stream.name)
            if kind != "dicom":
                return _read(stream, kind, path, first, VolumeChoices.of(options or {}))
    return _dicom(path, options or {})


def _read(stream: VolumeStream, kind: Kind, path: Path, first: Path, choices: VolumeChoices) -> Volume:
    header = _header(stream, kind)
    if kind not in ("nifti1-pair", "nifti2-pair", "analyze"):
        return _volume(stream, header, choices, _ending_notes(stream, first))
    with open_stream(voxels_of(first)) as voxels:
        volume = _volume(voxels, header, choices, ())
    both = hashlib.sha256(f"{stream.sha256()} {volume.sha256}".encode()).hexdigest()
    return Volume(**{**vars(volume), "sha256": both, "name": shown_name(path)})


def _header(stream: VolumeStream, kind: Kind) -> VolumeHeader:
    with np.errstate(all="ignore"):  # what is no number is looked for afterwards
        if kind == "mgh":
            return read_mgh_header(stream)
        if kind == "analyze":
            return read_analyze_header(stream)
        return read_nifti_header(stream, 2 if kind.startswith("nifti2") else 1, pair=kind.endswith("pair"))


def _volume(stream: VolumeStream, header: VolumeHeader, choices: VolumeChoices, notes: tuple[Note, ...]) -> Volume:
    header = checked(header, stream)
    geometry = choose_geometry(header.placements, header.spare, choices.geometry, header.space, stream.name)
    array, value_notes = read_values(stream, header, choices)
    return Volume(
        array,
        geometry.affine,
        stream.name,
        stream.sha256(),
        geometry.axcodes,
        geometry=geometry.source,
        space=geometry.space,
        warnings=(*notes, *header.notes, *geometry.notes, *value_notes),
    )


def _ending_notes(stream: VolumeStream, path: Path) -> tuple[Note, ...]:
    """A note where the name says that the file is packed, and it is not, or the other way round."""
    if stream.packed == path.name.lower().endswith((".gz", ".mgz")):
        return ()
    state = "packed with gzip" if stream.packed else "not packed"
    return (Note("misnamed", f"The file is {state}, whatever its ending says; it was read by its content."),)


def _dicom(path: Path, options: Mapping[str, Any]) -> Volume:
    from salviewer.data.dicom import read_dicom  # noqa: PLC0415 - loads pydicom

    return read_dicom(path, options)


@contextmanager
def _guarded(name: str) -> Iterator[None]:
    """A disk that fails and memory that runs out become sentences."""
    try:
        yield
    except MemoryError as e:
        raise UnreadableInput(
            f"{name} does not fit into memory: close other programs, or make the file smaller.", code="over-budget"
        ) from e
    except OSError as e:
        raise UnreadableInput(
            f"{name} cannot be read from its disk: copy it elsewhere and try again.", code="io-error"
        ) from e
