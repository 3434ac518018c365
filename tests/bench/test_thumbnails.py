"""Small pictures under their maps: the size, where the colour lies, and maps without anything to show."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.api import Picture
from salviewer.bench.thumbnails import thumbnail


def grey(height=100, width=200):
    return Picture(np.full((height, width, 3), 128, np.uint8), "grey.png", "")


def test_the_longer_side_is_as_asked_and_small_pictures_stay():
    assert thumbnail(grey(), None, 50).shape == (25, 50, 3)
    assert thumbnail(grey(20, 30), None, 50).shape == (20, 30, 3)


def test_the_colour_lies_where_the_map_is_high():
    heatmap = np.zeros((32, 64), np.float32)
    heatmap[:, 48:] = 2.0
    found = thumbnail(grey(), heatmap, 64).astype(int)
    assert (found[:, :40] == 128).all()
    assert found[:, 56:].max() > 200


def test_below_zero_has_a_colour_of_its_own():
    heatmap = np.linspace(-1, 1, 64, dtype=np.float32)[None].repeat(32, 0)
    found = thumbnail(grey(), heatmap, 64).astype(int)
    left, middle, right = found[16, 0], found[16, 32], found[16, 63]
    assert np.abs(left - right).sum() > 80
    assert np.abs(middle - 128).max() <= 2


def test_what_the_model_did_not_see_is_dimmed():
    heatmap = np.full((32, 64), np.nan, np.float32)
    heatmap[:, 32:] = np.arange(32)
    found = thumbnail(grey(), heatmap, 64)
    assert (found[:, :30] == round(128 * 0.72)).all()


@pytest.mark.parametrize("value", [0.0, 3.0, np.nan])
def test_a_map_with_nothing_to_show_shows_the_picture(value):
    found = thumbnail(grey(), np.full((32, 64), value, np.float32), 64)
    assert (found == 128).all()
