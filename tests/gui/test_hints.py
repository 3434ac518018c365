"""Tooltips name the keys that are set now; long names and lists behave."""

from datetime import datetime, timedelta

from salviewer.gui.log_book import Line
from salviewer.gui.views.cards import OneLine
from salviewer.gui.views.log import LogView


def test_tools_name_the_keys_that_are_set_now(session):
    window = session.window
    tools = window.heatmap.tools
    assert tools.fit.toolTip() == "Fit the picture to the window (F)"
    assert window.settings.shortcuts.put("view.fit", "Ctrl+Alt+F9") == ""
    assert tools.fit.toolTip() == "Fit the picture to the window (Ctrl+Alt+F9)"
    assert tools.fit.accessibleName() == "Fit the picture to the window"
    window.settings.shortcuts.put("view.fit", "")
    assert tools.fit.toolTip() == "Fit the picture to the window"
    assert window.heatmap.look.reset.toolTip().endswith("(W)")


def test_a_long_name_gives_way_in_its_middle(qtbot):
    name = OneLine()
    qtbot.addWidget(name)
    name.resize(120, 20)
    name.show()
    name.set_whole("a_very_long_name_of_a_photograph_of_the_left_eye_2024.png")
    assert "…" in name.text()
    assert name.text().endswith("png")
    assert name.toolTip() == name.whole
    name.resize(1200, 20)
    qtbot.waitUntil(lambda: name.text() == name.whole)


def test_the_log_begins_at_its_end_and_stays_where_somebody_reads(qtbot):
    start = datetime(2024, 1, 1)
    lines = tuple(Line(start + timedelta(seconds=i), "INFO", f"line {i}") for i in range(60))
    view = LogView()
    qtbot.addWidget(view)
    view.set_lines(lines[:50])
    view.resize(500, 200)
    view.show()
    bar = view.table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bar.setValue(0)
    view.set_lines(lines)
    qtbot.waitUntil(lambda: view.model.rowCount() == 60)
    assert bar.value() == 0
