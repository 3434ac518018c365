"""Lets a measurement compare with what a person drew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from salviewer.api import AnnotationRef
from salviewer.data.annotation_shapes import Shapes
from salviewer.jobs.shelf import Shelf


@contextmanager
def drawn_truth(shapes: Shapes | None, shelf: Shelf) -> Iterator[AnnotationRef]:
    """Within the block: the reference by which specs name `shapes` as the truth.

    Each shape counts with its tightest box; where one is no box, with its pixels too. None leaves it to the collection.
    """
    if shapes is None:
        yield AnnotationRef()
        return
    boxes = tuple(shape.box for shape in shapes.items)
    if all(shape.kind == "box" for shape in shapes.items):
        yield AnnotationRef(boxes=boxes)
        return
    reference = shelf.keep_live(shapes.mask())
    try:
        yield AnnotationRef(boxes=boxes, mask=reference)
    finally:
        shelf.drop_live(reference)
