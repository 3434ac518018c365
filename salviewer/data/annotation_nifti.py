"""Annotations as a NIfTI image of labels: for a picture (W, H, 1) whole numbers, first axis x, second axis y.

The affine is the identity, so a pixel is 1 mm: a picture has no place in a body. As NIfTI's second axis points to the
front, other programs show it upside down; the numbers stay those of the picture's pixels.
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from salviewer.data.annotation_labels import from_labels, read_names, to_labels, write_names
from salviewer.data.annotation_problems import damaged, same_size
from salviewer.data.annotation_shapes import Shapes
from salviewer.data.files import open_regular, shown_name

_BROKEN = (ImageFileError, HeaderDataError, OSError, EOFError, ValueError, OverflowError, MemoryError, zlib.error)


def write_nifti(shapes: Shapes, path: Path) -> None:
    """Write `shapes` as uint8 labels, with their names beside it."""
    labels, names = to_labels(shapes)
    image = nibabel.Nifti1Image(np.ascontiguousarray(labels.T[..., None]), np.eye(4))
    image.header.set_intent("label")
    nibabel.save(image, path)
    write_names(path, names)


def read_nifti(path: Path, blank: Shapes, called: str) -> Shapes:
    """`blank`, a picture without shapes, with one filled area per label that is not 0.

    `called`: the class of what has no name. Raises `UnreadableInput`: "annotation-size", "bad-annotations".
    """
    name = shown_name(path)
    with open_regular(path):
        labels = _labels(path, blank, name)
    return from_labels(labels, read_names(path), blank, name, called)


def _labels(path: Path, blank: Shapes, name: str) -> np.ndarray:
    """(H, W) whole numbers. The header's size is compared before any number is read, so that none is read in vain."""
    try:
        image: Any = nibabel.load(path)
        shape = tuple(int(n) for n in image.shape)
    except _BROKEN as e:
        raise damaged(name, "its header is no NIfTI header, or is cut off") from e
    if len(shape) < 2 or math.prod(shape) != math.prod(shape[:2]):
        raise damaged(name, f"it has {' × '.join(map(str, shape))} voxels, and the labels of a picture are one slice")
    same_size(name, (shape[1], shape[0]), blank.size)
    try:
        values = np.asarray(image.dataobj).reshape(shape[:2])
    except _BROKEN as e:
        raise damaged(name, "its numbers are cut off or damaged") from e
    if values.dtype.kind not in "biu":
        if values.dtype.kind != "f" or not np.array_equal(values, np.round(values)):
            raise damaged(name, "its values are no whole numbers, so they are no labels")
        values = values.astype(np.int64)
    return values.T
