"""Photographs with what experts marked in them: from drawings, from a folder of files, from a collection's masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from salviewer.api import InputRef
from salviewer.bench.lesion_table import Annotated
from salviewer.data.annotation_shapes import Shape, Shapes
from salviewer.data.expert_marks import files_of, marks
from salviewer.data.lesion_types import lesion_type, masks_by_type
from salviewer.errors import InvalidChoice
from salviewer.jobs.shelf import Shelf

COLLECTION = "collection:"


def marked_on(shapes: Shapes, own: Sequence[Shape], folder: Path | None) -> dict[str, np.ndarray]:
    """What experts marked, bool (H, W) by type: what was drawn or imported, the collection's own, files in `folder`."""
    blank = Shapes(shapes.size, shapes.sha256, shapes.picture)
    found = masks_by_type(blank.added([*shapes.items, *own]))
    if folder is not None:
        stem = Path(shapes.picture).stem
        for kind, mask in marks(files_of(stem, folder), blank, stem, kind=lesion_type(folder.name) or "").items():
            found[kind] = found[kind] | mask if kind in found else mask
    return found


def annotated(shelf: Shelf, sources: Sequence[InputRef], folder: Path | None) -> tuple[Annotated, ...]:
    """`sources` with their marks, which are read when they are needed; files have theirs in `folder`.

    Raises `InvalidChoice` "no-marks" where nothing is known of any of them.
    """
    files = [ref for ref in sources if not ref.source.startswith(COLLECTION)]
    if files and folder is None:
        raise InvalidChoice("Say in which folder the experts' marks of these photographs are.", code="no-marks")
    if files and folder is not None and not folder.is_dir():
        raise InvalidChoice(
            f"There is no folder {folder.name}: name the one that holds the experts' marks.", code="no-marks"
        )
    if files and folder is not None and not any(files_of(Path(ref.source).stem, folder) for ref in files):
        raise InvalidChoice(
            f"{folder.name} holds no marks of these photographs: their files must begin with the photographs' names.",
            code="no-marks",
        )
    return tuple(Annotated(ref, partial(_marks_of, shelf, ref, folder)) for ref in sources)


def _marks_of(shelf: Shelf, ref: InputRef, folder: Path | None) -> Mapping[str, np.ndarray]:
    if ref.source.startswith(COLLECTION):
        known = ((lesion_type(name), mask) for name, mask in shelf.sample(ref).masks.items())
        return {kind: mask for kind, mask in known if kind is not None}
    picture = shelf.picture(ref)
    return marked_on(Shapes(picture.shape, picture.sha256, Path(ref.source).name), (), folder)
