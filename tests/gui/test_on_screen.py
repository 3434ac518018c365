from __future__ import annotations

import numpy as np
import pytest

from salviewer.api.evidence import Heatmap
from salviewer.api.space import GridMap
from salviewer.gui.on_screen import cell_words, map_words, ordinal, picture_words, region_words
from salviewer.gui.scale import Numbers, band_of, range_of
from salviewer.gui.values import Display, Shown
from salviewer.kit.region import Region


def ramp(signed: bool = False) -> Heatmap:
    """1 to 100 in ten rows; half of them below zero if signed."""
    values = np.arange(1, 101, dtype=np.float32).reshape(10, 10)
    return Heatmap("m", values * np.where(np.arange(10) % 2, -1, 1).astype(np.float32) if signed else values, signed)


GRID = GridMap.identity((200, 200))


def band(display: Display, heatmap: Heatmap) -> tuple[float, float] | None:
    shown = Shown((heatmap,), GRID)
    return band_of(Numbers(heatmap), display, range_of(shown, display))


def test_percentiles_are_numbers_of_the_map():
    numbers = Numbers(ramp())
    assert [numbers.at(p) for p in (0, 1, 50, 90, 100)] == [1, 1, 50, 90, 100]
    assert numbers.share_below(91) == 90
    assert np.isnan(Numbers(Heatmap("n", np.full((2, 2), np.nan, np.float32))).at(50))


def test_the_band_by_percentile_and_by_range():
    assert band(Display(), ramp()) is None
    assert band(Display(band_low=90), ramp()) == (90, np.inf)
    assert band(Display(band_low=10, band_high=20), ramp()) == (10, 20)
    assert band(Display(band_low=50, band_of="range"), ramp()) == (pytest.approx(50.5), np.inf)
    assert band(Display(band_low=50, band_of="range"), ramp(signed=True)) == (50, np.inf)
    assert band(Display(band_low=90), ramp(signed=True)) == (90, np.inf)
    assert band(Display(mode="masked"), ramp()) == (80, np.inf)


def test_what_is_said_of_a_coarse_smoothed_map_with_a_threshold_and_a_line():
    display = Display(smooth=True, band_low=90, contours=(90.0,))
    said = map_words(ramp(), GRID, display, Numbers(ramp()), band(display, ramp()))
    assert said == [
        "map 10 × 10, each cell 20 px", "smoothed between its cells", "shown: top 11 % (≥ 90)",
        "line at the 90th percentile",
    ]  # fmt: skip


def test_nothing_is_said_of_a_map_as_fine_as_the_picture():
    fine = Heatmap("m", np.zeros((200, 200), np.float32))
    assert cell_words(fine, GRID) == ""
    assert map_words(fine, GRID, Display(), Numbers(fine), None) == []
    wide = Heatmap("m", np.zeros((100, 20), np.float32))
    assert cell_words(wide, GRID) == "map 20 × 100, each cell 10 × 2.0 px"


def test_what_is_said_of_the_picture():
    assert picture_words(Display(), None, gray=False) == []
    said = picture_words(Display(brightness=-0.2), (224, 192), gray=False)
    assert said[0].startswith("as fed to the model: 192 × 224 px")
    assert said[1] == "brightness -20 %, contrast 1"


def test_a_region_says_what_it_holds():
    values = np.array([[1.0, 3.0], [-1.0, np.nan]], np.float32)
    words = region_words(Region("rectangle", (0, 200), (100, 200)), Heatmap("m", values, True, "logit"), GRID)
    assert words == (
        "Inside: 75 % of the sum of the map's positive values, on 33 % of its area\n"
        "mean 3 · highest 3 · lowest 3 (logit)"
    )
    nowhere = region_words(Region("ellipse", (120, 180), (120, 180)), Heatmap("m", values), GRID)
    assert nowhere == "The map holds no number in this region."


@pytest.mark.parametrize(("number", "said"), [(1, "1st"), (11, "11th"), (22, "22nd"), (90, "90th"), (99.5, "99.5th")])
def test_percentiles_are_said_as_people_do(number, said):
    assert ordinal(number) == said
