"""Some of a collection's samples, named in a text file: such as the subjects that training held out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from salviewer.errors import InvalidChoice, UnreadableInput
from salviewer.numeric.counted import counted
from salviewer_plugins.folders.contents import bare
from salviewer_plugins.folders.listing import full_path

_TABLES = (".csv", ".tsv")


def chosen(paths: Sequence[PurePosixPath], file: str) -> tuple[PurePosixPath, ...]:
    """Those of `paths` that the text file names; all of them where `file` is "".

    A line, or the first cell of one, names a sample by its id, by that without its ending, by its name alone, or by a
    folder that it lies in ("sub-07"). Lines that begin with # say nothing; the heading of a table is passed over.

    Raises:
        UnreadableInput: the file cannot be read, or is empty. InvalidChoice: a line names no sample.
    """
    if not file:
        return tuple(paths)
    by_name: dict[str, set[PurePosixPath]] = {}
    for path in paths:
        for name in (str(path), str(bare(path)), *path.parts, bare(path).name):
            by_name.setdefault(name, set()).add(path)
    wanted: set[PurePosixPath] = set()
    place = full_path(file)
    for number, line in enumerate(_lines(place)):
        found = by_name.get(line.replace("\\", "/"))
        if found is None and not (number == 0 and place.suffix.lower() in _TABLES):
            raise InvalidChoice(
                f"“{line}” in {place.name} is none of the {counted(len(paths), 'sample')} of the folder, such as "
                f"“{paths[0]}”: mend the line or leave it out.",
                code="unknown-sample",
            )
        wanted |= found or set()
    if not wanted:
        raise UnreadableInput(f"{place.name} names no sample: give one id per line.", code="subset-file")
    return tuple(path for path in paths if path in wanted)


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as e:  # undecodable text, or a name with a zero byte
        raise UnreadableInput(f"{file.name} cannot be read as a text file with one id per line.",
                              code="subset-file") from e  # fmt: skip
    cells = (re.split(r"[\t,;]", line)[0].strip().strip('"') for line in text.splitlines())
    return [cell for cell in cells if cell and not cell.startswith("#")]
