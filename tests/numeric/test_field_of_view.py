"""The field of view: rendered discs whose circle is known, and real photographs where they are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from salviewer.numeric.field_of_view import disc, field_of_view

FUNDUS = Path(__file__).parents[3] / "shared" / "data" / "fundus" / "images"


def photograph(shape, circle, *, dark=4, light=(170, 90, 40), noise=6, seed=0):
    random = np.random.default_rng(seed)
    inside = disc(circle, shape)
    pixels = np.where(inside[..., None], np.array(light), dark).astype(float)
    return np.clip(pixels + random.normal(0, noise, pixels.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("shape", "circle"),
    [
        ((300, 300), (150.0, 150.0, 140.0)),
        ((300, 450), (225.0, 150.0, 190.0)),  # cut above and below
        ((300, 300), (150.0, 180.0, 170.0)),  # cut on three sides
        ((711, 1072), (540.0, 352.0, 430.0)),
        ((60, 100), (50.0, 30.0, 26.0)),  # small, and less than half of the picture
    ],
)
def test_the_circle_is_found_also_where_it_is_cut(shape, circle):
    found = field_of_view(photograph(shape, circle))
    assert found.circle is not None
    np.testing.assert_allclose(found.circle, circle, atol=0.015 * circle[2])
    true = disc(circle, shape)
    assert (found.mask & true).sum() / (found.mask | true).sum() > 0.98


def test_burned_in_text_and_a_tab_are_left_out():
    circle = (150.0, 150.0, 120.0)
    pixels = photograph((300, 300), circle)
    pixels[5:20, 5:120] = 255  # text in a corner
    pixels[140:160, 262:285] = (170, 90, 40)  # the tab of a mask, on the rim
    pixels[280:295, 180:200:3] = 255
    found = field_of_view(pixels)
    np.testing.assert_allclose(found.circle, circle, atol=2)
    assert not found.mask[10, 50]
    assert not found.mask[150, 280]


def test_a_grey_surround_does_as_well():
    circle = (150.0, 150.0, 130.0)
    np.testing.assert_allclose(field_of_view(photograph((300, 300), circle, dark=60)).circle, circle, atol=2)


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((60, 60, 3), 120, np.uint8),
        np.zeros((60, 60, 3), np.uint8),
        np.random.default_rng(0).integers(0, 255, (80, 80, 3)).astype(np.uint8),
        np.full((3, 2), 0.5, np.float32),
        np.full((60, 60), np.nan, np.float32),
    ],
)
def test_what_has_no_round_field_counts_whole(pixels):
    found = field_of_view(pixels)
    assert found.circle is None
    assert found.mask.all()
    assert found.mask.shape == pixels.shape[:2]


def test_a_bright_square_is_no_field():
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[40:160, 40:160] = 150
    assert field_of_view(pixels).circle is None


def test_twelve_megapixels():
    circle = (2100.0, 1424.0, 1700.0)
    pixels = np.where(disc(circle, (2848, 4288))[..., None], np.uint8(120), np.uint8(3)) * np.ones(3, np.uint8)
    np.testing.assert_allclose(field_of_view(pixels).circle, circle, atol=10)


@pytest.mark.skipif(not FUNDUS.is_dir(), reason="needs the shared fundus photographs")
def test_real_photographs():
    from PIL import Image

    for name in ("IDRiD_02", "IDRiD_30", "IDRiD_54"):
        pixels = np.asarray(Image.open(FUNDUS / f"{name}.jpg").convert("RGB"))
        found = field_of_view(pixels)
        assert found.circle[2] == pytest.approx(427, abs=4)
        assert not found.mask[0, -1]
        assert not found.mask[-1, -1]
        assert found.mask[356, 356]
        dark = pixels.max(axis=2) < 15
        assert dark[~found.mask].mean() > 0.9
