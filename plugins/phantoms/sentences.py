"""The sentences that describe the captioned flowers. Plain Python, so that descriptors can name them."""

from __future__ import annotations

from itertools import product

from salviewer_plugins.phantoms.palette import FLOWER, STEM_WIDTH, WALL


def sentence(colour: str, stem: str, wall: str) -> str:
    """As in "a red flower on a thin stem before a blue wall"."""
    return f"a {colour} flower on a {stem} stem before a {wall} wall"


SENTENCES = tuple(sentence(*words) for words in product(FLOWER, STEM_WIDTH, WALL))
"""All 48, in the order of the collection's labels."""
END = "<end>"
VOCABULARY = (END, *dict.fromkeys(word for text in SENTENCES for word in text.split()))
""""<end>" first: it also stands before the first word."""
