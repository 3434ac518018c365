"""Zoom and position of several surfaces as one: the same magnification and the same point of the world in the middle.

Surfaces of one group show a millimetre equally large: the largest scale with which all of them fit, times the zoom.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from salviewer.kit.slice_paper import View
from salviewer.kit.slice_surface import SliceSurface

LEAST = 0.5
"""The smallest zoom; 1 fits."""
NEAREST_VOXELS = 4.0
"""How many voxels the closest zoom still shows."""


class Link(QObject):
    """Ties `surfaces` together. While `centre` is None every one of them shows the middle of its paper."""

    changed = Signal()
    """Somebody zoomed, panned or fitted."""

    def __init__(self, surfaces: Sequence[SliceSurface], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._surfaces = tuple(surfaces)
        self._groups: tuple[tuple[SliceSurface, ...], ...] = (self._surfaces,)
        self.zoom = 1.0
        self.centre: np.ndarray | None = None
        for surface in self._surfaces:
            surface.place_by(self.place)
            surface.zoom_wished.connect(lambda factor, about, s=surface: self._magnify(s, factor, about))
            surface.pan_wished.connect(lambda u, v, s=surface: self._pan(s, u, v))
            surface.centre_wished.connect(lambda at, s=surface: self._show(s, at))
            surface.fit_wished.connect(self.fit)

    def set_groups(self, groups: Sequence[Sequence[SliceSurface]]) -> None:
        """Which surfaces show a millimetre equally large."""
        self._groups = tuple(tuple(group) for group in groups)
        self._update()

    def fit(self) -> None:
        """All of every paper again."""
        self.zoom, self.centre = 1.0, None
        self._update()

    def place(self, surface: SliceSurface) -> View:
        """What is seen of a surface."""
        plane = surface.plane
        if plane is None:
            return 1.0, (0.5, 0.5)
        group = next((g for g in self._groups if surface in g), (surface,))
        leading = [other for other in group if other.leads] or [surface]
        scale = min((s for s in (other.fitting_scale() for other in leading) if s > 0), default=1.0)
        width, height = plane.paper_mm
        return scale * self.zoom, (width / 2, height / 2) if self.centre is None else plane.paper(self.centre)

    def _magnify(self, surface: SliceSurface, factor: float, about: tuple[float, float]) -> None:
        plane = surface.plane
        if plane is None:
            return
        most = max(1.0, max(plane.paper_mm) / (NEAREST_VOXELS * min(plane.spacing_mm)))
        zoom = float(np.clip(self.zoom * factor, LEAST, most))
        factor, (_, middle) = zoom / self.zoom, self.place(surface)
        self.zoom = zoom
        self._show(surface, (about[0] + (middle[0] - about[0]) / factor, about[1] + (middle[1] - about[1]) / factor))

    def _pan(self, surface: SliceSurface, u: float, v: float) -> None:
        _, middle = self.place(surface)
        self._show(surface, (middle[0] + u, middle[1] + v))

    def _show(self, surface: SliceSurface, at: tuple[float, float]) -> None:
        """Bring (u, v) of the surface's paper into its middle, held to the paper."""
        plane = surface.plane
        if plane is None:
            return
        width, height = plane.paper_mm
        depth = (plane.count - 1) / 2 if self.centre is None else plane.depth(self.centre)
        self.centre = plane.world(float(np.clip(at[0], 0, width)), float(np.clip(at[1], 0, height)), depth)
        self._update()

    def _update(self) -> None:
        for surface in self._surfaces:
            surface.update()
        self.changed.emit()
