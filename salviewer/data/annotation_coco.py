"""Annotations as COCO JSON, for one picture: boxes, polygons, and filled areas as run lengths.

A box is an annotation without a segmentation, a polygon one with a single polygon, a lesion one with run lengths.
Reading takes compressed run lengths too; an object of several polygons becomes one filled area. The file's order of
numbers is COCO's: bbox is [x, y, width, height], polygons are [x0, y0, x1, y1, ...] in pixels from the upper left
corner, run lengths go down the columns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from salviewer.data.annotation_pixels import Size, from_runs, inside_polygon
from salviewer.data.annotation_problems import another_picture, damaged, same_size
from salviewer.data.annotation_shapes import Shape, Shapes, box_shape, mask_shape, named
from salviewer.numeric.counted import counted


def to_coco(shapes: Shapes, *, picture: str = "") -> dict[str, Any]:
    """`shapes` as the JSON value of a COCO file. `picture`: the file name that is written, "" names the fingerprint."""
    numbers = {name: i for i, name in enumerate(shapes.names, start=1)}
    height, width = shapes.size
    about = {"id": 1, "file_name": picture or f"picture-{shapes.sha256[:12]}", "width": width, "height": height}
    return {
        "info": {"description": "Annotations drawn in SalViewer", "version": "1"},
        "images": [{**about, "sha256": shapes.sha256}],
        "annotations": [_written(shape, numbers[shape.name], shapes.size) for shape in shapes.items],
        "categories": [{"id": number, "name": name, "supercategory": ""} for name, number in numbers.items()],
    }


def from_coco(text: str, blank: Shapes, name: str) -> Shapes:
    """`blank`, a picture without shapes, with those that the COCO file `name` holds of it.

    Raises:
        UnreadableInput: "bad-annotations" (no such file, a damaged entry), "annotation-size" (drawn on a picture of
            another size), "other-picture" (a file about several pictures, none of which is this one).
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as e:
        raise damaged(name, f"line {e.lineno} is no JSON ({e.msg})") from e
    except RecursionError as e:
        raise damaged(name, "its lists are nested too deep") from e
    if not isinstance(found, dict) or not isinstance(found.get("annotations"), list):
        raise damaged(name, "it has no list “annotations”, as COCO files have")
    image = _image_of(found.get("images"), blank, name)
    if image is not None:
        same_size(name, (image.get("height"), image.get("width")), blank.size)
    wanted = image.get("id") if image else None
    classes = _classes(found.get("categories"))
    shapes = []
    for number, entry in enumerate(found["annotations"], start=1):
        try:
            if wanted is None or _dict(entry).get("image_id") == wanted:
                shapes.append(_read(_dict(entry), classes, blank.size))
        except (ValueError, TypeError, KeyError, OverflowError) as e:
            raise damaged(name, f"annotation {number}: {e}") from e
    return blank.added(shape for shape in shapes if shape is not None)


def _written(shape: Shape, category: int, size: Size) -> dict[str, Any]:
    x0, y0, x1, y1 = shape.box
    entry: dict[str, Any] = {"id": shape.id, "image_id": 1, "category_id": category, "iscrowd": 0}
    entry |= {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": shape.area, "segmentation": []}
    if shape.kind == "polygon":
        entry["segmentation"] = [[v for point in shape.points for v in point]]
    if shape.pixels is not None:
        entry["segmentation"] = {"counts": list(shape.pixels.runs(size)), "size": list(size)}
    return entry


def _image_of(images: Any, blank: Shapes, name: str) -> Mapping[str, Any] | None:
    """The entry about the picture: by fingerprint, then by file name; the only one where there is one. None: no list.

    A list of one picture is taken whatever its name: files are renamed, and the sizes are compared.
    """
    if images is None:
        return None
    if not isinstance(images, list) or not all(isinstance(image, dict) for image in images):
        raise damaged(name, "“images” is no list of pictures")
    if len(images) == 1:
        return images[0]
    for key, value in (("sha256", blank.sha256), ("file_name", blank.picture)):
        fitting = [image for image in images if value and str(image.get(key, "")).rpartition("/")[2] == value]
        if len(fitting) == 1:
            return fitting[0]
    raise another_picture(name, len(images), blank.picture)


def _classes(categories: Any) -> dict[Any, str]:
    listed = categories if isinstance(categories, list) else []
    return {c["id"]: str(c.get("name", c["id"])) for c in listed if isinstance(c, dict) and _is_whole(c.get("id"))}


def _read(entry: Mapping[str, Any], classes: Mapping[Any, str], size: Size) -> Shape | None:
    number = entry.get("category_id")
    called = named(classes.get(number, f"class {number}") if _is_whole(number) else "")
    outline = entry.get("segmentation")
    if isinstance(outline, dict):
        return _filled(outline, called, size)
    if isinstance(outline, list) and outline:
        polygons = [_points(part) for part in outline]
        if len(polygons) == 1:
            return Shape("polygon", called, polygons[0])
        return mask_shape(np.logical_or.reduce([inside_polygon(p, size) for p in polygons]), called)
    x, y, width, height = (_number(v) for v in _list(entry.get("bbox"), "it has neither a segmentation nor a bbox"))
    if width <= 0 or height <= 0:
        raise ValueError(f"its box is {width:g} × {height:g} pixels")
    return box_shape((x, y, x + width, y + height), called)


def _filled(outline: Mapping[str, Any], called: str, size: Size) -> Shape | None:
    given = _list(outline.get("size"), "its run lengths have no size")
    if list(given) != list(size):
        raise ValueError(f"its run lengths are for {' × '.join(map(str, given[::-1]))} pixels")
    counts = outline.get("counts")
    counts = _uncompressed(counts) if isinstance(counts, str) else _list(counts, "it has no run lengths")
    if not counts or not all(_is_whole(n) for n in counts):
        raise ValueError("its run lengths are no whole numbers")
    pixels = from_runs(counts, size)
    return None if pixels is None else Shape("lesion", called, pixels=pixels)


def _uncompressed(text: str) -> list[int]:
    """COCO's compressed run lengths: five bits a character, least first, from the fourth on less that two before."""
    counts: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError("its compressed run lengths are damaged")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        value -= (1 << shift) if bits & 16 else 0
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError("its compressed run lengths are cut off")
    return counts


def _points(part: Any) -> tuple[tuple[float, float], ...]:
    values = [_number(v) for v in _list(part, "its segmentation is no list of polygons")]
    if len(values) < 6 or len(values) % 2:
        raise ValueError(f"a polygon needs three or more points x, y, and it has {counted(len(values), 'number')}")
    return tuple(zip(values[::2], values[1::2], strict=True))


def _dict(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("it is no object with named values")
    return value


def _list(value: Any, why: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise TypeError(why)
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
