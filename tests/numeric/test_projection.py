from __future__ import annotations

import numpy as np
import pytest

from salviewer.numeric.projection import Projection, project

NAN = np.nan


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_largest_value_and_its_place(axis, order):
    values = np.random.default_rng(0).normal(size=(30, 40, 50)).astype(np.float32, order=order)
    found, place = project(values, axis)
    np.testing.assert_array_equal(found, values.max(axis))
    np.testing.assert_array_equal(place, values.argmax(axis))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_of_signed_values_the_largest_size_counts_with_its_sign(axis, order):
    values = np.random.default_rng(1).normal(size=(90, 80, 100)).astype(np.float32, order=order)
    found, place = project(values, axis, signed=True)
    np.testing.assert_array_equal(place, np.abs(values).argmax(axis))
    np.testing.assert_array_equal(np.abs(found), np.abs(values).max(axis))
    assert (found < 0).any()


@pytest.mark.parametrize("signed", [False, True])
def test_what_is_no_number_is_passed_over(signed):
    values = np.array([[[NAN, 1, NAN]], [[-3, NAN, NAN]], [[2, NAN, np.inf]]], np.float32)
    found, place = project(values, 0, signed=signed)
    np.testing.assert_array_equal(found, [[-3 if signed else 2, 1, NAN]])
    assert place.tolist() == [[1 if signed else 2, 0, -1]]


def test_it_goes_on_in_small_steps_over_large_volumes():
    projection = Projection(np.zeros((128, 128, 128), np.float32), 1)
    steps = 1
    while not projection.advance():
        steps += 1
    assert steps == 4
    assert projection.complete


def test_whole_numbers_and_single_voxels():
    found, place = project(np.array([[[5]]], np.int16), 2)
    assert (found.item(), place.item()) == (5.0, 0)
