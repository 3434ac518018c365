"""Proposals on the model's grid, told in the photograph's pixels; nothing is interpolated."""

from __future__ import annotations

import numpy as np

from salviewer.api import GridMap, Heatmap
from salviewer.api.masks import MaskStack
from salviewer.data.proposed_lesions import evidence_map, on_photograph, propose, region_at, within_field
from salviewer.numeric.field_of_view import FieldOfView, disc

GRID = GridMap((40, 60), (10, 10), ((4.0, 0.0, 1.5), (0.0, 4.0, 11.5), (0.0, 0.0, 1.0)))
"""Four pixels a side; the middle 40 x 40 of the photograph."""
WHOLE = FieldOfView(np.ones((40, 60), bool))


def test_areas_and_places_are_the_photographs():
    values = np.zeros((10, 10), np.float32)
    values[2:4, 5], values[9, 0] = 1.0, 0.6
    found = propose(values, GRID, WHOLE, 0.5)
    np.testing.assert_array_equal(found.regions.area, [32, 16])
    np.testing.assert_array_equal(found.regions.box, [(30, 8, 34, 16), (10, 36, 14, 40)])
    np.testing.assert_array_equal(found.regions.place, [(32, 12), (12, 38)])
    assert found.share == 3 / 100
    assert len(propose(values, GRID, WHOLE, 0.5, least_area=20).regions) == 1
    on = on_photograph(found.regions.labels, GRID)
    assert on.shape == (40, 60)
    assert (on[8:16, 30:34] == 1).all()
    np.testing.assert_array_equal(np.bincount(on.ravel()), [40 * 60 - 48, 32, 16])


def test_a_point_means_the_region_under_it_else_the_smallest_around_it():
    values = np.zeros((10, 10), np.float32)
    values[1, 1:6], values[1:6, 1] = 1.0, 1.0  # a corner, whose box holds the spot
    values[3, 3] = 1.0
    found = propose(values, GRID, WHOLE, 0.5)
    assert [region_at(found, GRID, x, y) for x, y in ((14.5, 4.5), (22.0, 12.0), (25.9, 15.9))] == [0, 1, 1]
    assert region_at(found, GRID, 28.0, 18.0) == 0  # beside both, within the corner's box
    assert region_at(found, GRID, 3.0, 3.0) == region_at(found, GRID, 49.0, 39.0) == -1


def test_outside_the_field_nothing_is_proposed():
    circle = (30.0, 20.0, 10.0)
    view = FieldOfView(disc(circle, (40, 60)), circle)
    within = within_field(GRID, view)
    assert within[4, 4]
    assert not within[0, 0]
    values = np.zeros((10, 10), np.float32)
    values[0, 0], values[4, 4] = 9.0, 1.0  # the brightest is in the surround
    found = propose(values, GRID, view, 0.5)
    np.testing.assert_array_equal(found.regions.place, [(10 + 4 * 4.5, 4 * 4.5)])
    assert len(propose(np.zeros((10, 10), np.float32), GRID, view).regions) == 0


def test_the_evidence_is_the_mean_mask_or_the_map():
    mask = np.ones((3, 2, 2), np.float32)
    mask[:, 0, 0] = (0.4, 0.7, 1.0)
    stack = MaskStack("m", mask, mask, np.zeros(3, np.float32), keeps=False)
    heat = Heatmap("h", np.array([[-1, np.nan], [2, 0]], np.float32))
    np.testing.assert_allclose(evidence_map((heat, stack), heat.values), [[0.3, 0], [0, 0]], atol=1e-6)
    np.testing.assert_array_equal(evidence_map((heat,), heat.values), [[0, 0], [2, 0]])
