"""Which of a model's classes a folder's or a table's own names mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from salviewer.data.natural import natural_key


@dataclass(frozen=True)
class Matched:
    """Class index by name, and for each name that means no class the names of the nearest, the nearest first."""

    found: dict[str, int]
    unknown: dict[str, tuple[str, ...]]


def match_names(names: Iterable[str], classes: Sequence[str]) -> Matched:
    """What `names` mean: a class's name whatever its case and signs, one of its synonyms, or its index.

    A name is never taken for part of another. Indices count where a name is no class's own.
    """
    spelt: dict[str, set[int]] = {}
    for i, whole in enumerate(classes):
        for word in (whole, *whole.split(",")):
            spelt.setdefault(_plain(word), set()).add(i)
    found: dict[str, int] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    for name in sorted(set(names) - {""}, key=natural_key):
        meant = {i for i, whole in enumerate(classes) if whole == name} or spelt.get(_plain(name), set())
        if len(meant) == 1:
            found[name] = next(iter(meant))
        elif not meant and _index(name) in range(len(classes)):
            found[name] = _index(name)
        else:
            unknown[name] = _nearest(name, classes, spelt, meant)
    return Matched(found, unknown)


def _plain(name: str) -> str:
    """Letters and digits only, whatever their case: "tiger_cat" is "Tiger cat"."""
    return re.sub(r"[\W_]+", " ", name).strip().casefold() or name.strip().casefold()


def _index(name: str) -> int:
    """The number that `name` is, also as "3.0"; -1 where it is none."""
    number = re.fullmatch(r"(\d{1,9})(?:\.0+)?", name)
    return int(number[1]) if number else -1


def _nearest(name: str, classes: Sequence[str], spelt: dict[str, set[int]], meant: set[int]) -> tuple[str, ...]:
    near = difflib.get_close_matches(_plain(name), list(spelt), n=3, cutoff=0.5)
    indices = [*sorted(meant), *(i for word in near for i in sorted(spelt[word]))]
    return tuple(dict.fromkeys(classes[i] for i in indices))[:3]


def say_unknown(unknown: dict[str, tuple[str, ...]]) -> str:
    """A sentence that names what means no class, with the nearest; "" where all is known."""
    if not unknown:
        return ""
    first, near = next(iter(unknown.items()))
    hint = f" (the nearest: {' or '.join(f'“{n}”' for n in near)})" if near else ""
    if len(unknown) == 1:
        return f"“{first}” is no class of the model{hint}."
    others = ", ".join(f"“{name}”" for name in list(unknown)[1:4])
    more = f" and {len(unknown) - 4:,} more" if len(unknown) > 4 else ""
    return f"{len(unknown):,} names are no classes of the model: “{first}”{hint}, {others}{more}."
