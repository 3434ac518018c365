"""Panels can be moved, closed, floated and tabbed; layouts come back; a broken one gives the first layout."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel

from salviewer.gui.docks import Docks
from salviewer.gui.panels import PANELS, Panel

TABLE = (
    Panel("a", "A", "left", "", shown=True),
    Panel("b", "B", "left", "", shown=True),
    Panel("m", "M", "centre", "", shown=True),
    Panel("n", "N", "centre", "", shown=True),
    Panel("z", "Z", "right", "", shown=True),
    Panel("t", "T", "bottom", ""),
    Panel("u", "U", "bottom", ""),
)


@pytest.fixture
def docks(qtbot):
    made = Docks(TABLE)
    qtbot.addWidget(made)
    for key in made.docks:
        made.put(key, QLabel(key))
    made.resize(1300, 700)
    made.show()
    QApplication.processEvents()
    return made


def place(docks, key):
    return docks.docks[key].mapTo(docks, QPoint(0, 0))


def test_the_first_layout_has_columns_and_tabs(docks):
    assert place(docks, "a").x() < place(docks, "m").x() < place(docks, "z").x()
    assert place(docks, "a").x() == place(docks, "b").x()
    assert place(docks, "a").y() < place(docks, "b").y()
    assert docks.tabifiedDockWidgets(docks.docks["m"]) == [docks.docks["n"]]
    assert docks.is_in_sight("m")
    assert not docks.is_in_sight("n")
    assert not docks.docks["t"].isVisible()


def test_a_panel_below_the_centre_leaves_the_columns_their_height(docks):
    docks.show_panel("u")
    QApplication.processEvents()
    assert place(docks, "u").y() > place(docks, "m").y()
    assert place(docks, "u").x() == place(docks, "m").x()
    assert docks.docks["z"].height() > docks.docks["m"].height()


def test_the_first_panel_below_gets_a_third_of_the_height_and_later_ones_what_it_was_given(docks, qtbot):
    docks.show_panel("t")
    qtbot.waitUntil(lambda: abs(docks.docks["t"].height() - 0.35 * 700) < 30)
    docks.resizeDocks([docks.docks["t"]], [120], Qt.Orientation.Vertical)
    docks.show_panel("u")
    QApplication.processEvents()
    assert docks.docks["u"].height() < 160
    for key in ("t", "u"):
        docks.docks[key].hide()
    QApplication.processEvents()
    docks.show_panel("t")
    qtbot.waitUntil(lambda: abs(docks.docks["t"].height() - 120) < 30)


def test_a_layout_comes_back(docks):
    docks.show_panel("t")
    docks.docks["b"].hide()
    docks.docks["z"].setFloating(True)
    kept = docks.layout_now()
    docks.reset()
    assert docks.docks["b"].isVisible()
    assert not docks.docks["z"].isFloating()
    assert docks.take_layout(kept)
    assert docks.docks["t"].isVisible()
    assert not docks.docks["b"].isVisible()
    assert docks.docks["z"].isFloating()
    docks.docks["z"].close()


@pytest.mark.parametrize("kept", [b"", b"no layout", b"\x00" * 200])
def test_a_broken_layout_gives_the_first_one(docks, kept):
    docks.docks["m"].hide()
    assert not docks.take_layout(kept)
    assert docks.docks["m"].isVisible()


def test_a_layout_without_any_panel_gives_the_first_one(docks):
    for dock in docks.docks.values():
        dock.hide()
    kept = docks.layout_now()
    assert not docks.take_layout(kept)
    assert docks.is_in_sight("m")


def test_a_panel_beside_all_screens_is_fetched_back(docks):
    docks.docks["z"].setFloating(True)
    docks.docks["z"].move(20_000, 20_000)
    docks.take_layout(docks.layout_now())
    screen = QGuiApplication.primaryScreen().availableGeometry()
    assert screen.intersects(docks.docks["z"].frameGeometry())
    docks.docks["z"].close()


def test_toggling_brings_to_the_front_first(docks):
    docks.toggle_panel("n")
    QApplication.processEvents()
    assert docks.is_in_sight("n")
    docks.toggle_panel("n")
    assert not docks.docks["n"].isVisible()


def test_what_is_looked_at_first_is_asked_for(docks, qtbot):
    with qtbot.waitSignal(docks.wanted, check_params_cb=lambda key: key == "t"):
        docks.show_panel("t")


def test_the_windows_panels_have_names_keys_and_places(session):
    keys = [panel.key for panel in PANELS]
    assert len(set(keys)) == len(keys)
    assert all(panel.title and panel.help for panel in PANELS)
    menu = session.window.menus["View/Panels"].actions()
    assert all(session.window.docks.actions_by_key[key] in menu for key in keys)


@pytest.mark.parametrize("key", [panel.key for panel in PANELS if panel.make])
def test_each_panel_is_made_when_it_is_shown_and_can_be_closed_again(session, key):
    window = session.window
    found = window.show_panel(key)
    QApplication.processEvents()
    assert window.docks.docks[key].widget() is found.view
    assert found.view.isVisible()
    assert window.panel(key) is found
    window.docks.docks[key].toggleViewAction().trigger()
    assert not window.docks.docks[key].isVisible()


def test_the_window_fits_a_small_screen_with_every_panel_shown(session):
    window = session.window
    for panel in PANELS:
        window.show_panel(panel.key)
    QApplication.processEvents()
    window.docks.reset()
    QApplication.processEvents()
    assert window.minimumSizeHint().width() <= 1366
    assert window.minimumSizeHint().height() <= 768


def test_every_panel_can_be_floated(session):
    docks = session.window.docks.docks
    wanted = Qt.DockWidgetArea.AllDockWidgetAreas
    assert all(dock.features() & dock.DockWidgetFeature.DockWidgetFloatable for dock in docks.values())
    assert all(dock.allowedAreas() == wanted for dock in docks.values())
