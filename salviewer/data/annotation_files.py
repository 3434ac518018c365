"""Reads and writes annotation files of one picture: COCO JSON, VOC XML, mask pictures and NIfTI labels.

Experts' markings of fundus photographs (DiaretDB1's XML) are read, not written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from salviewer.data.annotation_coco import from_coco, to_coco
from salviewer.data.annotation_markings import from_markings, is_markings
from salviewer.data.annotation_problems import damaged
from salviewer.data.annotation_shapes import UNNAMED, Shapes
from salviewer.data.annotation_voc import from_voc, to_voc
from salviewer.data.files import open_regular, read_head, shown_name
from salviewer.data.whole_file import replace_text
from salviewer.errors import InvalidChoice

_MOST_BYTES = 256 * 2**20
_NIFTI_BYTES = 352


@dataclass(frozen=True)
class Format:
    """A kind of file. loses: what is not kept of a drawing, in words; "" where all is."""

    key: str
    title: str
    ending: str
    loses: str = ""


FORMATS: Mapping[str, Format] = {
    f.key: f
    for f in (
        Format("coco", "COCO JSON", ".json"),
        Format("voc", "VOC XML", ".xml", "boxes only: of polygons and lesions the tightest box"),
        Format("mask", "Mask PNG", ".png", "filled areas by class; what overlaps becomes one"),
        Format("nifti", "NIfTI labels", ".nii.gz", "filled areas by class; what overlaps becomes one"),
    )
}
PATTERNS = ("*.json", "*.xml", "*.png", "*.tif", "*.tiff", "*.nii", "*.nii.gz")
"""Names of files that can be read, for a file dialog."""


def read_annotations(path: Path, blank: Shapes, called: str = UNNAMED) -> Shapes:
    """`blank`, a picture without shapes, with those in the file; its content says what it is.

    `called`: the class of a mask that has no name. Raises `UnreadableInput` with a sentence and a code.
    """
    name = shown_name(path)
    with open_regular(path) as (file, size_bytes):
        head = read_head(file, _NIFTI_BYTES, name)
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if start[:1] in (b"{", b"[", b"<"):
            if size_bytes > _MOST_BYTES:
                raise damaged(name, f"it is larger than {_MOST_BYTES // 2**20} MB")
            file.seek(0)
            try:
                text = file.read().decode("utf-8-sig")
            except ValueError as e:
                raise damaged(name, "it is no text in UTF-8") from e
            if start[:1] != b"<":
                return from_coco(text, blank, name)
            return (from_markings if is_markings(text) else from_voc)(text, blank, name)
    if head[344:348] in (b"n+1\0", b"ni1\0") or head[:2] == b"\x1f\x8b" or name.lower().endswith((".nii", ".nii.gz")):
        from salviewer.data.annotation_nifti import read_nifti  # noqa: PLC0415 - loads nibabel

        return read_nifti(path, blank, called)
    from salviewer.data.annotation_masks import read_mask  # noqa: PLC0415 - loads Pillow

    return read_mask(path, blank, called)


def write_annotations(shapes: Shapes, path: Path, key: str, *, picture: str = "") -> None:
    """Write `shapes` to `path` in the format `key`; a file that is there is replaced once the new one is whole.

    `picture`: the picture's file name as it is written into the file; "" leaves it out.
    """
    if key not in FORMATS:
        raise InvalidChoice(f"There is no format “{key}”: choose one of {', '.join(FORMATS)}.", code="unknown-format")
    if key == "nifti":
        from salviewer.data.annotation_nifti import write_nifti  # noqa: PLC0415 - loads nibabel

        write_nifti(shapes, path)
    elif key == "mask":
        from salviewer.data.annotation_masks import write_mask  # noqa: PLC0415 - loads Pillow

        write_mask(shapes, path)
    elif key == "voc":
        replace_text(path, to_voc(shapes, picture=picture))
    else:
        replace_text(path, json.dumps(to_coco(shapes, picture=picture), ensure_ascii=False))
