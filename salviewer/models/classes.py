"""Class names: where they come from, and which class a person means."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from salviewer.errors import InvalidChoice, UnreadableInput
from salviewer.numeric.counted import counted

_LARGEST: Final = 16 * 2**20
_FEW: Final = 12
"""So many classes are all named where somebody means none of them."""


def name_classes(
    count: int, given: Sequence[str] | str | None, declared: Sequence[str] = (), outputs: str = "softmax"
) -> tuple[str, ...]:
    """`count` class names.

    Args:
        count: how many the network tells apart.
        given: what the person gave: names in index order, or a file with them; None takes `declared`.
        declared: the architecture's own names, which stand where their number is right; else classes are numbered.
        outputs: the kind of outputs; a single name of a "binary" network names the second class.

    Raises:
        InvalidChoice: the number of names given is not `count`.
        UnreadableInput: the file cannot be read as a list of names.
    """
    if given is None:
        return tuple(declared) if len(declared) == count else tuple(f"class {i}" for i in range(count))
    names = read_classes(Path(given)) if isinstance(given, str) else tuple(given)
    if len(names) == 1 and count == 2 and outputs in ("binary", "probabilities"):
        names = (f"not {names[0]}", names[0])
    if len(names) != count:
        raise InvalidChoice(
            f"{counted(len(names), 'class name was', 'class names were')} given, but the network has "
            f"{counted(count, 'class', 'classes')}: give one per class.",
            code="class-count",
        )
    return names


def read_classes(path: Path) -> tuple[str, ...]:
    """The class names in a file: JSON (a list, index to name, or index to [id, name]), else one name per line.

    Raises:
        UnreadableInput: it cannot be read, or holds no names.
    """
    try:
        path = Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises where there is no such person
        if path.stat().st_size > _LARGEST:
            raise UnreadableInput(f"{path.name} is too large for a list of class names.", code="class-file")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as e:  # undecodable text, or a name with a zero byte
        raise UnreadableInput(f"{path.name} cannot be read as a text file with class names.", code="class-file") from e
    lines = tuple(line.strip() for line in text.strip().splitlines())
    names = _from_json(text, path.name) if text.lstrip()[:1] in ("[", "{") else lines
    if not names or not all(names):
        raise UnreadableInput(f"{path.name} has an empty class name, or none at all.", code="class-file")
    return names


def find_class(classes: Sequence[str], target: int | str) -> int:
    """The index of the class that `target` means: an index, a name, a synonym in a comma-separated name, or a prefix.

    Raises:
        InvalidChoice: no class or several are meant; the message names the nearest.
    """
    if isinstance(target, int):
        if 0 <= target < len(classes):
            return int(target)
        raise InvalidChoice(
            f"There is no class {target}: the network has classes 0 to {len(classes) - 1}.", code="unknown-class"
        )
    wanted = target.strip().casefold()
    folded = [name.casefold() for name in classes]
    synonyms = [[part.strip() for part in name.split(",")] for name in folded]
    for found in (
        [i for i, name in enumerate(classes) if name == target],
        [i for i, name in enumerate(folded) if name == wanted],
        [i for i, parts in enumerate(synonyms) if wanted in parts],
        [i for i, name in enumerate(folded) if wanted and name.startswith(wanted)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise InvalidChoice(_ambiguous(classes, target, found), code="ambiguous-class")
    if re.fullmatch(r"\d{1,9}", wanted):
        return find_class(classes, int(wanted))
    raise InvalidChoice(f"There is no class “{target}”{_nearest(classes, synonyms, wanted)}.", code="unknown-class")


def _ambiguous(classes: Sequence[str], target: str, found: list[int]) -> str:
    some = ", ".join(f"{i} ({classes[i]})" for i in found[:5]) + (", ..." if len(found) > 5 else "")
    return f"“{target}” means several classes: {some}. Give the whole name or the index."


def _nearest(classes: Sequence[str], synonyms: list[list[str]], wanted: str) -> str:
    owner = {part: i for i, parts in reversed(list(enumerate(synonyms))) for part in parts}
    near = difflib.get_close_matches(wanted, list(owner), n=3, cutoff=0.5)
    names = list(dict.fromkeys(classes[owner[part]] for part in near))
    if names:
        return f": did you mean {' or '.join(f'“{name}”' for name in names)}?"
    if len(classes) <= _FEW:
        return f": choose one of {', '.join(f'“{name}”' for name in classes)}"
    return f": the network has {len(classes)}, by name or by index from 0 to {len(classes) - 1}"


def _from_json(text: str, name: str) -> tuple[str, ...]:
    try:
        found = json.loads(text)
        if isinstance(found, dict):
            if sorted(map(int, found)) != list(range(len(found))):
                raise ValueError("indices with gaps")
            found = [found[key] for key in sorted(found, key=int)]
        return tuple(_name_in(item) for item in found)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as e:
        raise UnreadableInput(
            f"{name} is no list of class names: needed is a JSON list of names, or names by index from 0.",
            code="class-file",
        ) from e


def _name_in(item: Any) -> str:
    """The name in "cat", ["n02123045", "cat"] or {"name": "cat"}."""
    if isinstance(item, list):
        item = item[1]
    if isinstance(item, dict):
        item = item["name"]
    if not isinstance(item, str):
        raise TypeError("no name")
    return item.strip()
