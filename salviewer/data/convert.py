"""Pillow's pixels as plain arrays: bytes in 1 or 3 channels, or numbers in 0..1; strip by strip, with a note each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from salviewer.api import Note
from salviewer.data.choices import Choices, question
from salviewer.data.decoders import Opened
from salviewer.data.numbers import Scaling, scaling_of
from salviewer.data.orientation import TURNS, as_stored, upright_shape
from salviewer.errors import UnreadableInput

_STRIP_PIXELS = 2**20
_BEHIND = {"white": 255, "black": 0}

_PALETTE = Note("palette", "The palette's colours were looked up.")
_PLAIN: dict[str, tuple[str, Note | None]] = {
    "1": ("L", Note("one-bit", "Black and white (1 bit) became 0 and 255.")),
    "L": ("L", None),
    "RGB": ("RGB", None),
    "P": ("RGB", _PALETTE),
    "CMYK": ("RGB", Note("cmyk", "CMYK became RGB by the plain formula, (1 - ink) × (1 - black).")),
    "YCbCr": ("RGB", Note("ycbcr", "YCbCr became RGB.")),
}
_WITH_ALPHA = {"LA": "LA", "La": "LA", "PA": "RGBA", "RGBA": "RGBA", "RGBa": "RGBA"}
_NUMBERS = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")


@dataclass(frozen=True)
class Form:
    """What the pixels become: `mode` as Pillow names it, `channels` and `bytes_per_pixel` of the array."""

    mode: str
    channels: int
    bytes_per_pixel: int
    notes: tuple[Note, ...] = ()


def form_of(opened: Opened, name: str) -> Form:
    """The form that the current page takes. Raises `UnreadableInput` "unsupported-kind" where there is none."""
    mode, storage, info = opened.image.mode, opened.storage, opened.image.info
    if mode in _NUMBERS:
        return Form(mode, 1, 4)
    if opened.tag(339) in (2, (2,), (2, 2, 2)) or mode not in {**_PLAIN, **_WITH_ALPHA}:
        raise UnreadableInput(
            f"{name} stores its pixels as {mode if mode == 'LAB' else 'numbers below zero'}, which is not supported: "
            "save it again as an RGB or greyscale PNG.",
            code="unsupported-kind",
        )
    notes = []
    deep = ";16" in storage
    if deep:
        notes.append(Note("16-bit", "16-bit colours were reduced to 8 bits (the upper byte), as the decoder does."))
    if "X" in storage and opened.tag(262) != 6:
        notes.append(Note("extra-channels", "Channels beyond the colours were left out."))
    if "transparency" in info and deep:
        notes.append(Note("transparency-ignored", "The colour that stands for transparent was shown as it is."))
    elif mode in _WITH_ALPHA or "transparency" in info:
        grey = storage.startswith("LA") or mode in ("1", "L", "LA", "La")
        notes += [_PALETTE] if mode in ("P", "PA") else []
        return Form("LA" if grey else "RGBA", 1 if grey else 3, 1 if grey else 3, tuple(notes))
    target, note = _PLAIN[mode]
    channels = 1 if target == "L" else 3
    return Form(target, channels, channels, (*notes, note) if note else tuple(notes))


def to_pixels(opened: Opened, form: Form, choices: Choices, name: str) -> tuple[np.ndarray, list[Note]]:
    """(H, W, C) uint8, or float32 in 0..1 for pictures of numbers, upright, with notes on what was done.

    Raises:
        NeedsChoice: the picture is partly transparent, or some of its numbers are not finite, and nobody said what
            to do. UnreadableInput: "no-finite-voxels".
    """
    said = opened.load()
    orientation = said or 1
    width, height = opened.image.size
    numbers = form.mode in _NUMBERS
    scaling = scaling_of(_strips(opened.image), opened, choices, name) if numbers else None
    pixels = np.empty((*upright_shape(height, width, orientation), form.channels), np.float32 if numbers else np.uint8)
    stored = as_stored(pixels, orientation)
    notes = list(form.notes)
    if scaling:
        _write_numbers(stored, opened.image, scaling)
        notes += scaling.notes
    else:
        notes += _write_bytes(stored, opened.image, form, choices, name)
    if said is None:
        text = "The camera's notes (EXIF) are damaged and were ignored: the picture may lie on its side."
        notes.append(Note("exif-ignored", text))
    if orientation != 1:
        text = f"The picture was {TURNS[orientation]}, as its camera noted (EXIF orientation {orientation})."
        notes.append(Note("exif-rotated", text))
    return pixels, notes


def _strips(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    width, height = image.size
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        yield slice(top, bottom), image.crop((0, top, width, bottom))


def _write_numbers(stored: np.ndarray, image: Image.Image, scaling: Scaling) -> None:
    for rows, strip in _strips(image):
        stored[rows, :, 0] = scaling.apply(np.asarray(strip))


def _write_bytes(stored: np.ndarray, image: Image.Image, form: Form, choices: Choices, name: str) -> list[Note]:
    see_through = False
    for rows, strip in _strips(image):
        values = np.asarray(strip if strip.mode == form.mode else strip.convert(form.mode))
        if form.mode in ("LA", "RGBA"):
            values, alpha = values[..., :-1], values[..., -1:]
            if alpha.min() < 255:
                see_through = True
                values = _behind(values, alpha, choices.alpha, name)
        stored[rows] = values.reshape(values.shape[0], values.shape[1], form.channels)
    if form.mode not in ("LA", "RGBA"):
        return []
    if not see_through:
        return [Note("alpha-opaque", "The transparency channel was left out: it is opaque everywhere.")]
    done = "left out" if choices.alpha == "drop" else f"filled with {choices.alpha}"
    return [Note("alpha", f"Transparency was {done}, as chosen.")]


def _behind(colours: np.ndarray, alpha: np.ndarray, choice: str, name: str) -> np.ndarray:
    """`colours` uint8 (H, W, C) over white or black; as stored for "drop"."""
    if not choice:
        raise question(name, "is partly transparent", "alpha", "alpha", ("white", "black", "drop"))
    if choice == "drop":
        return colours
    cover = alpha.astype(np.uint16)
    return ((colours * cover + _BEHIND[choice] * (255 - cover) + 127) // 255).astype(np.uint8)
