"""Pictures with masks beside them: images/eye-1.jpg, exudates/eye-1.png, or eye-1.png and eye-1_mask.png in one folder.

A mask's pixel is true where any of its channels is above zero. Masks are PNG or TIFF files: JPEG blurs their edges.
Volumes likewise (images/sub-1.nii.gz, tumour/sub-1.nii.gz): their masks are volumes on the same grid.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import numpy as np

from salviewer.api import Collection, Picture, Sample, Volume
from salviewer.errors import UnreadableInput
from salviewer_plugins.folders.class_names import UNKNOWN, class_folder, class_order
from salviewer_plugins.folders.contents import VOLUMES, VOLUMES_KIND, bare, contents_of
from salviewer_plugins.folders.listing import folder_of, pictures_in
from salviewer_plugins.folders.params import MaskedFolderParams
from salviewer_plugins.folders.samples import Samples
from salviewer_plugins.folders.subset import chosen

MASK_ENDINGS = {"pictures": (".png", ".tif", ".tiff"), VOLUMES_KIND: VOLUMES}
"""By kind of what they are masks of."""
SUFFIX = "_mask"
"""What a mask's name ends with where it lies among the pictures."""
_APART_MM = 1e-3


class MaskedFolder(Collection[MaskedFolderParams]):
    """Key `masked-folder`. A sample's id is its path below the folder of pictures; its masks are named by theirs.

    A picture may lack a mask of any kind: nobody said then where the truth lies.
    """

    def open(self, params: MaskedFolderParams) -> Samples:
        """The samples, sorted by id."""
        root = folder_of(params.folder, "masked-folder")
        nested = _is_nested(root, params.pictures)
        place, everything, masks = _nested(root, params) if nested else _flat(root, params)
        if not masks:
            raise UnreadableInput(
                f"No mask in “{root.name}” belongs to a picture or volume: a mask has its name, in a folder beside "
                f"“{params.pictures}”, or with “{SUFFIX}” behind the name, beside it; a PNG or TIFF file for a "
                f"picture, NIfTI or MGH for a volume.",
                code="no-masks",
            )
        classes = class_order(everything, "")
        labels = {name: i for i, name in enumerate(classes)}
        paths = chosen(everything, params.only)
        found = tuple(labels.get(class_folder(path), UNKNOWN) for path in paths)
        by_id = dict(zip(map(str, paths), found, strict=True))

        def make(name: str) -> Sample:
            path = PurePosixPath(name)
            source = self.read(place / path, params.options(path))
            files = masks.get(path, {}).items()
            return Sample(name, source, by_id[name], masks={kind: self._mask(file, source) for kind, file in files})

        return Samples(tuple(by_id), make, classes, found)

    def _mask(self, file: Path, source: Picture | Volume) -> np.ndarray:
        """Bool, on the pixels (H, W) or voxels (X, Y, Z). Raises `UnreadableInput` where it lies on no such grid."""
        volume = isinstance(source, Volume)
        found = self.read(file, {} if volume else {"alpha": "black"})
        mask = np.asarray(found.array) > 0 if isinstance(found, Volume) else found.pixels.max(axis=-1) > 0
        if mask.shape != source.shape:
            turned = slice(None) if volume else slice(None, None, -1)
            sizes = " and ".join(" × ".join(map(str, shape[turned])) for shape in (mask.shape, source.shape))
            kind, cells = ("volume", "voxels") if volume else ("picture", "pixels")
            raise UnreadableInput(
                f"The mask {file.parent.name}/{file.name} and its {kind} have {sizes} {cells}: they must match.",
                code="mask-size",
            )
        if isinstance(source, Volume) and not np.allclose(found.affine, source.affine, atol=_APART_MM):
            raise UnreadableInput(
                f"The mask {file.parent.name}/{file.name} has another affine than its volume: give a mask on the "
                f"volume's own voxels.",
                code="mask-grid",
            )
        return mask


Masks = Mapping[PurePosixPath, Mapping[str, Path]]
"""By picture: its masks' files, by kind."""


def _is_nested(root: Path, pictures: str) -> bool:
    return bool(pictures) and (root / pictures).is_dir()


def _nested(root: Path, params: MaskedFolderParams) -> tuple[Path, tuple[PurePosixPath, ...], Masks]:
    """Pictures in one folder, each kind of mask in one beside it, within both the same folders."""
    pictures = params.pictures
    place = root / pictures
    paths, what = contents_of(place, params.kind)
    owners = {bare(path): path for path in paths}
    masks: dict[PurePosixPath, dict[str, Path]] = {}
    for kind in sorted(p for p in root.iterdir() if p.is_dir() and p.name != pictures and not p.name.startswith(".")):
        try:
            files = pictures_in(kind, MASK_ENDINGS[what])
        except UnreadableInput as e:
            if e.code == "no-pictures":  # a folder of something else
                continue
            raise
        for file in files:
            if owner := _owner(bare(file), owners):
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


def _flat(root: Path, params: MaskedFolderParams) -> tuple[Path, tuple[PurePosixPath, ...], Masks]:
    """Pictures and masks in one folder."""
    everything, what = contents_of(root, params.kind)
    endings = MASK_ENDINGS[what]
    masks = {p for p in everything if bare(p).name.endswith(SUFFIX) and p.name.lower().endswith(endings)}
    by_name = {bare(p): root / p for p in masks}
    paths = tuple(p for p in everything if p not in masks)
    named = {p: by_name.get(bare(p).with_name(bare(p).name + SUFFIX)) for p in paths}
    return root, paths, {p: {SUFFIX.strip("_"): file} for p, file in named.items() if file}
