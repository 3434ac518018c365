"""Scores and sizes of masks in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salviewer.api.masks import MaskStack
    from salviewer.gui.masks.values import Looked
    from salviewer.jobs.putting_back import PutBack

FINE, LEAST = 0.1, 1e-4


def percent(share: float) -> str:
    """A share in 0..1, with digits enough for a few pixels; "unknown" of what is no number."""
    if not math.isfinite(share):
        return "unknown"
    if share >= FINE or share == 0:
        return f"{100 * share:.1f} %"
    return f"{100 * share:.2g} %" if share >= LEAST else f"< {100 * LEAST:g} %"


def score_in_words(value: float, output: str) -> str:
    """A score as people read it: of probabilities percent."""
    if not math.isfinite(value):
        return "unknown"
    return percent(value) if output == "probability" else f"{output} {value:.3g}"


def headline(looked: Looked) -> str:
    """What the mask says of the class: its score with all of the picture, and with what the mask leaves."""
    mask = looked.mask
    whole, left = (score_in_words(v, mask.output) for v in (mask.input_score, mask.score))
    what = "is kept" if mask.keeps else "is taken away"
    label = f"“{looked.label}”" if looked.label else "The class"
    return f"{label}: {whole} in the picture, {left} in the explanation, where {percent(mask.size)} of it {what}."


def stopped_short(looked: Looked) -> str:
    """Why the method did not find what it was to find about the class that is looked at; "" where it did."""
    explanation = looked.explanation
    if explanation is None:
        return ""
    if looked.which == 0:
        return str(explanation.stopped)
    named = f"“{looked.label}”: "
    return next((note.removeprefix(named) for note in explanation.notes if note.startswith(named)), "")


def place_on_path(looked: Looked) -> str:
    """Which of the kept masks is looked at."""
    count, mask = len(looked.masks), looked.mask
    if count == 1:
        return ""
    weight = f", sparsity {mask.at:.3g}" if mask.series == "sparsity" and mask.at is not None else ""
    result = ", the result" if looked.at == looked.answer else ""
    return f"Mask {looked.at + 1} of {count}{weight}{result}."


def verdict(found: PutBack, mask: MaskStack) -> str:
    """Whether the model says what was stored."""
    if found.complementary:
        return "The complementary explanation was put back: nothing was stored of it to compare with."
    if found.agrees is None:
        return "Nothing was stored to compare with."
    off = f"the largest difference is {found.off:.1g}"
    if found.agrees:
        return f"Put back into the model, the explanation gives what was stored: {off}."
    return (
        f"Put back into the model, the explanation does not give what was stored: {off}. Another device or precision, "
        f"or another way of preparing the picture, can be the cause; trust the numbers of now."
    )
