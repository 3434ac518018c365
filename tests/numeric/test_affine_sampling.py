"""Volumes under affine maps: known answers, all 48 orientations, averaging, gaps, and labels that stay labels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from salviewer.numeric.affine_sampling import sample_affine

SHAPE = (5, 7, 9)
VALUES = np.random.default_rng(3).normal(size=SHAPE).astype(np.float32)
ORIENTATIONS = [
    (order, signs) for order in itertools.permutations(range(3)) for signs in itertools.product((1, -1), repeat=3)
]


def turned(order: tuple[int, ...], signs: tuple[int, ...], shape: tuple[int, ...]) -> np.ndarray:
    """From an index of the turned volume to one of the volume: turned axis k is axis order[k], flipped where -1."""
    m = np.zeros((4, 4))
    m[3, 3] = 1
    for k, (axis, sign) in enumerate(zip(order, signs, strict=True)):
        m[axis, k] = sign
        m[axis, 3] = 0 if sign > 0 else shape[axis] - 1
    return m


def rotated(angle: float, step: float, n_in: tuple[int, ...], n_out: tuple[int, ...]) -> np.ndarray:
    """A rotation about two axes and a scale that takes the target's centre to the centre of the values."""
    c, s = np.cos(angle), np.sin(angle)
    m = np.eye(4)
    m[:3, :3] = step * np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    m[:3, 3] = (np.array(n_in) - 1) / 2 - m[:3, :3] @ ((np.array(n_out) - 1) / 2)
    return m


@pytest.mark.parametrize(("order", "signs"), ORIENTATIONS)
def test_a_turn_is_numpys_transpose_and_flip_to_the_bit(order: tuple[int, ...], signs: tuple[int, ...]) -> None:
    wanted = VALUES.transpose(order)[tuple(slice(None, None, s) for s in signs)]
    m = turned(order, signs, SHAPE)
    np.testing.assert_array_equal(sample_affine(VALUES, m, wanted.shape), wanted)
    labels = (VALUES * 10).astype(np.int16)
    found = sample_affine(labels, m, wanted.shape, nearest=True)
    assert found.dtype == np.int16
    np.testing.assert_array_equal(found, labels.transpose(order)[tuple(slice(None, None, s) for s in signs)])


@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_a_linear_ramp_stays_a_linear_ramp(angle: float) -> None:
    index = np.stack(np.meshgrid(*map(np.arange, (20, 24, 28)), indexing="ij"), -1).astype(np.float32)
    ramp = index @ np.array([1.0, 0.5, -0.25], np.float32) + 3
    m = rotated(angle, 0.5, ramp.shape, (16, 16, 16))
    found = sample_affine(ramp, m, (16, 16, 16))
    at = np.stack(np.meshgrid(*[np.arange(16)] * 3, indexing="ij"), -1) @ m[:3, :3].T + m[:3, 3]
    np.testing.assert_allclose(found, at @ [1.0, 0.5, -0.25] + 3, atol=1e-4)


def test_outside_is_no_value_and_no_label() -> None:
    for angle in (0.0, 0.4):
        m = rotated(angle, 1.0, SHAPE, (21, 21, 21))
        found = sample_affine(np.ones(SHAPE, np.float32), m, (21, 21, 21))
        at = np.stack(np.meshgrid(*[np.arange(21)] * 3, indexing="ij"), -1) @ m[:3, :3].T + m[:3, 3]
        inside = ((at > -0.5 - 1e-6) & (at < np.array(SHAPE) - 0.5 + 1e-6)).all(-1)
        np.testing.assert_array_equal(np.isfinite(found), inside)
        np.testing.assert_allclose(found[inside], 1, atol=1e-6)
        labels = sample_affine(np.full(SHAPE, 7, np.uint8), m, (21, 21, 21), nearest=True)
        np.testing.assert_array_equal(labels, np.where(inside, 7, 0))


