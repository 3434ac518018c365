from __future__ import annotations

import numpy as np
import pytest
from pyqtgraph.graphicsItems.ROI import Handle
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QWidget

from salviewer.kit.canvas import Canvas
from salviewer.kit.plotting import pg
from salviewer.kit.region import Region, RegionTool


@pytest.fixture(autouse=True)
def every_move():
    """pyqtgraph leaves out moves that follow each other as fast as a test makes them."""
    usual = pg.getConfigOption("mouseRateLimit")
    pg.setConfigOption("mouseRateLimit", -1)
    yield
    pg.setConfigOption("mouseRateLimit", usual)


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(500, 400)
    with qtbot.waitExposed(made):
        made.show()
    made.set_picture(np.full((40, 80, 3), 60, np.uint8))
    idle = QWidget()  # a button that another test did not let go is down for Qt's test mouse, everywhere
    qtbot.addWidget(idle)
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        qtbot.mouseRelease(idle, button)
    return made


def drag(qtbot, canvas, start, end, grips=None):
    """Drag from `start` to `end`; as a person does, once what `grips` is lights up under the mouse."""
    view, start, end = canvas.viewport(), canvas.place(*start).toPoint(), canvas.place(*end).toPoint()

    def comes_near():
        for near in (start - QPoint(2, 2), start):
            qtbot.mouseMove(view, near)
        hovering = canvas.scene().lastHoverEvent
        if hovering is None:  # no move has arrived yet
            return False
        return grips is None or isinstance(hovering.dragItems().get(Qt.MouseButton.LeftButton), grips)

    qtbot.waitUntil(comes_near)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 5):
        qtbot.mouseMove(view, start + (end - start) * step / 4)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_a_drag_draws_a_region_and_the_next_one_pans(canvas, qtbot):
    tool, told = RegionTool(canvas), []
    tool.changed.connect(told.append)
    before = canvas.view_rect()
    tool.want("ellipse")
    drag(qtbot, canvas, (20, 10), (60, 30))
    assert canvas.view_rect() == before
    assert tool.wanted is None
    assert told[-1] == tool.region
    assert tool.region.kind == "ellipse"
    assert tool.region.columns == pytest.approx((20, 60), abs=0.5)
    assert tool.region.rows == pytest.approx((10, 30), abs=0.5)
    drag(qtbot, canvas, (5, 35), (15, 35))
    assert canvas.view_rect() != before


def test_dragging_inside_moves_it_and_a_corner_resizes_it(canvas, qtbot):
    tool = RegionTool(canvas)
    tool.put("rectangle", QRectF(20, 10, 20, 10))
    drag(qtbot, canvas, (30, 15), (40, 20), grips=pg.ROI)
    left, right = tool.region.columns
    assert left == pytest.approx(30, abs=1.5)
    assert right - left == pytest.approx(20)
    drag(qtbot, canvas, (right, tool.region.rows[1]), (70, 35), grips=Handle)
    assert tool.region.columns[1] == pytest.approx(70, abs=1.5)
    assert tool.region.columns[0] == pytest.approx(left)


def test_keys_alone_make_move_resize_and_end_a_region(canvas, qtbot):
    tool = RegionTool(canvas)
    tool.want("rectangle")
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    first = tool.region
    assert first == Region("rectangle", pytest.approx(first.rows), pytest.approx(first.columns))
    assert sum(first.columns) / 2 == pytest.approx(40, abs=0.5)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert tool.region.columns[0] > first.columns[0]
    assert tool.region.rows == pytest.approx(first.rows)
    moved = tool.region
    qtbot.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert tool.region.rows[1] > moved.rows[1]
    assert tool.region.rows[0] == pytest.approx(moved.rows[0])
    told = []
    tool.changed.connect(told.append)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert told == [None]
    assert tool.region is None


def test_escape_puts_an_unused_tool_away(canvas, qtbot):
    tool = RegionTool(canvas)
    tool.want("ellipse")
    with qtbot.waitSignal(tool.wanted_changed, check_params_cb=lambda kind: kind is None):
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.pane.drawer is None
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_outline_is_seen_on_dark_and_light(canvas):
    tool = RegionTool(canvas)
    tool.put("rectangle", QRectF(20, 10, 40, 20))
    image = canvas.grab().toImage()
    line = [
        image.pixelColor(canvas.place(x, 10).toPoint() + QPoint(0, dy)).lightness()
        for x in np.linspace(22, 58, 100)
        for dy in (-1, 0, 1)
    ]
    assert max(line) > 200
    assert min(line) < 50
