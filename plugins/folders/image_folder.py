"""Pictures or volumes in one folder per class (cats/1.jpg, AD/sub-01.nii.gz), or all in one folder.

They have labels and no truth.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from salviewer.api import Collection, Sample
from salviewer_plugins.folders.class_names import UNKNOWN, class_folder, class_order
from salviewer_plugins.folders.contents import contents_of
from salviewer_plugins.folders.listing import folder_of
from salviewer_plugins.folders.params import ImageFolderParams
from salviewer_plugins.folders.samples import Samples
from salviewer_plugins.folders.subset import chosen


class ImageFolder(Collection[ImageFolderParams]):
    """Key `image-folder`. A sample's id is its path below the folder, "cats/1.jpg"; of slices, that of their folder."""

    def open(self, params: ImageFolderParams) -> Samples:
        """The samples, sorted by id; the label of one outside any class folder is -1."""
        root = folder_of(params.folder, "image-folder")
        everything = contents_of(root, params.kind)
        classes = class_order(everything.paths, params.classes)
        paths = chosen(everything.paths, params.only)
        labels = {name: i for i, name in enumerate(classes)}
        found = tuple(labels.get(class_folder(path), UNKNOWN) for path in paths)
        by_id = dict(zip(map(str, paths), found, strict=True))

        def make(name: str) -> Sample:
            return Sample(name, self.read(root / name, params.options(PurePosixPath(name))), by_id[name])

        return Samples(tuple(by_id), make, classes, found)
