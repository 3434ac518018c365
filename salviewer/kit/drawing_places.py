"""Where a position lies to a mark: on it, on its line, at its corner."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF

from salviewer.kit.drawing import Mark, Point


def is_box(points: tuple[Point, ...]) -> bool:
    """Whether `points` are the corners of an upright box, clockwise from the upper left one."""
    if len(points) != 4:
        return False
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    return (y0, x1, y2, x3) == (y1, x2, y3, x0)


def with_corner(points: tuple[Point, ...], index: int, at: Point, *, boxlike: bool) -> tuple[Point, ...]:
    """`points` with corner `index` at `at`; of a box the two corners beside it follow."""
    if not boxlike:
        return (*points[:index], at, *points[index + 1 :])
    (x0, y0), (x1, y1) = at, points[(index + 2) % 4]
    left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def is_on(mark: Mark, at: Point, near: float) -> bool:
    """Whether `at` lies in the mark or within `near` of its line."""
    if not mark.rect.adjusted(-near, -near, near, near).contains(QPointF(*at)):
        return False
    if mark.mask is not None:
        x, y = at[0] - mark.place[0], at[1] - mark.place[1]
        rows, columns = slice(max(0, int(y - near)), int(y + near) + 1), slice(max(0, int(x - near)), int(x + near) + 1)
        return bool(mark.mask[rows, columns].any())
    inside, edges = False, zip(mark.points, (*mark.points[1:], mark.points[0]), strict=True)
    for (x0, y0), (x1, y1) in edges:
        if _to_line(at, (x0, y0), (x1, y1)) <= near:
            return True
        if (y0 > at[1]) != (y1 > at[1]) and at[0] < x0 + (at[1] - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


def _to_line(at: Point, a: Point, b: Point) -> float:
    """The distance of `at` from the line between `a` and `b`."""
    length = math.dist(a, b) ** 2
    share = ((at[0] - a[0]) * (b[0] - a[0]) + (at[1] - a[1]) * (b[1] - a[1])) / length if length else 0.0
    share = min(max(share, 0.0), 1.0)
    return math.dist(at, (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
