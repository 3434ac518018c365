"""A number with its noun, as people read it: "1 picture", "2 pictures", "1,200 pictures"."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """`number`, its thousands apart, and its noun: `noun` for 1, else `plural`, which is `noun` with an s if not given.

    Words that go with the number may be part of both: `counted(n, "picture was", "pictures were")`.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
