"""Names of regions in JSON: a list, {"1": "name"}, {"labels": [...]}, or a list of objects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from salviewer.data.atlas_problems import bad_names

_BACKGROUND = {"air", "background", "unknown", "none", "???", "clear label", "outside", "empty", ""}
_WITHIN = ("labels", "regions", "names", "atlas", "data")
_NUMBERS = ("label", "index", "id", "value", "number", "key")
_NAMES = ("name", "region", "structure", "label_name", "label", "title")


def names_in_json(text: str, shown: str) -> dict[int, str]:
    """Names by number. Raises `UnreadableInput` "bad-names"."""
    try:
        found = _names(json.loads(text))
    except (ValueError, RecursionError) as e:
        raise bad_names(shown, "it is damaged, or no JSON") from e
    if not found:
        raise bad_names(shown, 'its JSON is neither {"1": "name"} nor a list of names')
    return found


def _names(value: Any) -> dict[int, str]:
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return {}
    if all(isinstance(item, str) for item in value):
        first = 0 if value and value[0].strip().lower() in _BACKGROUND else 1
        return dict(enumerate(value, start=first))
    return dict(pair for item in value if isinstance(item, Mapping) and (pair := _pair(item)))


def _of_mapping(value: Mapping[str, Any]) -> dict[int, str]:
    numbered = {int(k): v for k, v in value.items() if _is_whole(k)}
    if numbered:
        plain = {k: v if isinstance(v, str) else _first(v, _NAMES) for k, v in numbered.items()}
        return {k: v for k, v in plain.items() if isinstance(v, str)}
    inner = next((value[word] for word in _WITHIN if isinstance(value.get(word), list | dict)), None)
    if inner is not None:
        return _of_colour_table(value, inner) or _names(inner)
    if value and all(isinstance(v, int) and not isinstance(v, bool) for v in value.values()):
        return {v: k for k, v in value.items()}
    return {}


def _of_colour_table(table: Mapping[str, Any], names: Any) -> dict[int, str]:
    """A table of colours, R, G and B beside the names: of the numbers in I, or from 0 on."""
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        return {}
    numbers = table.get("I")
    if isinstance(numbers, list) and len(numbers) == len(names) and all(isinstance(n, int) for n in numbers):
        return dict(zip(numbers, names, strict=True))
    return dict(enumerate(names)) if {"R", "G", "B"} <= table.keys() else {}


def _pair(item: Mapping[str, Any]) -> tuple[int, str] | None:
    number = next((int(item[w]) for w in _NUMBERS if w in item and _is_whole(item[w])), None)
    name = _first({w: v for w, v in item.items() if not _is_whole(v)}, _NAMES)
    return None if number is None or not isinstance(name, str) else (number, name)


def _first(item: Any, words: Sequence[str]) -> Any:
    if not isinstance(item, Mapping):
        return None
    return next((item[w] for w in words if isinstance(item.get(w), str)), None)


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return value.lstrip("-").isdecimal() and len(value) <= 10 and value.isascii()
    return isinstance(value, int) and not isinstance(value, bool)
