"""What a folder holds: pictures, or volumes, of which a folder of DICOM slices is one.

By endings; files of slices often have none, so that the first bytes of one are read too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from salviewer.errors import NeedsChoice, UnreadableInput
from salviewer.numeric.counted import counted
from salviewer_plugins.folders.listing import ENDINGS, folders_in

VOLUMES = (".nii", ".nii.gz", ".mgh", ".mgz")
SLICES = (".dcm", ".dicom", ".ima")
PICTURES_KIND, VOLUMES_KIND = "pictures", "volumes"
_MAGIC, _MAGIC_AT = b"DICM", 128
_LOOKED_AT = 2


class Contents(NamedTuple):
    """Paths below the folder, sorted, and of which kind they are: "pictures" or "volumes"."""

    paths: tuple[PurePosixPath, ...]
    kind: str


def contents_of(folder: Path, kind: str = "") -> Contents:
    """What is in `folder` and in the folders within; hidden ones are left out. `kind`: which is meant where both are.

    Raises:
        UnreadableInput: there is none, a folder may not be read, or it is itself one series of slices.
        NeedsChoice: "mixed-folder", there are pictures and volumes, and nobody said which are meant.
    """
    found: dict[str, list[PurePosixPath]] = {PICTURES_KIND: [], VOLUMES_KIND: []}
    for place, names in folders_in(folder):
        below = PurePosixPath(place.relative_to(folder).as_posix())
        if is_series(place, names):
            found[VOLUMES_KIND].append(below)
            continue
        for name in names:
            if one := kind_of(name):
                found[one].append(below / name)
    if kind:
        found = {kind: found[kind]}
    held = {one: paths for one, paths in found.items() if paths}
    if len(held) > 1:
        raise _mixed(folder, held)
    if not held:
        raise _empty(folder, kind)
    ((one, paths),) = held.items()
    if PurePosixPath() in paths:
        raise UnreadableInput(
            f"“{folder.name}” is one series of DICOM slices: open it as a volume, or choose the folder that holds a "
            f"folder for each subject.",
            code="one-series",
        )
    return Contents(tuple(sorted(paths)), one)


def kind_of(name: str) -> str:
    """By the ending of a file's name: "pictures", "volumes", or ""."""
    lower = name.lower()
    return VOLUMES_KIND if lower.endswith(VOLUMES) else PICTURES_KIND if lower.endswith(ENDINGS) else ""


def bare(path: PurePosixPath) -> PurePosixPath:
    """`path` without the ending of a picture or volume, .nii.gz as a whole; a folder of slices as it is."""
    lower = path.name.lower()
    known = sorted((e for e in (*VOLUMES, *ENDINGS) if lower.endswith(e)), key=len)
    return path.with_name(path.name[: -len(known[-1])] or path.name) if known else path


def is_series(place: Path, names: Sequence[str]) -> bool:
    """Whether the files called `names` in `place` are DICOM slices."""
    if any(kind_of(name) == VOLUMES_KIND for name in names):
        return False
    if any(name.lower().endswith(SLICES) for name in names):
        return True
    unknown = sorted(name for name in names if not PurePosixPath(name).suffix[1:].isalpha())
    return any(_is_slice(place / name) for name in unknown[:_LOOKED_AT])


def _is_slice(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(_MAGIC_AT + len(_MAGIC))[_MAGIC_AT:] == _MAGIC
    except OSError:
        return False


def _mixed(folder: Path, held: dict[str, list[PurePosixPath]]) -> NeedsChoice:
    counts = " and ".join(counted(len(paths), one.removesuffix("s")) for one, paths in sorted(held.items()))
    return NeedsChoice(
        f"The folder “{folder.name}” holds {counts}: say which are meant (kind=volumes or kind=pictures).",
        code="mixed-folder",
        option="kind",
        choices=(VOLUMES_KIND, PICTURES_KIND),
        asks=f"The folder “{folder.name}” holds {counts}: which are meant?",
    )


def _empty(folder: Path, kind: str) -> UnreadableInput:
    known = {PICTURES_KIND: ENDINGS, VOLUMES_KIND: VOLUMES}
    endings = known.get(kind, (*ENDINGS, *VOLUMES))
    kinds = ", ".join(ending.removeprefix(".").upper() for ending in endings)
    what = kind or "pictures or volumes"
    slices = "" if kind == PICTURES_KIND else ", or folders of DICOM slices"
    return UnreadableInput(
        f"The folder “{folder.name}” holds no {what} ({kinds}{slices}): choose the folder that does.",
        code="no-pictures",
    )
