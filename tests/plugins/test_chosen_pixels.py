"""What is made of chosen pixels: the density map, outliers, the box. All answers worked out by hand or slowly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from salviewer_plugins.discernible.box import around, best_overlap, fitted_box, overlap
from salviewer_plugins.discernible.findings import findings
from salviewer_plugins.discernible.map import density_map
from salviewer_plugins.discernible.outliers import neighbours, outliers


def slow_neighbours(points, radius):
    return [sum(math.dist(p, q) <= radius for q in points) for p in points]


def test_one_point_leaves_one_gaussian_as_high_as_its_weight():
    found = density_map(np.array([[2, 5]]), np.array([3.0]), (8, 11), 2.0)
    assert found.dtype == np.float32
    for y, x in [(2, 5), (0, 0), (7, 10), (2, 7)]:
        assert found[y, x] == pytest.approx(3 * math.exp(-((y - 2) ** 2 + (x - 5) ** 2) / 8), rel=1e-5)


def test_gaussians_add_up_and_a_pixel_can_be_chosen_twice():
    points = np.array([[0, 0], [0, 0], [3, 4]])
    found = density_map(points, None, (5, 6), 1.5)
    assert found[0, 0] == pytest.approx(2 + math.exp(-25 / 4.5), rel=1e-5)


def test_a_point_in_the_corner_counts_no_more_than_one_in_the_middle():
    corner, middle = (density_map(np.array([p]), None, (21, 21), 4.0).max() for p in ([0, 0], [10, 10]))
    assert corner == pytest.approx(middle)


def test_no_points_make_an_empty_map():
    assert not density_map(np.zeros((0, 2), np.int32), None, (4, 5), 1.0).any()


def test_a_volume_gets_a_volume():
    found = density_map(np.array([[1, 2, 3]]), None, (4, 5, 6), 1.0)
    assert found.shape == (4, 5, 6)
    assert found[1, 2, 3] == pytest.approx(1)
    assert found[2, 2, 3] == pytest.approx(math.exp(-0.5), rel=1e-5)


@pytest.mark.parametrize("radius", [0, 1, 2.5, 7, 40])
@pytest.mark.parametrize("shape", [(9, 14), (5, 6, 7)])
def test_neighbours_are_counted_as_one_by_one(radius, shape):
    rng = np.random.default_rng(3)
    points = np.stack([rng.integers(0, size, 80) for size in shape], axis=1)
    assert neighbours(points, shape, radius).tolist() == slow_neighbours(points.tolist(), radius)


def test_the_lone_point_is_the_outlier():
    cluster = np.array([[50 + y, 60 + x] for y in range(3) for x in range(3)])
    points = np.concatenate([cluster, [[5, 5]]])
    assert outliers(points, (100, 100), 0.1, 0.2).tolist() == [False] * 9 + [True]
    assert fitted_box(points, (100, 100), 0.1, 0.2) == (60, 50, 63, 53)
    assert fitted_box(points, (100, 100), 0.1, 0.0) == (5, 5, 63, 53)


def test_exactly_the_share_is_enough():
    points = np.array([[0, 0], [0, 1], [9, 9], [9, 8]])
    assert not outliers(points, (10, 10), 0.1, 0.5).any()
    assert outliers(points, (10, 10), 0.1, 0.51).all()
    assert fitted_box(points, (10, 10), 0.1, 0.51) is None


def test_the_radius_is_a_share_of_the_shorter_side_and_includes_its_edge():
    points = np.array([[0, 0], [0, 5]])
    assert not outliers(points, (50, 400), 0.1, 1.0).any()
    assert outliers(points, (49, 400), 0.1, 1.0).all()


def test_tens_of_thousands_of_points_take_little_time_and_memory():
    import tracemalloc

    points = np.random.default_rng(0).integers(0, 224, (40_000, 2))
    tracemalloc.start()
    found = outliers(points, (224, 224), 0.05, 0.001)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    assert found.shape == (40_000,)


def test_no_points_have_no_box():
    assert fitted_box(np.zeros((0, 2), np.int32), (10, 10), 0.1, 0.1) is None


def test_a_box_in_a_volume_names_x_first():
    assert around(np.array([[1, 2, 3], [4, 5, 6]])) == (3, 2, 1, 7, 6, 5)


def test_overlap_by_hand():
    assert overlap((0, 0, 4, 4), (2, 2, 6, 6)) == pytest.approx(4 / 28)
    assert overlap((0, 0, 4, 4), (0, 0, 4, 4)) == 1
    assert overlap((0, 0, 1, 1), (3, 3, 4, 4)) == 0
    assert overlap((0, 0, 0, 2, 2, 2), (0, 0, 1, 2, 2, 3)) == pytest.approx(4 / 12)


def test_of_several_true_boxes_the_best_counts():
    assert best_overlap((0, 0, 4, 4), [(9, 9, 10, 10), (0, 0, 4, 2)]) == pytest.approx(0.5)
    assert best_overlap(None, [(0, 0, 1, 1)]) == 0
    assert best_overlap((0, 0, 1, 1), []) == 0


def test_findings_leave_outliers_out_of_map_and_box_and_say_so():
    cluster = np.array([[50 + y, 60 + x] for y in range(3) for x in range(3)])
    points = np.concatenate([cluster, [[5, 5]]])
    found = findings(points, (100, 100), sigma=2.0, radius=0.1, share=0.2)
    assert (found.box, found.outliers) == ((60, 50, 63, 53), 1)
    assert found.values[5, 5] == pytest.approx(0, abs=1e-6)
    assert np.unravel_index(found.values.argmax(), (100, 100)) == (51, 61)
    assert found.facts == {"box": [60, 50, 63, 53], "points": 10, "outliers": 1, "radius": 0.1, "share": 0.2}
    assert found.notes == (
        "1 of 10 chosen pixels stands apart (fewer than 20 % of all within 10 px) and was left out of the map and"
        " the box.",
        "The box around the others: x 60 to 63, y 50 to 53 px of the model's input.",
    )


def test_where_all_stand_apart_the_map_shows_all_and_there_is_no_box():
    found = findings(np.array([[0, 0], [9, 9]]), (10, 10), sigma=0.5, radius=0.1, share=0.9)
    assert found.facts["box"] is None
    assert found.values[0, 0] == found.values[9, 9] == pytest.approx(1)
    assert "there is no box" in found.notes[0]


def test_nothing_chosen_is_said():
    found = findings(np.zeros((0, 2), np.int32), (4, 4), sigma=1, radius=0.1, share=0.1)
    assert not found.values.any()
    assert found.notes == ("No pixel was chosen: the map is empty, and there is no box.",)
