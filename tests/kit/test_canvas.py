from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from salviewer.kit.canvas import Canvas, Probe
from salviewer.kit.colours import lut

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.setBackground("#808080")
    with qtbot.waitExposed(made):
        made.show()
    return made


def stamp() -> np.ndarray:
    """40 rows, 80 columns, gray, with a colour in each corner: red at the top left, green right, blue bottom left."""
    pixels = np.full((40, 80, 3), 60, np.uint8)
    pixels[:10, :10], pixels[:10, -10:], pixels[-10:, :10], pixels[-10:, -10:] = RED, GREEN, BLUE, WHITE
    return pixels


def grab(canvas: Canvas, ratio: float) -> QImage:
    pixmap = QPixmap(canvas.size() * ratio)
    pixmap.setDevicePixelRatio(ratio)
    QWidget.render(canvas, pixmap)
    return pixmap.toImage()


def colour_at(canvas: Canvas, x: float, y: float, ratio: float = 1.0) -> tuple[int, int, int]:
    """The colour on the screen where picture position (x, y) is drawn."""
    at = canvas.place(x, y) * ratio
    found: QColor = grab(canvas, ratio).pixelColor(round(at.x()), round(at.y()))
    return found.red(), found.green(), found.blue()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_picture_stands_upright_and_is_not_mirrored(canvas, ratio):
    canvas.set_picture(stamp())
    top_left, bottom_right = canvas.place(0, 0), canvas.place(80, 40)
    assert top_left.x() < bottom_right.x()
    assert top_left.y() < bottom_right.y()
    assert colour_at(canvas, 5, 5, ratio) == RED
    assert colour_at(canvas, 75, 5, ratio) == GREEN
    assert colour_at(canvas, 5, 35, ratio) == BLUE
    assert colour_at(canvas, 75, 35, ratio) == WHITE
    assert colour_at(canvas, 40, 20, ratio) == (60, 60, 60)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_map_lies_on_its_box_of_the_picture(canvas, ratio):
    canvas.set_picture(np.zeros((40, 80, 3), np.uint8))
    values = np.zeros((4, 4), np.float32)
    values[0, 3] = 1.0
    canvas.set_map(values, ((0.0, 40.0), (20.0, 60.0)), low=0.0, high=1.0, table=lut("gray"))
    canvas.set_opacity(1.0)
    assert colour_at(canvas, 55, 5, ratio) == WHITE
    for x, y in ((45, 5), (55, 15), (25, 5), (55, 35), (65, 5)):
        assert colour_at(canvas, x, y, ratio) == (0, 0, 0), (x, y)


def test_the_value_under_the_cursor_is_the_raw_one_of_its_cell(canvas):
    canvas.set_picture(np.zeros((40, 80, 3), np.uint8))
    values = np.arange(16, dtype=np.float32).reshape(4, 4) * 0.37 - 1
    canvas.set_map(values, ((0.0, 40.0), (20.0, 60.0)), low=-1, high=1, table=lut("gray"))
    assert canvas.probe(20.01, 0.01) == Probe(20, 0, float(values[0, 0]))
    assert canvas.probe(59.9, 39.9) == Probe(59, 39, float(values[3, 3]))
    assert canvas.probe(35.0, 25.0) == Probe(35, 25, float(values[2, 1]))
    assert canvas.probe(10.0, 10.0) == Probe(10, 10, None)
    assert canvas.probe(-0.1, 10.0) is None
    assert canvas.probe(80.0, 10.0) is None


def test_moving_the_mouse_tells_what_is_under_it(canvas, qtbot):
    canvas.set_picture(stamp())
    values = np.zeros((40, 80), np.float32)
    values[12, 30] = 7.25
    canvas.set_map(values, low=0, high=1, table=lut("gray"))
    at = canvas.place(30.5, 12.5).toPoint()
    with qtbot.waitSignal(canvas.probed, check_params_cb=lambda probe: probe == Probe(30, 12, 7.25)):
        qtbot.mouseMove(canvas.viewport(), at)


def test_a_map_that_is_not_drawn_can_still_be_read(canvas):
    canvas.set_picture(np.full((4, 4, 3), 60, np.uint8))
    canvas.set_map(np.full((4, 4), 0.5, np.float32), table=None)
    assert canvas.probe(1, 1).value == 0.5
    assert colour_at(canvas, 2, 2) == (60, 60, 60)


def test_places_without_a_number_show_the_picture(canvas):
    canvas.set_picture(np.full((4, 4, 3), 60, np.uint8))
    canvas.set_map(np.array([[np.nan, 1.0], [0.0, 1.0]], np.float32), ((0, 4), (0, 4)), table=lut("gray"))
    canvas.set_opacity(1.0)
    assert colour_at(canvas, 1, 1) == (60, 60, 60)
    assert colour_at(canvas, 3, 1) == WHITE


