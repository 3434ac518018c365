"""Drawing on a canvas: what the mouse and the keys say in picture pixels, and what is painted where."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from salviewer.kit.canvas import Canvas
from salviewer.kit.drawing import Mark, mask_outline
from salviewer.kit.drawing_places import is_box, is_on, with_corner
from salviewer.kit.drawing_tools import DrawingTools

SIZE = (40, 60)
BOX = ((10.0, 10.0), (30.0, 10.0), (30.0, 25.0), (10.0, 25.0))
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Board:
    """A canvas with tools, played with like a person."""

    def __init__(self, qtbot):
        self.canvas = Canvas()
        qtbot.addWidget(self.canvas)
        self.canvas.resize(640, 440)
        self.canvas.show()
        self.canvas.set_picture(np.full((*SIZE, 3), 128, np.uint8))
        self.tools = DrawingTools(self.canvas)
        self.said = []
        for name in ("drawn", "stroked", "chosen", "moved", "reshaped", "dropped", "ended"):
            getattr(self.tools, name).connect(lambda *args, name=name: self.said.append((name, *args)))
        self.tools.set_marks((), SIZE)

    def spot(self, at):
        return self.canvas.place(*at).toPoint()

    def press(self, at):
        QTest.mousePress(self.canvas.viewport(), LEFT, NONE, self.spot(at))

    def move(self, at):
        spot = QPointF(self.spot(at))
        there = self.canvas.viewport().mapToGlobal(spot)
        event = QMouseEvent(QEvent.Type.MouseMove, spot, there, Qt.MouseButton.NoButton, LEFT, NONE)
        QApplication.sendEvent(self.canvas.viewport(), event)

    def release(self, at):
        QTest.mouseRelease(self.canvas.viewport(), LEFT, NONE, self.spot(at))

    def click(self, at):
        """Press and let go: Qt's test mouse keeps a button that is not let go, in later tests too."""
        self.press(at)
        self.release(at)

    def drag(self, start, *others):
        self.press(start)
        for at in others:
            self.move(at)
        self.release(others[-1])

    def key(self, key, modifier=NONE):
        QTest.keyClick(self.canvas, key, modifier)

    def take(self, tool, *marks):
        self.tools.set_marks(marks, SIZE)
        self.tools.set_tool(tool, "#e69f00", 4.0)

    def colour(self, at):
        return QColor(self.canvas.grab().toImage().pixel(self.spot(at)))


@pytest.fixture
def board(qtbot):
    return Board(qtbot)


def near(points, wanted, by=0.2):
    return np.allclose(points, wanted, atol=by)


def test_without_a_tool_the_mouse_is_the_canvas_own(board):
    board.take("", Mark(1, "a", "#e69f00", BOX))
    board.drag((20, 15), (22, 18))
    assert board.said == []


def test_a_box_is_dragged_and_stays_on_the_picture(board):
    board.take("box")
    board.drag((12, 30), (20, 20), (90, 5))
    ((name, kind, points),) = board.said
    assert (name, kind) == ("drawn", "box")
    assert near(points, ((12, 30), (60, 5)))


def test_a_click_is_no_box(board):
    board.take("box")
    board.drag((12, 30), (12, 30))
    assert board.said == []


@pytest.mark.parametrize("close", ["enter", "double click", "first corner"])
def test_a_polygon_is_closed_in_three_ways(board, close):
    board.take("polygon")
    for at in ((10, 10), (40, 10), (40, 30)):
        board.click(at)
        board.move((30, 20))
    if close == "enter":
        board.key(Qt.Key.Key_Return)
    elif close == "double click":
        QTest.mouseDClick(board.canvas.viewport(), LEFT, NONE, board.spot((40, 30)))
    else:
        board.click((10, 10))
    assert board.said[0][:2] == ("drawn", "polygon")
    assert near(board.said[0][2][:3], ((10, 10), (40, 10), (40, 30)))


def test_backspace_takes_a_corner_back_and_escape_drops_all_then_lays_the_tool_down(board):
    board.take("polygon")
    for at in ((10, 10), (40, 10), (40, 30), (20, 20)):
        board.click(at)
    board.key(Qt.Key.Key_Backspace)
    board.key(Qt.Key.Key_Return)
    assert len(board.said[0][2]) == 3
    board.click((5, 5))
    board.key(Qt.Key.Key_Escape)
    assert len(board.said) == 1
    board.key(Qt.Key.Key_Escape)
    assert board.said[1] == ("ended",)


