from __future__ import annotations

import numpy as np
import pytest

from salviewer.kit.colours import colourise, lut, qimage, swatch


def test_a_map_has_256_colours_from_low_to_high():
    gray = lut("gray")
    assert gray.shape == (256, 3)
    assert gray.dtype == np.uint8
    assert gray[0].tolist() == [0, 0, 0]
    assert gray[255].tolist() == [255, 255, 255]
    assert not gray.flags.writeable


def test_an_unknown_map_is_an_error():
    with pytest.raises(ValueError, match="nosuchmap"):
        lut("nosuchmap")


def test_low_middle_and_high_get_their_colours():
    rgba = colourise(np.array([[-1.0, 0.0, 0.5, 1.0, 9.0]]), 0.0, 1.0, lut("gray"))
    assert rgba[0, :, 0].tolist() == [0, 0, 128, 255, 255]
    assert (rgba[..., 3] == 255).all()


def test_what_is_no_number_is_transparent():
    rgba = colourise(np.array([[np.nan, np.inf, 1.0]], np.float32), 0.0, 1.0, lut("gray"))
    assert rgba[0, :, 3].tolist() == [0, 0, 255]


def test_a_range_without_extent_gets_one_middle_colour():
    rgba = colourise(np.full((2, 2), 3.0), 3.0, 3.0, lut("gray"))
    assert np.unique(rgba[..., 0]).tolist() == [128]


def test_a_swatch_runs_from_left_to_right(qapp):
    image = swatch(lut("gray"), 40, 8, ratio=2.0).toImage()
    assert (image.width(), image.height()) == (80, 16)
    assert image.pixelColor(1, 8).red() < 10
    assert image.pixelColor(78, 8).red() > 245


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_of_any_channels_and_kind_become_images(qapp, channels):
    pixels = np.zeros((3, 5, channels), np.uint8)
    pixels[2, 4] = 200
    image = qimage(pixels)
    assert (image.width(), image.height()) == (5, 3)
    assert image.pixelColor(4, 2).red() == 200
    assert image.pixelColor(0, 0).red() == 0
    assert qimage(pixels.astype(np.float32) / 255) == image
