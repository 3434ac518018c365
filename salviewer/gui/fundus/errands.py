"""What the Fundus panel has done on the worker's threads, from plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from salviewer.api.jobspec import InputRef, JobSpec
from salviewer.api.progress import Progress
from salviewer.bench.lesion_pictures import COLLECTION, annotated, marked_on
from salviewer.bench.lesion_table import LesionTable, lesion_table, score
from salviewer.data.fundus_header import EyeFacts, eye_facts
from salviewer.data.proposed_lesions import Proposed, on_photograph
from salviewer.gui.fundus.values import Judged
from salviewer.numeric.field_of_view import FieldOfView, field_of_view

if TYPE_CHECKING:
    from salviewer.api.space import GridMap
    from salviewer.jobs.shelf import Shelf


__all__ = ["COLLECTION", "judged", "look", "marked_on", "table_over"]


def look(pixels: np.ndarray, source: str) -> tuple[FieldOfView, EyeFacts]:
    """The field of view of a photograph, and what the header of its file says."""
    is_file = not source.startswith((COLLECTION, "live:"))
    return field_of_view(pixels), eye_facts(Path(source)) if is_file else EyeFacts()


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
    """The sensitivity by type over `sources`. Raises `InvalidChoice` "no-marks"."""
    pictures = annotated(shelf, sources, folder)
    return lesion_table(pictures, spec, shelf, share=share, least_area=least, progress=progress)
