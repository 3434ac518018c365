"""One DICOM file, and the slices in it: what each says about its place and its values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from salviewer.data.dicom_header import Header, finite, read_header
from salviewer.data.dicom_layout import Layout, layout_of
from salviewer.data.dicom_stream import Stream, open_stream
from salviewer.data.files import open_regular, read_head, shown_name
from salviewer.data.quiet import heard_warnings
from salviewer.data.volume_geometry import FARTHEST_MM
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

HEAD_BYTES = 132
"""How much of a file `is_dicom` wants to see."""
_DIRECTORY = "1.2.840.10008.1.3.10"
_DESCRIPTION_LENGTH = 24
_MARKS = (
    ("time point", "TemporalPositionIdentifier", (("FrameContentSequence", "TemporalPositionIndex"),)),
    ("echo time", "EchoTime", (("MREchoSequence", "EffectiveEchoTime"),)),
    ("b-value", "DiffusionBValue", (("MRDiffusionSequence", "DiffusionBValue"),)),
    ("acquisition", "AcquisitionNumber", (("FrameContentSequence", "FrameAcquisitionNumber"),)),
    ("stack", "", (("FrameContentSequence", "StackID"),)),
    ("kind", "ImageType", (("MRImageFrameTypeSequence", "FrameType"), ("CTImageFrameTypeSequence", "FrameType"))),
)
"""What tells the volumes of one series apart: as people call it, its tag, and its places in enhanced files."""


@dataclass(frozen=True)
class Slice:
    """One frame of a file.

    position: of its first pixel's centre in the patient's LPS millimetres; () where there is none.
    orientation: the directions of a row and of a column, 6 numbers; (). spacing: between rows, between columns, mm; ().
    between: to the next slice in mm, as stated; 0 where it is not.
    slope, intercept: from stored values to the quantity's own.
    marks: what tells the volumes of a series apart, as (what, value).
    """

    frame: int
    position: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing: tuple[float, ...]
    between: float
    slope: float
    intercept: float
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DicomFile:
    """A file with pixels. `series`: the series' identifier, never shown and never a path; `codes`: of its notes."""

    path: Path
    name: str
    size_bytes: int
    stream: Stream
    layout: Layout
    series: str
    number: int
    description: str
    slices: tuple[Slice, ...]
    codes: tuple[str, ...]


def is_dicom(head: bytes) -> bool:
    """Whether a file that starts with `head` (132 bytes or more) is DICOM; some old ones have no preamble."""
    if head[128:132] == b"DICM":
        return True
    if head[:8] in (b"\x02\0\0\0UL\x04\0", b"\x02\0\x01\0OB\0\0"):
        return True
    # A bare data set starts with its group 8: an element's number, then a type or a small even length.
    low = int.from_bytes(head[2:4], "little")
    if head[:2] != b"\x08\0" or low not in (0, 1, 5, 6, 8, 0x12, 0x13, 0x14, 0x16, 0x18):
        return False
    return head[4:6] in (b"UL", b"CS", b"SH", b"DA", b"TM", b"UI") or head[5:8] == b"\0\0\0"


def open_file(path: Path, *, wanted: bool) -> DicomFile | None:
    """The file, its pixels unread; None where it is DICOM without pixels (a report, a plan), unless it is `wanted`.

    Raises:
        UnreadableInput: "not-dicom", "truncated", "too-deep", "over-budget", "corrupt", "bad-header", "size-mismatch",
            "path-escape", "dicomdir" and those of `open_regular` and `layout_of`.
    """
    name = shown_name(path)
    with open_regular(path) as (file, size):
        head = read_head(file, 1024, name)
        if not is_dicom(head):
            raise _not_dicom(head, name)
        stream = open_stream(file, size, name)
    with heard_warnings() as heard:
        header = read_header(stream, name)
        if header.has("DirectoryRecordSequence") or stream.sop_class == _DIRECTORY:
            raise _directory(header)
        if not stream.preamble and not header.text("SOPClassUID"):
            raise UnreadableInput(
                f"{name} has neither DICOM's mark nor a kind, so it is no DICOM file.", code="not-dicom"
            )
        if not wanted and stream.pixels is None and not header.has("Rows"):
            return None
        found = _read(header, stream, path, size)
    return replace(found, codes=(*found.codes, "damaged-details")) if heard else found


def _read(header: Header, stream: Stream, path: Path, size: int) -> DicomFile:
    if stream.pixels is None and not header.has("Rows"):
        raise UnreadableInput(
            f"{header.name} is DICOM without a picture (a report, a plan): it has neither the tag Rows (0028,0010) nor "
            "Pixel Data (7FE0,0010). Choose a slice.",
            code="bad-header",
        )
    if "MOSAIC" in header.texts("ImageType"):
        raise UnreadableInput(
            f"{header.name} holds its slices as tiles of one flat picture (a mosaic): convert it to NIfTI first.",
            code="mosaic",
        )
    layout = layout_of(header, stream, size)
    codes = _codes(header, stream, layout)
    return DicomFile(
        path,
        header.name,
        size,
        replace(stream, header=b""),
        layout,
        header.text("SeriesInstanceUID"),
        header.whole("SeriesNumber", 0),
        _description(header, "charset" in codes),
        _slices(header, layout),
        codes,
    )


