"""`--annotation FILE`: what was drawn on a picture, as the truth that metrics compare with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api import Volume
from salviewer.errors import InvalidChoice
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer import OpenedInput, OpenedVolume


def truth_in(path: Path, source: OpenedInput | OpenedVolume, label: str) -> tuple[dict[str, Any], str]:
    """What `measure` takes as `boxes` and `mask`, from the annotation file at `path`, and a sentence on it.

    Of a volume: the voxels above zero of a file on its grid.

    Shapes of class `label` count; where there are none, all do. Raises `UnreadableInput` where the file is none of
    this picture, `InvalidChoice` where it holds nothing.
    """
    from salviewer.data.annotation_files import read_annotations  # noqa: PLC0415 - loads numpy
    from salviewer.data.annotation_shapes import Shapes  # noqa: PLC0415

    if isinstance(source, Volume):
        return {"boxes": (), "mask": str(path)}, f"The truth is what is above zero in {path.name}."
    picture = source.picture
    found = read_annotations(path, Shapes(picture.shape, picture.sha256, picture.name))
    if not found.items:
        raise InvalidChoice(f"{path.name} holds nothing of {picture.name}.", code="no-annotation")
    same = found.of(label)
    chosen = same if same.items else found
    flat = all(shape.kind == "box" for shape in chosen.items)
    truth = {"boxes": tuple(shape.box for shape in chosen.items), "mask": None if flat else chosen.mask()}
    count = counted(len(chosen.items), "shape")
    if same.items:
        return truth, f"The truth is {count} of “{same.items[0].name}” in {path.name}."
    if not label:
        return truth, f"The truth is {count} in {path.name}."
    return truth, f"No shape in {path.name} has the class “{label}”: all of it is the truth, {count}."
