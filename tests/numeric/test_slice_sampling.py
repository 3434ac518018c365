from __future__ import annotations

import numpy as np
import pytest

from salviewer.numeric.slice_sampling import SliceSampler
from salviewer.numeric.slicing import Convention, planes_of

CODES = ("L", "A", "S")
SHAPE = (7, 8, 9)


def anatomy():
    affine = np.diag([-2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = [6, -7, -8]
    return affine, planes_of(SHAPE, affine, CODES, Convention())


def turned(degrees, spacing=(2.0, 1.0, 3.0)):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    affine = np.eye(4)
    affine[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.diag(spacing)
    affine[:3, 3] = [-4.3, -6.1, -7.7]
    return affine


def slowly(values, affine, plane, index, linear):
    """The same by a loop over pixels, one voxel at a time, in float64."""
    blank = np.nan if values.dtype.kind == "f" else 0
    found = np.full(plane.size, blank, np.float64)
    for row in range(plane.size[0]):
        for column in range(plane.size[1]):
            mm = plane.affine @ [*plane.voxel(row, column, index), 1]
            at = (np.linalg.inv(affine) @ mm)[:3]
            if np.any(at < -0.5) or np.any(at >= np.array(values.shape) - 0.5):
                continue
            if not linear:
                found[row, column] = values[tuple(np.floor(at + 0.5).astype(int))]
                continue
            held = np.clip(at, 0, np.array(values.shape) - 1)
            low = np.floor(held).astype(int)
            total = 0.0
            for corner in np.ndindex(2, 2, 2):
                weight = np.prod(np.where(corner, held - low, 1 - (held - low)))
                total += weight * values[tuple(low + corner)] if weight else 0
            found[row, column] = total
    return found


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize(
    "affine",
    [
        turned(0),
        turned(90),
        turned(20),
        turned(0, (4.0, 4.0, 4.0)),
        turned(20)[[2, 0, 1, 3]],  # its rows stand in other planes of the world
    ],
    ids=["axes", "quarter", "oblique", "coarse", "other-axes"],
)
@pytest.mark.parametrize("name", ["axial", "coronal", "sagittal"])
def test_it_agrees_with_a_loop_over_the_pixels(affine, linear, name):
    values = np.random.default_rng(4).random((6, 11, 5), dtype=np.float32)
    plane = anatomy()[1][name]
    for index in (0, 3, plane.count - 1):
        found = SliceSampler(values, affine, plane, linear=linear).at(index)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, slowly(values, affine, plane, index, linear), atol=1e-5)


@pytest.mark.parametrize("degrees", [0, 33])
def test_labels_are_never_mixed_and_there_are_none_outside(degrees):
    labels = np.random.default_rng(5).choice([0, 3, 4000], (6, 11, 5)).astype(np.int32)
    plane = anatomy()[1]["axial"]
    found = SliceSampler(labels, turned(degrees), plane, linear=True).at(4)
    assert set(np.unique(found)) <= {0, 3, 4000}
    np.testing.assert_array_equal(found, slowly(labels, turned(degrees), plane, 4, linear=False))


@pytest.mark.parametrize("linear", [False, True])
def test_the_same_grid_gives_its_own_numbers_also_beside_nan(linear):
    affine, planes = anatomy()
    values = np.random.default_rng(6).random(SHAPE, dtype=np.float32)
    values[3, 4, 4] = np.nan
    for plane in planes.values():
        np.testing.assert_array_equal(SliceSampler(values, affine, plane, linear=linear).at(4), plane.view(values, 4))


def test_a_coarse_grid_is_drawn_in_cells_of_equal_width():
    plane = planes_of((8, 8, 8), np.eye(4), ("R", "A", "S"), Convention(radiological=False))["axial"]
    half = np.diag([2.0, 2.0, 2.0, 1.0])  # its first centre lies on a voxel, its edges half-way between two
    values = np.broadcast_to(np.arange(4, dtype=np.float32)[:, None, None], (4, 4, 4)).copy()
    shown = SliceSampler(values, half, plane).at(0)
    assert shown[3].tolist() == [0, 1, 1, 2, 2, 3, 3, pytest.approx(np.nan, nan_ok=True)]


@pytest.mark.parametrize("shape", [(1, 8, 9), (7, 1, 9), (7, 8, 1), (1, 1, 1)])
@pytest.mark.parametrize("linear", [False, True])
def test_one_voxel_thick_grids(shape, linear):
    affine, planes = anatomy()
    values = np.ones(shape, np.float32)
    for plane in planes.values():
        found = SliceSampler(values, affine, plane, linear=linear).at(0)
        assert np.nansum(found) == np.prod([shape[plane.down], shape[plane.across]])
    for plane in planes_of(shape, affine, CODES, Convention()).values():
        assert SliceSampler(np.ones(SHAPE, np.float32), affine, plane, linear=linear).at(0).shape == plane.size
