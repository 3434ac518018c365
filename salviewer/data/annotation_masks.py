"""Annotations as a mask picture: a PNG of 8-bit labels, or of 0 and 255 where there is one class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from salviewer.data.annotation_labels import from_labels, read_names, to_labels, write_names
from salviewer.data.annotation_shapes import Shapes
from salviewer.data.files import shown_name
from salviewer.data.pictures import read_picture

WHITE = 255


def write_mask(shapes: Shapes, path: Path) -> None:
    """Write `shapes` as a PNG with its names beside it; of one class, 0 and 255 so that it can be seen."""
    labels, names = to_labels(shapes)
    if len(names) == 1:
        labels, names = labels * np.uint8(WHITE), {WHITE: next(iter(names.values()))}
    Image.fromarray(labels, "L").save(path, format="PNG")
    write_names(path, names)


def read_mask(path: Path, blank: Shapes, called: str) -> Shapes:
    """`blank`, a picture without shapes, with one filled area per grey value (or colour) that is not black.

    `called`: the class of what has no name. Raises `UnreadableInput`.
    """
    pixels = read_picture(path, {"alpha": "black"}).pixels
    labels = _numbers(pixels)
    return from_labels(labels, read_names(path), blank, shown_name(path), called)


def _numbers(pixels: np.ndarray) -> np.ndarray:
    """(H, W) of whole numbers: grey values of 8 bits as they are; else colours and finer greys numbered from 1."""
    grey = all(np.array_equal(pixels[..., 0], pixels[..., c]) for c in range(1, pixels.shape[2]))
    if grey and pixels.dtype == np.uint8:
        return pixels[..., 0]
    values = pixels[..., 0] if grey else pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    found = np.unique(values[values != 0])
    return np.where(values == 0, 0, np.searchsorted(found, values) + 1)
