"""Looks at rendered pages as a reader does: the hot spot's colour, the bar's top, what is dimmed, what is said."""

import numpy as np
import pytest

from salviewer.api import GridMap, Heatmap, Picture
from salviewer.data import overlay
from salviewer.data.colour import lut
from salviewer.data.lettering import Line
from salviewer.data.overlay import render_overlay
from salviewer.data.page import NOTICE
from salviewer.errors import InvalidChoice

GREEN = np.array([20, 200, 60])


def solid(height, width, colour=GREEN):
    return Picture(np.broadcast_to(np.uint8(colour), (height, width, 3)).copy(), "solid", "")


def spot(height, width, y, x, *, signed=False, unit="probability"):
    rows, columns = np.mgrid[:height, :width]
    values = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * (height / 20) ** 2))
    return Heatmap("map", values.astype(np.float32), signed=signed, unit=unit)


def mixed(over, under=GREEN, opacity=0.55):
    return np.asarray(under) + opacity * (np.asarray(over, float) - under)


def places(page, colour, tolerance=1.5):
    """Rows and columns of the pixels that have `colour`."""
    return np.nonzero((np.abs(np.asarray(page).astype(float) - colour) <= tolerance).all(axis=2))


def closest(page, colour):
    """The mean column of the pixels that come closest to `colour`."""
    distance = np.abs(np.asarray(page).astype(float) - colour).sum(axis=2)
    return np.nonzero(distance == distance.min())[1].mean()


def runs(line):
    """(start, stop) of each stretch of a row of pixels that is not white."""
    filled = np.concatenate([[False], (line < 250).any(axis=1), [False]]).astype(int)
    return list(zip(np.nonzero(np.diff(filled) == 1)[0], np.nonzero(np.diff(filled) == -1)[0], strict=True))


@pytest.fixture
def said(monkeypatch):
    texts = []
    draw = Line.draw
    monkeypatch.setattr(Line, "draw", lambda self, *where, **how: (texts.append(self.text), draw(self, *where, **how)))
    return texts


@pytest.mark.parametrize("colours", ["inferno", "viridis"])
def test_the_hottest_pixel_has_the_top_colour_over_the_picture(colours):
    page = render_overlay(solid(40, 64), spot(40, 64, 10, 50), None, title="t", colours=colours)
    ys, xs = places(page, mixed(lut(colours)[255]))
    row = np.asarray(page)[int(ys.mean())]
    left, right = runs(row)[0]
    factor = (right - left) / 64
    assert factor == 10
    # A block of one enlarged pixel, where (10, 50) is.
    assert (xs.min() - left, xs.max() + 1 - left) == (500, 510)
    assert np.ptp(ys) + 1 == 10


