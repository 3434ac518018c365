"""Pictures with masks beside them: images/eye-1.jpg, exudates/eye-1.png, or eye-1.png and eye-1_mask.png in one folder.

A mask's pixel is true where any of its channels is above zero. Masks are PNG or TIFF files: JPEG blurs their edges.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import numpy as np

from salviewer.api import Collection, Picture, Sample
from salviewer.errors import UnreadableInput
from salviewer_plugins.folders.class_names import UNKNOWN, class_folder, class_order
from salviewer_plugins.folders.listing import ENDINGS, folder_of, pictures_in
from salviewer_plugins.folders.params import MaskedFolderParams
from salviewer_plugins.folders.samples import Samples

MASK_ENDINGS = (".png", ".tif", ".tiff")
SUFFIX = "_mask"
"""What a mask's name ends with where it lies among the pictures."""


class MaskedFolder(Collection[MaskedFolderParams]):
    """Key `masked-folder`. A sample's id is its path below the folder of pictures; its masks are named by theirs.

    A picture may lack a mask of any kind: nobody said then where the truth lies.
    """

    def open(self, params: MaskedFolderParams) -> Samples:
        """The samples, sorted by id."""
        root = folder_of(params.folder, "masked-folder")
        place, paths, masks = _nested(root, params.pictures) if _is_nested(root, params.pictures) else _flat(root)
        if not masks:
            raise UnreadableInput(
                f"No mask in “{root.name}” belongs to a picture: a mask is a PNG or TIFF file with the picture's name, "
                f"in a folder beside “{params.pictures}”, or with “{SUFFIX}” behind the name, beside the picture.",
                code="no-masks",
            )
        classes = class_order(paths, "")
        labels = {name: i for i, name in enumerate(classes)}

        def make(name: str) -> Sample:
            path = PurePosixPath(name)
            picture = self.read(place / path, {"alpha": params.alpha})
            found = {kind: self._mask(file, picture) for kind, file in masks.get(path, {}).items()}
            return Sample(name, picture, labels.get(class_folder(path), UNKNOWN), masks=found)

        return Samples(tuple(map(str, paths)), make, classes)

    def _mask(self, file: Path, picture: Picture) -> np.ndarray:
        """Bool (H, W). Raises `UnreadableInput` where it is not of the picture's size."""
        mask = self.read(file, {"alpha": "black"}).pixels.max(axis=-1) > 0
        if mask.shape != picture.shape:
            sizes = " and ".join(f"{w} × {h}" for h, w in (mask.shape, picture.shape))
            raise UnreadableInput(
                f"The mask {file.parent.name}/{file.name} and its picture have {sizes} pixels: they must match.",
                code="mask-size",
            )
        return mask


Masks = Mapping[PurePosixPath, Mapping[str, Path]]
"""By picture: its masks' files, by kind."""


def _is_nested(root: Path, pictures: str) -> bool:
    return bool(pictures) and (root / pictures).is_dir()


def _nested(root: Path, pictures: str) -> tuple[Path, tuple[PurePosixPath, ...], Masks]:
    """Pictures in one folder, each kind of mask in one beside it, within both the same folders."""
    place = root / pictures
    paths = pictures_in(place)
    owners = {path.with_suffix(""): path for path in paths}
    masks: dict[PurePosixPath, dict[str, Path]] = {}
    for kind in sorted(p for p in root.iterdir() if p.is_dir() and p.name != pictures and not p.name.startswith(".")):
        try:
            files = pictures_in(kind, MASK_ENDINGS)
        except UnreadableInput as e:
            if e.code == "no-pictures":  # a folder of something else
                continue
            raise
        for file in files:
            if owner := _owner(file.with_suffix(""), owners):
                masks.setdefault(owner, {})[kind.name] = kind / file
    return place, paths, masks


def _owner(mask: PurePosixPath, owners: Mapping[PurePosixPath, PurePosixPath]) -> PurePosixPath | None:
    """The picture with the mask's name, or with its name less what follows an underscore (eye-1_EX is of eye-1)."""
    while mask not in owners:
        shorter, underscore, _ = mask.name.rpartition("_")
        if not (underscore and shorter):
            return None
        mask = mask.with_name(shorter)
    return owners[mask]


def _flat(root: Path) -> tuple[Path, tuple[PurePosixPath, ...], Masks]:
    """Pictures and masks in one folder."""
    everything = pictures_in(root, ENDINGS)
    masks = {p for p in everything if p.stem.endswith(SUFFIX) and p.suffix.lower() in MASK_ENDINGS}
    by_name = {p.with_suffix(""): root / p for p in masks}
    paths = tuple(p for p in everything if p not in masks)
    named = {p: by_name.get(p.with_name(p.stem + SUFFIX)) for p in paths}
    return root, paths, {p: {SUFFIX.strip("_"): file} for p, file in named.items() if file}
