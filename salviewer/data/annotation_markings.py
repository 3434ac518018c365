"""Experts' markings of a fundus photograph as XML, in the manner of DiaretDB1: regions with a type and a confidence.

A file holds one expert's markings of one picture:

    <imgannotooldata>
      <header><imagename>...</imagename><imagesize><width>1500</width><height>1152</height></imagesize></header>
      <markinglist>
        <marking>
          <polygonregion><centroid>...</centroid><coords2d>741,516</coords2d><coords2d>750,520</coords2d>...
          <circleregion><centroid><coords2d>300,410</coords2d></centroid><radius>12</radius>...
          <ellipseregion><centroid>...</centroid><radius direction="x">20</radius><radius direction="y">9</radius>
                         <rotangle>0.4</rotangle>...
          <representativepoint><coords2d>745,518</coords2d></representativepoint>
          <confidencelevel>High</confidencelevel>
          <markingtype>Haemorrhages</markingtype>
        </marking> ...

A marking without a region is a point: the pixel under it. A region's own representative point lies in it and adds
nothing. Coordinates are pixels, "x,y" or elements <x>, <y>; angles are radians. Elements are found by name in
whatever case, so that files of other versions are read too.

Source: Kauppi et al., "The DIARETDB1 diabetic retinopathy database and evaluation protocol", BMVC 2007.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from xml.etree import ElementTree as ET

from salviewer.data.annotation_pixels import Point
from salviewer.data.annotation_problems import damaged, same_size
from salviewer.data.annotation_shapes import Shape, Shapes, box_shape, named
from salviewer.data.annotation_xml import root_of
from salviewer.data.lesion_types import lesion_type

LEVELS = ("low", "medium", "high")
"""How sure an expert was, from the least."""
CORNERS = 48
"""Of the polygon that stands for a circle or an ellipse."""
_LEAST_CORNERS = 3


def is_markings(text: str) -> bool:
    """Whether `text` is a file of markings, judged by its elements."""
    return "<marking" in text.lower()


def from_markings(text: str, blank: Shapes, name: str, *, least: str = "low") -> Shapes:
    """`blank`, a picture without shapes, with the markings of the XML file `name` as polygons and points.

    least: of `LEVELS`, what is less sure is left out; what has no level counts as high. Types of lesions get our names.

    Raises:
        UnreadableInput: "bad-annotations" (no XML, a damaged marking), "annotation-size".
    """
    root = root_of(text, name)
    _check_size(root, blank, name)
    shapes = []
    for number, marking in enumerate(_all(root, "marking"), start=1):
        try:
            if _level(marking) >= LEVELS.index(least):
                shapes.append(_shape(marking))
        except ValueError as e:
            raise damaged(name, f"marking {number}: {e}") from e
    return blank.added(shapes)


def _check_size(root: ET.Element, blank: Shapes, name: str) -> None:
    size = next(_all(root, "imagesize"), None)
    if size is None:
        return
    sides = [(_text(size, side) or "").strip() for side in ("height", "width")]
    if all(side.isdecimal() and int(side) for side in sides):
        same_size(name, (int(sides[0]), int(sides[1])), blank.size)


def _level(marking: ET.Element) -> int:
    word = (_text(marking, "confidencelevel") or "high").strip().casefold()
    if word not in LEVELS:
        raise ValueError(f"its confidence is “{word}”, and levels are {', '.join(LEVELS)}")
    return LEVELS.index(word)


def _shape(marking: ET.Element) -> Shape:
    given = (_text(marking, "markingtype") or "").strip()
    kind = lesion_type(given) or named(given.replace("_", " "))
    for tag, read in _REGIONS.items():
        region = next(_all(marking, tag), None)
        if region is not None:
            points = read(region)
            if len(points) >= _LEAST_CORNERS:
                return Shape("polygon", kind, points)
            if points:
                return _point(points[0], kind)
    representative = next(_all(marking, "representativepoint"), None)
    points = _points(representative) if representative is not None else ()
    if not points:
        raise ValueError("it has neither a region nor a point")
    return _point(points[0], kind)


def _point(at: Point, kind: str) -> Shape:
    """The pixel under a point."""
    x, y = math.floor(at[0]), math.floor(at[1])
    return box_shape((x, y, x + 1, y + 1), kind)


def _polygon(region: ET.Element) -> tuple[Point, ...]:
    return tuple(p for child in region if _tag(child) not in ("centroid", "radius", "rotangle") for p in _points(child))


def _ellipse(region: ET.Element) -> tuple[Point, ...]:
    centre = next(_all(region, "centroid"), None)
    middle = _points(centre) if centre is not None else ()
    radii = [(child.get("direction", "").casefold(), _number(child.text)) for child in _all(region, "radius")]
    if not middle or not radii or not all(r > 0 for _, r in radii):
        raise ValueError("its circle or ellipse needs a centre and a radius above 0")
    by_axis = dict(radii)
    rx = by_axis.get("x", radii[0][1])
    ry = by_axis.get("y", radii[-1][1])
    turn = _number(_text(region, "rotangle") or "0")
    (x, y), cos, sin = middle[0], math.cos(turn), math.sin(turn)
    steps = [2 * math.pi * i / CORNERS for i in range(CORNERS)]
    flat = [(rx * math.cos(t), ry * math.sin(t)) for t in steps]
    return tuple((x + a * cos - b * sin, y + a * sin + b * cos) for a, b in flat)


_REGIONS: Mapping[str, Callable[[ET.Element], tuple[Point, ...]]] = {
    "polygonregion": _polygon, "circleregion": _ellipse, "ellipseregion": _ellipse
}  # fmt: skip


def _points(holder: ET.Element) -> tuple[Point, ...]:
    """Every coordinate in `holder`, itself included, in order."""
    found: list[Point] = []
    for element in holder.iter():
        x, y = (next((c.text for c in element if _tag(c) == axis), None) for axis in "xy")
        if x is not None and y is not None:
            found.append((_number(x), _number(y)))
        elif (element.text or "").strip() and _tag(element) not in ("x", "y", "radius", "rotangle"):
            words = (element.text or "").replace(",", " ").split()
            if len(words) != 2:
                raise ValueError(f"“{(element.text or '').strip()[:40]}” is no pair of coordinates")
            found.append((_number(words[0]), _number(words[1])))
    return tuple(found)


def _number(text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        raise ValueError(f"“{(text or '').strip()[:40]}” stands where a number must") from None
    if not math.isfinite(value):
        raise ValueError("one of its numbers is not finite")
    return value


def _all(holder: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (element for element in holder.iter() if _tag(element) == tag)


def _text(holder: ET.Element, tag: str) -> str | None:
    return next((element.text for element in _all(holder, tag)), None)


def _tag(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2].casefold()
