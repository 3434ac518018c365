"""The ways in which DICOM pixels are packed, and which package unpacks each."""

from __future__ import annotations

from typing import Any

import numpy as np

from salviewer.data.dicom_layout import Layout
from salviewer.data.dicom_stream import BIG_ENDIAN, DEFLATED, IMPLICIT
from salviewer.data.quiet import heard_warnings
from salviewer.errors import UnreadableInput

_PLAIN = ("", IMPLICIT, BIG_ENDIAN, DEFLATED, "1.2.840.10008.1.2.1", "1.2.840.113619.5.2")
_JPEG = "1.2.840.10008.1.2.4."
_JPEG_12_BIT = f"{_JPEG}51"
_RLE = "1.2.840.10008.1.2.5"
_CODECS = {
    f"{_JPEG}50": ("JPEG", "pillow"),
    _JPEG_12_BIT: ("JPEG of 12 bits", "pylibjpeg-libjpeg"),
    f"{_JPEG}57": ("lossless JPEG", "pylibjpeg-libjpeg"),
    f"{_JPEG}70": ("lossless JPEG", "pylibjpeg-libjpeg"),
    f"{_JPEG}80": ("JPEG-LS", "pyjpegls"),
    f"{_JPEG}81": ("JPEG-LS", "pyjpegls"),
    f"{_JPEG}90": ("JPEG 2000", "pillow"),
    f"{_JPEG}91": ("JPEG 2000", "pillow"),
    f"{_JPEG}201": ("HTJ2K", "pylibjpeg-openjpeg"),
    f"{_JPEG}202": ("HTJ2K", "pylibjpeg-openjpeg"),
    f"{_JPEG}203": ("HTJ2K", "pylibjpeg-openjpeg"),
    _RLE: ("RLE", "pydicom"),
}
_VIDEO = tuple(f"{_JPEG}10{n}" for n in range(9))


def is_plain(syntax: str) -> bool:
    """Whether pixels lie there as they are."""
    return syntax in _PLAIN


def check_codec(syntax: str, layout: Layout, name: str) -> None:
    """Refuse a file whose pixels nothing at hand unpacks ("no-decoder")."""
    if is_plain(syntax):
        return
    if syntax.startswith(_VIDEO):
        raise _none(name, "a video", "export it as a series of slices")
    if syntax not in _CODECS:
        # What stands there may be anything, so it is not repeated.
        raise _none(name, "a way that is not known here", "export it without compression")
    codec, package = _CODECS[syntax]
    packages = _decoder(syntax).available_plugins
    if not packages or (syntax == _JPEG_12_BIT and layout.stored > 8 and packages == ("pillow",)):
        raise _none(name, codec, f"pip install {package}, or export it without compression")


def unpack(frame: bytes, syntax: str, layout: Layout, name: str) -> np.ndarray:
    """(rows, columns) stored values of one packed frame.

    Raises:
        UnreadableInput: "size-mismatch" (it holds another size than its header says), "over-budget", "corrupt".
    """
    from pydicom.encaps import encapsulate  # noqa: PLC0415 - an extra

    _check_size(frame, syntax, layout, name)
    options: dict[str, Any] = {
        "rows": layout.rows,
        "columns": layout.columns,
        "number_of_frames": 1,
        "samples_per_pixel": 1,
        "bits_allocated": layout.bits,
        "bits_stored": layout.stored,
        "pixel_representation": int(layout.signed),
        "photometric_interpretation": "MONOCHROME2",
        "pixel_keyword": "PixelData",
    }
    with heard_warnings():
        try:
            values, _ = _decoder(syntax).as_array(encapsulate([frame], has_bot=False), index=0, raw=True, **options)
        except Exception:  # noqa: BLE001 - whatever a codec raises; its text may quote the file
            raise damaged(name) from None
    if values.shape != (layout.rows, layout.columns):
        raise damaged(name)
    return values


def _check_size(frame: bytes, syntax: str, layout: Layout, name: str) -> None:
    """Refuse a packed frame that unpacks to another size than the header states."""
    stated = stated_size(frame)
    if stated not in (None, (layout.columns, layout.rows)):
        raise UnreadableInput(
            f"{name} states {layout.columns} × {layout.rows} pixels and holds a picture of {stated[0]} × {stated[1]}: "
            "get the file again.",
            code="size-mismatch",
        )
    # The longest way to say it in this code: one byte more for every 128.
    if syntax == _RLE and len(frame) > layout.frame_bytes + layout.frame_bytes // 64 + 4096:
        raise UnreadableInput(f"{name} unpacks to more than its header states: get it again.", code="over-budget")


def stated_size(frame: bytes) -> tuple[int, int] | None:
    """(width, height) by a JPEG's or JPEG 2000's own header; None where there is none."""
    at = frame.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at >= 0 and len(frame) >= at + 24:
        x, y, x0, y0 = (int.from_bytes(frame[at + n : at + n + 4], "big") for n in (8, 12, 16, 20))
        return x - x0, y - y0
    if frame[:2] != b"\xff\xd8":
        return None
    position = 2
    while position + 9 <= len(frame) and frame[position] == 0xFF:
        marker = frame[position + 1]
        if marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            height, width = (int.from_bytes(frame[position + n : position + n + 2], "big") for n in (5, 7))
            return width, height
        position += 2 + int.from_bytes(frame[position + 2 : position + 4], "big")
    return None


def damaged(name: str) -> UnreadableInput:
    """The refusal of pixels that do not unpack."""
    return UnreadableInput(f"The pixels of {name} are damaged and cannot be unpacked: get it again.", code="corrupt")


def _decoder(syntax: str) -> Any:
    from pydicom.pixels.decoders.base import get_decoder  # noqa: PLC0415 - an extra
    from pydicom.uid import UID  # noqa: PLC0415 - an extra

    return get_decoder(UID(syntax))


def _none(name: str, codec: str, remedy: str) -> UnreadableInput:
    return UnreadableInput(
        f"The pixels of {name} are packed as {codec}, which nothing here unpacks: {remedy}.", code="no-decoder"
    )
