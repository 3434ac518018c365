"""Reads photographs that are kept as DICOM, as fundus cameras write them: colours, or a camera's grey values."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from salviewer.api import Note, Picture
from salviewer.data.dicom_files import is_dicom
from salviewer.data.dicom_header import Header, read_header
from salviewer.data.dicom_stream import Stream, open_stream
from salviewer.data.files import open_regular, read_head, shown_name
from salviewer.data.limits import check_dimensions, check_memory
from salviewer.data.quiet import heard_warnings
from salviewer.errors import SalViewerError, UnreadableInput
from salviewer.numeric.counted import counted

CAMERAS = frozenset({"OP", "XC", "ES", "GM", "SM"})
"""Modalities that take photographs: of the eye, from outside, of the inside, through a microscope."""
_HEAD_BYTES = 1024
_COPIES = 4
"""How many times a picture lies in memory while it is unpacked and its colours are turned into red, green and blue."""


def is_photograph(path: Path) -> bool:
    """Whether the file at `path` is DICOM with one frame of colours, or of a camera's grey values."""
    try:
        stream = _stream(path)
        if stream is None:
            return False
        with heard_warnings():
            header = read_header(stream, shown_name(path))
            if header.whole("NumberOfFrames", 1) != 1 or not header.has("Rows"):
                return False
            coloured = header.whole("SamplesPerPixel", 1) == 3 or _meaning(header) == "PALETTE COLOR"
            return coloured or header.text("Modality").upper() in CAMERAS
    except SalViewerError:
        return False


def read_photograph(path: Path) -> Picture:
    """The photograph in the DICOM file at `path`: uint8 (H, W, 1 or 3), or float32 in 0..1 of more than 8 bits.

    Raises:
        UnreadableInput: "not-dicom", "bad-header", "bad-dims", "over-budget", "no-decoder", "corrupt" and those of
            `open_regular` and `open_stream`. Unavailable: "missing-extra".
    """
    name, stream = shown_name(path), _stream(path)
    if stream is None:
        raise UnreadableInput(f"{name} is no DICOM file: choose a photograph.", code="not-dicom")
    with heard_warnings() as heard:
        header = read_header(stream, name)
        rows, columns = header.whole("Rows"), header.whole("Columns")
        check_dimensions(name, columns, rows)
        bits = header.whole("BitsAllocated")
        check_memory(name, _COPIES * rows * columns * header.whole("SamplesPerPixel", 1) * max(1, bits // 8))
        values = _unpacked(path, name)
        notes = _notes(header)
    pixels = _in_range(values, header)
    if heard:
        notes.append(Note("damaged-details", "Some of the file's side information is damaged and was ignored."))
    with open_regular(path) as (file, _):
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Picture(pixels, name, sha256, tuple(notes))


def _stream(path: Path) -> Stream | None:
    """Where things lie in the file; None where it is no DICOM."""
    name = shown_name(path)
    with open_regular(path) as (file, size):
        if not is_dicom(read_head(file, _HEAD_BYTES, name)):
            return None
        return open_stream(file, size, name)


def _unpacked(path: Path, name: str) -> np.ndarray:
    """The stored values (H, W) or (H, W, 3), colours as red, green and blue."""
    from pydicom import dcmread  # noqa: PLC0415 - an extra
    from pydicom.pixels.processing import apply_color_lut  # noqa: PLC0415 - the same
    from pydicom.pixels.utils import pixel_array  # noqa: PLC0415 - the same

    try:
        dataset: Any = dcmread(path, force=True)
        values = pixel_array(dataset)
        palette = str(dataset.get("PhotometricInterpretation", "")).strip().upper() == "PALETTE COLOR"
        values = apply_color_lut(values, dataset) if palette else values
    except (NotImplementedError, RuntimeError):
        # Without their causes: these quote the file.
        raise UnreadableInput(
            f"{name} is packed in a way that cannot be unpacked here: export it without compression, or as PNG or "
            f"JPEG.",
            code="no-decoder",
        ) from None
    except Exception:  # noqa: BLE001 - a dozen kinds
        raise UnreadableInput(f"{name} has damaged pixels: get the file again.", code="corrupt") from None
    if values.ndim not in (2, 3) or values.shape[2:] not in ((), (3,)):
        raise UnreadableInput(
            f"{name} holds {counted(values.ndim, 'axis', 'axes')} of values, and a photograph has two and its colours: "
            f"choose another file.",
            code="bad-header",
        )
    return np.asarray(values)


def _in_range(values: np.ndarray, header: Header) -> np.ndarray:
    """(H, W, 1 or 3): bytes as they are, more bits as float32 in 0..1; small values dark."""
    values = values if values.ndim == 3 else values[..., None]
    if values.dtype == np.uint8:
        return 255 - values if _inverted(header) else values
    if values.dtype.kind != "u":
        raise header.bad("PixelRepresentation", "says that values can be negative, which a photograph's cannot")
    stored = 8 * values.dtype.itemsize
    if _meaning(header) != "PALETTE COLOR":  # its table has values of its own, of full width
        stored = header.whole("BitsStored", stored)
    found = np.clip(values.astype(np.float32) / np.float32(2**stored - 1), 0, 1)
    return 1 - found if _inverted(header) else found


def _notes(header: Header) -> list[Note]:
    found = []
    if _inverted(header):
        found.append(Note("inverted", "Small values are bright in this file (MONOCHROME1); they were turned round."))
    if header.text("BurnedInAnnotation").upper() == "YES":
        text = "The header says that text, perhaps a name, is burned into the picture: look before you hand it on."
        found.append(Note("burned-in", text))
    return found


def _inverted(header: Header) -> bool:
    return _meaning(header) == "MONOCHROME1"


def _meaning(header: Header) -> str:
    return header.text("PhotometricInterpretation").upper()
