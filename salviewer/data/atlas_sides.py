"""Which side of the body a region's name speaks of."""

from __future__ import annotations

import re

_WORDS = {"left": "left", "lh": "left", "right": "right", "rh": "right"}
_LETTERS = {"l": "left", "r": "right"}


def side_in(name: str) -> str:
    """The side, "left" or "right"; "" where the name names none, or both.

    As in Precentral_L, lh.precentral, Right-Putamen, R Insula. A single letter counts where it stands apart, first or
    last but for numbers: SFG_L_7_1.
    """
    apart = [w for w in re.split(r"[^A-Za-z0-9]+", name) if w and not w.isdecimal()]
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    found = {_WORDS[w.lower()] for w in words if w.lower() in _WORDS}
    if not found and len(apart) > 1:
        found = {_LETTERS[w.lower()] for w in (apart[0], apart[-1]) if w.lower() in _LETTERS}
    return found.pop() if len(found) == 1 else ""