def _codes(header: Header, stream: Stream, layout: Layout) -> tuple[str, ...]:
    from pydicom.charset import python_encoding  # noqa: PLC0415 - an extra

    charsets = header.texts("SpecificCharacterSet")
    found = {
        "no-preamble": not stream.preamble,
        "charset": any(c and c not in python_encoding for c in charsets),
        "burned-in": header.text("BurnedInAnnotation").upper() == "YES",
        "trailing-data": stream.pixels is not None and stream.pixels.length > layout.frame_bytes * layout.frames + 1,
        "modality-lut": bool(header.items("ModalityLUTSequence")),
    }
    return tuple(code for code, there in found.items() if there)


def _description(header: Header, unknown_charset: bool) -> str:
    """The series' description, short and printable."""
    try:
        text = header.text("SeriesDescription")
    except UnreadableInput:
        return ""
    readable = "".join(c if c.isprintable() and (c.isascii() or not unknown_charset) else "?" for c in text)
    return readable if len(readable) <= _DESCRIPTION_LENGTH else readable[: _DESCRIPTION_LENGTH - 1] + "…"


def _slices(header: Header, layout: Layout) -> tuple[Slice, ...]:
    frames = header.items("PerFrameFunctionalGroupsSequence")
    if not frames:
        single = _slice([header], 0)
        # Frames that do not say where they lie share no position: it is that of the first.
        many = replace(single, position=()) if layout.frames > 1 else single
        return tuple(replace(many, frame=n) for n in range(layout.frames))
    if len(frames) != layout.frames:
        raise header.bad(
            "NumberOfFrames", f"is {layout.frames}, and {counted(len(frames), 'frame is', 'frames are')} described"
        )
    shared = header.items("SharedFunctionalGroupsSequence")[:1]
    return tuple(_slice([frame, *shared, header], n) for n, frame in enumerate(frames))


def _slice(sources: list[Header], frame: int) -> Slice:
    def numbers(sequence: str, keyword: str, count: int) -> tuple[float, ...]:
        values = _first(sources, sequence, keyword)
        return values if finite(values, count) and max(map(abs, values)) <= FARTHEST_MM else ()

    measures = "PixelMeasuresSequence"
    between = numbers(measures, "SpacingBetweenSlices", 1) or numbers(measures, "SliceThickness", 1) or (0.0,)
    slope = _first(sources, "PixelValueTransformationSequence", "RescaleSlope") or (1.0,)
    intercept = _first(sources, "PixelValueTransformationSequence", "RescaleIntercept") or (0.0,)
    return Slice(
        frame,
        numbers("PlanePositionSequence", "ImagePositionPatient", 3),
        numbers("PlaneOrientationSequence", "ImageOrientationPatient", 6),
        numbers(measures, "PixelSpacing", 2),
        abs(between[0]),
        slope[0],
        intercept[0],
        _marks(sources),
    )


def _first(sources: list[Header], sequence: str, keyword: str) -> tuple[float, ...]:
    """The numbers of the first source that has them: a frame's own, the frames' common ones, the file's."""
    for source in sources[:-1]:
        for item in source.items(sequence)[:1]:
            if values := item.numbers(keyword):
                return values
    return sources[-1].numbers(keyword)


def _marks(sources: list[Header]) -> tuple[tuple[str, str], ...]:
    return tuple((what, _mark(sources, keyword, places)) for what, keyword, places in _MARKS)


def _mark(sources: list[Header], keyword: str, places: tuple[tuple[str, str], ...]) -> str:
    for source in sources[:-1]:
        for sequence, inner in places:
            for item in source.items(sequence)[:1]:
                if value := " ".join(item.texts(inner)):
                    return value
    return " ".join(sources[-1].texts(keyword)) if keyword else ""


def _directory(header: Header) -> UnreadableInput:
    name = header.name
    for record in header.items("DirectoryRecordSequence"):
        parts = record.texts("ReferencedFileID")
        if any(part in ("..", ".") or set(part) & set("/\\:\0") for part in parts):
            return UnreadableInput(
                f"{name} names files outside its own folder, which no honest list does: open the folder with the "
                "slices instead.",
                code="path-escape",
            )
    return UnreadableInput(
        f"{name} is a list of DICOM files, not one of them: open the folder that holds the slices.", code="dicomdir"
    )


def _not_dicom(head: bytes, name: str) -> UnreadableInput:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    what = "looks like a web page" if start.startswith((b"<!doctype", b"<html", b"<head")) else "is no DICOM file"
    if len(head) < HEAD_BYTES:
        what = f"{what}, or was cut off after {counted(len(head), 'byte')}" if "web" not in what else what
    return UnreadableInput(f"{name} {what}: choose a DICOM file or the folder of a series.", code="not-dicom")
