from __future__ import annotations

import math

import numpy as np
import pytest

from salviewer.numeric.region import RegionStatistics, coverage, region_statistics


def test_whole_cells_by_hand():
    values = np.array([[1.0, 2.0], [3.0, -4.0]], np.float32)
    found = region_statistics(values, np.array([[0.0, 1.0], [0.0, 1.0]]))
    # positive mass 1 + 2 + 3 = 6, of which 2 is inside; mean (2 - 4) / 2
    assert found == RegionStatistics(mass_share=2 / 6, area_share=0.5, mean=-1.0, highest=2.0, lowest=-4.0)


def test_cut_cells_count_by_their_part():
    values = np.array([[4.0, 8.0]], np.float32)
    found = region_statistics(values, np.array([[0.5, 0.25]]))
    assert found.mass_share == pytest.approx((2 + 2) / 12)
    assert found.area_share == pytest.approx(0.375)
    assert found.mean == pytest.approx(4 / 0.75)
    assert (found.lowest, found.highest) == (4.0, 8.0)


def test_cells_without_a_number_do_not_count():
    values = np.array([[np.nan, 2.0], [np.inf, 6.0]], np.float32)
    found = region_statistics(values, np.array([[1.0, 1.0], [1.0, 0.0]]))
    assert found == RegionStatistics(mass_share=0.25, area_share=0.5, mean=2.0, highest=2.0, lowest=2.0)


def test_no_positive_value_and_no_number():
    assert region_statistics(np.array([[-1.0, 0.0]], np.float32), np.ones((1, 2))).mass_share is None
    nothing = RegionStatistics(None, 0.0, None, None, None)
    assert region_statistics(np.full((2, 2), np.nan, np.float32), np.ones((2, 2))) == nothing
    outside = region_statistics(np.ones((2, 2), np.float32), np.zeros((2, 2)))
    assert outside == RegionStatistics(0.0, 0.0, None, None, None)


def test_a_region_of_another_map_is_an_error():
    with pytest.raises(ValueError, match="region"):
        region_statistics(np.ones((2, 2)), np.ones((2, 3)))


def test_a_rectangle_covers_parts_of_cells():
    found = coverage((2, 3), (0.5, 2.0), (1.25, 9.0), "rectangle")
    assert found == pytest.approx(np.array([[0, 0.375, 0.5], [0, 0.75, 1.0]]))


def test_an_ellipse_covers_pi_times_its_half_axes():
    found = coverage((40, 60), (5, 35), (10, 50), "ellipse")
    assert found.sum() == pytest.approx(math.pi * 15 * 20, rel=1e-3)
    assert found[20, 30] == 1.0
    assert found[5, 10] == 0.0
    assert found == pytest.approx(found[::-1, ::-1])


def test_an_ellipse_within_one_cell_and_one_beyond_the_map():
    assert coverage((3, 3), (1.0, 2.0), (1.0, 2.0), "ellipse")[1, 1] == pytest.approx(math.pi / 4, rel=1e-2)
    assert coverage((3, 3), (-9.0, -5.0), (0.0, 2.0), "ellipse").sum() == 0
    assert coverage((3, 3), (-50.0, 50.0), (-50.0, 50.0), "ellipse") == pytest.approx(np.ones((3, 3)))
    assert coverage((3, 3), (1.0, 1.0), (1.0, 2.0), "ellipse").sum() == 0
