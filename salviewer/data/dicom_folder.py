"""Finds the DICOM files of a folder; nothing is written there and no name in it is made of what a file says."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from salviewer.data.content import picture_kind
from salviewer.data.dicom_files import HEAD_BYTES, DicomFile, is_dicom, open_file
from salviewer.data.files import open_regular
from salviewer.errors import SalViewerError, UnreadableInput

MAX_FILES = 5_000
"""In one folder."""
_LOOKED_AT = 12


def is_series(folder: Path) -> bool:
    """Whether a folder holds DICOM files and not mostly pictures, by the first bytes of a few files."""
    try:
        paths = _listed(folder)
    except (OSError, ValueError):
        return False
    slices = pictures = 0
    for path in paths[:_LOOKED_AT]:
        head = head_of(path)
        slices += is_dicom(head)
        pictures += _is_picture(head)
    return slices > 0 and slices >= pictures


def dicom_files(folder: Path, name: str) -> list[DicomFile]:
    """The files with pixels in a folder (not in the folders within), in the order of their names.

    Raises:
        UnreadableInput: "not-a-file" (it cannot be listed), "too-many-files", "no-slices", or what is wrong with one of
            the files: a slice that is left out silently would be worse.
    """
    paths = _regular_files(folder, name)
    found = [file for path in paths if is_dicom(head_of(path)) and (file := _slice_file(path))]
    if not found:
        raise UnreadableInput(
            f"{name} holds no DICOM slices: choose the folder that the slices themselves are in.", code="no-slices"
        )
    return found


def _slice_file(path: Path) -> DicomFile | None:
    try:
        return open_file(path, wanted=False)
    except UnreadableInput as e:
        if e.code in ("dicomdir", "path-escape", "not-dicom"):  # lists of files, which nobody follows
            return None
        raise


def head_of(path: Path) -> bytes:
    """A file's first bytes; none where it cannot be opened."""
    try:
        with open_regular(path) as (file, _):
            return file.read(HEAD_BYTES)
    except (SalViewerError, OSError):
        return b""


def _regular_files(folder: Path, name: str) -> list[Path]:
    try:
        paths = _listed(folder)
    except (OSError, ValueError):
        raise UnreadableInput(
            f"{name} cannot be listed: check that it exists and that you may read it.", code="not-a-file"
        ) from None
    if len(paths) > MAX_FILES:
        raise UnreadableInput(
            f"{name} holds more than {MAX_FILES} files: put the series into a folder of its own.",
            code="too-many-files",
        )
    return paths


def _listed(folder: Path) -> list[Path]:
    """The files in a folder by name, hidden ones left out; no more than one beyond `MAX_FILES`."""
    with os.scandir(folder) as entries:
        files = (Path(entry.path) for entry in entries if _is_file(entry) and not entry.name.startswith("."))
        return sorted(islice(files, MAX_FILES + 1))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads in a circle
        return False


def _is_picture(head: bytes) -> bool:
    try:
        picture_kind(head, "")
    except UnreadableInput:
        return False
    return True
