"""Region tables from an atlas on a model's grid: of given numbers, or of any map's means over the regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from salviewer.api.evidence import Heatmap
from salviewer.api.regions import RegionTable
from salviewer.api.values import AtlasOnGrid

if TYPE_CHECKING:
    import numpy as np

RANK_COLOURS: tuple[tuple[int, int, int], ...] = (
    (228, 26, 28),
    (34, 160, 60),
    (44, 90, 220),
    (250, 214, 20),
    (140, 50, 170),
)
"""Red, green, blue, yellow, purple for ranks 1 to 5, as sRGB bytes."""


def table_of(
    atlas: AtlasOnGrid,
    impact: np.ndarray,
    columns: Mapping[str, np.ndarray],
    unit: str,
    *,
    name: str = "Regions",
    rank_low: np.ndarray | None = None,
    rank_high: np.ndarray | None = None,
) -> RegionTable:
    """The atlas's n regions with their `impact` (n,) and `columns` (n,) by name; no interval where none is given."""
    import numpy as np  # noqa: PLC0415 - the api loads without numpy

    nothing = np.full(len(atlas.regions), np.nan)

    def numbers(values: np.ndarray | None) -> np.ndarray:
        return np.asarray(nothing if values is None else values).astype(np.float32)

    return RegionTable(
        name,
        labels=np.array([r.label for r in atlas.regions], np.int32),
        centroids=numbers(atlas.centroids_mm),
        sizes=numbers(atlas.sizes_mm3),
        impact=numbers(impact),
        rank_low=numbers(rank_low),
        rank_high=numbers(rank_high),
        columns=np.stack([numbers(c) for c in columns.values()]) if columns else np.zeros((0, len(nothing)), "f4"),
        regions=tuple(r.name for r in atlas.regions),
        sides=tuple(r.side for r in atlas.regions),
        column_names=tuple(columns),
        unit=unit,
    )


def regions_of(heatmap: Heatmap, atlas: AtlasOnGrid) -> RegionTable:
    """What any 3D map says of each region: its impact is the map's mean over the region's voxels.

    Columns: "greatest", the map's greatest value in the region, and "voxels", how many it has on this grid; a region
    that has none, or no value, is NaN.

    Raises:
        ValueError: the map does not lie on the atlas's grid.
    """
    import numpy as np  # noqa: PLC0415 - the api loads without numpy

    from salviewer.numeric.region_means import region_means  # noqa: PLC0415 - loads numpy

    found = region_means(heatmap.values, atlas.labels, np.array([r.label for r in atlas.regions], np.int64))
    columns = {"greatest": found.greatest, "voxels": found.voxels}
    return table_of(atlas, found.mean, columns, heatmap.unit, name=f"Regions of {heatmap.name}")
