from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt

from salviewer.api.evidence import Heatmap
from salviewer.api.preprocessing import Preprocessing
from salviewer.api.space import GridMap
from salviewer.api.values import Picture
from salviewer.gui import looks
from salviewer.gui.seeing import seen_by_model
from salviewer.gui.values import Display, Shown
from salviewer.gui.views.heatmap import HeatmapView
from salviewer.models import resizing
from salviewer.models.preprocess import prepare

GRAY_PICTURE = 200


def picture(height: int = 40, width: int = 80, channels: int = 3) -> Picture:
    return Picture(np.full((height, width, channels), GRAY_PICTURE, np.uint8), "p", "sha")


def shown_over(found: Picture, values: np.ndarray | None = None, signed: bool = False) -> Shown:
    """A map of 2 x 4 cells, 20 pixels each: 1 in the left half, 0 in the right one."""
    values = np.array([[1, 1, 0, 0]] * 2, np.float32) if values is None else values
    return Shown((Heatmap("m", values, signed, "logit"),), GridMap.identity(found.shape), found, "title")


@pytest.fixture
def view(qtbot):
    made = HeatmapView()
    qtbot.addWidget(made)
    made.resize(900, 600)
    with qtbot.waitExposed(made):
        made.show()
    made.display_wished.connect(made.set_display)
    made.set_shown(shown_over(picture()))
    return made


def colour_at(view: HeatmapView, x: float, y: float) -> tuple[int, int, int]:
    at = view.canvas.place(x, y).toPoint()
    found = view.canvas.grab().toImage().pixelColor(at)
    return found.red(), found.green(), found.blue()


def test_each_mode_shows_what_it_says(view):
    plain = (GRAY_PICTURE,) * 3
    seen = {}
    for mode, button in view.tools.modes.items():
        button.click()
        assert view._display.mode == mode
        seen[mode] = colour_at(view, 20, 10), colour_at(view, 60, 10)
    assert seen["original"] == seen["model"] == (plain, plain)
    assert seen["overlay"][1] == plain  # the faintest values leave the picture in sight
    assert seen["overlay"][0] != plain
    assert seen["heatmap"][0] == pytest.approx((252, 255, 164), abs=2)  # the last colour of inferno
    assert seen["heatmap"][1] == pytest.approx((0, 0, 4), abs=2)  # its first one
    assert seen["masked"][0] == plain
    assert seen["masked"][1] == pytest.approx((36, 36, 36), abs=2)


def test_what_the_model_is_fed_is_shown_once_it_is_known(view):
    found = picture()
    view.set_shown(shown_over(found))
    view.tools.modes["model"].click()
    assert colour_at(view, 20, 10) == (GRAY_PICTURE,) * 3
    seen = seen_by_model(found, GridMap.identity(found.shape), None)
    view.set_seen(replace(seen, pixels=np.zeros((4, 8, 3), np.uint8)))
    assert colour_at(view, 20, 10) == (0, 0, 0)
    assert view.said.text().startswith("as fed to the model: 8 × 4 px")


@pytest.mark.parametrize("channels", ["RGB", "gray"])
@pytest.mark.parametrize(("size", "resize", "crop"), [((50, 80), 32, (24, 24)), ((30, 30), None, (40, 36))])
def test_what_the_model_sees_is_what_it_is_fed(channels, size, resize, crop):
    pixels = np.random.default_rng(0).integers(0, 255, (*size, 3)).astype(np.uint8)
    found, how = Picture(pixels, "p", "sha"), Preprocessing(resize=resize, crop=crop, channels=channels)
    fed = prepare(found, how, 1 if channels == "gray" else 3)
    seen = seen_by_model(found, fed.grid, how)
    assert fed.grid == resizing.plan(size, resize, crop).grid_map(fed.grid.steps[-1:] if channels == "gray" else ())
    assert np.array_equal(np.round(fed.tensor[0].permute(1, 2, 0).numpy() * 255), seen.pixels)


def test_dragging_with_the_right_button_changes_the_tone_and_says_so(view):
    view.canvas.tone_dragged.emit(0.0, -25.0)
    assert view._display.brightness == pytest.approx(0.1)
    assert "brightness +10 %, contrast 1" in view.said.text()
    view.tools.modes["original"].click()
    assert colour_at(view, 20, 10) == pytest.approx((226,) * 3, abs=1)
    view.canvas.tone_reset.emit()
    assert not looks.toned(view._display)
    assert colour_at(view, 20, 10) == (GRAY_PICTURE,) * 3


def test_gray_pictures_have_window_and_level(view):
    view.set_shown(shown_over(picture(channels=1)))
    view.set_display(Display(contrast=2.0, mode="original"))
    assert "window 128, level 128" in view.said.text()


def test_a_threshold_leaves_out_and_says_what(view):
    view.show_look(True)
    view.look.low.setValue(60)
    assert view._display.band_low == 60
    assert "shown: top 50 % (≥ 1)" in view.said.text()
    view.tools.modes["heatmap"].click()
    ground = colour_at(view, -0.5, 10)
    assert colour_at(view, 60, 10) == ground
    assert view.look.all.isEnabled()
    view.look.all.click()
    assert colour_at(view, 60, 10) != ground


def test_lines_smoothing_and_coarse_cells_are_said(view):
    assert view.said.text() == "map 4 × 2, each cell 20 px"
    view.look.lines[90.0].click()
    view.look.smooth.setChecked(True)
    assert view._display.contours == (90.0,)
    assert view.said.text().splitlines()[1:] == ["smoothed between its cells", "line at the 90th percentile"]
    assert view.canvas.probe(30, 10).value == 1.0


def test_a_region_says_what_it_holds_and_goes_with_escape(view, qtbot):
    view.tools.regions["rectangle"].click()
    assert "Drag on the picture" in view.held.text()
    view.region.put("rectangle", QRectF(0, 0, 40, 20))
    view.region.want(None)
    assert view.held.text() == (
        "Inside: 50 % of the sum of the map's positive values, on 25 % of its area\n"
        "mean 1 · highest 1 · lowest 1 (logit)"
    )
    assert view.tools.regions["rectangle"].isChecked()
    qtbot.keyClick(view.canvas, Qt.Key.Key_Escape)
    assert view.held.isHidden()
    assert not view.tools.regions["rectangle"].isChecked()


def test_without_a_map_its_tools_are_grey(view):
    view.set_shown(None)
    assert not view.tools.opacity.isEnabled()
    assert not view.tools.modes["masked"].isEnabled()
    assert not view.tools.regions["ellipse"].isEnabled()
    assert view.tools.modes["original"].isEnabled()


def test_every_control_has_a_name(view):
    for panel in (view.tools, view.look):
        for control in panel.findChildren(type(view.tools.fit)):
            assert control.accessibleName(), control.objectName()


def test_what_is_said_does_not_widen_the_view(view):
    narrow = view.minimumSizeHint().width()
    view.set_display(Display(brightness=0.2, contours=(50.0, 75.0, 90.0), smooth=True, band_low=10, band_high=90))
    assert view.minimumSizeHint().width() == narrow
