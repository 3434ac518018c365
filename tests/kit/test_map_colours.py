from __future__ import annotations

import numpy as np
import pytest

from salviewer.kit.colours import lut
from salviewer.kit.map_colours import SHADED, MapLook, dots

GRAY = lut("gray")


def alphas(values: np.ndarray, look: MapLook) -> list[int]:
    return (dots(values, look) >> 24)[0].tolist()


def test_low_middle_and_high_get_their_colours_and_what_is_no_number_none():
    values = np.array([[-1.0, 0.0, 0.5, 1.0, 9.0, np.nan, np.inf]], np.float32)
    found = dots(values, MapLook(0, 1, GRAY))
    assert (found & 255)[0].tolist() == [0, 0, 128, 255, 255, 0, 0]
    assert (found >> 24)[0].tolist() == [255] * 5 + [0, 0]


def test_red_green_and_blue_stand_in_their_order():
    table = np.tile(np.array([10, 20, 30], np.uint8), (256, 1))
    assert dots(np.zeros((1, 1), np.float32), MapLook(0, 1, table))[0, 0] == 0xFF0A141E


def test_a_range_without_extent_gets_one_middle_colour():
    assert (dots(np.full((1, 2), 3.0, np.float32), MapLook(3, 3, GRAY)) & 255).tolist() == [[128, 128]]


def test_faint_values_fade_over_a_picture():
    values = np.array([[0.0, 0.175, 0.35, 1.0]], np.float32)
    assert alphas(values, MapLook(0, 1, GRAY, fade=True)) == pytest.approx([0, 128, 255, 255], abs=3)


def test_the_middle_of_a_signed_map_fades():
    values = np.array([[-1.0, 0.0, 1.0, np.nan]], np.float32)
    assert alphas(values, MapLook(-1, 1, GRAY, fade=True, signed=True)) == pytest.approx([255, 0, 255, 0], abs=1)


def test_faded_colours_are_premultiplied():
    found = int(dots(np.array([[0.175]], np.float32), MapLook(0, 1, lut("gray_r"), fade=True))[0, 0])
    assert found & 255 <= found >> 24


def test_a_band_leaves_out_what_is_outside_of_it():
    values = np.array([[0.1, 0.2, 0.5, 0.8, 0.9, np.nan]], np.float32)
    look = MapLook(0, 1, GRAY, band=(np.float32(0.2), np.float32(0.8)))
    assert alphas(values, look) == [0, 255, 255, 255, 0, 0]


def test_the_band_of_a_signed_map_is_one_of_sizes():
    values = np.array([[-0.9, -0.1, 0.1, 0.9]], np.float32)
    assert alphas(values, MapLook(-1, 1, GRAY, signed=True, band=(0.5, 1.0))) == [255, 0, 0, 255]


def test_a_mask_darkens_what_the_band_leaves_out_and_nothing_else():
    values = np.array([[0.1, 0.9, np.nan]], np.float32)
    assert dots(values, MapLook(0, 1, GRAY, band=(0.5, 1.0), masks=True)).tolist() == [[SHADED, 0, SHADED]]
