"""Says which kind of volume a file is, from its first bytes; the ending is asked only where these do not say."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Literal

from salviewer.data.content import HEAD_BYTES, described, is_picture
from salviewer.data.dicom_files import is_dicom
from salviewer.data.dicom_folder import is_series
from salviewer.data.dicom_photograph import is_photograph
from salviewer.data.files import is_folder
from salviewer.data.volume_stream import open_stream
from salviewer.errors import SalViewerError, UnreadableInput

Kind = Literal["nifti1", "nifti1-pair", "nifti2", "nifti2-pair", "analyze", "mgh", "dicom"]

PATTERNS = ("*.nii", "*.nii.gz", "*.mgh", "*.mgz", "*.hdr", "*.img", "*.dcm", "*.ima")
"""Volumes in file dialogs."""
_PAIR_ENDINGS = (".hdr", ".img", ".hdr.gz", ".img.gz")
_DICOM_ENDINGS = (".dcm", ".dicom", ".ima")
_ENDINGS = (".nii", ".nii.gz", ".mgh", ".mgz", ".mgh.gz", *_PAIR_ENDINGS, *_DICOM_ENDINGS)
_MGH_TYPES = range(12)


def ends_like_volume(path: Path) -> bool:
    """Whether the file's name says that it is a volume."""
    return path.name.lower().endswith(_ENDINGS)


def is_volume(path: Path) -> bool:
    """Whether what lies at `path` is to be read as a volume: a file, or a folder of slices."""
    if is_folder(path):
        return is_series(path)
    try:
        with open_stream(path) as stream:
            head = stream.peek(HEAD_BYTES)
    except SalViewerError as e:
        return ends_like_volume(path) and e.code != "not-found"
    kind = kind_of(head, path)
    if kind == "dicom" and is_photograph(path):
        return False
    return bool(kind) or (ends_like_volume(path) and not is_picture(head))


def kind_of(head: bytes, path: Path) -> Kind | None:
    """The kind of the volume that begins with `head` (`HEAD_BYTES` long, or the whole file); None if it is none."""
    for magic, at, kind in _MAGICS:
        if head.startswith(magic, at):
            return kind
    name = path.name.lower()
    if _is_mgh(head, name):
        return "mgh"
    if name.endswith(_DICOM_ENDINGS) or is_dicom(head):
        return "dicom"
    if name.endswith(_PAIR_ENDINGS) and _length(head) == 348:
        return "analyze"
    return None


_MAGICS: tuple[tuple[bytes, int, Kind], ...] = (
    (b"n+1\0", 344, "nifti1"),
    (b"ni1\0", 344, "nifti1-pair"),
    (b"n+2\0", 4, "nifti2"),
    (b"ni2\0", 4, "nifti2-pair"),
)


def require_kind(head: bytes, path: Path, name: str) -> Kind:
    """As `kind_of`. Raises `UnreadableInput` "truncated" (within its header) or "not-nifti"."""
    kind = kind_of(head, path)
    if kind is not None:
        return kind
    needed = _length(head)
    if needed and len(head) < needed:
        raise UnreadableInput(
            f"{name} ends within its header, after {len(head)} of {needed} bytes: get the file again.",
            code="truncated",
        )
    raise UnreadableInput(
        f"{name} {described(head)}, so it cannot be opened as a volume: choose a NIfTI, MGH, Analyze or DICOM file.",
        code="not-nifti",
    )


def _length(head: bytes) -> int:
    """The header's own length, which NIfTI and Analyze begin with; 0 where it does not look like one."""
    known = {struct.pack(order + "i", n): n for order in "<>" for n in (348, 540)}
    return known.get(head[:4], 0)


def _is_mgh(head: bytes, name: str) -> bool:
    if not head.startswith(b"\0\0\0\x01"):
        return False
    if name.endswith((".mgh", ".mgz", ".mgh.gz")):
        return True
    return len(head) >= 28 and struct.unpack_from(">i", head, 20)[0] in _MGH_TYPES
