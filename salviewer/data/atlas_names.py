"""What an atlas's numbers mean: names in a text, CSV, TSV, JSON or XML file, as atlases are published with."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from salviewer.data.atlas_names_json import names_in_json
from salviewer.data.atlas_problems import bad_names
from salviewer.data.files import open_regular, shown_name

MOST_BYTES = 4 * 2**20
MOST_NAMES = 100_000
MOST_LETTERS = 100
"""Of a name in a list without numbers."""
ENDINGS = (".json", ".tsv", ".csv", ".txt", ".xml", ".lut", ".label")
"""Of files of names, in the order in which they are looked for."""
_NUMBERS = ("label", "index", "id", "value", "number", "key", "no", "code", "roi", "#")
_NAMES = ("name", "region", "region name", "region_name", "structure", "label name", "label_name", "roi", "label")
_FILLER = {"label", "labels", "name", "names", "lut", "region", "regions", "roi", "rois", "atlas", "nii", "gz"}


def read_names(path: Path) -> dict[int, str]:
    """Names by number. Raises `UnreadableInput`: "bad-names", or what any file that cannot be opened gets."""
    shown = shown_name(path)
    with open_regular(path) as (file, size_bytes):
        if size_bytes > MOST_BYTES:
            raise bad_names(shown, "it is too large for a list of names")
        data = file.read(MOST_BYTES + 1)
    text = _decoded(data)
    if "\0" in text:
        raise bad_names(shown, "it is no text")
    ending = path.suffix.lower()
    if ending == ".json" or text.lstrip()[:1] in ("{", "["):
        found = names_in_json(text, shown)
    elif ending == ".xml" or text.lstrip().startswith("<"):
        found = _in_xml(data, shown)
    else:
        found = _in_lines(text, ending, shown)
    named = {number: " ".join(name.split())[:200] for number, name in found.items()}
    named = {number: name for number, name in named.items() if name}
    if not named or len(named) > MOST_NAMES:
        raise bad_names(shown, "it holds no names" if not named else f"it holds more than {MOST_NAMES:,} names")
    return named


def names_beside(path: Path) -> list[Path]:
    """Files beside the labels at `path` that may hold their names, the likeliest first.

    They have the same words in their names, but for such as "labels" and "lut": atlas.txt, atlas.nii.txt,
    atlas_labels.csv and labels-atlas.json all go with atlas.nii.gz.
    """
    stem, wanted = path.name.partition(".nii")[0], _words(path.name)
    try:
        near = [p for p in path.parent.iterdir() if p.suffix.lower() in ENDINGS and p != path]
    except OSError:
        return []
    same = [p for p in near if _words(p.name[: -len(p.suffix)]) == wanted]
    return sorted(same, key=lambda p: (not p.name.startswith(stem), ENDINGS.index(p.suffix.lower()), p.name))


def _words(name: str) -> list[str]:
    return sorted(w for w in re.split(r"[^a-z0-9]+", name.lower()) if w and w not in _FILLER)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # which the older atlases are written in


# -- lines ------------------------------------------------------------------------------------------------------------


def _in_lines(text: str, ending: str, shown: str) -> dict[int, str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "//", "%"))]
    if not lines:
        raise bad_names(shown, "it holds no names")
    delimiter = _delimiter(lines, ending)
    if delimiter is None:
        return _of_rows([_split(line) for line in lines], shown)
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)]
    head = _header(rows[0])
    if head is None:
        return _of_rows(rows, shown)
    at, name_at = head
    found = {}
    for row in rows[1:]:
        if len(row) > max(at, name_at) and (number := _whole(row[at])) is not None:
            found[number] = row[name_at]
    return found


def _delimiter(lines: Sequence[str], ending: str) -> str | None:
    """What stands between columns; None for blanks, which also stand within names."""
    if ending in (".csv", ".tsv"):
        return max("\t;,", key=lines[0].count) if any(d in lines[0] for d in "\t;,") else None
    return next((d for d in "\t;," if all(d in line for line in lines)), None)


def _header(row: Sequence[str]) -> tuple[int, int] | None:
    """Where the numbers and where the names stand, by the words in the first row; None where it is none."""
    words = [cell.strip('"').lower() for cell in row]
    name = next((words.index(w) for w in _NAMES if w in words), None)
    number = next((words.index(w) for w in _NUMBERS if w in words and words.index(w) != name), None)
    return None if name is None or number is None else (number, name)


def _split(line: str) -> list[str]:
    """The words of a line; what stands in quotes is one."""
    return [a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', line)]


def _of_rows(rows: Sequence[Sequence[str]], shown: str) -> dict[int, str]:
    """Names of rows without a header: the number first, or last, or none at all: then counted from 1."""
    if all(row and _whole(row[0]) is not None and len(row) > 1 for row in rows):
        numbers = [int(row[0]) for row in rows]
        return dict(zip(numbers, _named([row[1:] for row in rows]), strict=True))
    if all(len(row) > 1 and _whole(row[-1]) is not None for row in rows):  # short name, name, number
        return {int(row[-1]): row[-2] if len(row) == 3 else " ".join(row[:-1]) for row in rows}
    if any(row and _whole(row[0]) is not None for row in rows):
        bad = next(row for row in rows if _whole(row[0]) is None or len(row) < 2)
        raise bad_names(shown, f"“{' '.join(bad)[:60]}” is not of the form “1 Precentral_L”")
    lines = [" ".join(row) for row in rows]
    if (prose := next((line for line in lines if not _may_be_name(line)), None)) is not None:
        raise bad_names(shown, f"“{prose[:60]}” is no region's name")
    return dict(enumerate(lines, start=1))


def _may_be_name(line: str) -> bool:
    """Whether a line without a number can be a name: any text has lines, and a wrong file would name every region."""
    return len(line) <= MOST_LETTERS and any(c.isalpha() for c in line)


def _named(rows: Sequence[Sequence[str]]) -> list[str]:
    """The name in each row: all of it, but for columns of numbers (codes, colours) before and behind in every row."""
    ahead = min(_numbers_ahead(row) for row in rows)
    behind = min(_numbers_ahead(row[::-1]) for row in rows)
    cut = [" ".join(row[ahead : len(row) - behind]) for row in rows]
    return cut if all(cut) and len(set(cut)) == len(cut) else [" ".join(row) for row in rows]


def _numbers_ahead(row: Sequence[str]) -> int:
    return next((i for i, word in enumerate(row) if not _is_number(word)), len(row))


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?\d{1,10}", text) else None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,18}(\.\d{0,18})?", text) is not None


# -- XML --------------------------------------------------------------------------------------------------------------


def _in_xml(data: bytes, shown: str) -> dict[int, str]:
    """AAL's <label><index>1</index><name>Precentral_L</name></label>, and FSL's <label index="0">name</label>."""
    _refuse_declarations(data, shown)
    try:
        root = ET.fromstring(data)  # noqa: S314 - without declarations, refused above, it is harmless
    except ET.ParseError as e:
        raise bad_names(shown, f"line {e.position[0]} is no XML") from e
    found = {}
    # FSL numbers its probability maps from 0, and the voxels of the image made from them from 1
    first = 1 if (root.findtext(".//type") or "").strip().lower().startswith("prob") else 0
    for label in root.iter("label"):
        inside = label.findtext("index")
        number = _whole((inside if inside is not None else label.get("index", "")).strip())
        name = label.findtext("name") if inside is not None else label.text
        if number is not None and name:
            found[number + (0 if inside is not None else first)] = name
    return found


def _refuse_declarations(data: bytes, shown: str) -> None:
    """Entities, which make XML dangerous, can only be declared in a document type: no list of names needs one."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise bad_names(shown, "it declares a document type, which no list of names needs")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as e:
        raise bad_names(shown, f"line {e.lineno} is no XML") from e
