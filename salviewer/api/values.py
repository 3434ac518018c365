"""What is read from files and handed to models and methods: frozen values around numpy arrays and tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from salviewer.api.space import GridMap


class Note(NamedTuple):
    """Something worth knowing about a value, in a sentence; `code` as in the table of bad input ("exif-rotated").

    It equals its code, so that `"oblique" in volume.warnings` can be asked.
    """

    code: str
    text: str

    def __eq__(self, other: object) -> bool:
        """Whether `other` is this note, or its code."""
        return self.code == other if isinstance(other, str) else tuple(self) == other

    def __ne__(self, other: object) -> bool:
        """The opposite; tuples have their own."""
        return not self == other

    def __hash__(self) -> int:
        """As the code's, which it equals."""
        return hash(self.code)


@dataclass(frozen=True, eq=False)
class Picture:
    """A 2D picture.

    pixels: (H, W, C), uint8 in 0..255 or float32 (in 0..1 where a preprocessing is to be applied).
    name: as shown to people, never a path.
    sha256: of the file's bytes, or of shape and pixels where there is no file.
    warnings: what was converted or should be known.
    """

    pixels: np.ndarray
    name: str
    sha256: str
    warnings: tuple[Note, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return (int(self.pixels.shape[0]), int(self.pixels.shape[1]))


@dataclass(frozen=True, eq=False)
class Volume:
    """A 3D volume.

    array: (X, Y, Z) in the file's own order of axes; float32, or the file's own whole numbers; read-only, as others
    hold it too. It may be a memory map of the file.
    affine: (4, 4) float64, from voxel indices to millimetres, x to the right, y to the front, z to the top (RAS+).
    name: as shown to people, never a path.
    sha256: of the file's bytes, or of shape and values where there is no file.
    axcodes: where each axis points, such as ("L", "A", "S"), assigned jointly; None where nobody knows.
    geometry: what the affine was taken from: "sform", "qform", "pixdim", "mgh", "dicom", "array"; "ignored" where the
    header's was left out.
    space: the space that the header names: "mni152", "talairach", "aligned", "scanner", a collection's key, or "".
    inverted: whether small values are to be shown bright (MONOCHROME1); `array` is not touched by it.
    warnings: what was converted or should be known.
    """

    array: np.ndarray
    affine: np.ndarray
    name: str
    sha256: str
    axcodes: tuple[str, str, str] | None
    geometry: str = ""
    space: str = ""
    inverted: bool = False
    warnings: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        """Keep a view of `array`: whoever made it may still write to their own."""
        view = self.array.view()
        view.flags.writeable = False
        object.__setattr__(self, "array", view)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(X, Y, Z)."""
        x, y, z = self.array.shape
        return (int(x), int(y), int(z))

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Millimetres from one voxel to the next along each axis."""
        x, y, z = (float(sum(self.affine[row, axis] ** 2 for row in range(3)) ** 0.5) for axis in range(3))
        return (x, y, z)


class Region(NamedTuple):
    """A region of an atlas: the label of its voxels, its name, and its side: "left", "right" or ""."""

    label: int
    name: str
    side: str = ""


@dataclass(frozen=True, eq=False)
class Atlas:
    """Labelled regions. `volume`: whole numbers, 0 is no region; `regions`: those that have a name, by label."""

    volume: Volume
    regions: tuple[Region, ...]


@dataclass(frozen=True, eq=False)
class AtlasOnGrid:
    """An atlas on a model's input grid, as a method sees it.

    labels: int32 (D, H, W), 0 where there is no region.
    regions: those that the whole atlas has and that are at least in part within the grid, n of them.
    centroids: (n, 3) float64, of the whole region as the atlas has it, as an index (D, H, W) of the model's grid.
    centroids_mm: (n, 3) float64, the same in the input's own world (RAS+ millimetres).
    sizes_mm3: (n,) float64, of the whole region.
    """

    labels: np.ndarray
    regions: tuple[Region, ...]
    centroids: np.ndarray
    centroids_mm: np.ndarray
    sizes_mm3: np.ndarray


@dataclass(frozen=True, eq=False)
class ModelInput:
    """A picture or volume as one model sees it.

    tensor: (1, C, *S) float32 on the model's device, in the normalised space.
    grid: where S lies on the source; ref: content hash of the source; name: as shown to people.
    notes: what was converted to make the picture fit the network.
    """

    tensor: Tensor
    grid: GridMap
    ref: str = ""
    name: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, eq=False)
class Sample:
    """One member of a collection. `masks`: bool arrays on the pixels or voxels by name, the known answer.

    `picture`: a picture, or a volume.

    `label`: the index of its class; -1 where that is not known.
    `boxes`: (x0, y0, x1, y1) edges in the picture's pixels, (0, 0) its upper left corner, one per labelled object.
    `group` ties samples that must not be split between training and test (the viewpoint they share, the person).
    """

    id: str
    picture: Picture | Volume
    label: int
    group: str = ""
    masks: Mapping[str, np.ndarray] = field(default_factory=dict)
    boxes: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class Annotation:
    """Where the truth lies, on one grid: the source's pixels, or a model's input grid.

    boxes: per object (x0, y0, x1, y1) edges, in 3D (x0, y0, z0, x1, y1, z1); an edge of pixel 0 is at 0.
    mask: bool (*S), True on the truth. Where only boxes were given it is their union; where only a mask was given,
    `boxes` holds the tightest box around it.
    share: of the whole source that the boxes cover together, in 0..1 (a "small" object covers under a quarter).
    """

    boxes: tuple[tuple[float, ...], ...]
    mask: np.ndarray
    share: float = float("nan")


class Prediction(NamedTuple):
    """What a model says: per class its name, logit and probability, in class order, and the resolved top classes.

    chosen: of a caption, whose words stand for classes in their order, the word that is explained if nobody says which.
    """

    classes: tuple[str, ...]
    logits: tuple[float, ...]
    probabilities: tuple[float, ...]
    chosen: int | None = None

    @property
    def predicted(self) -> int:
        """The class that is explained if nobody says which: the most probable one, or `chosen`."""
        return self.top(1)[0][0] if self.chosen is None else self.chosen

    def top(self, n: int = 5) -> Sequence[tuple[int, str, float]]:
        """(index, name, probability) of the n most probable classes, best first; of a caption, all words in order."""
        if self.chosen is not None:
            return list(zip(range(len(self.classes)), self.classes, self.probabilities, strict=True))
        order = sorted(range(len(self.classes)), key=lambda i: -self.probabilities[i])
        return [(i, self.classes[i], self.probabilities[i]) for i in order[:n]]