def test_opacity_blends_and_hiding_hides(canvas):
    canvas.set_picture(np.zeros((4, 4, 3), np.uint8))
    canvas.set_map(np.ones((4, 4), np.float32), low=0, high=1, table=lut("gray"))
    canvas.set_opacity(0.4)
    assert colour_at(canvas, 2, 2)[0] == pytest.approx(102, abs=1)
    canvas.show_map(False)
    assert colour_at(canvas, 2, 2) == (0, 0, 0)


def test_pixels_stay_squares_when_magnified(canvas):
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[:, 2:] = 255
    canvas.set_picture(pixels)
    assert colour_at(canvas, 1.95, 2) == (0, 0, 0)
    assert colour_at(canvas, 2.05, 2) == WHITE


def test_fit_shows_the_whole_picture_and_goes_on_when_the_window_grows(canvas, qtbot):
    canvas.set_picture(stamp())
    canvas.resize(900, 700)
    canvas.fit()
    for x, y in ((0, 0), (80, 40)):
        assert canvas.rect().contains(canvas.place(x, y).toPoint())
    assert canvas.place(80, 0).x() - canvas.place(0, 0).x() > 800
    canvas.actual_size()
    assert canvas.magnification() == pytest.approx(1.0)
    canvas.resize(600, 500)
    assert canvas.magnification() == pytest.approx(1.0, rel=0.02)


def test_the_wheel_zooms_about_the_cursor(canvas):
    canvas.set_picture(stamp())
    before = canvas.place(20, 10)
    at, wide = before.toPoint(), canvas.magnification()
    event = QWheelEvent(
        QPointF(at), QPointF(canvas.mapToGlobal(at)), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), event)
    assert canvas.magnification() > wide * 1.05
    after = canvas.place(20, 10)
    assert abs(after.x() - before.x()) <= 1
    assert abs(after.y() - before.y()) <= 1


def test_dragging_with_the_left_button_pans(canvas, qtbot):
    canvas.set_picture(stamp())
    before = canvas.place(40, 20)
    start = before.toPoint()
    view = canvas.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in (10, 20, 30):
        qtbot.mouseMove(view, start + QPoint(step, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 0))
    assert canvas.place(40, 20).x() == pytest.approx(before.x() + 30, abs=12)


def test_a_new_size_is_fitted_and_the_same_size_keeps_the_view(canvas):
    canvas.set_picture(stamp())
    canvas.zoom(3)
    close = canvas.magnification()
    canvas.set_picture(stamp())
    assert canvas.magnification() == pytest.approx(close)
    canvas.set_picture(np.zeros((200, 100, 3), np.uint8))
    assert canvas.rect().contains(canvas.place(100, 200).toPoint())


def test_no_open_gl_is_used(canvas):
    assert "OpenGL" not in type(canvas.viewport()).__name__


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_float_and_gray_pictures_are_shown(canvas, channels):
    canvas.set_picture(np.full((4, 4, channels), 1.0, np.float32))
    assert colour_at(canvas, 2, 2) == WHITE
    canvas.set_picture(None)
    assert canvas.probe(2, 2) is None


def test_linked_canvases_show_the_same_place_and_do_not_echo(canvas, qtbot):
    other = Canvas()
    qtbot.addWidget(other)
    other.resize(500, 400)
    with qtbot.waitExposed(other):
        other.show()
    told = []
    for one, two in ((canvas, other), (other, canvas)):
        one.set_picture(stamp())
        one.view_changed.connect(told.append)
        one.view_changed.connect(two.set_view_rect)
    assert not told
    canvas.zoom(3)
    assert len(told) == 1
    assert other.view_rect() == canvas.view_rect()
    other.fit()
    assert len(told) == 2
    assert canvas.view_rect().contains(0, 0)
    assert canvas.magnification() == pytest.approx(other.magnification())


def test_the_crosshair_crosses_where_it_was_put_and_leaves_its_middle_free(canvas):
    canvas.set_picture(np.full((40, 80, 3), 60, np.uint8))
    canvas.set_crosshair(40.5, 20.5)
    assert colour_at(canvas, 10, 20.5)[0] > 200
    assert colour_at(canvas, 40.5, 3)[0] > 200
    assert colour_at(canvas, 40.5, 20.5) == (60, 60, 60)
    canvas.set_crosshair(None)
    assert colour_at(canvas, 10, 20.5) == (60, 60, 60)


def test_brightness_and_contrast_change_the_picture_and_not_the_map(canvas):
    canvas.set_picture(np.full((40, 80, 3), (100, 128, 200), np.uint8))
    canvas.set_map(np.ones((2, 4), np.float32), ((0, 40), (40, 80)), low=0, high=1, table=lut("gray"))
    canvas.set_opacity(1.0)
    canvas.set_tone(0.1, 2.0)
    # (100/255 - 1/2) 2 + 0.6 = 0.3843, (128/255 - 1/2) 2 + 0.6 = 0.6039, the third is cut at 1
    assert colour_at(canvas, 20, 20) == (98, 154, 255)
    assert colour_at(canvas, 60, 20) == WHITE
    canvas.set_tone(0.0, 1.0)
    assert colour_at(canvas, 20, 20) == (100, 128, 200)


