"""A volume in three linked slices and the projection of its heatmap; only shows, and tells what a person wishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from salviewer.kit.map_colours import MapLook
from salviewer.kit.ortho_link import Link
from salviewer.kit.ortho_render import render_slice
from salviewer.kit.projection_pane import ProjectionPane
from salviewer.kit.slice_frame import frame_of
from salviewer.kit.slice_pane import SlicePane
from salviewer.kit.slice_surface import SliceSurface
from salviewer.kit.slice_title import SliceCell, SliceTitle
from salviewer.kit.slice_words import oblique, plane_title, position
from salviewer.kit.volume_scene import Anatomy, Colour, Labels, Overlay, VolumeScene
from salviewer.numeric.slicing import PLANES

Place = tuple[int, int, int, int]
"""Row, column, rows and columns of a cell in the grid."""

LAYOUTS = ("four", "row", *PLANES)


class OrthoView(QWidget):
    """Axial, coronal and sagittal slices through one point, and the map's projection beside them."""

    point_wished = Signal(object)
    """(3,) millimetres (RAS+) where somebody wants the crosshair; `set_point` puts it there."""
    probed = Signal(object)
    """A `VolumeProbe` of what is under the cursor, None when it leaves the volume."""
    window_dragged = Signal(float, float)
    """How far right and down a drag with the right button went on, in logical pixels."""
    window_reset = Signal()
    """The right button was pressed twice: the volume's own window is wanted again."""
    layout_changed = Signal(str)
    """One of LAYOUTS, by `set_layout` or because somebody enlarged a slice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = VolumeScene(self)
        self.panes = {name: SlicePane(self.scene, name) for name in PLANES}
        self.projection = ProjectionPane(self.scene)
        self.link = Link((*self.panes.values(), self.projection), self)
        self.along = QComboBox()
        self._layout, self._before = "", "four"
        self._cells = {name: self._cell(name) for name in PLANES}
        self._cells["maximum"] = self._maximum_cell()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(max(1, self.fontMetrics().height() // 8))
        for surface in (*self.panes.values(), self.projection):
            self._join(surface)
        for changed in (self.scene.volume_changed, self.scene.point_changed):
            changed.connect(self._entitle)
        self.setFocusProxy(self.panes["axial"])
        self.setAccessibleName("Volume in three slices")
        self.set_layout("four")
        self._entitle()

    # -- what is shown ------------------------------------------------------------------------------------------

    def set_volume(
        self,
        array: np.ndarray | None,
        affine: np.ndarray | None = None,
        axcodes: Sequence[str | None] | None = None,
        *,
        inverted: bool = False,
        obliquity: float = 0.0,
    ) -> None:
        """Show `array` (X, Y, Z) with its `affine` (voxel to RAS+ mm) from its middle, in a window of its own.

        axcodes: where its axes point, assigned jointly; None where nobody knows. inverted: small values are bright.
        obliquity: degrees off the world's axes. None shows nothing.
        """
        if array is None or affine is None:
            self.scene.set_volume(None)
        else:
            codes = None if axcodes is None else tuple(axcodes)
            self.scene.set_volume(Anatomy(array, np.asarray(affine, np.float64), codes, inverted, float(obliquity)))
        self.fit()

    def set_convention(self, radiological: bool) -> None:
        """The patient's left on the right of the screen, or on the left."""
        self.scene.set_convention(replace(self.scene.convention, radiological=radiological))

    def set_nose(self, left: bool) -> None:
        """Sagittal slices look to the left, or to the right."""
        self.scene.set_convention(replace(self.scene.convention, nose_left=left))

    def set_window(self, low: float, high: float) -> None:
        """The values that are black and white; the other way round of an `inverted` volume."""
        self.scene.set_window(float(low), float(high))

    def set_overlay(
        self,
        values: np.ndarray | None,
        affine: np.ndarray | None = None,
        *,
        low: float = 0.0,
        high: float = 1.0,
        table: np.ndarray | None = None,
        opacity: float = 1.0,
        fade: bool = False,
        signed: bool = False,
        band: tuple[float, float] | None = None,
        smooth: bool = False,
    ) -> None:
        """Lay `values` (X, Y, Z) with their own `affine` over the volume, looked up through the world.

        low, high, table, fade, signed, band: as in `Canvas.set_map`; nothing is drawn where a value is not finite.
        smooth: between the voxels' centres, which is then said on the slices. None takes the map away.
        """
        if values is None or affine is None:
            self.scene.set_overlay(None)
            return
        look = MapLook(low, high, table, fade, signed, band)
        self.scene.set_overlay(Overlay(values, np.asarray(affine, np.float64), look, opacity, smooth))

    def set_labels(
        self,
        labels: np.ndarray | None,
        affine: np.ndarray | None = None,
        colours: Mapping[int, Colour] | None = None,
        *,
        outlines: bool = True,
    ) -> None:
        """Lay whole numbers (X, Y, Z) with their own `affine` over all: those in `colours`, as outlines or filled."""
        if labels is None or affine is None:
            self.scene.set_labels(None)
        else:
            self.scene.set_labels(Labels(labels, np.asarray(affine, np.float64), dict(colours or {}), outlines))

    def set_frame(self, affine: np.ndarray | None, shape: Sequence[int] = ()) -> None:
        """Outline the box of a grid: `affine` (4, 4) from its index to mm, `shape` in cells. None outlines nothing."""
        self.scene.set_frame(None if affine is None else frame_of(np.asarray(affine, np.float64), tuple(shape)))

    def set_point(self, mm: Sequence[float] | np.ndarray) -> None:
        """Put the crosshair at `mm` (3,), and show the slices there."""
        self.scene.set_point(mm)

    def show_letters(self, visible: bool) -> None:
        """Show or hide the letters on the sides."""
        self.scene.show_marks(letters=visible)

    def show_crosshair(self, visible: bool) -> None:
        """Show or hide the crosshair."""
        self.scene.show_marks(crosshair=visible)

    def fit(self) -> None:
        """All of every slice."""
        self.link.fit()

    def render(self, plane: str, mm: Sequence[float] | np.ndarray, *, scale: float) -> QImage:
        """A picture to keep of the slice of `plane` through `mm`, with letters, position and convention.

        scale: dots to the side of the slice's smallest voxel. A null image while there is no volume.
        """
        return render_slice(self.scene, plane, np.asarray(mm, np.float64), scale)

    # -- layouts ------------------------------------------------------------------------------------------------

    def set_layout(self, layout: str) -> None:
        """Arrange the slices: "four" with the projection, in a "row", or one of PLANES large beside the others."""
        if layout == self._layout:
            return
        if layout not in LAYOUTS:
            raise ValueError(f"The slices can be laid out as {', '.join(LAYOUTS)}, not as {layout!r}.")
        if self._layout in ("four", "row"):
            self._before = self._layout
        self._layout = layout
        places, groups = _places(layout)
        for name, cell in self._cells.items():
            self._grid.removeWidget(cell)
            cell.setVisible(name in places)
            cell.title.set_large(large=name == layout)
            if name in places:
                self._grid.addWidget(cell, *places[name])
        for k in range(3):
            self._grid.setColumnStretch(k, int(any(c <= k < c + n for _, c, _, n in places.values())))
            self._grid.setRowStretch(k, int(any(r <= k < r + n for r, _, n, _ in places.values())))
        self.link.set_groups([[self._surface(name) for name in group] for group in groups])
        self.layout_changed.emit(layout)

    def _toggle(self, name: str) -> None:
        self.set_layout(self._before if self._layout == name else name)

    # -- inside -------------------------------------------------------------------------------------------------

    def _surface(self, name: str) -> SliceSurface:
        return self.panes.get(name, self.projection)

    def _cell(self, name: str) -> SliceCell:
        title = SliceTitle(name.capitalize())
        title.enlarge_wished.connect(lambda: self._toggle(name))
        return SliceCell(title, self.panes[name])

    def _maximum_cell(self) -> SliceCell:
        self.along.setAccessibleName("Plane of the maximum-intensity projection")
        self.along.setToolTip("Which way the heatmap is looked through")
        for name in PLANES:
            self.along.addItem(name.capitalize(), name)
        self.along.currentIndexChanged.connect(lambda: self.projection.set_plane(self.along.currentData()))
        return SliceCell(SliceTitle("Maximum", self.along, enlarges=False), self.projection)

    def _join(self, surface: SliceSurface) -> None:
        surface.point_wished.connect(self.point_wished)
        surface.window_dragged.connect(self.window_dragged)
        surface.window_reset.connect(self.window_reset)
        surface.hovered.connect(self._probe)

    def _probe(self, mm: np.ndarray | None) -> None:
        self.probed.emit(None if mm is None else self.scene.probe(mm))

    def _entitle(self) -> None:
        for name in PLANES:
            title, plane = self._cells[name].title, self.scene.planes.get(name)
            if plane is None:
                title.set_words(name.capitalize(), "", "")
            else:
                title.set_words(plane_title(plane), position(plane, self.scene.point), oblique(self.scene))


def _places(layout: str) -> tuple[dict[str, Place], list[list[str]]]:
    """Where each cell goes, and which show a millimetre equally large.

    In the square, what is side by side or one above the other shares an axis: columns of the axial and the coronal
    slice, rows of the coronal and the sagittal one.
    """
    axial, coronal, sagittal = PLANES
    if layout == "four":
        square: dict[str, Place] = {
            axial: (0, 0, 1, 1), "maximum": (0, 1, 1, 1), coronal: (1, 0, 1, 1), sagittal: (1, 1, 1, 1),
        }  # fmt: skip
        return square, [list(square)]
    if layout == "row":
        return {name: (0, k, 1, 1) for k, name in enumerate(PLANES)}, [list(PLANES)]
    first, second = (name for name in PLANES if name != layout)
    return {layout: (0, 0, 2, 2), first: (0, 2, 1, 1), second: (1, 2, 1, 1)}, [[layout], [first, second]]
