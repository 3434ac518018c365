"""An open atlas, placed on the volume on the screen, and what is remembered about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QObject, Signal

from salviewer.api.jobspec import AtlasRef
from salviewer.api.values import Atlas, Region, Volume
from salviewer.data.atlas_space import same_space
from salviewer.gui.state import remembered
from salviewer.gui.volumes.laying import Placed, nearest_at

PAINTS = ("", "ranks", "impact", "outlines")
"""What is painted of regions: nothing, ranks 1 to 5, each filled with its impact, the borders of all."""


@dataclass(frozen=True, eq=False)
class OpenAtlas:
    """An atlas and how specs name it; `ref.registration` says how the volume on the screen meets it."""

    ref: AtlasRef
    atlas: Atlas

    @cached_property
    def affine(self) -> np.ndarray:
        """(4, 4) float64, from the labels' index to the RAS+ millimetres of the volume on the screen."""
        turned = self.ref.registration
        if turned is None or turned == "none":
            return np.asarray(self.atlas.volume.affine, np.float64)
        matrix = np.array(turned, np.float64).reshape(4, 4)
        return np.asarray(np.linalg.inv(matrix) @ self.atlas.volume.affine)

    def is_settled(self, volume: Volume) -> bool:
        """Whether it is known how `volume` meets it: somebody said so, or the headers do."""
        return self.ref.registration is not None or same_space(volume, self.atlas.volume)

    @cached_property
    def by_label(self) -> dict[int, Region]:
        """The regions by their labels."""
        return {region.label: region for region in self.atlas.regions}

    def region_at(self, mm: tuple[float, float, float]) -> Region | None:
        """The region at `mm` of the volume's world; None where there is none."""
        label = nearest_at(Placed(self.atlas.volume.array, self.affine), mm)
        return self.by_label.get(int(label)) if label is not None else None


class AtlasState(QObject):
    """One value and one signal per field."""

    atlas_changed = Signal(object)
    paint_changed = Signal(object)
    atlas = remembered("atlas", None, OpenAtlas | None)
    paint = remembered("paint", "", "str: one of PAINTS")
