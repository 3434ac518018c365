"""Sorts the slices of a folder into stacks that can be volumes: one series, one size, one orientation, one spacing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from salviewer.data.dicom_choices import DicomChoices, pick
from salviewer.data.dicom_files import DicomFile, Slice
from salviewer.numeric.counted import counted

_SAME_DIRECTION = 2e-3
_SAME_SPACING = 1e-3
_DUPLICATE_MM = 1e-3


class Placed(NamedTuple):
    """A slice and the file that it is in."""

    file: DicomFile
    slice: Slice


@dataclass
class Stack:
    """Slices that lie on each other."""

    members: list[Placed]

    def takes(self, file: DicomFile, piece: Slice) -> bool:
        """Whether this slice belongs to it."""
        first = self.members[0]
        mine, its = first.file.layout, file.layout
        return (
            first.file.series == file.series
            and (mine.rows, mine.columns, mine.inverted, mine.kind) == (its.rows, its.columns, its.inverted, its.kind)
            and _close(first.slice.orientation, piece.orientation, _SAME_DIRECTION)
            and _close(first.slice.spacing, piece.spacing, _SAME_SPACING)
        )

    @property
    def label(self) -> str:
        """For a person who must choose: "series 3, T1 MPRAGE, 176 sagittal slices of 256 × 256"."""
        file, count = self.members[0].file, len(self.members)
        lie = _plane(self.members[0].slice.orientation)
        size = f"{counted(count, f'{lie}slice')} of {file.layout.columns} × {file.layout.rows}"
        return ", ".join(filter(None, (f"series {file.number}" if file.number else "", file.description, size)))


def stacks_of(files: Iterable[DicomFile]) -> list[Stack]:
    """All stacks, those of the lowest series number first, then the larger ones."""
    stacks: list[Stack] = []
    for file in files:
        for piece in file.slices:
            home = next((s for s in reversed(stacks) if s.takes(file, piece)), None)
            if home is None:
                stacks.append(Stack([Placed(file, piece)]))
            else:
                home.members.append(Placed(file, piece))
    return sorted(stacks, key=_order)


def choose_stack(stacks: list[Stack], chosen: Path | None, choices: DicomChoices, name: str) -> Stack:
    """The stack to read: the only one, the one that holds the file `chosen`, or the one that the person names.

    Raises:
        NeedsChoice: "several-series". InvalidChoice: one that is not there.
    """
    mine = [s for s in stacks if chosen is None or any(p.file.path == chosen for p in s.members)]
    if len(mine) == 1 and not choices.series:
        return mine[0]
    what = f"{name} holds {len(mine)} series, or parts of them of different size or orientation"
    return mine[pick(choices.series, "series", [s.label for s in mine], what, "several-series")]


def choose_part(members: list[Placed], choices: DicomChoices, name: str) -> list[Placed]:
    """One volume of a series that holds several in the same place (time points, echoes): the one the person names.

    All members, where nothing tells them apart. Raises as `choose_stack`, with "several-volumes".
    """
    if not _repeats(members):
        return members
    for index, (what, _) in enumerate(members[0].slice.marks):
        parts: dict[str, list[Placed]] = {}
        for member in members:
            parts.setdefault(member.slice.marks[index][1], []).append(member)
        if len(parts) > 1 and not any(_repeats(part) for part in parts.values()):
            labels = sorted(parts, key=_natural)
            shown = [f"{what} {_short(label)}, {counted(len(parts[label]), 'slice')}" for label in labels]
            told = f"{name} holds {len(parts)} volumes in the same place"
            return parts[labels[pick(choices.part, "part", shown, told, "several-volumes")]]
    return members


def _repeats(members: Sequence[Placed]) -> bool:
    positions = sorted(m.slice.position for m in members)
    return any(a and _close(a, b, _DUPLICATE_MM) for a, b in pairwise(positions))


def _close(a: tuple[float, ...], b: tuple[float, ...], tolerance: float) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= tolerance for x, y in zip(a, b, strict=True))


def _plane(orientation: tuple[float, ...]) -> str:
    """How slices lie, by the largest part of their normal, followed by a blank; "" where nobody knows."""
    if not orientation:
        return ""
    (a, b, c), (d, e, f) = orientation[:3], orientation[3:]
    normal = (abs(b * f - c * e), abs(c * d - a * f), abs(a * e - b * d))
    return ("sagittal ", "coronal ", "axial ")[normal.index(max(normal))] if any(normal) else ""


def _order(stack: Stack) -> tuple[int, str, int]:
    first = stack.members[0].file
    return (first.number, first.series, -len(stack.members))


def _natural(label: str) -> tuple[float, str]:
    try:
        return (float(label), label)
    except ValueError:
        return (float("inf"), label)


def _short(label: str) -> str:
    readable = "".join(c if c.isprintable() else "?" for c in label)
    return (readable if len(readable) <= 30 else readable[:29] + "…") or "not stated"
