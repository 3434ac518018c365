"""The command palette's thoughts: what can be found, and in which order for the words that were typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

RECENT = 8
"""So many commands are remembered as used last."""


@dataclass(frozen=True)
class Entry:
    """One thing that the palette can do.

    place: where the menus have it; keys: its shortcut; can: whether it makes sense now, else `why` not.
    help: a sentence about it; checked: None, or whether it is on; do: what happens.
    """

    id: str
    title: str
    do: Callable[[], object]
    place: str = ""
    keys: str = ""
    can: bool = True
    why: str = ""
    help: str = ""
    checked: bool | None = None


def ranked(entries: Sequence[Entry], typed: str, recent: Sequence[str] = ()) -> list[Entry]:
    """The entries in which every word that was typed is found: best first, of equals those used last.

    Without words all of them, those used last before the others. With words, what can be done comes first.
    """
    words = typed.lower().split()
    found = []
    for at, entry in enumerate(entries):
        scores = [_score(word, entry) for word in words]
        if None not in scores:
            last = recent.index(entry.id) if entry.id in recent else len(recent)
            barred = bool(words) and not entry.can
            found.append((barred, sum(s for s in scores if s is not None), last, at, entry))
    return [entry for *_, entry in sorted(found, key=lambda item: item[:4])]


def used(recent: Sequence[str], id_: str) -> list[str]:
    """`recent` after `id_` was used once more."""
    return [id_, *(other for other in recent if other != id_)][:RECENT]


def _score(word: str, entry: Entry) -> int | None:
    """How well a word fits, 0 best; None where it does not."""
    title = entry.title.lower()
    pieces = title.split()
    checks = (
        pieces and pieces[0].startswith(word),
        any(piece.startswith(word) for piece in pieces),
        word in title,
        word in entry.keys.lower(),
        word in entry.place.lower(),
        len(word) > 1 and _in_order(word, title),
        len(word) > 2 and word in entry.help.lower(),
    )
    return next((score for score, fits in enumerate(checks) if fits), None)


def _in_order(word: str, title: str) -> bool:
    """Whether the letters of `word` begin words of `title` or follow one another there: "ope mo" is "Open model"."""
    at = 0
    for letter in word:
        at = title.find(letter, at) + 1
        if not at:
            return False
    return True
