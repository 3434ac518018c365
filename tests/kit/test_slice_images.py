from __future__ import annotations

import numpy as np
import pytest

from salviewer.kit.map_colours import MapLook
from salviewer.kit.slice_images import LabelColours, gray_image, map_image
from salviewer.kit.slice_marks import bar_mm
from salviewer.kit.slice_words import signed


def grays(image):
    return [[image.pixelColor(x, y).red() for x in range(image.width())] for y in range(image.height())]


@pytest.mark.parametrize("kind", [np.float32, np.int16, np.uint8, np.int32])
def test_gray_rises_within_the_window_and_is_cut_outside(kind):
    values = np.array([[0, 10, 20], [60, 110, 200]], kind)
    assert grays(gray_image(values, 10, 110)) == [[0, 0, 26], [128, 255, 255]]
    assert grays(gray_image(values, 10, 110, inverted=True)) == [[255, 255, 229], [127, 0, 0]]


def test_what_is_no_number_is_black_also_when_inverted_and_an_empty_window_is_gray():
    values = np.array([[np.nan, np.inf, 1.0]], np.float32)
    assert grays(gray_image(values, 0, 1)) == [[0, 0, 255]]
    assert grays(gray_image(values, 0, 1, inverted=True)) == [[0, 0, 0]]
    assert grays(gray_image(values, 1, 1))[0][2] == 127


def test_a_map_is_transparent_where_it_is_no_number():
    image = map_image(np.array([[np.nan, 1.0]], np.float32), MapLook(0, 1, np.full((256, 3), 200, np.uint8)))
    assert [image.pixelColor(x, 0).alpha() for x in range(2)] == [0, 255]


@pytest.mark.parametrize("large", [0, 10**6])
def test_labels_without_a_colour_are_not_drawn_whatever_their_number(large):
    colours = LabelColours({5 + large: (255, 0, 0, 255), 2: (0, 255, 0, 128)})
    labels = np.array([[0, 2, 5 + large], [-3, 9 + large, 70]], np.int64)
    numbers = colours.numbers(labels)
    assert numbers.tolist() == [[0, 1, 2], [0, 0, 0]]
    image = colours.image(numbers)
    assert [image.pixelColor(x, 0).getRgb() for x in range(3)] == [(0, 0, 0, 0), (0, 255, 0, 128), (255, 0, 0, 255)]


def test_lines_run_around_each_region_once_and_straight_ones_are_one_line():
    colours = LabelColours({1: (255, 0, 0, 255), 2: (0, 255, 0, 100)})
    labels = np.zeros((6, 6), np.int16)
    labels[1:5, 1:3] = 1
    labels[1:5, 3:5] = 2
    found = {colour.getRgb()[:3]: path for colour, path in colours.lines(colours.numbers(labels))}
    red, green = found[(255, 0, 0)], found[(0, 255, 0)]
    assert red.boundingRect().getRect() == (1, 1, 2, 4)
    assert red.elementCount() == 8  # four lines of two ends: the shared one goes to the more opaque region
    assert green.elementCount() == 6
    assert green.boundingRect().getRect() == (3, 1, 2, 4)


def test_without_colours_nothing_is_drawn():
    colours = LabelColours({})
    numbers = colours.numbers(np.array([[0, 3]]))
    assert not numbers.any()
    assert colours.lines(numbers) == []


def test_the_scale_bar_is_a_round_number_of_millimetres():
    assert [bar_mm(longest) for longest in (0.03, 1.0, 4.9, 5.0, 37, 1999)] == [0.02, 1, 2, 5, 20, 1000]


def test_numbers_have_a_real_minus_and_never_one_before_nothing():
    assert [signed(v) for v in (-0.04, -12.04, 3.0)] == ["0.0", "\N{MINUS SIGN}12.0", "3.0"]