def test_the_bar_runs_from_the_top_colour_to_the_bottom_one():
    page = np.asarray(render_overlay(solid(400, 640), spot(400, 640, 100, 500), None, title="t"))
    left, right = runs(page[page.shape[0] // 2])[1][0], runs(page[page.shape[0] // 2])[1][1]
    column = page[:, (left + min(right, left + 12)) // 2].astype(int)
    (top, bottom), *_ = [r for r in runs(column) if r[1] - r[0] > 200]
    assert np.abs(column[top + 2] - lut("inferno")[255]).max() <= 6
    assert np.abs(column[bottom - 3] - lut("inferno")[0]).max() <= 6


def test_a_signed_map_is_symmetric_and_diverging(said):
    heat = spot(40, 64, 20, 32, signed=True)
    page = render_overlay(solid(40, 64), heat, None, title="t", colours="inferno")
    assert len(places(page, mixed(lut("vik")[255]))[0]) == 100
    assert {"1.0", "0.5", "0", "-0.5", "-1.0"} <= set(said)


def test_outside_the_field_of_view_the_picture_is_dimmed_and_unmixed(said):
    grid = GridMap((80, 120), (40, 40), ((2.0, 0.0, 0.5), (0.0, 2.0, 20.5), (0.0, 0.0, 1.0)))
    page = np.asarray(render_overlay(solid(80, 120), spot(40, 40, 20, 20), grid, title="t"))
    ys, xs = places(page, GREEN * 0.72)
    left, right = xs.min(), xs.max() + 1
    share = len(ys) / ((right - left) * (right - left) * 80 / 120)
    assert 0.30 < share < 1 / 3  # 40 of 120 columns, less the frame
    inside = page[:, left + (right - left) // 2]
    assert not (np.abs(inside - GREEN * 0.72) <= 1.5).all(axis=1).any()
    assert overlay.UNSEEN in said
    # The hot spot lies where the grid says: model (20, 20) is picture (40.5, 60.5).
    assert abs(closest(page, mixed(lut("inferno")[255])) - left - 61 / 120 * (right - left)) < 2


def test_title_subtitle_unit_and_notice_are_there(said):
    render_overlay(solid(40, 64), spot(40, 64, 1, 1), None, title="tabby, 87.3 %", subtitle="GLAS · squeezenet1_0")
    assert {"tabby, 87.3 %", "GLAS · squeezenet1_0", "probability", NOTICE} <= set(said)
    assert overlay.UNSEEN not in said


@pytest.mark.parametrize(
    ("value", "sentence"),
    [(0, "The map is constant (0): nothing to show"), (np.nan, "The map holds no numbers: nothing to show")],
)
def test_a_map_without_a_pattern_is_neutral_and_says_why(value, sentence, said):
    heat = Heatmap("map", np.full((40, 64), value, np.float32))
    page = np.asarray(render_overlay(solid(40, 64), heat, None, title="t")).astype(int)
    assert sentence in said
    assert np.ptp(page, axis=2).max() <= 14  # no colour anywhere


def test_on_a_given_scale_a_constant_has_its_colour(said):
    heat = Heatmap("map", np.full((40, 64), 0.5, np.float32))
    page = render_overlay(solid(40, 64), heat, None, title="t", limits=(0.0, 1.0))
    assert len(places(page, mixed(lut("inferno")[128]))[0]) == 400 * 640
    assert {"0.25", "0.75"} <= set(said)


def test_large_pictures_keep_their_pixels_and_huge_ones_are_reduced():
    large = render_overlay(solid(900, 1200), spot(30, 40, 3, 3), None, title="t")
    assert 1200 < large.width < 1600
    huge = render_overlay(solid(90, 24_000), spot(3, 40, 1, 39), None, title="t")
    assert 8000 <= huge.width < 8300
    # The hot spot is still at the right end.
    assert closest(huge, mixed(lut("inferno")[255])) > 7000


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 3)])
def test_odd_shapes_do_not_crash(shape):
    page = render_overlay(solid(*shape), spot(7, 7, 3, 3), None, title="a long title " * 9, subtitle="s")
    assert page.width >= 200
    assert page.height >= 150


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_pictures_of_any_channels_and_range(channels):
    values = np.random.default_rng(0).normal(size=(16, 16, channels)).astype(np.float32)
    assert render_overlay(Picture(values, "x", ""), spot(16, 16, 3, 3), None, title="t").mode == "RGB"


def test_infinite_values_in_a_map_do_not_crash():
    heat = spot(16, 16, 3, 3)
    heat.values[0, 0], heat.values[5, 5] = np.inf, np.nan
    render_overlay(solid(32, 32), heat, None, title="t")


def test_what_a_caller_must_not_do():
    heat = spot(16, 16, 3, 3)
    with pytest.raises(ValueError, match="another|not"):
        render_overlay(solid(32, 32), heat, GridMap.identity((16, 16)), title="t")
    with pytest.raises(ValueError, match="map"):
        render_overlay(solid(32, 32), Heatmap("v", np.zeros((2, 2, 2), np.float32)), None, title="t")
    with pytest.raises(InvalidChoice):
        render_overlay(solid(32, 32), heat, None, title="t", colours="rainbowish")
