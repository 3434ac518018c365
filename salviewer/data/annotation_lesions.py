"""Lesions as they are painted: strokes that grow together, an eraser, an ellipse to begin with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from salviewer.data.annotation_pixels import Pixels, Size, pixels_of
from salviewer.data.annotation_shapes import Shape, Shapes, mask_shape


def painted_on(shapes: Shapes, stroke: Shape, hidden: Collection[int] = ()) -> tuple[Shapes, int]:
    """`shapes` with the lesion `stroke`, and the id of what it became.

    Lesions of its class that it has a pixel in common with become one with it, but for those whose ids are `hidden`.
    """
    if stroke.pixels is None:
        raise TypeError("a stroke is a lesion")
    together = [s for s in _lesions(shapes, hidden) if s.name == stroke.name and _touch(s.pixels, stroke.pixels)]
    if not together:
        after = shapes.added([stroke])
        return after, after.items[-1].id
    whole = np.logical_or.reduce([s.mask(shapes.size) for s in (*together, stroke)])
    for other in together[1:]:
        shapes = shapes.without(other.id)
    return shapes.changed(replace(together[0], pixels=pixels_of(whole))), together[0].id


def erased(shapes: Shapes, gone: Pixels, hidden: Collection[int] = ()) -> Shapes:
    """`shapes` with the pixels of `gone` taken from every lesion whose id is not `hidden`."""
    for shape in _lesions(shapes, hidden):
        if _touch(shape.pixels, gone):
            left = pixels_of(shape.mask(shapes.size) & ~gone.on(shapes.size))
            shapes = shapes.without(shape.id) if left is None else shapes.changed(replace(shape, pixels=left))
    return shapes


def ellipse(box: Shape, size: Size) -> Shape | None:
    """The lesion that fills the ellipse within `box`; None where that holds no pixel's centre."""
    x0, y0, x1, y1 = box.box
    y, x = np.ogrid[0 : size[0], 0 : size[1]]
    rx, ry = max((x1 - x0) / 2, 0.5), max((y1 - y0) / 2, 0.5)
    far = ((x + 0.5 - (x0 + x1) / 2) / rx) ** 2 + ((y + 0.5 - (y0 + y1) / 2) / ry) ** 2
    return mask_shape(far <= 1, box.name)


def _lesions(shapes: Shapes, hidden: Collection[int]) -> list[Shape]:
    return [s for s in shapes.items if s.pixels is not None and s.id not in hidden]


def _touch(a: Pixels | None, b: Pixels | None) -> bool:
    """Whether two areas have a pixel in common."""
    if a is None or b is None:
        return False
    left, top = max(a.left, b.left), max(a.top, b.top)
    right, bottom = min(a.left + a.width, b.left + b.width), min(a.top + a.height, b.top + b.height)
    if left >= right or top >= bottom:
        return False
    parts = [p.mask()[top - p.top : bottom - p.top, left - p.left : right - p.left] for p in (a, b)]
    return bool((parts[0] & parts[1]).any())
