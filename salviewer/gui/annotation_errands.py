"""What drawing has done for it on the engine's threads: reading, writing and keeping. Plain values, no widget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.api.jobspec import InputRef
from salviewer.data.annotation_files import read_annotations, write_annotations
from salviewer.data.annotation_shapes import UNNAMED, Shape, Shapes, box_shape, clipped, mask_shape
from salviewer.data.annotation_store import AnnotationStore

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf

COLLECTION = "collection:"


def find(store: AnnotationStore, blank: Shapes, shelf: Shelf, ref: InputRef) -> tuple[Shapes, str, tuple[Shape, ...]]:
    """What was drawn on a picture before, a sentence where that was unreadable, and what its collection says."""
    kept, said = store.find(blank)
    return kept, said, own_shapes(shelf, ref, blank)


def own_shapes(shelf: Shelf, ref: InputRef, blank: Shapes) -> tuple[Shape, ...]:
    """The boxes and masks that a collection has of its sample `ref`; nothing for a file."""
    if not ref.source.startswith(COLLECTION):
        return ()
    sample = shelf.sample(ref)
    classes = shelf.host.collection(ref.source.removeprefix(COLLECTION).partition("/")[0]).classes
    name = classes[sample.label] if 0 <= sample.label < len(classes) else UNNAMED
    found = [clipped(box_shape(box, name), blank.size) for box in sample.boxes if len(box) == 4]
    found += [mask_shape(mask, kind) for kind, mask in sample.masks.items() if mask.shape == blank.size]
    return tuple(shape for shape in found if shape is not None)


def read(path: Path, blank: Shapes, called: str) -> Shapes:
    """The shapes in an annotation file."""
    return read_annotations(path, blank, called)


def write(shapes: Shapes, path: Path, key: str, picture: str) -> Path:
    """Write an annotation file; where it is."""
    write_annotations(shapes, path, key, picture=picture)
    return path
