"""Labelled collections in folders of pictures or volumes, with boxes or masks."""

from __future__ import annotations

from salviewer.api import CollectionInfo, hookimpl

_HERE = "salviewer_plugins.folders"


@hookimpl
def salviewer_collections() -> list[CollectionInfo]:
    """Return the kinds of folders that are read; their classes are known once one is opened."""
    return [
        CollectionInfo(
            key="image-folder",
            title="Folder of pictures or volumes",
            summary="Pictures or scans of yours, in one folder per class or all in one; no boxes or masks.",
            run=f"{_HERE}.image_folder:ImageFolder",
            params=f"{_HERE}.params:ImageFolderParams",
            classes=(),
        ),
        CollectionInfo(
            key="ilsvrc",
            title="ImageNet (ILSVRC) folder",
            summary="ILSVRC's pictures, flat or in one folder per class, with boxes from its CSV, XML, or a JSON file.",
            run=f"{_HERE}.ilsvrc:Ilsvrc",
            params=f"{_HERE}.params:IlsvrcParams",
            classes=(),
        ),
        CollectionInfo(
            key="masked-folder",
            title="Folder of pictures or volumes, and masks",
            summary="Pictures or scans of yours with masks beside them, one folder per kind of mask.",
            run=f"{_HERE}.masked_folder:MaskedFolder",
            params=f"{_HERE}.params:MaskedFolderParams",
            classes=(),
        ),
    ]
