"""Tables that name pictures and their classes: CSV files as people keep them, with or without a heading.

Columns are found by their names ("file", "image", "path"; "label", "class", "grade"), else by their order: pictures
first, classes second. Commas, semicolons and tabs separate.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from salviewer.data.files import open_regular, read_head, shown_name
from salviewer.errors import InvalidChoice, NeedsChoice, UnreadableInput
from salviewer.numeric.counted import counted

FILES = ("file", "filename", "filepath", "path", "image", "imagename", "imagefile", "imageid", "imagepath", "picture",
         "img", "imageindex", "name", "id")  # fmt: skip
LABELS = ("label", "class", "classname", "truth", "target", "category", "diagnosis", "dx", "grade", "level", "species",
          "y", "index")  # fmt: skip
MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class LabelTable:
    """What a table says: pictures in its order with their classes, "" where it names none.

    columns: the names of the columns taken, "" for those found by their order; repeated: rows said more than once.
    """

    name: str
    rows: tuple[tuple[str, str], ...]
    columns: tuple[str, str] = ("", "")
    repeated: int = 0


def read_label_table(path: Path, options: Mapping[str, str] | None = None) -> LabelTable:
    """The pictures and classes in the table at `path`.

    Args:
        path: a text file, UTF-8.
        options: "file" and "label" name columns where their names do not tell.

    Raises:
        UnreadableInput: "not-a-table", "no-rows", "short-row", "duplicate-rows".
        InvalidChoice: "no-such-column". NeedsChoice: several columns may hold the classes.
    """
    name = shown_name(path)
    lines = _lines(path, name)
    heading, rows = _split(lines)
    options = options or {}
    at_file, at_label = _columns(heading, len(lines[0][1]), options, name)
    found: dict[str, str] = {}
    repeated = 0
    for line, cells in rows:
        if len(cells) <= max(at_file, at_label):
            raise UnreadableInput(
                f"{name}, line {line}: {len(cells)} of {counted(len(lines[0][1]), 'column')} "
                f"{'is' if len(cells) == 1 else 'are'} there; mend it or leave it out.",
                code="short-row",
            )
        file, label = cells[at_file], cells[at_label] if at_label >= 0 else ""
        if not file:
            continue
        if found.get(file, label) != label:
            raise UnreadableInput(
                f"{name}, line {line}: “{file}” is there twice, as “{found[file]}” and as “{label}”: keep one of them.",
                code="duplicate-rows",
            )
        repeated += file in found
        found[file] = label
    if not found:
        raise UnreadableInput(f"{name} names no pictures: each line needs the name of one.", code="no-rows")
    names = heading or ["", ""]
    return LabelTable(name, tuple(found.items()), (names[at_file], names[at_label] if at_label >= 0 else ""), repeated)


def _lines(path: Path, name: str) -> list[tuple[int, list[str]]]:
    """(number, cells) of every line that is not empty."""
    with open_regular(path) as (file, size):
        if size > MOST_BYTES:
            raise UnreadableInput(f"{name} is too large for a table of classes (64 MiB at most).", code="not-a-table")
        raw = read_head(file, size, name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise UnreadableInput(f"{name} is no text in UTF-8: save it as “CSV UTF-8”.", code="not-a-table") from e
    if "\0" in text:
        raise UnreadableInput(f"{name} is no text file: save the table as CSV.", code="not-a-table")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(c.strip() for c in row)]
    except csv.Error as e:
        raise UnreadableInput(
            f"{name}, line {max(1, reader.line_num)}: this is no CSV ({e}); mend it or leave it out.",
            code="not-a-table",
        ) from e
    if not lines:
        raise UnreadableInput(f"{name} names no pictures: each line needs the name of one.", code="no-rows")
    return lines


def _separator(text: str) -> str:
    """The mark that the first line has most of; a comma where it has none."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _split(lines: list[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The heading, [] where there is none, and the rows below it."""
    first = lines[0][1]
    known = any(_rank(cell, FILES) is not None or _rank(cell, LABELS) is not None for cell in first)
    if known and not any(_is_file(cell) for cell in first):
        return first, lines[1:]
    # A first line of other words is a heading if it, unlike the next, names no file.
    others = any(_is_file(cell) for _, row in lines[1:2] for cell in row)
    return (first, lines[1:]) if others and not any(_is_file(cell) for cell in first) else ([], lines)


def _columns(heading: list[str], count: int, options: Mapping[str, str], name: str) -> tuple[int, int]:
    """Where the pictures and the classes (-1: nowhere) stand."""
    for option in ("file", "label"):
        wanted = options.get(option)
        if wanted and wanted not in heading:
            there = ", ".join(f"“{cell}”" for cell in heading) or "no heading"
            raise InvalidChoice(f"{name} has no column “{wanted}”: there are {there}.", code="no-such-column")
    if not heading:
        return 0, 1 if count > 1 else -1
    at_file = heading.index(options["file"]) if options.get("file") else _best(heading, FILES, -1)
    if at_file < 0:
        at_file = 0
    if options.get("label"):
        return at_file, heading.index(options["label"])
    at_label = _best(heading, LABELS, at_file)
    others = [cell for i, cell in enumerate(heading) if i != at_file and cell]
    if at_label < 0 and len(others) > 1:
        raise NeedsChoice(
            f"{name} has {len(heading)} columns: which one holds the classes?",
            code="which-column",
            option="label",
            choices=tuple(others),
        )
    return at_file, at_label if at_label >= 0 else heading.index(others[0]) if others else -1


def _best(heading: Sequence[str], known: tuple[str, ...], taken: int) -> int:
    ranks = [(rank, i) for i, cell in enumerate(heading) if i != taken and (rank := _rank(cell, known)) is not None]
    return min(ranks)[1] if ranks else -1


def _rank(cell: str, known: tuple[str, ...]) -> int | None:
    """How well a column's name says what is wanted, 0 best; None where it does not: "Retinopathy grade" is a grade."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cell).lower())
    whole, last = "".join(words), words[-1] if words else ""
    if whole in known:
        return known.index(whole)
    return len(known) + known.index(last) if last in known else None


def _is_file(cell: str) -> bool:
    return bool(re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{1,4}", PurePosixPath(cell.replace("\\", "/")).suffix))
