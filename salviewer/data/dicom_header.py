"""The few tags that make a volume, read with pydicom; every fault in one of them is named by its tag."""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Callable
from functools import cache
from typing import Any

from salviewer.data.dicom_stream import Stream
from salviewer.errors import SalViewerError, Unavailable, UnreadableInput

_TOP = (
    *("SpecificCharacterSet", "ImageType", "SOPClassUID", "Modality", "SeriesInstanceUID", "SeriesNumber"),
    *("SeriesDescription", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    *("SamplesPerPixel", "PlanarConfiguration", "PhotometricInterpretation", "NumberOfFrames", "PixelSpacing"),
    *("ImagePositionPatient", "ImageOrientationPatient", "SpacingBetweenSlices", "SliceThickness", "RescaleSlope"),
    *("RescaleIntercept", "ModalityLUTSequence", "BurnedInAnnotation", "TemporalPositionIdentifier", "EchoTime"),
    *("DiffusionBValue", "AcquisitionNumber", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
    "DirectoryRecordSequence",
)
"""What is asked for; nothing that names a person is among them, and nothing else is ever decoded."""


class Header:
    """The tags of a file, or of one item of a sequence in it. `name`: as errors call the file."""

    def __init__(self, dataset: Any, name: str) -> None:
        self._dataset = dataset
        self.name = name

    def text(self, keyword: str) -> str:
        """The first value as text without blanks around it; "" where there is none."""
        values = self._values(keyword, str)
        return values[0].strip() if values else ""

    def texts(self, keyword: str) -> tuple[str, ...]:
        """All values as text."""
        return tuple(v.strip() for v in self._values(keyword, str))

    def whole(self, keyword: str, missing: int | None = None) -> int:
        """A whole number; `missing` where there is none. Raises `UnreadableInput` "bad-header"."""
        values = self._values(keyword, int)
        if values:
            return values[0]
        if missing is None:
            raise self.bad(keyword, "is missing")
        return missing

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """The values, none where there are none; not always finite. Raises `UnreadableInput` "bad-header"."""
        return self._values(keyword, float)

    def items(self, keyword: str) -> list[Header]:
        """The items of a sequence. Raises `UnreadableInput` "bad-header"."""
        value = self._guarded(keyword, lambda: self._dataset.get(keyword))
        if value is None or value == "":
            return []
        if not isinstance(value, list) and not hasattr(value, "__iter__"):
            raise self.bad(keyword, "is no sequence")
        return [Header(item, self.name) for item in self._guarded(keyword, lambda: list(value))]

    def has(self, keyword: str) -> bool:
        """Whether the tag is there."""
        return keyword in self._dataset

    def bad(self, keyword: str, why: str) -> UnreadableInput:
        """The refusal of this tag."""
        return UnreadableInput(f"In {self.name}, {_called(keyword)} {why}: get the file again.", code="bad-header")

    def _values(self, keyword: str, kind: Callable[[Any], Any]) -> tuple[Any, ...]:
        def convert() -> tuple[Any, ...]:
            value = self._dataset.get(keyword)
            many = not isinstance(value, str | bytes) and hasattr(value, "__iter__")
            values = tuple(value) if many else () if value is None or value == "" else (value,)
            return tuple(kind(v) for v in values)

        return self._guarded(keyword, convert)

    def _guarded(self, keyword: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except SalViewerError:
            raise
        except Exception:  # noqa: BLE001 - pydicom raises a dozen kinds
            # Without its cause: that quotes the tag's value, and a log must not.
            raise self.bad(keyword, "cannot be read") from None


def read_header(stream: Stream, name: str) -> Header:
    """The header of a file that was walked. Call it, and all that asks it, within `heard_warnings`.

    Raises:
        Unavailable: "missing-extra". UnreadableInput: "corrupt" or "too-deep".
    """
    pydicom_ready()
    from pydicom.filereader import read_dataset  # noqa: PLC0415 - an extra

    try:
        dataset = read_dataset(io.BytesIO(stream.header), stream.implicit, stream.little, specific_tags=_tags())
    except RecursionError:
        raise UnreadableInput(f"{name} has sequences too deep to be read: it is damaged.", code="too-deep") from None
    except Exception:  # noqa: BLE001 - as above
        raise UnreadableInput(f"{name} has a damaged header: get the file again.", code="corrupt") from None
    return Header(dataset, name)


@cache
def _tags() -> list[Any]:
    from pydicom.tag import Tag  # noqa: PLC0415 - an extra

    return [Tag(keyword) for keyword in _TOP]


def pydicom_ready() -> None:
    """Keep pydicom's log to itself, as it quotes values. Raises `Unavailable` "missing-extra" where there is none."""
    try:
        import pydicom  # noqa: F401, PLC0415 - an extra
    except ImportError as e:
        raise Unavailable(
            "DICOM files need the extra “dicom”: pip install salviewer[dicom], then start SalViewer again.",
            code="missing-extra",
        ) from e
    logging.getLogger("pydicom").propagate = False


def finite(values: tuple[float, ...], count: int) -> bool:
    """Whether there are `count` numbers, all of them finite."""
    return len(values) == count and all(math.isfinite(v) for v in values)


def _called(keyword: str) -> str:
    from pydicom.datadict import dictionary_description, tag_for_keyword  # noqa: PLC0415 - an extra

    tag = tag_for_keyword(keyword)
    if tag is None:
        return keyword
    return f"the tag {dictionary_description(tag)} ({tag >> 16:04X},{tag & 0xFFFF:04X})"
