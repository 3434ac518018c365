"""What is shown of a comparison: scales, titles, linked canvases, what can be pressed, and the keyboard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import GRID, picture
from PySide6.QtCore import QRectF, Qt

from salviewer.api import Explanation, Heatmap
from salviewer.bench.comparison import Placed, compare
from salviewer.gui.comparing_scale import ranges, said, words
from salviewer.gui.comparing_values import About, Agreement, Compared, Tile
from salviewer.gui.values import Display
from salviewer.gui.views.comparison import ComparisonView
from salviewer.gui.views.comparison_pair import figures_of

PICTURE = picture()


def tile(key, most=1.0, unit="logit", **more):
    values = np.zeros((30, 30), np.float32)
    values[3 + key, 4] = most
    about = {"title": f"M{key}", "target": {"label": "lynx"}, "input": {"sha256": "s"}}
    found = Explanation((Heatmap("m", values, unit=unit),), grid=GRID, provenance=about)
    return Tile(key, About(f"M{key}", "lynx"), **more).filled(found, PICTURE, key)


@pytest.fixture
def view(qtbot):
    made = ComparisonView()
    qtbot.addWidget(made)
    made.resize(760, 600)
    made.show()
    return made


def test_each_map_on_its_own_scale_or_all_of_one_unit_on_one():
    tiles = (tile(0, 0.42), tile(1, 0.1), tile(2, 7, unit="probability"))
    own, one = (ranges(tiles, Display(), common=common) for common in (False, True))
    assert [own[k].high for k in own] == pytest.approx([0.42, 0.1, 7])
    assert [one[k].high for k in one] == pytest.approx([0.42, 0.42, 7])
    assert said(tiles, own, common=False) == "Each map on its own scale"
    assert said(tiles[:2], one, common=True) == "One scale: 0 to 0.42 logit"
    assert said(tiles, one, common=True) == "One scale for each of 2 units: 0 to 0.42 logit; 0 to 7 probability"


def test_maps_that_name_no_unit_share_a_scale_within_their_method_only():
    one = ranges((tile(0, 2, unit=""), tile(1, 1, unit="")), Display(), common=True)
    assert [one[k].high for k in one] == [2, 1]
    assert words(-4.0e-6) == "−4e−6"


def test_empty_it_says_how_to_fill_it(view):
    assert view.pages.currentWidget() is view.empty
    view.set_tiles((tile(0),))
    assert view.pages.currentWidget() is view.rows
    view.set_tiles(())
    assert view.pages.currentWidget() is view.empty
    assert view.cells == {}


def test_a_cell_shows_its_map_or_how_far_it_is_or_why_there_is_none(view):
    view.set_tiles(
        (tile(0), Tile(1, About("B"), "running", fraction=0.4), Tile(2, About("C"), "failed", sentence="No."))
    )
    full, running, failed = (view.cells[k] for k in range(3))
    assert full.canvas.isVisible()
    assert running.sentence.text() == "40 %"
    assert running.bar.isVisible()
    assert failed.sentence.text() == "No."
    assert not failed.again.isVisible()  # nothing was asked here that could be asked again
    assert not failed.tick.isEnabled()
    assert full.title.text() == "M0 · lynx"


def test_all_zoom_and_pan_together_and_share_a_cross(view):
    view.set_tiles(tuple(tile(k) for k in range(3)))
    first, *others = (view.cells[k] for k in range(3))
    first.canvas.set_view_rect(QRectF(10, 5, 40, 40))
    first.canvas.view_changed.emit(first.canvas.view_rect())
    for cell in others:
        assert cell.canvas.view_rect().center() == first.canvas.view_rect().center()
    row, column = 3, 4  # the first map's peak, cells of 2 x 2 pixels from column 20 on
    first.canvas.probed.emit(first.canvas.probe(20 + 2 * column + 1, 2 * row + 1))
    assert first.scale.texts()[0][0] == "1"
    assert others[0].scale.texts()[0][0] == "0"
    first.canvas.probed.emit(None)
    assert first.scale.texts()[0] == ("0", "1 logit")


def test_what_can_be_pressed(view):
    view.set_tiles((tile(0), tile(1)))
    bar = view.bar
    assert bar.table.isEnabled()
    assert not bar.pair.isEnabled()
    assert not bar.cancel.isVisible()
    view.set_chosen((0, 1))
    assert bar.pair.isEnabled()
    assert view.cells[0].marked
    view.set_tiles((tile(0), tile(1), Tile(2, About("C"), "waiting")))
    assert bar.cancel.isVisible()


def test_two_maps_and_the_way_back(view):
    a, b = tile(0), tile(1)
    view.set_tiles((a, b))
    view.set_compared(Compared(0, 1))
    assert view.pair.wait.text() == "Comparing …"
    pair = compare(Placed.of(a.explanation), Placed.of(b.explanation))
    view.set_compared(Compared(0, 1, pair))
    assert view.pages.currentWidget() is view.pair
    assert figures_of(pair)["iou"] == "0 %"
    assert "They have one unit" in view.pair.how.text()
    view.grab()  # legend and all are painted
    view.set_compared(None)
    assert view.pages.currentWidget() is view.rows


def test_a_number_of_the_table_leads_to_its_pair(view, qtbot):
    view.set_tiles((tile(4), tile(5)))
    view.set_agreement(Agreement((4, 5), np.array([[1, -0.5], [-0.5, np.nan]])))
    assert view.table.table.item(0, 1).text() == "−0.50"
    with qtbot.waitSignal(view.pair_wished) as wished:
        view.table.table.cellDoubleClicked.emit(0, 1)
    assert wished.args == [4, 5]
    view.set_agreement(Agreement((4, 5)))
    assert view.table.wait.text() == "Comparing all maps …"


def test_by_keyboard_alone(view, qtbot):
    view.set_tiles((tile(0), tile(1)))
    view.cells[0].setFocus()
    qtbot.keyClick(view.cells[0], Qt.Key.Key_Right)
    assert view.rows.beside(0, Qt.Key.Key_Right) == 1
    assert view.rows.beside(0, Qt.Key.Key_Left) is None
    for key, wish in (
        (Qt.Key.Key_Space, view.choose_wished), (Qt.Key.Key_Return, view.open_wished),
        (Qt.Key.Key_Delete, view.close_wished),
    ):  # fmt: skip
        with qtbot.waitSignal(wish) as wished:
            qtbot.keyClick(view.cells[1], key)
        assert wished.args == [1]


def test_many_cells_keep_a_size_that_can_be_seen(view):
    view.set_tiles(tuple(tile(k % 20) if k == 0 else Tile(k, About(str(k)), "waiting") for k in range(24)))
    assert {cell.width() for cell in view.cells.values()} == {view.cells[0].width()}
    assert min(cell.height() for cell in view.cells.values()) > 60


def test_cells_are_shown_as_the_heatmap_panel_shows_its_map(view):
    view.set_tiles((tile(0), tile(1)))
    cell = view.cells[0]
    view.set_display(Display(mode="heatmap"))
    assert cell.canvas._map.opacity() == 1
    assert not cell.canvas._picture.isVisible()
    view.set_display(Display(mode="original"))
    assert not cell.canvas._map.isVisible()
    view.set_display(Display(mode="overlay", opacity=0.3, band_low=80, contours=(95.0,), smooth=True))
    assert cell.canvas._map.opacity() == pytest.approx(0.3)
    assert cell.canvas._map.isVisible()
    assert view.scale.text().endswith("top 20 % of each · line at the 95th percentile · smoothed")
    view.set_display(Display(mode="model"))
    assert cell.canvas._frame.isVisible()
    assert cell.canvas.probe(50, 30).value is not None


def test_many_cells_are_called_in_two_lines(view):
    view.set_tiles(tuple(tile(k) for k in range(3)))
    assert view.cells[0].subtitle.isHidden()
    other = (replace(t, about=replace(t.about, target=f"class {t.key}")) for t in (tile(k) for k in range(6)))
    view.set_tiles(tuple(other))
    assert (view.cells[2].title.text(), view.cells[2].subtitle.text()) == ("M2", "class 2")


def test_numbers_of_the_table_are_whole_however_many_there_are(view):
    view.set_tiles(tuple(tile(k) for k in range(16)))
    view.set_agreement(Agreement(tuple(range(16)), np.full((16, 16), -0.25)))
    table = view.table.table
    needed = table.fontMetrics().horizontalAdvance("−0.25")
    assert all(table.columnWidth(i) > needed for i in range(16))
