"""Annotations as label images: one whole number per pixel, 0 where there is nothing, and a file of names beside it.

A picture.png has its names in picture.names.json: {"1": "haemorrhage", "2": "exudate"}. Of shapes that overlap the
later one is written. What is read becomes one filled area per number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from salviewer.data.annotation_problems import damaged, same_size
from salviewer.data.annotation_shapes import Shapes, mask_shape
from salviewer.data.files import open_regular, shown_name
from salviewer.errors import UnreadableInput

MOST_LABELS = 255
_MOST_BYTES = 2**20
ENDINGS = (".nii.gz", ".nii", ".png", ".tiff", ".tif")


def to_labels(shapes: Shapes) -> tuple[np.ndarray, dict[int, str]]:
    """uint8 (H, W) and what its numbers mean, from 1 on in the order of the classes.

    Raises `UnreadableInput` where there are more than 255 classes.
    """
    if len(shapes.names) > MOST_LABELS:
        raise UnreadableInput(
            f"An image of 8 bits tells {MOST_LABELS} classes apart, and here are {len(shapes.names)}: save as COCO "
            f"JSON.",
            code="too-many-labels",
        )
    numbers = {name: i for i, name in enumerate(shapes.names, start=1)}
    labels = np.zeros(shapes.size, np.uint8)
    for shape in shapes.items:
        labels[shape.mask(shapes.size)] = numbers[shape.name]
    return labels, {number: name for name, number in numbers.items()}


def from_labels(labels: np.ndarray, names: Mapping[int, str], blank: Shapes, name: str, called: str) -> Shapes:
    """`blank`, a picture without shapes, with one filled area per number in `labels` (H, W) that is not 0.

    `called`: the class of what has no name, where there is only one such number. Raises `UnreadableInput`.
    """
    same_size(name, labels.shape, blank.size)
    numbers = [int(n) for n in np.unique(labels) if n != 0]
    if len(numbers) > MOST_LABELS:
        raise damaged(
            name,
            f"it holds {len(numbers):,} different values, so it is a photograph and no mask of up to {MOST_LABELS}",
        )
    found = []
    for number in numbers:
        unnamed = called if len(numbers) == 1 else f"label {number}"
        found.append(mask_shape(labels == number, names.get(number, unnamed)))
    return blank.added(shape for shape in found if shape is not None)


def names_file(path: Path) -> Path:
    """Where the names of the label image at `path` stand."""
    stem = next((path.name[: -len(e)] for e in ENDINGS if path.name.lower().endswith(e)), path.stem)
    return path.with_name(f"{stem}.names.json")


def write_names(path: Path, names: Mapping[int, str]) -> None:
    """Write what the numbers of the label image at `path` mean beside it."""
    text = json.dumps({str(number): name for number, name in names.items()}, indent=1, ensure_ascii=False)
    names_file(path).write_text(text + "\n", encoding="utf-8")


def read_names(path: Path) -> dict[int, str]:
    """What the numbers of the label image at `path` mean; nothing where no file says it. Raises `UnreadableInput`."""
    place = names_file(path)
    if not place.is_file():
        return {}
    with open_regular(place) as (file, size_bytes):
        if size_bytes > _MOST_BYTES:
            raise damaged(shown_name(place), "it is too large for a list of names")
        try:
            found = json.loads(file.read().decode("utf-8-sig"))
            return {int(number): str(name) for number, name in found.items()}
        except (ValueError, AttributeError, RecursionError) as e:
            raise damaged(shown_name(place), 'it must look like {"1": "haemorrhage"}') from e
