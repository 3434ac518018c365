"""The parameters of the collections that are read from folders."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, Literal

from salviewer.api import Params, param
from salviewer_plugins.folders.contents import VOLUMES_KIND, kind_of


class FolderParams(Params):
    """Where the pictures lie."""

    folder: str = param("", "The folder with the pictures.", kind="folder")
    alpha: Literal["white", "black", "drop"] = param(
        "white", "What lies behind transparent parts; “drop” shows the colours stored there.", advanced=True
    )


class MixedFolderParams(FolderParams):
    """Pictures or volumes, and what their files leave open."""

    only: str = param(
        "",
        "A text file with one id per line, such as the subjects that training held out; the others are left out.",
        advanced=True,
    )
    kind: Literal["", "pictures", "volumes"] = param(
        "", "Which are meant where the folder holds pictures and volumes.", advanced=True
    )
    time: int = param(0, "Which time point of 4D volumes, from 1; with 0 a 4D volume asks.", ge=0, advanced=True)
    series: str = param("", "Which of several series in a folder of DICOM slices, by its number.", advanced=True)
    geometry: Literal["", "sform", "qform", "ignore"] = param(
        "", "Which affine of a volume's header is taken where its two differ, or that none is.", advanced=True
    )
    nonfinite: Literal["", "zero"] = param("", "What takes the place of a volume's values that are no numbers.",
                                           advanced=True)  # fmt: skip

    def options(self, path: PurePosixPath) -> dict[str, Any]:
        """With what the file, or the folder of slices, at `path` is read."""
        kind = kind_of(path.name)
        if kind and kind != VOLUMES_KIND:
            return {"alpha": self.alpha}
        given = {"geometry": self.geometry, "nonfinite": self.nonfinite}
        given |= {"time": self.time} if kind else {"series": self.series}
        return {name: value for name, value in given.items() if value}


class ImageFolderParams(MixedFolderParams):
    """Pictures or volumes in one folder per class, or all in one."""

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


class MaskedFolderParams(MixedFolderParams):
    """Pictures or volumes with masks beside them."""

    pictures: str = param(
        "images", "The folder in it that holds the pictures or volumes; its neighbours hold the masks."
    )
