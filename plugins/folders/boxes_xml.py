"""Boxes from a folder of XML files as PASCAL VOC and ILSVRC have them, one per picture, found by its name."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET  # entities, which make XML dangerous, are refused below

from salviewer.errors import UnreadableInput
from salviewer_plugins.folders.answers import Answer, Answers, box_of, damaged, text_of
from salviewer_plugins.folders.wnids import LABELS


def read_xml(folder: Path) -> Answers:
    """The answers in `folder` and the folders within, each read when its picture is.

    Raises:
        UnreadableInput: there is no XML file; later, naming the file and line, where one is damaged.
    """
    files = {
        Path(name).stem: Path(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(".xml")
    }
    if not files:
        raise UnreadableInput(
            f"The folder “{folder.name}” holds no XML files with boxes: choose the folder that does.",
            code="bad-annotations",
        )

    def answer(picture: PurePosixPath) -> Answer:
        return read_one(files[picture.stem]) if picture.stem in files else Answer()

    return answer


def read_one(path: Path) -> Answer:
    """The answer in one file: the class is that of its first object, and the boxes are those of that class."""
    text = text_of(path)
    if "<!ENTITY" in text:
        raise damaged(path.name, "line 1", "it defines entities, which no annotation needs")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without entities it is harmless
    except ET.ParseError as e:
        raise damaged(path.name, f"line {e.position[0]}", "this is no XML") from e
    objects = []
    for number, thing in enumerate(root.iter("object")):
        try:
            objects.append((str(thing.findtext("name")), _box(thing)))
        except ValueError as e:
            raise damaged(path.name, f"line {_line_of(text, '<object', number)}", str(e)) from e
    if not objects:
        return Answer()
    name = objects[0][0]
    return Answer(LABELS.get(name, -1), tuple(box for other, box in objects if other == name), _size(root))


def _box(thing: ET.Element) -> tuple[float, float, float, float]:
    return box_of([thing.findtext(f"bndbox/{side}", "nothing") for side in ("xmin", "ymin", "xmax", "ymax")])


def _size(root: ET.Element) -> tuple[int, int] | None:
    width, height = (root.findtext(f"size/{side}", "0") for side in ("width", "height"))
    return (int(width), int(height)) if width.isdecimal() and height.isdecimal() and int(width) * int(height) else None


def _line_of(text: str, word: str, number: int) -> int:
    """The line, from 1, of the `number`-th `word`, from 0."""
    return 1 + word.join(text.split(word)[: number + 1]).count("\n")
