"""A collection's samples as files: pictures as PNG, volumes as NIfTI, each mask in a folder of its own beside them.

    images/red stem/red-stem-07.png        the picture, in the folder of its class
    stem/red stem/red-stem-07.png          its mask "stem": 0, and 255 where the mask is true

so that the collections "masked-folder" and, of the pictures alone, "image-folder" read them back.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from salviewer.api import Sample, Volume
from salviewer.data.png_bytes import png_bytes
from salviewer.data.whole_file import write_whole
from salviewer.errors import SalViewerError

if TYPE_CHECKING:
    import nibabel

IMAGES = "images"
UNLABELLED = "unlabelled"


def write_sample(sample: Sample, class_name: str, folder: Path) -> str:
    """Where the picture or volume of `sample` now lies below `folder`, its masks being written first.

    class_name: "" where nobody knows. Raises `SalViewerError` "unwritable".
    """
    source = sample.picture
    affine = source.affine if isinstance(source, Volume) else None
    place = place_of(sample.id, class_name, ".png" if affine is None else ".nii.gz")
    for name, mask in sample.masks.items():
        kind = f"{name}-mask" if name == IMAGES else _one_name(name)
        _write(folder / kind / place, np.uint8(255) * mask, affine)
    _write(folder / IMAGES / place, source.array if isinstance(source, Volume) else source.pixels, affine)
    return f"{IMAGES}/{place}"


def place_of(sample_id: str, class_name: str, ending: str) -> PurePosixPath:
    """The file of a sample below the folder of its kind: its class, then its id, whose folders stay folders."""
    parts = [_one_name(part) for part in sample_id.split("/") if part not in ("", ".")]
    first = _one_name(class_name) if class_name else UNLABELLED
    rest = parts[1:] if len(parts) > 1 and parts[0] == first else parts
    name = rest[-1] if rest[-1].endswith(ending) else rest[-1] + ending
    return PurePosixPath(first, *rest[:-1], name)


def _one_name(text: str) -> str:
    """`text` as the name of one file or folder on every system."""
    name = "".join("-" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in text).rstrip(". ")
    return name or "-"


def _write(path: Path, values: np.ndarray, affine: np.ndarray | None) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        why = e.strerror or str(e)
        raise SalViewerError(
            f"{path.parent.name} cannot be made ({why}): choose another folder.", code="unwritable"
        ) from e
    if affine is None:
        write_whole(path, lambda draft: draft.write_bytes(png_bytes(values)))
    else:
        import nibabel  # noqa: PLC0415 - of volumes only: half of the time that a writing process takes to begin

        image = nibabel.Nifti1Image(values, affine)
        write_whole(path, lambda draft: draft.write_bytes(_packed(image)))


def _packed(image: nibabel.Nifti1Image) -> bytes:
    import gzip  # noqa: PLC0415 - of volumes only

    return gzip.compress(image.to_bytes(), mtime=0)
