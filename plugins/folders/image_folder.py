"""Pictures in one folder per class (cats/1.jpg, dogs/1.jpg), or all in one folder; they have labels and no truth."""

from __future__ import annotations

from pathlib import PurePosixPath

from salviewer.api import Collection, Sample
from salviewer_plugins.folders.class_names import UNKNOWN, class_folder, class_order
from salviewer_plugins.folders.listing import folder_of, pictures_in
from salviewer_plugins.folders.params import ImageFolderParams
from salviewer_plugins.folders.samples import Samples


class ImageFolder(Collection[ImageFolderParams]):
    """Key `image-folder`. A sample's id is its path below the folder, "cats/1.jpg"."""

    def open(self, params: ImageFolderParams) -> Samples:
        """The samples, sorted by id; the label of one outside any class folder is -1."""
        root = folder_of(params.folder, "image-folder")
        paths = pictures_in(root)
        classes = class_order(paths, params.classes)
        labels = {name: i for i, name in enumerate(classes)}

        def make(name: str) -> Sample:
            picture = self.read(root / name, {"alpha": params.alpha})
            return Sample(name, picture, labels.get(class_folder(PurePosixPath(name)), UNKNOWN))

        return Samples(tuple(map(str, paths)), make, classes)
