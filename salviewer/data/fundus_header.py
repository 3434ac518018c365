"""What the header of a fundus photograph says of the eye and of distances; nothing is guessed from the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SIDES = {"R": "right eye", "L": "left eye", "B": "both eyes"}
TAGS = ("ImageLaterality", "Laterality", "PixelSpacing")
_PREAMBLE = 128


@dataclass(frozen=True)
class EyeFacts:
    """laterality: "right eye", "left eye", "both eyes" or "" where the header does not say.

    spacing_mm: (down, along) from one pixel to the next, on the eye itself; None where nobody knows.
    """

    laterality: str = ""
    spacing_mm: tuple[float, float] | None = None

    @property
    def words(self) -> str:
        """Both, in words."""
        side = self.laterality or "not stated"
        scale = f"{self.spacing_mm[0]:.4g} × {self.spacing_mm[1]:.4g} mm" if self.spacing_mm else "unknown"
        return f"Eye: {side}. Size of a pixel: {scale}."


def eye_facts(path: Path) -> EyeFacts:
    """What the DICOM header of the file at `path` says; of any other file, nothing."""
    try:
        with path.open("rb") as file:
            if file.read(_PREAMBLE + 4)[_PREAMBLE:] != b"DICM":
                return EyeFacts()
    except OSError:
        return EyeFacts()
    from pydicom import dcmread  # noqa: PLC0415 - needed for DICOM only
    from pydicom.errors import InvalidDicomError  # noqa: PLC0415 - the same

    from salviewer.data.quiet import heard_warnings  # noqa: PLC0415 - the same

    try:
        with heard_warnings():
            head = dcmread(
                path, stop_before_pixels=True, specific_tags=["ImageLaterality", "Laterality", "PixelSpacing"]
            )
    except (InvalidDicomError, OSError, ValueError, AttributeError, KeyError):
        return EyeFacts()
    side = str(head.get("ImageLaterality") or head.get("Laterality") or "").strip().upper()
    spacing = head.get("PixelSpacing")
    try:
        found = (float(spacing[0]), float(spacing[1])) if spacing is not None else None
    except (TypeError, ValueError, IndexError):
        found = None
    known = found if found is not None and min(found) > 0 else None
    return EyeFacts(SIDES.get(side, ""), known)
