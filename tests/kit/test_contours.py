from __future__ import annotations

import numpy as np
import pytest

from salviewer.kit.contours import outlines, smooth_lines, thinned


def length(lines: np.ndarray) -> float:
    return float(np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]).sum())


def test_the_outline_of_one_cell_is_its_four_sides():
    values = np.zeros((3, 4), np.float32)
    values[1, 2] = 1
    found = {tuple(line) for line in outlines(values, 0.5).tolist()}
    assert found == {(2, 1, 2, 2), (3, 1, 3, 2), (2, 1, 3, 1), (2, 2, 3, 2)}


def test_neighbours_share_one_outline_also_along_the_edge():
    assert length(outlines(np.ones((2, 3), np.float32), 0.5)) == 10
    assert len(outlines(np.full((2, 3), np.nan, np.float32), 0.5)) == 0


def test_a_ramp_is_crossed_where_it_reaches_the_level():
    values = np.tile(np.arange(4, dtype=np.float32), (3, 1))  # the value at x is x - 1/2
    lines = smooth_lines(values, 1.25)
    assert lines[:, [0, 2]] == pytest.approx(np.full((4, 2), 1.75))
    assert length(lines) == pytest.approx(3)


def test_a_cone_has_a_circle_around_it():
    y, x = np.mgrid[:41, :41].astype(np.float32) + 0.5
    lines = smooth_lines(-np.hypot(x - 20.5, y - 20.5), -10.0)
    assert length(lines) == pytest.approx(2 * np.pi * 10, rel=0.01)
    assert np.hypot(lines[:, 0] - 20.5, lines[:, 1] - 20.5) == pytest.approx(10, abs=0.05)


def test_opposite_corners_are_cut_off_one_by_one():
    lines = smooth_lines(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32), 0.5)
    assert not any(np.allclose(line, (0.5, 1.0, 1.5, 1.0)) for line in lines)
    assert np.isfinite(lines).all()


def test_no_line_beside_what_is_no_number():
    values = np.array([[0, 1], [np.nan, 1], [0, 1]], np.float32)
    lines = smooth_lines(values, 0.5)
    assert length(lines) == pytest.approx(1.0)  # half a cell at the top, half a cell at the bottom


def test_fine_maps_are_thinned():
    thin, step = thinned(np.zeros((2000, 100)))
    assert (thin.shape, step) == ((500, 25), 4)
    assert thinned(np.zeros((30, 30)))[1] == 1
