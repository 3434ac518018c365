import logging

import numpy as np
import pytest

from salviewer.data import colour
from salviewer.errors import InvalidChoice

NAN = np.nan


@pytest.mark.parametrize("name", colour.SEQUENTIAL + colour.DIVERGING)
def test_every_map_on_offer_loads_without_a_murmur(name, caplog):
    colour.lut.cache_clear()
    with caplog.at_level(logging.WARNING):
        table = colour.lut(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert not table.flags.writeable
    assert not caplog.records


def test_known_ends():
    assert colour.lut("gray")[[0, 255]].tolist() == [[0, 0, 0], [255, 255, 255]]
    assert colour.lut("viridis")[0].tolist() == [68, 1, 84]
    assert colour.SEQUENTIAL[0] == "inferno"
    assert colour.SEQUENTIAL[-1] == "jet"


def test_a_map_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(InvalidChoice, match="viridis"):
        colour.lut("virdis")


@pytest.mark.parametrize("name", colour.DIVERGING)
def test_the_middle_of_a_diverging_map_is_between_its_ends(name):
    low, middle, high = colour.lut(name)[[64, 128, 192]].astype(int)
    assert np.ptp(middle) < 40  # nearly grey
    assert np.abs(low - high).max() > 60


def test_signed_maps_get_a_middle_and_others_do_not():
    assert colour.suited("inferno", True) == colour.DIVERGING[0]
    assert colour.suited("berlin", True) == "berlin"
    assert colour.suited("vik", False) == "inferno"
    assert colour.suited("jet", False) == "jet"


@pytest.mark.parametrize(
    ("values", "signed", "expected"),
    [
        ([1, 2, 5], False, (1, 5)),
        ([-1, 0, 3], True, (-3, 3)),
        ([-4, 0, 3], True, (-4, 4)),
        ([NAN, 2, np.inf, 5], False, (2, 5)),
        ([0, 0], False, (0, 0)),
        ([0, 0], True, (0, 0)),
        ([7, 7], False, (7, 7)),
        ([7, 7], True, (-7, 7)),
        ([-3, -1], False, (-3, -1)),
        ([NAN, NAN], False, (0, 0)),
        ([], True, (0, 0)),
    ],
)
def test_limits(values, signed, expected):
    low, high = colour.limits(np.array(values, np.float32), signed)
    assert (low, high) == expected
    assert np.copysign(1, low) == 1 or low < 0  # no minus zero


def test_percentiles_leave_the_extremes_out():
    values = np.arange(101, dtype=np.float32)
    assert colour.limits(values, False, 99) == (1, 99)
    assert colour.limits(values - 50, True, 100) == (-50, 50)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[0, 0]], "The map is constant (0): nothing to show"),
        ([[0.25, 0.25 + 1e-8]], "The map is constant (0.25): nothing to show"),
        ([[-2, NAN]], "The map is constant (-2): nothing to show"),
        ([[NAN, np.inf]], "The map holds no numbers: nothing to show"),
        ([[0, 1e-30]], ""),
        ([[1, 1.01]], ""),
    ],
)
def test_maps_without_a_pattern_say_so(values, said):
    assert colour.nothing_to_show(np.array(values)) == said


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_colours_of_values(dtype):
    table = colour.lut("gray")
    values = np.array([[-1, 0, 0.5, 1, 2, NAN, np.inf]], dtype)
    grey = colour.colourise(values, 0, 1, table)[0, :, 0]
    assert grey.tolist() == [0, 0, 128, 255, 255, 128, 255]


def test_a_range_without_extent_is_neutral_never_all_red():
    values = np.ones((2, 2), np.float32)
    assert (colour.colourise(values, 1, 1, colour.lut("jet")) == colour.NEUTRAL).all()


def test_extreme_values_do_not_overflow():
    big = np.finfo(np.float32).max
    values = np.array([[-big, 0, big]], np.float32)
    assert colour.colourise(values, -float(big), float(big), colour.lut("gray"))[0, :, 0].tolist() == [0, 128, 255]


def test_long_maps_are_coloured_to_their_end():
    values = np.linspace(0, 1, 300_000, dtype=np.float32).reshape(300, 1000)
    grey = colour.colourise(values, 0, 1, colour.lut("gray"))[..., 0].astype(int).ravel()
    assert (np.diff(grey) >= 0).all()
    assert (grey[0], grey[-1]) == (0, 255)


def test_faint_values_fade_and_strong_ones_do_not():
    values = np.array([[0.0, 0.175, 0.35, 1.0, np.nan]], np.float32)
    assert colour.visibility(values, 0.0, 1.0, signed=False)[0] == pytest.approx([0, 0.5, 1, 1, 0], abs=1e-5)


def test_on_a_signed_map_the_middle_fades():
    values = np.array([[-2.0, -0.35, 0.0, 0.35, 2.0]], np.float32)
    assert colour.visibility(values, -2.0, 2.0, signed=True)[0] == pytest.approx([1, 0.5, 0, 0.5, 1], abs=1e-5)
