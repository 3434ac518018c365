"""Reads an atlas: a volume of labels, and what they are called, from a file that comes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from salviewer.api import Atlas, Note, Region, Volume
from salviewer.data.atlas_names import names_beside, read_names
from salviewer.data.atlas_places import Places, places
from salviewer.data.atlas_problems import no_atlas
from salviewer.data.atlas_sides import side_in
from salviewer.data.files import shown_name
from salviewer.errors import NeedsChoice, UnreadableInput
from salviewer.numeric.counted import counted

MOST_LABELS = 10_000
MOST_NUMBER = 10_000_000
STANDARD_SPACES = ("mni152", "talairach")
"""Spaces that a header can name and whose x = 0 is the middle of the head."""
_FEW = 64
"""So many labels are never doubted, however they are scattered."""
_MIDDLE_MM = 5.0


def read_atlas(path: str | Path, names: str | Path = "", options: Mapping[str, Any] | None = None) -> Atlas:
    """The atlas in a file of labels.

    Args:
        path: a volume, such as NIfTI; 0 is no region.
        names: a file of names; "" looks for one beside `path`, and numbers the regions where there is none.
        options: what the volume's file leaves open.

    Raises:
        UnreadableInput: the volume cannot be read or holds no labels ("not-labels", "too-many-labels", "no-labels"),
            the names cannot be read ("bad-names") or belong to another atlas ("other-names").
    """
    from salviewer.data.volumes import read_volume  # noqa: PLC0415 - loads what reads volumes

    path = Path(path).expanduser()
    try:
        volume = read_volume(path, options or {})
    except NeedsChoice as e:
        choices = ", ".join(e.choices[:4])
        why = f"its file leaves open what is to be read ({e.code}: {choices}), and labels are one volume"
        raise no_atlas(shown_name(path), why, "not-one-volume") from e
    return atlas_of(volume, *_names(path, Path(names).expanduser() if str(names) else None))


def atlas_of(volume: Volume, names: Mapping[int, str], candidates: tuple[Mapping[int, str], ...] = ()) -> Atlas:
    """The atlas of a volume of labels.

    `names`: by label; where it is empty, the first of `candidates` that has a name for one of the labels.
    Raises `UnreadableInput` as `read_atlas`.
    """
    volume = _with_labels(volume)
    found = places(volume)
    if not len(found.labels):
        raise no_atlas(volume.name, "every voxel of it is 0", "no-labels")
    labels = set(map(int, found.labels))
    if names and not labels & names.keys():
        raise UnreadableInput(
            f"The names belong to another atlas: {volume.name} has the labels {_listed(sorted(labels))}, and the names "
            f"are those of {_listed(sorted(names))}.",
            code="other-names",
        )
    called = names or next((c for c in candidates if labels & c.keys()), {})
    regions, notes = _regions(found, called, volume)
    return Atlas(replace(volume, warnings=(*volume.warnings, *notes)), regions)


def _names(path: Path, names: Path | None) -> tuple[Mapping[int, str], tuple[Mapping[int, str], ...]]:
    """The names in the file that was given; else those in each file beside the labels that can be read."""
    if names is not None:
        return read_names(names), ()
    found = []
    for candidate in names_beside(path):
        try:
            found.append(read_names(candidate))
        except UnreadableInput:
            continue  # what lies beside a volume may be anything, such as a note on how it was taken
    return {}, tuple(found)


def _regions(found: Places, names: Mapping[int, str], volume: Volume) -> tuple[tuple[Region, ...], list[Note]]:
    notes, middle = [], _has_its_middle_at_zero(found, volume)
    regions, placed = [], 0
    for i, label in enumerate(map(int, found.labels)):
        name = names.get(label, f"Region {label}")
        side = side_in(name)
        if not side and middle:
            side = "left" if found.left[i] else "right" if found.right[i] else ""
            placed += bool(side)
        regions.append(Region(label, name, side))
    unnamed = [r.label for r in regions if r.label not in names]
    if unnamed:
        lacking = counted(len(unnamed), "label has", "labels have") + " no name"
        what = lacking if names else "No file of names was found"
        notes.append(Note("unnamed-regions", f"{what}: regions are called by their label ({_listed(unnamed)})."))
    if absent := sorted(n for n in names if n != 0 and n not in {r.label for r in regions}):
        shown = ", ".join(f"{names[n]} ({n})" for n in absent[:5]) + ("…" if len(absent) > 5 else "")
        lost = counted(len(absent), "name has", "names have")
        notes.append(Note("names-without-voxels", f"{lost} no voxel in {volume.name}: {shown}."))
    if placed:
        they = "it lies" if placed == 1 else "they lie"
        notes.append(Note("sides-by-place", f"The side of {counted(placed, 'region')} follows from where {they}."))
    return tuple(regions), notes


def _has_its_middle_at_zero(found: Places, volume: Volume) -> bool:
    """Whether x = 0 parts left from right: a space that says so, or labels that lie evenly on both sides of it."""
    if volume.axcodes is None:
        return False
    middle = float(np.average(found.centroids_mm[:, 0], weights=found.voxels))
    return volume.space in STANDARD_SPACES or abs(middle) < _MIDDLE_MM


def _with_labels(volume: Volume) -> Volume:
    """`volume` with whole numbers from 0 on. Raises `UnreadableInput`: it is a scan, or has too many labels."""
    values = volume.array
    if values.dtype.kind == "b":
        return replace(volume, array=values.astype(np.uint8))
    if values.dtype.kind == "f":
        if not all(np.array_equal(plane, np.round(plane)) for plane in values) or values.max() > MOST_NUMBER:
            raise no_atlas(volume.name, "its voxels hold numbers that are not whole, as a scan's or a map's do")
        values = values.astype(np.int32)
    if int(values.min()) < 0 or int(values.max()) > MOST_NUMBER:
        raise no_atlas(volume.name, "some of its voxels are below 0, or no label's number")
    count = len(np.unique(np.concatenate([np.unique(plane) for plane in values])))
    if count > _FEW and _evenness(values) < 0.4:
        raise no_atlas(volume.name, f"it holds {count:,} values that change from voxel to voxel, as a scan's do")
    if count > MOST_LABELS:
        raise no_atlas(volume.name, f"it holds {count:,} labels, and {MOST_LABELS:,} are the most", "too-many-labels")
    return replace(volume, array=values)


def _evenness(values: np.ndarray) -> float:
    """Of neighbours along the last axis that are both above 0, the share that are equal; of a scan it is small."""
    pairs = equal = 0
    for plane in values:
        a, b = plane[:, :-1], plane[:, 1:]
        both = (a > 0) & (b > 0)
        pairs += int(both.sum())
        equal += int((both & (a == b)).sum())
    return equal / pairs if pairs else 1.0


def _listed(labels: list[int]) -> str:
    return ", ".join(map(str, labels)) if len(labels) <= 5 else f"{labels[0]} to {labels[-1]}"
