"""What the views of a volume show together: the anatomy, the map and the labels over it, and the point looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from salviewer.kit.map_colours import MapLook
from salviewer.kit.slice_frame import SliceFrame
from salviewer.numeric.slicing import Convention, SlicePlane, apply, planes_of, robust_window

Colour = tuple[int, int, int, int]
"""Red, green, blue and opacity, 0..255."""


class VolumeProbe(NamedTuple):
    """What lies at a point: the voxel, where that is in the world, and the raw numbers there.

    overlay: the map's own number, never a colour or something between two; None where the map is not, or no number.
    label: 0 where there is no region; None where there are no labels at all.
    """

    voxel: tuple[int, int, int]
    mm: tuple[float, float, float]
    value: float
    overlay: float | None
    label: int | None


@dataclass(frozen=True, eq=False)
class Anatomy:
    """The volume itself: `array` (X, Y, Z), read and never copied; obliquity: degrees off the world's axes."""

    array: np.ndarray
    affine: np.ndarray
    axcodes: tuple[str | None, ...] | None
    inverted: bool
    obliquity: float


@dataclass(frozen=True, eq=False)
class Overlay:
    """A map on its own grid, and how it is coloured. smooth: drawn between its voxels' centres."""

    values: np.ndarray
    affine: np.ndarray
    look: MapLook
    opacity: float
    smooth: bool


@dataclass(frozen=True, eq=False)
class Labels:
    """Whole numbers on their own grid. Only those in `colours` are drawn: as lines around them, or filled."""

    labels: np.ndarray
    affine: np.ndarray
    colours: Mapping[int, Colour]
    outlines: bool


class VolumeScene(QObject):
    """Remembers what is shown; several views of one scene show the same."""

    volume_changed = Signal()
    """Another volume, or another way round of its slices."""
    look_changed = Signal()
    """Window, map, labels, letters or crosshair."""
    point_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.anatomy: Anatomy | None = None
        self.overlay: Overlay | None = None
        self.labels: Labels | None = None
        self.frame: SliceFrame | None = None
        self.convention = Convention()
        self.window = (0.0, 1.0)
        self.point = np.zeros(3)
        self.planes: dict[str, SlicePlane] = {}
        self.letters, self.crosshair = True, True

    @property
    def orientation_known(self) -> bool:
        """Whether anybody knows where the volume's axes point."""
        return bool(self.planes) and self.planes["axial"].letters is not None

    def set_volume(self, anatomy: Anatomy | None) -> None:
        """Show another volume, with a window of its own, from its middle; map and labels stay what they are."""
        self.anatomy = anatomy
        if anatomy is not None:
            self.window = robust_window(anatomy.array)
            self.point = apply(anatomy.affine, (np.array(anatomy.array.shape) - 1) / 2)
        self._lay_out()

    def set_convention(self, convention: Convention) -> None:
        """Turn the slices round."""
        if convention != self.convention:
            self.convention = convention
            self._lay_out()

    def set_window(self, low: float, high: float) -> None:
        """The values that are black and white."""
        if (low, high) != self.window:
            self.window = (low, high)
            self.look_changed.emit()

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Lay a map over the volume; None takes it away."""
        self.overlay = overlay
        self.look_changed.emit()

    def set_labels(self, labels: Labels | None) -> None:
        """Lay labels over the volume; None takes them away."""
        self.labels = labels
        self.look_changed.emit()

    def set_frame(self, frame: SliceFrame | None) -> None:
        """Outline a box, such as a model's field of view; None outlines nothing."""
        if frame is not self.frame:
            self.frame = frame
            self.look_changed.emit()

    def show_marks(self, *, letters: bool | None = None, crosshair: bool | None = None) -> None:
        """Show or hide letters and crosshair; None leaves it as it is."""
        self.letters = self.letters if letters is None else letters
        self.crosshair = self.crosshair if crosshair is None else crosshair
        self.look_changed.emit()

    def set_point(self, mm: Sequence[float] | np.ndarray) -> None:
        """Look at a point of the world; what is not finite is passed over."""
        point = np.asarray(mm, np.float64)
        if np.isfinite(point).all() and not np.array_equal(point, self.point):
            self.point = point
            self.point_changed.emit()

    def beside(self, plane: SlicePlane, *, right: int = 0, down: int = 0, upwards: int = 0) -> np.ndarray:
        """The point so many voxels beside the present one as `plane` shows it, held to the volume."""
        at = apply(plane.inverse, self.point)
        at[plane.across] += -right if plane.mirrored else right
        at[plane.down] += -down if plane.upturned else down
        at[plane.axis] += upwards * plane.upwards
        return apply(plane.affine, np.clip(at, 0, np.array(plane.shape) - 1))

    def probe(self, mm: Sequence[float] | np.ndarray) -> VolumeProbe | None:
        """What lies at a point of the world; None outside the volume."""
        if self.anatomy is None or (voxel := _voxel(self.planes["axial"].inverse, mm, self.anatomy.array)) is None:
            return None
        centre = apply(self.anatomy.affine, voxel)
        overlay = None if self.overlay is None else _at(self.overlay.values, self.overlay.affine, mm)
        label = None if self.labels is None else int(_at(self.labels.labels, self.labels.affine, mm) or 0)
        return VolumeProbe(
            voxel,
            (float(centre[0]), float(centre[1]), float(centre[2])),
            float(self.anatomy.array[voxel]),
            overlay if overlay is not None and np.isfinite(overlay) else None,
            label,
        )

    def _lay_out(self) -> None:
        shown = self.anatomy
        self.planes = (
            {} if shown is None else planes_of(shown.array.shape, shown.affine, shown.axcodes, self.convention)
        )
        self.volume_changed.emit()


def _voxel(inverse: np.ndarray, mm: Sequence[float] | np.ndarray, array: np.ndarray) -> tuple[int, int, int] | None:
    at = np.floor(np.round(apply(inverse, mm), 6) + 0.5).astype(int)
    if (at < 0).any() or (at >= array.shape).any():
        return None
    return int(at[0]), int(at[1]), int(at[2])


def _at(values: np.ndarray, affine: np.ndarray, mm: Sequence[float] | np.ndarray) -> float | None:
    voxel = _voxel(np.linalg.inv(affine), mm, values)
    return None if voxel is None else float(values[voxel])
