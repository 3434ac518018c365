"""Reads PNG, JPEG, TIFF and DICOM photographs: what they hold decides, and all that was done to it is noted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from salviewer.api import Note, Picture
from salviewer.data.arrays import picture_from_array
from salviewer.data.choices import Choices
from salviewer.data.content import HEAD_BYTES, picture_kind
from salviewer.data.convert import form_of, to_pixels
from salviewer.data.decoders import Opened, guarded, open_picture
from salviewer.data.dicom_photograph import is_photograph, read_photograph
from salviewer.data.files import open_regular, read_head, shown_name
from salviewer.data.limits import check_dimensions
from salviewer.data.png_chunks import check_chunks
from salviewer.data.promises import check_promises, png_dimensions

__all__ = ["picture_from_array", "read_picture"]

_SMALL_SIDE = 16


def read_picture(path: str | Path, options: Mapping[str, Any] | None = None) -> Picture:
    """The picture in a file: uint8 (H, W, 1) or (H, W, 3); float32 in 0..1 where the file holds 16 bits or more.

    Args:
        path: a PNG, JPEG or TIFF file, or a photograph in DICOM, whatever its ending.
        options: what the file leaves open, as `Choices` explains: page, alpha, range, nonfinite.

    Raises:
        UnreadableInput: the file is refused; `code` says why.
        NeedsChoice: the file can be read in several ways and `options` does not say which.
        InvalidChoice: an option that does not exist.
    """
    path = Path(path)
    if is_photograph(path):
        Choices.of(options or {})
        return read_photograph(path)
    name, choices = shown_name(path), Choices.of(options or {})
    with open_regular(path) as (file, size_bytes):
        head = read_head(file, HEAD_BYTES, name)
        kind = picture_kind(head, name)
        with guarded(name, file, size_bytes, kind) as heard:
            if kind == "PNG":
                check_dimensions(name, *png_dimensions(head))
                check_chunks(file, name)
            opened = open_picture(file, size_bytes, kind)
            pixels, notes = _read_page(opened, choices, name)
            notes += _remarks(opened, pixels)
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if heard:
        notes.append(Note("damaged-details", "Some of the file's side information is damaged and was ignored."))
    return Picture(pixels, name, sha256, tuple(notes))


def _read_page(opened: Opened, choices: Choices, name: str) -> tuple[np.ndarray, list[Note]]:
    count = opened.pages()
    opened.turn_to(choices.page_index(name, count))
    form = form_of(opened, name)
    check_promises(opened, name, form.bytes_per_pixel)
    pixels, notes = to_pixels(opened, form, choices, name)
    if count > 1:
        notes.append(Note("page", f"This is page {choices.page} of {count}."))
    return pixels, notes


def _remarks(opened: Opened, pixels: np.ndarray) -> list[Note]:
    """Notes on what the file holds besides its pixels, and on its size."""
    notes = []
    profile = opened.image.info.get("icc_profile")
    # The name of the usual profile stands in it as ASCII or UTF-16.
    if profile and not re.search(rb"s\0?R\0?G\0?B", profile):
        notes.append(Note("colour-profile", "The file's colour profile was not applied: values are as stored."))
    if opened.image.info.get("mp"):
        notes.append(Note("more-pictures", "Further pictures in the file (a preview, a gain map) were left out."))
    height, width = pixels.shape[:2]
    if min(height, width) < _SMALL_SIDE:
        notes.append(Note("tiny", f"The picture is only {width} × {height} pixels."))
    return notes
