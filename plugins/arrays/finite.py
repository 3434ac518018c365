"""Floating point of any width as float32, with 0 for what is not finite where the person wants that."""

from __future__ import annotations

import numpy as np

from salviewer.api import Note
from salviewer.errors import NeedsChoice, UnreadableInput
from salviewer.numeric.counted import counted

CHOICES = ("zero",)
"""What may replace NaN and infinity."""


def finite_floats(values: np.ndarray, nonfinite: str, name: str) -> tuple[np.ndarray, list[Note]]:
    """`values` copied, and a note on what was replaced; `nonfinite`: the choice, "" if nobody made one.

    Raises:
        UnreadableInput: "no-finite-voxels". NeedsChoice: "non-finite".
    """
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, and is counted below
        found = np.array(values, np.float32, order="C")
    finite = np.isfinite(found)
    missing = int(found.size - np.count_nonzero(finite))
    if missing == found.size:
        raise UnreadableInput(f"{name} holds only NaN or infinity: check how it was made.", code="no-finite-voxels")
    if missing and nonfinite != "zero":
        raise NeedsChoice(
            f"{name} has {counted(missing, 'value')} of NaN or infinity: pass --option nonfinite=zero to make them "
            '0, in Python load_input(..., nonfinite="zero").',
            code="non-finite",
            option="nonfinite",
            choices=CHOICES,
            asks=f"{name} has {counted(missing, 'value')} of NaN or infinity: “zero” makes them 0.",
        )
    found[~finite] = 0
    return found, [Note("non-finite", f"{counted(missing, 'value')} of NaN or infinity became 0.")] if missing else []
