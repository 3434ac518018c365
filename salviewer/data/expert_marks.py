"""What experts marked in a fundus photograph, by type of lesion: from mask pictures and from XML of several experts.

Files belong to a photograph by their name: that of the photograph, alone or with more behind it ("IDRiD_02.png",
"IDRiD_02_EX.tif", "image001_02.xml"). The type of a mask is what stands behind the name, or else its folder's name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from salviewer.data.annotation_files import read_annotations
from salviewer.data.annotation_masks import read_mask
from salviewer.data.annotation_shapes import Shapes
from salviewer.data.lesion_types import TYPES, lesion_type, masks_by_type

MASKS, MARKINGS = (".png", ".tif", ".tiff", ".gif", ".bmp"), (".xml",)
AGREEMENT = 0.75
"""Of the experts who looked at a photograph, how many must have marked a pixel: three of four in DiaretDB1."""


def files_of(stem: str, folder: Path) -> tuple[Path, ...]:
    """The files of marks in `folder` and below it that belong to the photograph called `stem`, in order."""
    wanted = (*MASKS, *MARKINGS)
    found = (p for p in folder.rglob("*") if p.suffix.lower() in wanted and _belongs(p.stem, stem))
    return tuple(sorted(p for p in found if p.is_file()))


def marks(
    files: Iterable[Path], blank: Shapes, stem: str, *, agreement: float = AGREEMENT, kind: str = ""
) -> dict[str, np.ndarray]:
    """Bool (H, W) by type of lesion, of `TYPES`, that `files` hold of the photograph `blank`, which is called `stem`.

    agreement: share of the XML files, one per expert, that must have a pixel, 0..1. kind: the type of masks that do not
    say theirs. Raises `UnreadableInput` where a file cannot be read or is of another size.
    """
    found: dict[str, np.ndarray] = {}
    experts: list[dict[str, np.ndarray]] = []
    for path in files:
        if path.suffix.lower() in MARKINGS:
            experts.append(masks_by_type(read_annotations(path, blank)))
            continue
        of = lesion_type(path.stem[len(stem) :]) or lesion_type(path.parent.name) or kind
        if of:
            mask = read_mask(path, blank, of).mask()
            found[of] = found[of] | mask if of in found else mask
    for of in {one for expert in experts for one in expert}:
        votes = np.sum([expert[of] for expert in experts if of in expert], axis=0, dtype=np.int32)
        agreed = np.asarray(votes >= max(1, math.ceil(agreement * len(experts) - 1e-9)), bool)
        found[of] = found[of] | agreed if of in found else agreed
    return {of: found[of] for of in TYPES if of in found and found[of].any()}


def _belongs(name: str, stem: str) -> bool:
    rest = name[len(stem) :]
    return name.casefold().startswith(stem.casefold()) and (not rest or not rest[0].isalnum())
