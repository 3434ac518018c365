"""The columns of a path: what the mouse and the keys light and choose, and what is painted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from salviewer.kit.neuron_columns import NeuronColumns
from salviewer.kit.neuron_lines import MOST, joined_lines
from salviewer.kit.neuron_look import NeuronLook
from salviewer.kit.neuron_picture import NeuronPicture

LOOK = NeuronLook(*(QColor(name) for name in ("black", "gray", "silver", "white", "white", "blue", "orange", "gray",
                                              "lightblue", "white")))  # fmt: skip


def path(units, links, layers=(("class", []), ("conv", [4, 4]), ("input", [8, 8])), thumbnails=((1, 2),)):
    """`units`: (layer, channel, y, x, score)."""
    found = np.array(units, float)
    return SimpleNamespace(
        layers=tuple({"name": n, "kind": n, "channels": 3000, "shape": s} for n, s in layers),
        layer=found[:, 0].astype("i4"), channel=found[:, 1].astype("i4"), place=found[:, 2:4].astype("i4"),
        score=found[:, 4].astype("f4"), support=np.abs(found[:, [4, 4, 4]]).astype("f4"),
        fields=np.tile([0, 0, 8, 8], (len(found), 1)).astype("f4"), links=np.array(links, "i4").reshape(-1, 2),
        thumbnails=np.ones((len(thumbnails), 5, 5), "f4"), thumbnail_of=np.array(thumbnails, "i4").reshape(-1, 2),
    )  # fmt: skip


# The class (0) chose 1 (channel 2, strongest), 2 (channel 2) and 3 (channel 7); 1 chose 4, 3 chose 5.
UNITS = [(0, 3, -1, -1, 9), (1, 2, 0, 0, 5), (1, 2, 3, 3, 1), (1, 7, 1, 1, 2), (2, 0, 1, 1, 3), (2, 1, 4, 4, 1)]
LINKS = [(0, 1), (0, 2), (0, 3), (1, 4), (3, 5)]


@pytest.fixture
def columns(qtbot):
    made = NeuronColumns(LOOK)
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.set_paths(path(UNITS, LINKS))
    made.show()
    return made


def row_at(columns, unit):
    """Where on the screen the row of `unit` can be pressed beside its thumbnail."""
    box = columns.layout_now.rect(int(columns.rows.row_of[unit]))
    return QPointF(box.right() - 12, box.top() + 6).toPoint()


def test_pointing_at_a_channel_lights_those_that_chose_it_and_that_it_chose(columns, qtbot):
    with qtbot.waitSignal(columns.pointed) as pointed:
        qtbot.mouseMove(columns.viewport(), row_at(columns, 3))
    assert pointed.args[0].tolist() == [3]
    assert np.flatnonzero(columns.lit).tolist() == [0, 3, 5]
    columns.viewport().grab()
    columns.point_at(None)
    assert columns.lit is None


def test_a_mark_on_a_thumbnail_is_one_unit_and_beside_it_are_all(columns, qtbot):
    layout, row = columns.layout_now, int(columns.rows.row_of[1])
    spot = layout.spots(row, np.array([2]))[0]
    assert layout.at(QPointF(*spot)).unit == 2
    assert layout.at(QPointF(row_at(columns, 1))).unit == -1
    qtbot.mouseMove(columns.viewport(), row_at(columns, 1))
    assert np.flatnonzero(columns.lit).tolist() == [0, 1, 2, 4]


def test_a_press_selects_the_strongest_unit_and_the_next_press_the_next(columns, qtbot):
    chosen = []
    columns.selected.connect(chosen.append)
    for _ in range(3):
        qtbot.mouseClick(columns.viewport(), Qt.MouseButton.LeftButton, pos=row_at(columns, 1))
    qtbot.mouseClick(columns.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 300))
    assert chosen == [1, 2, 1, -1]


def test_the_keys_follow_a_path(columns, qtbot):
    key, reached, chosen = Qt.Key, [], []
    columns.cursor_moved.connect(reached.append)
    columns.selected.connect(chosen.append)
    for one in (key.Key_Down, key.Key_Right, key.Key_Down, key.Key_Down, key.Key_Right, key.Key_Left, key.Key_Up,
                key.Key_Home, key.Key_PageDown, key.Key_End):  # fmt: skip
        qtbot.keyClick(columns, one)
    #                 begins  its strongest, within the layer, its pixel, back, up, first, next channel, last
    assert reached == [0, 1, 2, 3, 5, 3, 2, 1, 3, 3]
    qtbot.keyClick(columns, key.Key_Return)
    assert chosen == [3]
    qtbot.keyClick(columns, key.Key_Escape)
    assert chosen == [3, -1]
    assert columns.cursor == -1
    assert columns.lit is None


def test_closed_columns_are_bridged_and_open_again_by_their_strip(columns, qtbot):
    wished = []
    columns.closed_wished.connect(wished.append)
    layout = columns.layout_now
    qtbot.mouseClick(columns.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(layout.bands[1].left) + 9, 9))
    assert wished == [frozenset({1})]
    columns.set_closed(frozenset({1}))
    assert [(band.open, list(band.columns)) for band in columns.layout_now.bands] == [
        (True, [0]), (False, [1]), (True, [2]),
    ]  # fmt: skip
    columns.point_at(np.array([0]))
    assert np.flatnonzero(columns.lit).tolist() == [0, 4, 5]
    columns.viewport().grab()
    strip = columns.layout_now.bands[1]
    qtbot.mouseClick(columns.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(strip.left) + 4, 200))
    assert wished[1] == frozenset()


def test_what_is_filtered_out_is_neither_shown_nor_bridged(columns):
    columns.set_kept(np.array([True, True, False, False, True, True]))
    assert columns.rows.row_of.tolist() == [0, 1, -1, -1, 2, 3]
    columns.point_at(np.array([0]))
    assert np.flatnonzero(columns.lit).tolist() == [0, 1, 4]


def test_two_paths_and_where_they_part(columns):
    other = path([(0, 4, -1, -1, 9), (1, 9, 0, 0, 5), (2, 0, 1, 1, 3)], [(0, 1), (1, 2)])
    columns.set_paths(path(UNITS, LINKS), other, parting=2)
    assert columns.table.path.tolist() == [1, 2, 1, 1, 1, 2, 3, 1]
    columns.point_at(np.array([5]))
    assert np.flatnonzero(columns.lit).tolist() == [1, 5, 6]
    image = columns.viewport().grab().toImage()
    box = columns.layout_now.rect(int(columns.rows.row_of[1]))
    ratio = columns.devicePixelRatioF()
    columns.point_at(None)
    image = columns.viewport().grab().toImage()
    assert image.pixelColor(round((box.left() + 2) * ratio), round(box.center().y() * ratio)) == QColor("orange")


def test_thousands_of_units_scroll_and_only_lines_that_differ_are_drawn(columns, qtbot):
    many = [(0, 0, -1, -1, 1), *((1, i, 0, 0, 3000 - i) for i in range(3000)), (2, 0, 0, 0, 1)]
    columns.set_paths(
        path(many, [(0, i + 1) for i in range(3000)] + [(i + 1, 3001) for i in range(3000)], thumbnails=())
    )
    layout = columns.layout_now
    assert len(layout.in_sight(1)) < 40
    assert 0 < len(joined_lines(layout, columns.table.links)) <= MOST
    columns.select(0)
    qtbot.keyClick(columns, Qt.Key.Key_Right)
    qtbot.keyClick(columns, Qt.Key.Key_End)
    assert int(columns.rows.row_of[columns.cursor]) in columns.layout_now.in_sight(1)
    assert columns.layout_now.scrolls[1] > 0
    columns.viewport().grab()


def test_nothing_to_show(columns, qtbot):
    columns.set_paths(None)
    assert columns.lit is None
    qtbot.keyClick(columns, Qt.Key.Key_Right)
    columns.viewport().grab()


def test_points_and_fields_are_drawn_on_the_picture(qtbot):
    picture = NeuronPicture()
    qtbot.addWidget(picture)
    picture.resize(320, 320)
    picture.set_picture(np.full((100, 100, 3), 255, np.uint8))
    table = np.zeros((256, 3), np.uint8)
    table[128:] = (255, 0, 0)
    picture.set_points(np.array([[20.5, 20.5], [80.5, 80.5]]), np.array([1.0, 0.0]), 1.0, table)
    picture.set_fields(np.array([[40.0, 40.0, 60.0, 60.0]]), QColor("blue"))
    picture.show()

    def colour(x, y):
        spot, ratio = picture.place(x, y), picture.devicePixelRatioF()
        return picture.grab().toImage().pixelColor(round(spot.x() * ratio), round(spot.y() * ratio)).getRgb()[:3]

    assert colour(20.5, 20.5) == (255, 0, 0)
    assert colour(80.5, 80.5) == (0, 0, 0)
    assert colour(40, 50) == (0, 0, 255)
    assert picture.point_near(21, 20) == 0
    assert picture.point_near(50, 50) == -1
    picture.set_lit(np.array([False, True]))
    assert colour(20.5, 20.5)[1] > 150  # faint