def test_a_stroke_tells_its_path(board):
    board.take("lesion")
    board.drag((10, 10), (20, 10), (30, 20))
    name, path, erase = board.said[0]
    assert (name, erase) == ("stroked", False)
    assert near(path[0], (10, 10)) and near(path[-1], (30, 20))
    board.take("eraser")
    board.drag((10, 10), (20, 10))
    assert board.said[1][2] is True


def test_a_mark_is_chosen_and_moved_but_not_off_the_picture(board):
    board.take("select", Mark(7, "a", "#e69f00", BOX))
    board.drag((20, 15), (90, 16))
    assert board.said[0] == ("chosen", 7)
    name, number, dx, dy = board.said[1]
    assert (name, number) == ("moved", 7)
    assert dx == pytest.approx(30)
    assert dy == pytest.approx(1, abs=0.2)


def test_a_corner_of_the_chosen_box_is_dragged(board):
    board.take("select", Mark(7, "a", "#e69f00", BOX, chosen=True))
    board.drag((30, 25), (40, 35))
    ((name, number, points),) = board.said
    assert (name, number) == ("reshaped", 7)
    assert near(points, ((10, 10), (40, 10), (40, 35), (10, 35)))


def test_the_smaller_of_two_marks_is_chosen_and_a_locked_one_never(board):
    small = Mark(2, "b", "#56b4e9", ((15, 12), (20, 12), (20, 18), (15, 18)))
    board.take("select", small, Mark(1, "a", "#e69f00", BOX))
    board.drag((17, 15), (17, 15))
    assert board.said == [("chosen", 2)]
    board.take("select", Mark(3, "own", "#e69f00", BOX, locked=True))
    board.click((20, 15))
    assert board.said[1:] == [("chosen", 0)]


def test_keys_move_size_and_remove_the_chosen_box(board):
    board.take("select", Mark(7, "a", "#e69f00", BOX, chosen=True))
    board.key(Qt.Key.Key_Left)
    board.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    board.key(Qt.Key.Key_Delete)
    assert board.said[0] == ("moved", 7, -1, 0)
    assert board.said[1] == ("reshaped", 7, ((10, 10), (30, 10), (30, 26), (10, 26)))
    assert board.said[2] == ("dropped", 7)


@pytest.mark.parametrize(("tool", "corners"), [("box", 2), ("polygon", 4), ("lesion", 2)])
def test_enter_puts_a_shape_in_the_middle(board, tool, corners):
    board.take(tool)
    board.key(Qt.Key.Key_Return)
    name, kind, points = board.said[0]
    assert (name, kind, len(points)) == ("drawn", tool, corners)
    assert near(np.mean(points, axis=0), (30, 20), by=1)


def test_outlines_read_on_the_picture_and_a_filled_area_is_tinted(board):
    mask = np.ones((10, 10), bool)
    board.take("", Mark(1, "", "#ff0000", BOX), Mark(2, "", "#00ff00", mask=mask, place=(40, 20)))
    line, inside, beside = board.colour((20, 10)), board.colour((45, 25)), board.colour((5, 35))
    assert line.red() > 200 and line.green() < 80
    assert inside.green() > inside.red() + 30
    assert abs(beside.red() - 128) < 5


def test_the_chip_names_the_class(board):
    board.take("", Mark(1, "cat", "#ffffff", BOX))
    image = board.canvas.grab().toImage()
    spot = board.spot((10, 10))
    above = [QColor(image.pixel(spot.x() + 3, spot.y() - 4 - i)).lightness() for i in range(12)]
    assert max(above) > 240


def test_the_outline_of_a_mask_has_one_line_per_straight_edge():
    mask = np.array([[1, 1, 0], [1, 0, 0]], bool)
    path = mask_outline(mask)
    assert path.elementCount() == 2 * 6  # an L has six sides
    assert path.boundingRect().getRect() == (0, 0, 2, 2)


def test_places():
    assert is_box(BOX)
    assert not is_box(((0, 0), (5, 1), (5, 5), (0, 5)))
    assert with_corner(BOX, 0, (40.0, 40.0), boxlike=True)[0] == (30.0, 25.0)  # turned inside out
    triangle = Mark(1, "", "#000000", ((0, 0), (10, 0), (0, 10)))
    assert is_on(triangle, (2, 2), 0.1)
    assert not is_on(triangle, (8, 8), 0.1)
    assert is_on(triangle, (5.2, 5.2), 0.5)
    lesion = Mark(2, "", "#000000", mask=np.eye(4, dtype=bool), place=(10, 10))
    assert is_on(lesion, (12.5, 12.5), 0)
    assert not is_on(lesion, (12.5, 10.5), 0.2)