def test_a_masked_picture_is_dark_outside_the_band_and_where_there_is_no_map(canvas):
    canvas.set_picture(np.full((40, 80, 3), 200, np.uint8))
    values = np.array([[0.9, 0.1]], np.float32)
    canvas.set_map(values, ((0, 40), (20, 60)), band=(0.5, 1.0), masks=True)
    assert colour_at(canvas, 30, 20) == (200, 200, 200)
    dark = round(200 * 0.18)
    for x in (50, 10, 70):
        assert colour_at(canvas, x, 20) == pytest.approx((dark, dark, dark), abs=2), x


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_smooth_map_is_linear_between_the_centres_of_its_cells(canvas, ratio):
    canvas.set_picture(np.zeros((40, 80, 3), np.uint8))
    canvas.set_map(np.array([[0.0, 1.0]], np.float32), low=0, high=1, box=((0, 40), (0, 80)), table=lut("gray"))
    canvas.set_opacity(1.0)
    assert colour_at(canvas, 30, 20, ratio) == (0, 0, 0)
    canvas.set_smooth(True)
    assert colour_at(canvas, 10, 20, ratio) == (0, 0, 0)
    assert colour_at(canvas, 40, 20, ratio)[0] == pytest.approx(128, abs=3)
    assert colour_at(canvas, 50, 20, ratio)[0] == pytest.approx(191, abs=3)
    assert colour_at(canvas, 70, 20, ratio) == WHITE
    assert canvas.probe(39, 20).value == 0.0


def test_contours_run_along_the_edges_of_the_cells(canvas):
    canvas.set_picture(np.full((40, 80, 3), 60, np.uint8))
    canvas.set_map(np.array([[0.0, 1.0]], np.float32), ((0, 40), (0, 80)))
    canvas.set_contours((0.5,))
    assert colour_at(canvas, 40, 20)[0] > 150
    assert colour_at(canvas, 35, 20) == (60, 60, 60)
    canvas.set_contours(())
    assert colour_at(canvas, 40, 20) == (60, 60, 60)


def test_what_a_model_is_fed_stands_in_place_of_the_picture(canvas):
    canvas.set_picture(np.full((40, 80, 3), 60, np.uint8))
    seen = np.zeros((2, 2, 3), np.uint8)
    seen[0, 1] = GREEN
    canvas.set_model_view(seen, ((0, 40), (20, 60)))
    assert colour_at(canvas, 50, 10) == GREEN
    assert colour_at(canvas, 30, 30) == (0, 0, 0)
    assert colour_at(canvas, 10, 10) == (128, 128, 128)
    canvas.set_model_view(None)
    assert colour_at(canvas, 10, 10) == (60, 60, 60)


def test_a_large_picture_is_averaged_where_it_is_made_small(canvas, qtbot):
    pixels = np.zeros((1200, 1600, 3), np.uint8)
    pixels[::2] = 255
    canvas.set_picture(pixels)
    qtbot.waitUntil(lambda: abs(colour_at(canvas, 800, 600)[0] - 128) <= 2)
    canvas.actual_size()
    assert sorted(colour_at(canvas, 800, 600 + row)[0] for row in (0.5, 1.5)) == [0, 255]


def test_many_cells_on_one_dot_are_drawn(canvas):
    canvas.set_picture(np.zeros((3000, 3000, 3), np.uint8))
    values = np.zeros((3000, 3000), np.float32)
    values[:, 1500:] = 1
    canvas.set_map(values, low=0, high=1, table=lut("gray"))
    canvas.set_opacity(1.0)
    assert colour_at(canvas, 1400, 1500) == (0, 0, 0)
    assert colour_at(canvas, 1600, 1500) == WHITE


def test_dragging_with_the_right_button_tells_how_far(canvas, qtbot):
    canvas.set_picture(stamp())
    told = []
    canvas.tone_dragged.connect(lambda right, down: told.append((right, down)))
    before, view, start = canvas.view_rect(), canvas.viewport(), canvas.place(40, 20).toPoint()
    qtbot.mousePress(view, Qt.MouseButton.RightButton, pos=start)
    for step in (10, 20, 30, 40):
        qtbot.mouseMove(view, start + QPoint(step, -step))
    qtbot.mouseRelease(view, Qt.MouseButton.RightButton, pos=start + QPoint(40, -40))
    assert sum(right for right, _ in told) == pytest.approx(40, abs=12)
    assert sum(down for _, down in told) == pytest.approx(-40, abs=12)
    assert canvas.view_rect() == before
    with qtbot.waitSignal(canvas.tone_reset):
        qtbot.mouseDClick(view, Qt.MouseButton.RightButton, pos=start)
