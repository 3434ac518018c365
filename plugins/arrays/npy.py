"""The reader of .npy files. Nothing in such a file is ever executed: arrays of objects are refused."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from salviewer.api import Note, Picture, Reader, Volume
from salviewer.errors import InvalidChoice, UnreadableInput
from salviewer_plugins.arrays.finite import CHOICES, finite_floats
from salviewer_plugins.arrays.header import Header, read_header
from salviewer_plugins.arrays.layout import LAYOUTS, channels_last, layout_of
from salviewer_plugins.arrays.volume import as_volume

_CHOICES = {"layout": LAYOUTS, "nonfinite": CHOICES}


class NpyReader(Reader):
    """One array as one picture, or as one volume."""

    def read(self, path: Path, options: Mapping[str, Any]) -> Picture | Volume:
        """The array as a picture (uint8 as it is, floats as float32) or, with three long axes, as a volume.

        Args:
            path: the .npy file.
            options: layout "channels-first", "channels-last" or "volume", where the shape fits several; nonfinite
                "zero" replaces NaN and infinity by 0.
        """
        name = "".join(c if c.isprintable() else "?" for c in path.name)
        _check_options(options)
        try:
            with open(path, "rb", opener=_open_without_waiting) as file:
                header, data, sha256 = _read(file, name)
        except MemoryError as e:
            raise UnreadableInput(f"{name} does not fit into memory: make it smaller.", code="over-budget") from e
        except (OSError, ValueError) as e:
            raise UnreadableInput(
                f"{name} cannot be read: check that it is a file, and that you may read it.", code="not-a-file"
            ) from e
        values = np.frombuffer(data, header.dtype).reshape(header.shape, order="F" if header.fortran_order else "C")
        layout = layout_of(values.shape, options.get("layout", ""), name)
        if layout == "volume":
            return as_volume(values, options.get("nonfinite", ""), name, sha256)
        pixels, notes = _pixels(channels_last(values, layout), options.get("nonfinite", ""), name)
        return Picture(pixels, name, sha256, tuple(notes))


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))


def _read(file: BinaryIO, name: str) -> tuple[Header, bytes, str]:
    """Header, the bytes of the numbers, and the SHA-256 of the whole file."""
    about = os.fstat(file.fileno())
    if not stat.S_ISREG(about.st_mode):
        raise UnreadableInput(f"{name} is not a file: choose a file.", code="not-a-file")
    header = read_header(file, about.st_size, name)
    file.seek(0)
    before, data = file.read(header.start), file.read(header.data_bytes)
    if len(data) < header.data_bytes:
        raise UnreadableInput(f"{name} became shorter while it was read: try again.", code="truncated")
    digest = hashlib.sha256(before)
    digest.update(data)
    return header, data, digest.hexdigest()


def _check_options(options: Mapping[str, Any]) -> None:
    for option, value in options.items():
        if value not in _CHOICES.get(option, ()):
            known = ", ".join(f"{key}={choice}" for key, choices in _CHOICES.items() for choice in choices)
            raise InvalidChoice(
                f"There is no option {option}={value} for arrays; there are {known}.", code="bad-option"
            )


def _pixels(values: np.ndarray, nonfinite: str, name: str) -> tuple[np.ndarray, list[Note]]:
    if values.dtype == np.uint8:
        return np.array(values, order="C"), []
    if values.dtype.kind != "f":
        raise UnreadableInput(
            f"{name} holds {values.dtype} values; a picture has floating point or uint8: save it as float32 in 0..1 "
            "or as uint8.",
            code="unsupported-kind",
        )
    pixels, notes = finite_floats(values, nonfinite, name)
    low, high = float(pixels.min()), float(pixels.max())
    if low < 0 or high > 1:
        text = f"Values run from {low:.3g} to {high:.3g} and are used as they are; a preprocessing expects 0..1."
        notes.append(Note("value-range", text))
    return pixels, notes
