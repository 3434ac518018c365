"""The reader of .npy files. Nothing in such a file is ever executed: arrays of objects are refused."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from salviewer.api import Note, Picture, Reader
from salviewer.errors import InvalidChoice, NeedsChoice, UnreadableInput
from salviewer_plugins.arrays.header import Header, read_header

_CHOICES = {"layout": ("channels-first", "channels-last"), "nonfinite": ("zero",)}
_MOST_CHANNELS = 16


class NpyReader(Reader):
    """One array as one picture."""

    def read(self, path: Path, options: Mapping[str, Any]) -> Picture:
        """The array as a picture: uint8 as it is, floats as float32.

        Args:
            path: the .npy file.
            options: layout "channels-first" or "channels-last", where the shape fits both; nonfinite "zero" replaces
                NaN and infinity by 0.
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
        pixels, notes = _pixels(_channels_last(values, options.get("layout"), name), options, name)
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


def _channels_last(values: np.ndarray, layout: str | None, name: str) -> np.ndarray:
    """`values` as (H, W, C)."""
    if values.ndim == 2:
        return values[:, :, None]
    first, last = values.shape[0] <= _MOST_CHANNELS, values.shape[2] in (1, 3)
    if first and last and values.shape[0] not in (1, 3):
        first = False
    if first and last and layout is None:
        raise NeedsChoice(
            f"{name} has the shape {values.shape}, which fits two layouts: pass --option layout=channels-last "
            '(or channels-first), in Python load_input(..., layout="channels-last").',
            code="layout",
            option="layout",
            choices=_CHOICES["layout"],
        )
    if not first and not last:
        raise UnreadableInput(
            f"{name} has the shape {values.shape}; a picture is (height, width), (height, width, 3) or (channels, "
            f"height, width) with at most {_MOST_CHANNELS} channels.",
            code="bad-dims",
        )
    return np.moveaxis(values, 0, 2) if first and layout != "channels-last" else values


def _pixels(values: np.ndarray, options: Mapping[str, Any], name: str) -> tuple[np.ndarray, list[Note]]:
    if values.dtype == np.uint8:
        return np.array(values, order="C"), []
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, and is counted below
        pixels = np.array(values, np.float32, order="C")
    finite = np.isfinite(pixels)
    missing = int(pixels.size - np.count_nonzero(finite))
    if missing == pixels.size:
        raise UnreadableInput(f"{name} holds only NaN or infinity: check how it was made.", code="no-finite-voxels")
    if missing and options.get("nonfinite") != "zero":
        raise NeedsChoice(
            f"{name} has {missing} values of NaN or infinity: pass --option nonfinite=zero to make them 0, in Python "
            'load_input(..., nonfinite="zero").',
            code="non-finite",
            option="nonfinite",
            choices=_CHOICES["nonfinite"],
        )
    notes = [Note("non-finite", f"{missing} values of NaN or infinity became 0.")] if missing else []
    pixels[~finite] = 0
    low, high = float(pixels.min()), float(pixels.max())
    if low < 0 or high > 1:
        text = f"Values run from {low:.3g} to {high:.3g} and are used as they are; a preprocessing expects 0..1."
        notes.append(Note("value-range", text))
    return pixels, notes
