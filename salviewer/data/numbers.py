"""Pictures of numbers rather than bytes (16-bit, integer, floating point): how they become 0..1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from salviewer.api import Note
from salviewer.data.choices import Choices, question
from salviewer.data.decoders import Opened
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

_LARGEST = {"I;12": 4095.0, "I;16": 65535.0}


@dataclass(frozen=True)
class Scaling:
    """`low` becomes 0 and `high` becomes 1 (the other way round if `inverted`); what is not finite becomes 0."""

    low: float
    high: float
    inverted: bool
    notes: tuple[Note, ...]

    def apply(self, values: np.ndarray) -> np.ndarray:
        """`values` (H, W) as float64 in 0..1."""
        span = self.high - self.low
        share = (values.astype(np.float64) - self.low) / span if span > 0 else np.zeros(values.shape)
        if self.inverted:
            share = 1.0 - share
        return np.where(np.isfinite(values), share, 0.0)


def scaling_of(strips: Iterable[tuple[slice, Image.Image]], opened: Opened, choices: Choices, name: str) -> Scaling:
    """How the page's numbers become 0..1.

    16 bits are divided by the type's largest number: the same number then means the same in every picture, as it
    does to a network, where stretching each picture to its own range would hide how bright it is. Other numbers have
    no such range: floating point within 0..1 stays, all else is stretched from its smallest to its largest.

    Raises:
        UnreadableInput: "no-finite-voxels". NeedsChoice: some numbers are not finite.
    """
    low, high, missing, count = _survey(np.asarray(strip) for _, strip in strips)
    if missing == count:
        raise UnreadableInput(
            f"{name} holds no number, only NaN or infinity: check how it was made.", code="no-finite-voxels"
        )
    if missing and not choices.nonfinite:
        raise question(
            name, f"has {counted(missing, 'pixel')} of NaN or infinity", "non-finite", "nonfinite", ("zero",)
        )
    notes = [Note("non-finite", f"{counted(missing, 'pixel')} of NaN or infinity became 0.")] if missing else []
    bottom, top, note = _range(opened, low, high, choices.range)
    notes.append(note)
    # Pillow turns white-is-zero files upright only where they hold bytes.
    inverted = opened.tag(262) == 0
    if inverted:
        notes.append(Note("white-is-zero", "The file counts from white (0) to black; that was turned round."))
    return Scaling(bottom, top, inverted, tuple(notes))


def _survey(arrays: Iterable[np.ndarray]) -> tuple[float, float, int, int]:
    """Smallest and largest finite number, how many are not finite, and how many there are."""
    low, high, missing, count = np.inf, -np.inf, 0, 0
    for values in arrays:
        finite = values[np.isfinite(values)]
        count += values.size
        missing += values.size - finite.size
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return low, high, missing, count


def _range(opened: Opened, low: float, high: float, wanted: str) -> tuple[float, float, Note]:
    mode, storage = opened.image.mode, opened.storage
    largest = _LARGEST["I;12" if storage.startswith("I;12") else "I;16"]
    if mode.startswith("I;16") and wanted != "data":
        text = (
            f"16-bit values were divided by {largest:.0f}, the type's largest number; this picture has "
            f"{low:g} to {high:g} (--option range=data stretches these to 0..1)."
        )
        return 0.0, largest, Note("16-bit", text)
    if mode == "F" and 0 <= low <= high <= 1 and wanted != "data":
        return 0.0, 1.0, Note("float", "Floating-point values within 0..1 were kept.")
    kind, code = ("Floating-point", "float") if mode == "F" else ("Integer", "16-bit" if "16" in mode else "integer")
    return low, high, Note(code, f"{kind} values from {low:g} to {high:g} were stretched to 0..1.")
