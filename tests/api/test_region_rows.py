"""Region tables of maps, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.api import RANK_COLOURS, AtlasOnGrid, Heatmap, Region, regions_of, table_of


def atlas():
    labels = np.zeros((2, 2, 3), np.int32)
    labels[0, 0], labels[1, 1, :2] = 4, 9
    regions = (Region(4, "Hippocampus", "left"), Region(9, "Pons"), Region(11, "Elsewhere", "right"))
    return AtlasOnGrid(labels, regions, np.zeros((3, 3)), np.arange(9.0).reshape(3, 3), np.array([24.0, 16.0, 8.0]))


def test_a_regions_impact_is_the_maps_mean_over_it():
    values = np.zeros((2, 2, 3), np.float32)
    values[0, 0], values[1, 1, :2], values[0, 1, 2] = (1, 2, 6), (5, np.nan), 100
    table = regions_of(Heatmap("Gradient", values, unit="probability"), atlas())
    assert table.impact == pytest.approx([3, 5, np.nan], nan_ok=True)
    assert table.column_names == ("greatest", "voxels")
    assert table.columns[0] == pytest.approx([6, 5, np.nan], nan_ok=True)
    assert table.columns[1].tolist() == [3, 1, 0]
    assert table.ranks().tolist() == [2, 1, 3]
    assert (table.regions, table.sides) == (("Hippocampus", "Pons", "Elsewhere"), ("left", "", "right"))
    assert (table.name, table.unit) == ("Regions of Gradient", "probability")
    assert table.centroids.tolist() == np.arange(9.0).reshape(3, 3).tolist()
    assert np.isnan(table.rank_low).all()


def test_a_map_on_another_grid_is_refused():
    with pytest.raises(ValueError, match="lie on"):
        regions_of(Heatmap("Gradient", np.zeros((2, 2, 2), np.float32)), atlas())


def test_a_table_may_have_no_further_columns():
    assert table_of(atlas(), np.ones(3), {}, "1", rank_low=np.ones(3)).columns.shape == (0, 3)


def test_ranks_have_the_papers_colours_in_its_order():
    red, green, blue, yellow, purple = RANK_COLOURS
    assert red[0] > 2 * max(red[1:])
    assert green[1] > 2 * max(green[0], green[2])
    assert blue[2] > 2 * max(blue[:2])
    assert min(yellow[:2]) > 2 * yellow[2]
    assert min(purple[0], purple[2]) > 2 * purple[1]
