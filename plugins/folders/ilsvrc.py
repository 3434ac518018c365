"""Pictures in ILSVRC's layout: in one folder per class (n01440764/...), or flat (ILSVRC2012_val_00000001.JPEG).

Classes and boxes come from an annotation file; the class also from the folder's name. Files give the first and the last
column and row of a box; ours are its edges, so the last ones grow by one pixel.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from salviewer.api import Collection, Sample
from salviewer.errors import UnreadableInput
from salviewer_plugins.folders.answers import Answer, Answers, edges
from salviewer_plugins.folders.boxes_csv import read_csv
from salviewer_plugins.folders.boxes_json import read_json
from salviewer_plugins.folders.boxes_xml import read_xml
from salviewer_plugins.folders.listing import folder_of, full_path, pictures_in
from salviewer_plugins.folders.params import IlsvrcParams
from salviewer_plugins.folders.samples import Samples
from salviewer_plugins.folders.wnids import LABELS

USUAL = ("annotations.json", "LOC_val_solution.csv", "Annotations")
"""Where boxes are looked for, in the folder and in the one above it."""


class Ilsvrc(Collection[IlsvrcParams]):
    """Key `ilsvrc`. A sample's id is its path below the folder, "n01440764/ILSVRC2012_val_00000293.JPEG"."""

    def open(self, params: IlsvrcParams) -> Samples:
        """The samples, sorted by id; the label of one of which no file tells the class is -1."""
        root = folder_of(params.folder, "ilsvrc")
        paths = pictures_in(root)
        answers = find_answers(root, params.annotations)

        def make(name: str) -> Sample:
            path = PurePosixPath(name)
            answer = answers(path)
            picture = self.read(root / path, {"alpha": params.alpha})
            label = answer.label if answer.label >= 0 else label_by_folder(path)
            return Sample(name, picture, label, boxes=edges(answer, picture, params.first_pixel))

        return Samples(tuple(map(str, paths)), make)


def label_by_folder(path: PurePosixPath) -> int:
    """The label of the nearest folder named after a class, -1 where there is none."""
    return next((LABELS[part] for part in reversed(path.parts[:-1]) if part in LABELS), -1)


def find_answers(root: Path, given: str) -> Answers:
    """The answers in the file or folder `given`, or in what lies in one of the usual places, or none.

    Raises:
        UnreadableInput: what was given is not there, or is damaged.
    """
    if given:
        path = full_path(given)
        if not path.exists():
            raise UnreadableInput(
                f"There is no file or folder “{path.name}” with boxes at that place: check the spelling.",
                code="not-found",
            )
        return _read(path)
    usual = [place / name for place in (root, root.parent) for name in USUAL]
    found = [place for place in usual if place.exists()]
    return _read(found[0]) if found else lambda picture: Answer()


def _read(path: Path) -> Answers:
    if path.is_dir():
        return read_xml(path)
    return read_csv(path) if path.suffix.lower() == ".csv" else read_json(path)
