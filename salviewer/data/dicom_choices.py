"""What a person may settle about a DICOM series, and how they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from salviewer.data.choices import checked_options
from salviewer.errors import InvalidChoice, NeedsChoice

_ALLOWED = {"geometry": ("ignore",), "nonfinite": ("zero",)}


@dataclass(frozen=True)
class DicomChoices:
    """Settled questions; "" where nothing was said.

    series: which of several in a folder or file; part: which of several volumes of one series; both by the number
    that their choices start with. geometry: "ignore" takes voxels of 1 mm in an unknown orientation where the header's
    own cannot be right. nonfinite: what replaces NaN and infinity.
    """

    series: str = ""
    part: str = ""
    geometry: str = ""
    nonfinite: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> DicomChoices:
        """The choices in `options`. Raises `InvalidChoice` "bad-option" for one that does not exist."""
        checked_options(options, [f.name for f in fields(cls)], _ALLOWED, "DICOM")
        return cls(**{option: str(value).strip() for option, value in options.items() if value is not None})


def pick(given: str, option: str, labels: list[str], what: str, code: str) -> int:
    """The index of the label that `given` names, by its number (from 1) or its whole text "2: T1, 176 slices".

    Raises:
        NeedsChoice: nothing is given. InvalidChoice: there is no such label.
    """
    choices = tuple(f"{n}: {label}" for n, label in enumerate(labels, 1))
    if not given:
        shown = "; ".join(choices[:4]) + ("" if len(choices) <= 4 else f"; and {len(choices) - 4} more")
        raise NeedsChoice(
            f'{what}: pass --option {option}=1, in Python {option}="1" ({shown}).',
            code=code,
            option=option,
            choices=choices,
            asks=f"{what}: which one?",
        )
    for index, choice in enumerate(choices):
        if given in (choice, str(index + 1)):
            return index
    raise InvalidChoice(
        f"Option {option} may be {', '.join(str(n + 1) for n in range(min(9, len(labels))))}"
        f"{'' if len(labels) <= 9 else f' to {len(labels)}'}, not {given[:40]!r}.",
        code="bad-option",
    )
