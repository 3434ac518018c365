"""What the Fundus panel has done on the worker's threads, from plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from salviewer.api.jobspec import InputRef, JobSpec
from salviewer.api.progress import Progress
from salviewer.bench.lesion_table import Annotated, LesionTable, lesion_table, score
from salviewer.data.annotation_shapes import Shape, Shapes
from salviewer.data.expert_marks import files_of, marks
from salviewer.data.fundus_header import EyeFacts, eye_facts
from salviewer.data.lesion_types import lesion_type, masks_by_type
from salviewer.data.proposed_lesions import Proposed, on_photograph
from salviewer.errors import InvalidChoice
from salviewer.gui.fundus.values import Judged
from salviewer.numeric.field_of_view import FieldOfView, field_of_view

if TYPE_CHECKING:
    from salviewer.api.space import GridMap
    from salviewer.jobs.shelf import Shelf

COLLECTION = "collection:"


def look(pixels: np.ndarray, source: str) -> tuple[FieldOfView, EyeFacts]:
    """The field of view of a photograph, and what the header of its file says."""
    is_file = not source.startswith((COLLECTION, "live:"))
    return field_of_view(pixels), eye_facts(Path(source)) if is_file else EyeFacts()


def marked_on(shapes: Shapes, own: Sequence[Shape], folder: Path | None) -> dict[str, np.ndarray]:
    """What experts marked, bool (H, W) by type: what was drawn or imported, the collection's own, files in `folder`."""
    blank = Shapes(shapes.size, shapes.sha256, shapes.picture)
    found = masks_by_type(blank.added([*shapes.items, *own]))
    if folder is not None:
        stem = Path(shapes.picture).stem
        for kind, mask in marks(files_of(stem, folder), blank, stem, kind=lesion_type(folder.name) or "").items():
            found[kind] = found[kind] | mask if kind in found else mask
    return found


def judged(proposed: Proposed, grid: GridMap, marked: Mapping[str, np.ndarray]) -> Judged:
    """Which lesions the proposals find, and what each of them touches."""
    labels = on_photograph(proposed.regions.labels, grid)
    kinds: dict[int, tuple[str, ...]] = {}
    for kind, mask in marked.items():
        for number in np.unique(labels[mask]).tolist():
            kinds[number] = (*kinds.get(number, ()), kind)
    return Judged(score(labels, len(proposed.regions), proposed.share, marked), kinds)


def table_over(
    shelf: Shelf,
    spec: JobSpec,
    sources: Sequence[InputRef],
    folder: Path | None,
    share: float,
    least: float,
    progress: Progress,
) -> LesionTable:
    """The sensitivity by type over `sources`. Raises `InvalidChoice` where none of them has a mark."""
    pictures = [Annotated(ref, partial(_marks_of, shelf, ref, folder)) for ref in sources]
    if folder is not None and not any(files_of(Path(ref.source).stem, folder) for ref in sources):
        raise InvalidChoice(
            f"{folder.name} holds no marks of these photographs: their files must begin with the photographs' names.",
            code="no-marks",
        )
    return lesion_table(pictures, spec, shelf, share=share, least_area=least, progress=progress)


def _marks_of(shelf: Shelf, ref: InputRef, folder: Path | None) -> Mapping[str, np.ndarray]:
    if ref.source.startswith(COLLECTION):
        known = ((lesion_type(name), mask) for name, mask in shelf.sample(ref).masks.items())
        return {kind: mask for kind, mask in known if kind is not None}
    picture = shelf.picture(ref)
    return marked_on(Shapes(picture.shape, picture.sha256, Path(ref.source).name), (), folder)
