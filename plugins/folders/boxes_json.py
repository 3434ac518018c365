"""Boxes from a JSON list: [{"file": "a.jpg", "index": 207, "boxes": [[38, 19, 385, 373]]}, ...].

`index` is the class; "wnid" may stand in its place. `boxes`, "width" and "height" may be left out.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

from salviewer_plugins.folders.answers import Answer, Answers, box_of, damaged, text_of
from salviewer_plugins.folders.wnids import LABELS


def read_json(path: Path) -> Answers:
    """The answers in `path`, by the pictures' paths or names. Raises `UnreadableInput` naming the line or entry."""
    try:
        entries = json.loads(text_of(path))
    except json.JSONDecodeError as e:
        raise damaged(path.name, f"line {e.lineno}", f"this is no JSON ({e.msg})") from e
    except RecursionError as e:
        raise damaged(path.name, "line 1", "its lists are nested too deep") from e
    if not isinstance(entries, list):
        raise damaged(path.name, "line 1", "it must hold a list with one entry per picture")
    found: dict[str, Answer] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            found[_name(entry)] = _answer(entry)
        except ValueError as e:
            raise damaged(path.name, f"entry {number}", str(e)) from e
    return lambda picture: found.get(str(picture), found.get(picture.name, Answer()))


def _name(entry: Any) -> str:
    if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
        raise ValueError('an entry needs the name of its picture, as in {"file": "a.jpg"}')
    return str(PurePosixPath(entry["file"]))


def _answer(entry: dict[str, Any]) -> Answer:
    label = entry.get("index", LABELS.get(str(entry.get("wnid")), -1))
    if not isinstance(label, int) or isinstance(label, bool) or label < -1:
        raise ValueError(f"index must be a class number from 0 on, not {label!r}")
    boxes = entry.get("boxes", [])
    if not isinstance(boxes, list) or not all(isinstance(box, list) for box in boxes):
        raise ValueError("boxes must be a list of lists of four numbers")
    size = (entry.get("width"), entry.get("height"))
    known = all(isinstance(n, int) for n in size)
    return Answer(label, tuple(map(box_of, boxes)), size if known else None)
