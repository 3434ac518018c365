"""What annotation files say about a picture: its class and its boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from salviewer.api import Picture
from salviewer.errors import UnreadableInput

Box = tuple[float, float, float, float]


class Answer(NamedTuple):
    """A picture's class and boxes.

    label: -1 where it is not known. boxes: the first and last column and row that each holds, (x0, y0, x1, y1), as
    files have them. size: (width, height) of the picture that they were drawn on, where the file says it.
    """

    label: int = -1
    boxes: tuple[Box, ...] = ()
    size: tuple[int, int] | None = None


Answers = Callable[[PurePosixPath], Answer]
"""The answer for the picture at a path below the collection's folder."""


def box_of(numbers: Sequence[object]) -> Box:
    """Four numbers as a box. Raises `ValueError` saying what is wrong with them."""
    try:
        x0, y0, x1, y1 = (float(n) for n in numbers)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"a box is four numbers, not {' '.join(map(str, numbers)) or 'none'}") from None
    if not (x0 <= x1 and y0 <= y1):  # also where one is NaN
        raise ValueError(f"the box {x0:g} {y0:g} {x1:g} {y1:g} ends before it begins")
    return (x0, y0, x1, y1)


def edges(answer: Answer, picture: Picture, first_pixel: int) -> tuple[Box, ...]:
    """The boxes of `answer` by their edges, (0, 0) the picture's upper left corner, cut to the picture.

    Raises `UnreadableInput` where they were drawn on a picture of another size.
    """
    height, width = picture.shape
    if answer.boxes and answer.size not in (None, (width, height)):
        raise UnreadableInput(
            f"The boxes of {picture.name} are for {' × '.join(map(str, answer.size or ()))} pixels, and it has "
            f"{width} × {height}: use the pictures that the boxes were drawn on.",
            code="boxes-size",
        )
    cut = []
    for x0, y0, x1, y1 in answer.boxes:
        low = (max(0.0, x0 - first_pixel), max(0.0, y0 - first_pixel))
        high = (min(float(width), x1 - first_pixel + 1), min(float(height), y1 - first_pixel + 1))
        if low[0] >= high[0] or low[1] >= high[1]:
            raise UnreadableInput(
                f"The box {x0:g} {y0:g} {x1:g} {y1:g} of {picture.name} lies outside its {width} × {height} pixels: "
                f"use the pictures that the boxes were drawn on.",
                code="boxes-size",
            )
        cut.append((*low, *high))
    return tuple(cut)


def text_of(path: Path) -> str:
    """The text in an annotation file. Raises `UnreadableInput`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as e:
        raise UnreadableInput(f"{path.name} cannot be read as a text file.", code="bad-annotations") from e


def damaged(name: str, place: str, why: str) -> UnreadableInput:
    """The error that names a damaged place in an annotation file: "boxes.csv, line 3: ..."."""
    return UnreadableInput(f"{name}, {place}: {why}; mend it or leave it out.", code="bad-annotations")
