"""Boxes from ILSVRC's CSV: "ILSVRC2012_val_00000001,n01751748 111 108 441 193 n01751748 ..." below a heading."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from salviewer.numeric.counted import counted
from salviewer_plugins.folders.answers import Answer, Answers, box_of, damaged, text_of
from salviewer_plugins.folders.wnids import LABELS

HEADING = ("ImageId", "PredictionString")


def read_csv(path: Path) -> Answers:
    """The answers in `path`, by the pictures' names without ending. Raises `UnreadableInput` naming the line."""
    rows = csv.reader(io.StringIO(text_of(path), newline=""), strict=True)
    found: dict[str, Answer] = {}
    try:
        heading = next(rows, [])
        if any(name not in heading for name in HEADING):
            raise ValueError(f"the heading must name {' and '.join(HEADING)}")
        name_at, boxes_at = (heading.index(name) for name in HEADING)
        for row in rows:
            if row:
                if len(row) <= max(name_at, boxes_at):
                    raise ValueError(
                        f"{len(row)} of {counted(len(heading), 'column')} {'is' if len(row) == 1 else 'are'} there"
                    )
                found[row[name_at]] = _answer(row[boxes_at].split())
    except (ValueError, csv.Error) as e:
        raise damaged(path.name, f"line {max(1, rows.line_num)}", str(e)) from e
    return lambda picture: found.get(picture.stem, Answer())


def _answer(words: list[str]) -> Answer:
    """Groups of five words: a class and its box. The picture's class is that of the first."""
    if not words or len(words) % 5:
        raise ValueError("a class and four numbers must be given for each object")
    for wnid in words[::5]:
        if not re.fullmatch(r"n\d{8}", wnid):
            raise ValueError(f"{wnid!r} is no class such as n01440764")
    boxes = tuple(box_of(words[i + 1 : i + 5]) for i in range(0, len(words), 5) if words[i] == words[0])
    return Answer(LABELS.get(words[0], -1), boxes)