@pytest.mark.parametrize("angle", [0.0, 0.2, 0.7])
@pytest.mark.parametrize("factor", [3, 4])
def test_a_coarser_target_averages_and_skips_nothing(angle: float, factor: int) -> None:
    """A checkerboard averages to grey; whatever single voxel is bright, the target's sum holds its share."""
    n = 24
    board = np.indices((n, n, n)).sum(0) % 2
    few = (n // factor - 2,) * 3
    m = rotated(angle, factor, (n,) * 3, few)
    grey = sample_affine(board.astype(np.uint8), m, few)
    np.testing.assert_allclose(grey[np.isfinite(grey)], 0.5, atol=0.13)
    for at in [(11, 12, 12), (12, 12, 12), (13, 11, 10)]:
        one = np.zeros((n, n, n), np.float32)
        one[at] = 1
        assert np.nansum(sample_affine(one, m, few)) == pytest.approx(1 / factor**3, rel=0.5)


@pytest.mark.parametrize("sizes", [(4, 0.9, 1.1), (1, 1, 1), (2, 3, 1.5), (8, 8, 8)])
def test_one_bright_voxel_stays_in_its_place_on_a_turned_grid_of_other_voxels(sizes: tuple[float, ...]) -> None:
    rng = np.random.default_rng(0)
    bright = np.zeros((50, 50, 50), np.float32)
    bright[21, 26, 24] = 1
    at = np.array([4, 9, 7])
    for angle in rng.uniform(0, 2 * np.pi, 8):
        m = rotated(angle, 1, bright.shape, SHAPE) @ np.diag([*sizes, 1])
        m[:3, 3] = [21, 26, 24] - m[:3, :3] @ at
        found = sample_affine(bright, m, (10, 20, 15))
        assert np.unravel_index(np.nanargmax(found), found.shape) == tuple(at)


@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_gaps_leave_their_weight_to_the_others(angle: float) -> None:
    values = np.full((12, 12, 12), 5, np.float32)
    values[6, 6, 6] = np.nan
    values[:3] = np.inf
    found = sample_affine(values, rotated(angle, 1.3, values.shape, (6, 6, 6)), (6, 6, 6))
    assert np.isfinite(found).any()
    np.testing.assert_allclose(found[np.isfinite(found)], 5, atol=1e-5)
    fine = sample_affine(values, rotated(angle, 0.9, values.shape, (30, 30, 30)), (30, 30, 30))
    assert np.isnan(fine).any()
    np.testing.assert_allclose(fine[np.isfinite(fine)], 5, atol=1e-5)


def test_a_memory_map_in_either_order_is_read_and_not_written(tmp_path: object) -> None:
    whole = (VALUES * 100).astype(np.int16)
    m = rotated(0.0, 1.7, SHAPE, (3, 4, 5))
    wanted = sample_affine(whole.astype(np.float32), m, (3, 4, 5))
    for order in ("C", "F"):
        mapped = np.memmap(f"{tmp_path}/{order}", np.int16, "w+", shape=SHAPE, order=order)
        mapped[:] = whole
        mapped.flush()
        read = np.memmap(f"{tmp_path}/{order}", np.int16, "r", shape=SHAPE, order=order)
        np.testing.assert_allclose(sample_affine(read, m, (3, 4, 5)), wanted, atol=1e-4)


def test_one_slice_is_a_volume_too() -> None:
    flat = VALUES[:, :, :1]
    assert np.array_equal(sample_affine(flat, np.eye(4), flat.shape), flat)
    tilted = rotated(0.2, 1.0, flat.shape, flat.shape)
    assert np.isfinite(sample_affine(flat, tilted, flat.shape)).any()


@pytest.mark.parametrize(
    ("values", "matrix", "shape"),
    [
        (VALUES[0], np.eye(4), (2, 2, 2)),
        (VALUES, np.zeros((4, 4)), (2, 2, 2)),
        (VALUES, np.full((4, 4), np.nan), (2, 2, 2)),
        (VALUES, np.eye(4), (2, 2)),
        (VALUES[:0], np.eye(4), (2, 2, 2)),
    ],
)
def test_what_cannot_be_sampled_is_said(values: np.ndarray, matrix: np.ndarray, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="cannot sample|no affine map"):
        sample_affine(values, matrix, shape)
