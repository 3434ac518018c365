from __future__ import annotations

import itertools

import numpy as np
import pytest

from salviewer.numeric.slicing import PLANES, Convention, codes_beside, planes_of, robust_window

AXES = {"L": (0, -1), "R": (0, 1), "P": (1, -1), "A": (1, 1), "I": (2, -1), "S": (2, 1)}
CODES = [codes for order in itertools.permutations(("LR", "PA", "IS")) for codes in itertools.product(*order)]
SPACING = (1.5, 2.0, 3.0)  # of the world's x, y and z


def grid(codes, turn=0.0):
    """An affine whose axes point to `codes`, 9 x 11 x 13 voxels along x, y, z; turned by `turn` degrees about x."""
    affine, shape = np.eye(4), [0, 0, 0]
    for k, code in enumerate(codes):
        axis, sign = AXES[code]
        affine[:3, k] = 0
        affine[axis, k] = sign * SPACING[axis]
        shape[k] = (9, 11, 13)[axis]
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    around = np.eye(4)
    around[1:3, 1:3] = [[c, -s], [s, c]]
    affine = around @ affine
    affine[:3, 3] = -affine[:3, :3] @ (np.array(shape) - 1) / 2  # the world's origin is the middle voxel
    return affine, tuple(shape)


@pytest.mark.parametrize("turn", [0.0, 12.3])
@pytest.mark.parametrize("codes", CODES, ids="".join)
@pytest.mark.parametrize("radiological", [True, False])
@pytest.mark.parametrize("nose_left", [True, False])
def test_every_slice_shows_the_patient_the_right_way_round(codes, turn, radiological, nose_left):
    affine, shape = grid(codes, turn)
    planes = planes_of(shape, affine, codes, Convention(radiological, nose_left))
    far = np.zeros(shape, np.uint8)
    ends = [n - 1 if c in "LPI" else 0 for c, n in zip(codes, shape, strict=True)]
    far[tuple(ends)] = 1  # the voxel furthest left, back and down
    left_column = -1 if radiological else 0
    back_column = -1 if nose_left else 0
    corners = {"axial": (-1, left_column), "coronal": (-1, left_column), "sagittal": (-1, back_column)}
    for name, corner in corners.items():
        plane = planes[name]
        shown = plane.view(far, ends[plane.axis])
        assert shown.shape == plane.size
        assert np.shares_memory(shown, far)
        assert shown[corner] == 1, name
    side = ("R", "L") if radiological else ("L", "R")
    nose = ("A", "P") if nose_left else ("P", "A")
    assert planes["axial"].letters == ("A", side[1], "P", side[0])
    assert planes["coronal"].letters == ("S", side[1], "I", side[0])
    assert planes["sagittal"].letters == ("S", nose[1], "I", nose[0])


@pytest.mark.parametrize("codes", [("R", "A", "S"), ("L", "P", "S"), ("P", "I", "R")], ids="".join)
@pytest.mark.parametrize("turn", [0.0, 20.0])
def test_paper_pixel_voxel_and_world_lead_back_to_each_other(codes, turn):
    affine, shape = grid(codes, turn)
    point = np.array([2.2, -3.1, 4.7])
    for plane in planes_of(shape, affine, codes, Convention()).values():
        u, v = plane.paper(point)
        assert np.allclose(plane.world(u, v, plane.depth(point)), point)
        voxel = plane.voxel(3, 4, 5)
        assert plane.pixel(voxel) == (3, 4)
        assert voxel[plane.axis] == 5
        centre = affine[:3, :3] @ voxel + affine[:3, 3]
        down, across = plane.spacing_mm
        assert np.allclose(plane.paper(centre), (4.5 * across, 3.5 * down))
        assert plane.index(centre) == 5


def test_spacing_and_paper_are_in_millimetres():
    affine, shape = grid(("A", "S", "L"))
    planes = planes_of(shape, affine, ("A", "S", "L"), Convention())
    assert planes["axial"].spacing_mm == (2.0, 1.5)
    assert planes["axial"].paper_mm == (9 * 1.5, 11 * 2.0)
    assert planes["sagittal"].paper_mm == (11 * 2.0, 13 * 3.0)
    assert [planes[name].count for name in PLANES] == [13, 11, 9]
    assert [planes[name].upwards for name in PLANES] == [1, 1, -1]


@pytest.mark.parametrize("codes", [None, ("R", None, "S")])
def test_without_orientation_there_are_no_letters_and_no_convention_mirrors(codes):
    array = np.arange(24).reshape(2, 3, 4)
    for convention in (Convention(), Convention(False, False)):
        plane = planes_of(array.shape, np.eye(4), codes, convention)["axial"]
        assert plane.letters is None
        assert plane.view(array, 1).tolist() == array[:, ::-1, 1].T.tolist()


def test_a_depth_outside_the_volume_shows_its_last_slice():
    affine, shape = grid(("R", "A", "S"))
    plane = planes_of(shape, affine, ("R", "A", "S"), Convention())["axial"]
    assert (plane.index((0, 0, 900)), plane.index((0, 0, -900)), plane.index((0, 0, 3.0))) == (12, 0, 7)


@pytest.mark.parametrize("codes", CODES[::5], ids="".join)
def test_a_grid_beside_another_gets_its_codes_jointly(codes):
    reference, _ = grid(("L", "P", "S"), turn=10)
    affine, _ = grid(codes, turn=25)
    assert codes_beside(affine, reference, ("L", "P", "S")) == codes
    assert codes_beside(affine, reference, None) is None


def test_the_window_is_the_percentile_range_of_what_is_finite():
    ramp = np.linspace(0, 1000, 40**3, dtype=np.float32).reshape(40, 40, 40)
    ramp[0, 0, :5] = np.nan
    ramp[1, 1, 1] = np.inf
    low, high = robust_window(ramp)
    assert low == pytest.approx(1.0, abs=0.3)
    assert high == pytest.approx(999.0, abs=0.3)


def test_the_window_is_never_empty():
    assert robust_window(np.full((4, 4, 4), 7, np.int16)) == (6.5, 7.5)
    assert robust_window(np.full((4, 4, 4), np.nan, np.float32)) == (0.0, 1.0)
    lonely = np.zeros((20, 20, 20), np.uint8)
    lonely[3, 4, 5] = 200
    assert robust_window(lonely) == (0.0, 200.0)


def test_the_window_of_a_thin_long_or_large_volume_looks_everywhere():
    thin = np.zeros((1, 300, 4096), np.int16)
    thin[:, :, ::2] = 100
    assert robust_window(thin) == (0.0, 100.0)
    large = np.broadcast_to(np.arange(500, dtype=np.int16)[:, None, None], (500, 500, 500))
    low, high = robust_window(large)
    assert low < 10
    assert high > 490
