"""The parameters of the collections that are read from folders."""

from __future__ import annotations

from typing import Literal

from salviewer.api import Params, param


class FolderParams(Params):
    """Where the pictures lie."""

    folder: str = param("", "The folder with the pictures.", kind="folder")
    alpha: Literal["white", "black", "drop"] = param(
        "white", "What lies behind transparent parts; “drop” shows the colours stored there.", advanced=True
    )


class ImageFolderParams(FolderParams):
    """Pictures in one folder per class, or all in one."""

    classes: str = param(
        "", "A text file with one class name per line, in the network's order; without it, the folders' sorted names."
    )


class IlsvrcParams(FolderParams):
    """Pictures of ILSVRC, and where their boxes are."""

    annotations: str = param(
        "",
        "LOC_val_solution.csv, an annotations.json, or a folder of XML files; without it, what lies beside the "
        "pictures by the name of annotations.json, LOC_val_solution.csv or Annotations.",
    )
    first_pixel: Literal[0, 1] = param(
        0, "The number that the boxes give a picture's first pixel: 0 in ILSVRC, 1 in PASCAL VOC.", advanced=True
    )


class MaskedFolderParams(FolderParams):
    """Pictures with masks beside them."""

    pictures: str = param("images", "The folder in it that holds the pictures; its neighbours hold the masks.")
