"""What the Filters panel has done on the worker's threads: reading what was learned, crops, and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from salviewer.api.jobspec import ModelRef, TrainedRef
from salviewer.api.progress import Progress
from salviewer.errors import SalViewerError

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api.explanation import Explanation
    from salviewer.api.trained import Trained
    from salviewer.api.values import Picture
    from salviewer.jobs.shelf import Shelf


class Crop(NamedTuple):
    """One crop: its place in the list; its pixels, None where `fault` says why not; (H, W) of the model's grid."""

    at: int
    pixels: np.ndarray | None
    size: tuple[int, int] = (1, 1)
    fault: str = ""


def learned(shelf: Shelf, source: str) -> Trained:
    """The trained state in the file `source`."""
    return shelf.trained(TrainedRef(source=source))


def crops(
    shelf: Shelf,
    model: ModelRef,
    collection: Mapping[str, Any],
    wanted: Sequence[tuple[int, Sequence[Any]]],
    progress: Progress,
) -> tuple[Crop, ...]:
    """The crops `wanted`, (place in the list, crop) each; one that cannot be read does not spoil the others."""
    from salviewer.jobs.filter_crops import crop_of  # noqa: PLC0415 - loads torch, on the worker's thread

    found = []
    for at, crop in wanted:
        progress.check()
        try:
            pixels, size = crop_of(shelf, model, collection, crop)
            found.append(Crop(at, pixels, size))
        except SalViewerError as error:
            found.append(Crop(at, None, fault=str(error)))
    return tuple(found)


def write_learned(path: Path, trained: Trained) -> Path:
    """The contact sheet of what was learned, in `path`."""
    from salviewer.data.whole_file import write_whole  # noqa: PLC0415 - on the worker's thread
    from salviewer.jobs.filter_files import learned_sheet  # noqa: PLC0415 - loads Pillow, on the worker's thread

    sheet = learned_sheet(trained, path.suffix.lower())
    return write_whole(path, lambda draft: draft.write_bytes(sheet))


def write_fired(path: Path, explanation: Explanation, picture: Picture | None) -> Path:
    """The contact sheet of the filters that fired, in `path`."""
    from salviewer.data.whole_file import write_whole  # noqa: PLC0415 - on the worker's thread
    from salviewer.jobs.filter_files import fired_sheet  # noqa: PLC0415 - loads Pillow, on the worker's thread

    sheet = fired_sheet(explanation, picture, path.suffix.lower())
    return write_whole(path, lambda draft: draft.write_bytes(sheet))
