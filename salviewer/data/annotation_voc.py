"""Annotations as PASCAL VOC XML, for one picture: boxes with a class.

VOC counts pixels from 1 and names the first and the last pixel of a box: xmin is its left edge plus 1, xmax its right
edge. It knows boxes of whole pixels only: of a polygon or a lesion the tightest box is written, rounded.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from salviewer.data.annotation_problems import damaged, same_size
from salviewer.data.annotation_shapes import Shape, Shapes, box_shape
from salviewer.data.annotation_xml import root_of

SIDES = ("xmin", "ymin", "xmax", "ymax")


def to_voc(shapes: Shapes, *, picture: str = "") -> str:
    """`shapes` as the text of an XML file. `picture`: the file name that is written, "" names the fingerprint."""
    root = ET.Element("annotation")
    ET.SubElement(root, "filename").text = picture or f"picture-{shapes.sha256[:12]}"
    size = ET.SubElement(root, "size")
    for side, pixels in (("width", shapes.size[1]), ("height", shapes.size[0]), ("depth", 3)):
        ET.SubElement(size, side).text = str(pixels)
    ET.SubElement(root, "segmented").text = "0"
    for shape in shapes.items:
        thing = ET.SubElement(root, "object")
        for word, value in (("name", shape.name), ("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
            ET.SubElement(thing, word).text = value
        place = ET.SubElement(thing, "bndbox")
        for side, edge in zip(SIDES, _counted(shape, shapes.size), strict=True):
            ET.SubElement(place, side).text = str(edge)
    ET.indent(root, "\t")
    return ET.tostring(root, encoding="unicode") + "\n"


def from_voc(text: str, blank: Shapes, name: str) -> Shapes:
    """`blank`, a picture without shapes, with the boxes of the XML file `name`.

    Raises:
        UnreadableInput: "bad-annotations" (no XML, a damaged object), "annotation-size".
    """
    root = root_of(text, name)
    if root.tag != "annotation":
        raise damaged(name, f"it begins with <{root.tag}>, and VOC files with <annotation>")
    height, width = (root.findtext(f"size/{side}", "").strip() for side in ("height", "width"))
    if height.isdecimal() and width.isdecimal():
        same_size(name, (int(height), int(width)), blank.size)
    shapes = []
    for number, thing in enumerate(root.iterfind("object"), start=1):
        try:
            shapes.append(_box(thing))
        except ValueError as e:
            raise damaged(name, f"object {number}: {e}") from e
    return blank.added(shapes)


def _counted(shape: Shape, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The first and last pixel in each direction, from 1; at least one pixel."""
    x0, y0, x1, y1 = shape.box
    left, top = min(round(x0), size[1] - 1), min(round(y0), size[0] - 1)
    return (left + 1, top + 1, max(round(x1), left + 1), max(round(y1), top + 1))


def _box(thing: ET.Element) -> Shape:
    words = [(thing.findtext(f"bndbox/{side}") or "nothing").strip() for side in SIDES]
    try:
        x0, y0, x1, y1 = map(float, words)
    except ValueError:
        raise ValueError(f"its box is {', '.join(words)} where four numbers must stand") from None
    if not (x0 <= x1 and y0 <= y1):  # also where one is NaN
        raise ValueError(f"its box {', '.join(words)} ends before it begins")
    return box_shape((x0 - 1, y0 - 1, x1, y1), thing.findtext("name") or "")
