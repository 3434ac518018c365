"""Reads the stored values of a DICOM file's frames, one frame at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np

from salviewer.data.dicom_codecs import check_codec, damaged, is_plain, unpack
from salviewer.data.dicom_files import DicomFile
from salviewer.data.dicom_layout import Layout
from salviewer.data.dicom_stream import DEFLATED
from salviewer.data.limits import check_memory
from salviewer.data.quiet import heard_warnings
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted


def check_readable(file: DicomFile) -> None:
    """Refuse, before anything is allocated, pixels that cannot be unpacked ("no-decoder", "unsupported-kind")."""
    layout, pixels = file.layout, file.stream.pixels
    plain = is_plain(file.stream.syntax)
    if pixels is not None and plain != (pixels.length >= 0):
        raise damaged(file.name)
    check_codec(file.stream.syntax, layout, file.name)
    if not file.stream.little and layout.bits == 8 and pixels is not None and pixels.vr == "OW":
        raise UnreadableInput(
            f"{file.name} holds bytes in pairs turned round (big endian): export it as little endian.",
            code="unsupported-kind",
        )


def read_frames(file: DicomFile, opened: BinaryIO, frames: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    """(frame, its stored values (rows, columns)) for each of `frames` (rising).

    Raises:
        UnreadableInput: "truncated", "size-mismatch", "over-budget" or "corrupt".
    """
    if is_plain(file.stream.syntax):
        yield from _plain_frames(file, opened, frames)
    else:
        yield from _packed_frames(file, opened, frames)


def _plain_frames(file: DicomFile, opened: BinaryIO, frames: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    layout, count = file.layout, file.layout.frame_bytes
    whole = b""
    if file.stream.syntax == DEFLATED:
        # What is deflated can be read from its start only.
        check_memory(file.name, 3 * count * layout.frames)
        whole = file.stream.pixel_bytes(opened, 0, count * layout.frames, file.name)
    stored = layout.dtype.newbyteorder("<" if file.stream.little else ">")
    for frame in frames:
        start = frame * count
        data = whole[start : start + count] or file.stream.pixel_bytes(opened, start, count, file.name)
        values = np.frombuffer(data, stored).reshape(layout.rows, layout.columns).astype(layout.dtype)
        yield frame, _without_unused_bits(values, layout)


def _without_unused_bits(values: np.ndarray, layout: Layout) -> np.ndarray:
    """Old writers keep other things in the bits above; signed numbers take their sign from the highest that counts."""
    unused = layout.bits - layout.stored
    return values if layout.kind or not unused else (values << unused) >> unused


def _packed_frames(file: DicomFile, opened: BinaryIO, frames: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    from pydicom.encaps import generate_frames  # noqa: PLC0415 - an extra

    pixels = file.stream.pixels
    if pixels is None:
        raise ValueError("a file without pixels")
    check_memory(file.name, 2 * file.size_bytes)
    opened.seek(pixels.start)
    data = opened.read()
    if b"\xfe\xff\xdd\xe0" not in data:
        raise UnreadableInput(f"{file.name} ends before its pixels do: get the file again.", code="truncated")
    wanted = set(frames)
    packed = generate_frames(data, number_of_frames=file.layout.frames)
    for frame in range(max(wanted) + 1):
        with heard_warnings():
            try:
                found = next(packed, None)
            except Exception:  # noqa: BLE001 - a dozen kinds; their texts may quote the file
                raise damaged(file.name) from None
        if found is None:
            raise UnreadableInput(
                f"{file.name} states {counted(file.layout.frames, 'frame')} and holds {frame}: get the file again.",
                code="size-mismatch",
            )
        if frame in wanted:
            yield frame, unpack(found, file.stream.syntax, file.layout, file.name)
