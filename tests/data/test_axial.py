"""One slice of a volume as a picture: left on the right, the nose up, square pixels, and the slice that matters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from nibabel.affines import from_matvec
from nibabel.orientations import aff2axcodes

from salviewer.api import Explanation, GridMap, Heatmap, Picture, Volume
from salviewer.data.axial import axial, flat, flattened, volume_of


def volume(array: np.ndarray, affine: np.ndarray, *, known: bool = True) -> Volume:
    return Volume(array, affine, "head.nii", "0" * 64, aff2axcodes(affine) if known else None)


def stored(order: tuple[int, ...], signs: tuple[int, ...]) -> Volume:
    """A head of 5 x 7 x 3 voxels along R, A, S, bright at its right front, low down, stored in some order."""
    head = np.zeros((5, 7, 3), np.float32)
    head[4, 6, 0] = 1
    matrix = np.zeros((3, 3))
    for axis, (world, sign) in enumerate(zip(order, signs, strict=True)):
        matrix[world, axis] = sign
    return volume(head.transpose(order)[tuple(slice(None, None, s) for s in signs)], from_matvec(matrix, [0, 0, 0]))


@pytest.mark.parametrize(
    ("order", "signs"),
    [(o, s) for o in itertools.permutations(range(3)) for s in itertools.product((1, -1), repeat=3)],
)
def test_right_is_on_the_left_and_the_front_is_up_however_it_is_stored(
    order: tuple[int, ...], signs: tuple[int, ...]
) -> None:
    v = stored(order, signs)
    cut = axial(v, v.array)
    pixels = cut.picture.pixels[:, :, 0]
    assert pixels.shape == (7, 5)
    assert np.argwhere(pixels > 128).tolist() == [[0, 0]]
    assert cut.words.endswith("the patient's left is on the right")


def test_pixels_are_square_and_a_thick_axis_is_stretched() -> None:
    v = volume(np.random.default_rng(0).normal(size=(10, 20, 6)).astype(np.float32), np.diag([1.0, 0.5, 3, 1]))
    assert axial(v).picture.pixels.shape == (20, 20, 1)


def test_the_slice_is_the_maps_fullest_or_the_middle_one() -> None:
    v = volume(np.zeros((6, 6, 9), np.int16), np.eye(4))
    heat = np.zeros((6, 6, 9), np.float32)
    assert axial(v).index == axial(v, heat).index == 4
    heat[2, 2, 7] = -3
    assert axial(v, heat).index == 7
    assert axial(v, heat).words.startswith("axial slice 8 of 9")


def test_an_unknown_orientation_is_shown_as_stored_and_said() -> None:
    array = np.zeros((4, 5, 6), np.float32)
    array[3, 0] = 1
    v = volume(array, np.eye(4), known=False)
    assert np.argwhere(axial(v).picture.pixels[:, :, 0] > 128).tolist() == [[0, 3]]
    assert "orientation unknown" in axial(v).words


def test_small_values_are_bright_where_the_volume_says_so() -> None:
    array = np.zeros((4, 4, 4), np.int16)
    array[0] = 9
    affine = np.diag([-1.0, 1, 1, 1])
    dark = Volume(array, affine, "x", "", ("L", "A", "S"), inverted=True)
    assert axial(dark).picture.pixels[0, 0, 0] == 0
    assert axial(dark).picture.pixels[0, 3, 0] == 255


def test_an_explanation_lies_flat_with_or_without_its_volume() -> None:
    v = stored((2, 0, 1), (1, -1, 1))
    rows = tuple(tuple(map(float, row)) for row in np.eye(4))
    grid = GridMap(v.shape, v.shape, rows, (), tuple(tuple(map(float, r)) for r in v.affine), "".join(v.axcodes or ()))
    whole = Explanation((Heatmap("m", np.array(v.array)),), grid=grid)
    for source in (v, None):
        seen = flattened(whole, source)
        assert (seen.picture is None) == (source is None)
        assert seen.explanation.heatmap.shape == (7, 5)
        assert seen.explanation.heatmap[0, 0] == 1
        assert seen.words
    assert volume_of(grid).axcodes == v.axcodes
    picture = Picture(np.zeros((4, 4, 1), np.uint8), "p", "")
    plain = Explanation((Heatmap("m", np.zeros((4, 4), np.float32)),))
    assert flattened(plain, picture).explanation is plain
    assert flat(picture) is picture
