"""Two maps set against each other: on their own grid, on the picture's, in one unit or in none."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.api import Explanation, GridMap, Heatmap
from salviewer.bench.comparison import LONGEST, Placed, compare, correlations, on_one_grid
from salviewer.errors import InvalidChoice


def placed(values, grid=None, unit="logit", picture="p"):
    values = np.asarray(values, np.float32)
    return Placed(Heatmap("m", values, unit=unit), grid or GridMap.identity(values.shape), picture)


def crop(source, size, at):
    """A model that sees `size` pixels from `at` on, one to one."""
    return GridMap(source, size, ((1.0, 0.0, at[0]), (0.0, 1.0, at[1]), (0.0, 0.0, 1.0)))


def test_maps_of_one_unit_are_subtracted_as_they_are():
    pair = compare(placed([[1, 2], [3, 4]]), placed([[0, 2], [5, 1]]))
    assert pair.difference.tolist() == [[1, 0], [-2, 3]]
    assert not pair.own_maximum
    assert pair.how == "Compared on their own 2 × 2 grid."


@pytest.mark.parametrize("units", [("logit", "probability"), ("", "")])
def test_maps_of_other_or_unknown_units_are_divided_by_their_maximum_first(units):
    pair = compare(placed([[1, 2], [4, 0]], unit=units[0]), placed([[-1, 0], [2, 1]], unit=units[1]))
    assert pair.own_maximum
    assert pair.difference.tolist() == [[0.75, 0.5], [0, -0.5]]


def test_maps_of_two_grids_meet_on_the_picture():
    fine = np.zeros((4, 6), np.float32)
    fine[1, 2] = 1
    small = np.zeros((2, 2), np.float32)
    small[0, 1] = 1
    # The small map's field of view begins at row 1, column 1: its peak is the same pixel of the picture.
    pair = compare(placed(fine), placed(small, crop((4, 6), (2, 2), (1.0, 1.0))))
    assert pair.overlap.iou == 1
    assert pair.difference[1, 2] == 0
    assert np.isnan(pair.difference[0, 0])  # the second model saw nothing there
    assert np.isfinite(pair.difference).sum() == 4
    assert pair.grid.box() == ((0.0, 4.0), (0.0, 6.0))
    assert pair.how == "Their grids differ, so both were brought onto the picture’s pixels first."


def test_large_pictures_are_averaged_and_it_is_said():
    shape = (3 * LONGEST, 2 * LONGEST)
    ramp = np.linspace(0, 1, 30, dtype=np.float32)
    whole = GridMap(shape, (30, 20), ((LONGEST / 10, 0, LONGEST / 20 - 0.5), (0, LONGEST / 10, LONGEST / 20 - 0.5),
                                      (0, 0, 1)))  # fmt: skip
    a = placed(np.repeat(ramp[:, None], 20, 1), whole)
    b = placed(np.repeat(ramp[:, None], 40, 1), whole)
    x, y, grid, how = on_one_grid(a, b)
    assert x.shape == y.shape == (LONGEST, 2 * LONGEST // 3)
    np.testing.assert_allclose(x, y, atol=1e-6)
    assert grid.box() == ((0.0, shape[0]), (0.0, pytest.approx(shape[1])))
    assert how.endswith("averaged 3 × 3.")


def test_maps_of_two_pictures_are_refused():
    with pytest.raises(InvalidChoice, match="different pictures"):
        compare(placed([[1, 2]]), placed([[1, 2]], picture="q"))


def test_every_map_against_every_other():
    maps = [placed([[1, 2], [3, 4]]), placed([[2, 1], [4, 3]]), placed([[4, 3], [2, 1]]),
            placed([[1, 1], [1, 1]]), placed([[1, 2], [3, 4]], picture="q")]  # fmt: skip
    told = []
    found = correlations(maps, told.append)
    assert found[0, :3].tolist() == pytest.approx([1, 0.6, -1])
    assert np.array_equal(found, found.T, equal_nan=True)
    assert np.isnan(found[0, 3:]).all()
    assert found[4, 4] == pytest.approx(1)
    assert told[0] == 0
    assert max(told) < 1


def test_the_map_of_an_explanation_and_no_volume():
    flat, second = Heatmap("m", np.ones((2, 3), np.float32)), Heatmap("n", np.zeros((2, 3), np.float32))
    explanation = Explanation((flat, second), provenance={"input": {"sha256": "abc"}})
    assert Placed.of(explanation).heatmap is flat
    assert Placed.of(explanation, second).heatmap is second
    assert Placed.of(explanation).picture == "abc"
    with pytest.raises(InvalidChoice, match="volume"):
        Placed.of(Explanation((Heatmap("v", np.ones((2, 2, 2), np.float32)),)))
