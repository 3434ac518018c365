"""The outline of a box in a slice: known beforehand for boxes that lie square, and for one on its corner."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.kit.slice_frame import frame_of
from salviewer.numeric.slicing import Convention, planes_of

SHAPE = (20, 24, 18)


@pytest.fixture
def planes():
    return planes_of(SHAPE, np.diag([1.0, 2.0, 3.0, 1.0]), ("R", "A", "S"), Convention(radiological=False))


def test_a_square_box_is_a_rectangle_where_the_slice_meets_it(planes):
    affine = np.diag([1.0, 2.0, 3.0, 1.0])
    affine[:3, 3] = [5, 8, 9]  # from voxel (5, 4, 3) on
    frame = frame_of(affine, (10, 12, 6))
    axial = frame.outline(planes["axial"], 5)
    assert len(axial) == 4
    assert axial.min(axis=0) == pytest.approx([5, 2 * (24 - 16)])  # v runs from the front, where y is highest
    assert axial.max(axis=0) == pytest.approx([15, 2 * (24 - 4)])
    assert len(frame.outline(planes["axial"], 2)) == 0  # ends half a voxel above slice 2
    assert len(frame.outline(planes["axial"], 3)) == 4


def test_a_cube_on_its_corner_is_a_hexagon_in_its_middle():
    z = np.array([1, 1, 1]) / np.sqrt(3)
    x = np.array([1, -1, 0]) / np.sqrt(2)
    affine = np.eye(4)
    affine[:3, :3] = np.array([x, np.cross(z, x), z]) * 4  # rows: the cube's diagonal becomes the world's z
    affine[:3, 3] = [10, 10, 10] - affine[:3, :3] @ [0.5, 0.5, 0.5]
    plane = planes_of((21, 21, 21), np.eye(4), ("R", "A", "S"), Convention())["axial"]
    points = frame_of(affine, (2, 2, 2)).outline(plane, 10)
    assert len(points) == 6
    radii = np.linalg.norm(points - 10.5, axis=1)
    assert radii == pytest.approx(np.full(6, 8 / np.sqrt(2)))
    turns = np.diff(np.unwrap(np.arctan2(*(points - 10.5).T[::-1])))
    assert turns == pytest.approx(np.full(5, np.pi / 3))  # in order around
