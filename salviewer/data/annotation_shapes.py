"""What a person drew on a picture: boxes, polygons and lesions, each with a class, as frozen values.

Positions are picture pixels of the picture as it is shown (an EXIF orientation is applied): x to the right, y down,
(0, 0) the upper left corner of the first pixel, so that pixel (0, 0) spans 0..1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from salviewer.data.annotation_pixels import Pixels, Point, Size, inside_polygon, pixels_of

Kind = Literal["box", "polygon", "lesion"]
KINDS: tuple[Kind, ...] = ("box", "polygon", "lesion")
UNNAMED = "object"
_LONGEST_NAME = 200
_LEAST_AREA = 1e-6


@dataclass(frozen=True)
class Shape:
    """One object. `id`: unique among those of a picture, from 1 on; 0 until it is added to them.

    points: of a box its upper left and lower right corner, of a polygon its corners in order, of a lesion none.
    pixels: of a lesion, the pixels that it fills.
    """

    kind: Kind
    name: str
    points: tuple[Point, ...] = ()
    pixels: Pixels | None = None
    id: int = 0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1): the edges of the tightest box around it."""
        if self.pixels is not None:
            p = self.pixels
            return (float(p.left), float(p.top), float(p.left + p.width), float(p.top + p.height))
        x, y = zip(*self.points, strict=True)
        return (min(x), min(y), max(x), max(y))

    @property
    def area(self) -> float:
        """In pixels."""
        if self.pixels is not None:
            return float(self.pixels.count)
        if self.kind == "box":
            x0, y0, x1, y1 = self.box
            return (x1 - x0) * (y1 - y0)
        return _area(self.points)

    def mask(self, size: Size) -> np.ndarray:
        """Bool (H, W): the pixels whose centres lie in it."""
        if self.pixels is not None:
            return self.pixels.on(size)
        return inside_polygon(corners(self), size)

    def moved(self, dx: float, dy: float, size: Size) -> Shape:
        """It, `dx` and `dy` pixels away, but no farther than to the edge of the picture; a lesion by whole pixels."""
        x0, y0, x1, y1 = self.box
        dx, dy = min(max(dx, -x0), size[1] - x1), min(max(dy, -y0), size[0] - y1)
        if self.pixels is not None:
            pixels = replace(self.pixels, left=self.pixels.left + round(dx), top=self.pixels.top + round(dy))
            return replace(self, pixels=pixels)
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))


@dataclass(frozen=True)
class Shapes:
    """All shapes of one picture. size: (H, W) of the picture; picture: its name; sha256: its fingerprint."""

    size: Size
    sha256: str = ""
    picture: str = ""
    items: tuple[Shape, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, in the order in which they first came."""
        return tuple(dict.fromkeys(shape.name for shape in self.items))

    def of(self, name: str) -> Shapes:
        """Those of class `name`, in whatever case."""
        wanted = name.strip().casefold()
        return replace(self, items=tuple(shape for shape in self.items if shape.name.casefold() == wanted))

    def find(self, number: int) -> Shape | None:
        """The shape with this id."""
        return next((shape for shape in self.items if shape.id == number), None)

    def added(self, shapes: Iterable[Shape]) -> Shapes:
        """With `shapes` behind the others, each with an id of its own; what lies beside the picture is cut off."""
        cut = [shape for shape in (clipped(given, self.size) for given in shapes) if shape is not None]
        first = 1 + max((shape.id for shape in self.items), default=0)
        return replace(self, items=(*self.items, *(replace(s, id=first + i) for i, s in enumerate(cut))))

    def changed(self, shape: Shape) -> Shapes:
        """With `shape` in the place of that with its id; without it where nothing of it lies on the picture."""
        cut = clipped(shape, self.size)
        items = (cut if s.id == shape.id else s for s in self.items)
        return replace(self, items=tuple(s for s in items if s is not None))

    def without(self, number: int) -> Shapes:
        """Without the shape with this id."""
        return replace(self, items=tuple(shape for shape in self.items if shape.id != number))

    def mask(self) -> np.ndarray:
        """Bool (H, W): the pixels that lie in any of them."""
        found = np.zeros(self.size, bool)
        for shape in self.items:
            found |= shape.mask(self.size)
        return found


def box_shape(edges: tuple[float, float, float, float], name: str) -> Shape:
    """The box with these edges (x0, y0, x1, y1), in whichever order."""
    x0, y0, x1, y1 = edges
    return Shape("box", named(name), ((min(x0, x1), min(y0, y1)), (max(x0, x1), max(y0, y1))))


def mask_shape(mask: np.ndarray, name: str) -> Shape | None:
    """The lesion that fills the True pixels of `mask` (H, W); None where there are none."""
    pixels = pixels_of(np.asarray(mask, bool))
    return None if pixels is None else Shape("lesion", named(name), pixels=pixels)


def named(name: str) -> str:
    """`name` as a class may be called: on one line, without blanks around it, not empty."""
    kept = "".join(c if c.isprintable() else " " for c in name).strip()[:_LONGEST_NAME]
    return kept or UNNAMED


def corners(shape: Shape) -> tuple[Point, ...]:
    """The corners of a box or polygon, in order."""
    if shape.kind != "box":
        return shape.points
    x0, y0, x1, y1 = shape.box
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def clipped(shape: Shape, size: Size) -> Shape | None:
    """`shape` cut to a picture of `size`; None where nothing of it is left, or a number is not finite."""
    if shape.pixels is not None:
        return _clipped_pixels(shape, size)
    if len(shape.points) < 2 or not all(math.isfinite(v) for point in shape.points for v in point):
        return None
    cut = shape.points
    if shape.kind == "box":
        cut = tuple((min(max(x, 0.0), float(size[1])), min(max(y, 0.0), float(size[0]))) for x, y in cut)
    elif not all(0 <= x <= size[1] and 0 <= y <= size[0] for x, y in cut):
        cut = _clipped_polygon(cut, size)
    if len(cut) < 2:
        return None
    found = replace(shape, points=cut)
    return found if found.area > _LEAST_AREA else None


def _clipped_pixels(shape: Shape, size: Size) -> Shape | None:
    pixels = shape.pixels
    if pixels is None or not pixels.count:
        return None
    x0, y0, x1, y1 = shape.box
    if x0 >= 0 and y0 >= 0 and x1 <= size[1] and y1 <= size[0]:
        return shape
    low, high = (max(0, -pixels.left), max(0, -pixels.top)), (size[1] - pixels.left, size[0] - pixels.top)
    cut = pixels.mask()[low[1] : max(0, high[1]), low[0] : max(0, high[0])]
    left = pixels_of(cut, pixels.left + low[0], pixels.top + low[1])
    return None if left is None else replace(shape, pixels=left)


def _clipped_polygon(points: tuple[Point, ...], size: Size) -> tuple[Point, ...]:
    """Sutherland and Hodgman's clipping: the polygon is cut along one edge of the picture after the other."""
    for axis, limit, sign in ((0, 0.0, 1), (0, float(size[1]), -1), (1, 0.0, 1), (1, float(size[0]), -1)):
        kept: list[Point] = []
        for a, b in zip((points[-1], *points[:-1]), points, strict=True) if points else ():
            was_in, is_in = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
            if was_in != is_in:
                t = (limit - a[axis]) / (b[axis] - a[axis])
                at = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
                at[axis] = limit
                kept.append((at[0], at[1]))
            if is_in:
                kept.append(b)
        points = tuple(kept)
    return points


def _area(points: tuple[Point, ...]) -> float:
    """By the shoelace formula."""
    pairs = zip(points, (*points[1:], points[0]), strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2
