"""The list of methods: under headings that cannot be chosen, the person's own first, found by words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from salviewer.api import ExplainerInfo, Source
from salviewer.gui.views.method_chooser import KEY, NOT_NOW, MethodChooser, families


def info(key, family):
    return ExplainerInfo(key, key.upper(), f"Does {key} things.", "a.b:C", "a.b:P", Source("c"), "q", family=family)


INFOS = {
    i.key: i
    for i in (info("noise", "Controls"), info("slope", "Gradients"), info("lamp", "Light and shadow"), info("odd", ""))
}


@pytest.fixture
def chooser(qtbot):
    made = MethodChooser()
    qtbot.addWidget(made)
    made.show()
    made.set_methods(INFOS)
    return made


def shown(chooser):
    items = [chooser.list.item(row) for row in range(chooser.list.count())]
    return [item.text() for item in items if not item.isHidden()]


def test_families_are_in_order():
    assert list(families(INFOS)) == ["Light and shadow", "Gradients", "Other", "Controls"]
    mine = families(INFOS, ["slope", "gone", "lamp"])
    assert next(iter(mine)) == "My methods"
    assert [i.key for i in mine["My methods"]] == ["slope", "lamp"]


def test_headings_cannot_be_chosen(chooser, qtbot):
    keys = [chooser.list.item(row).data(KEY) for row in range(chooser.list.count())]
    assert keys == [None, "lamp", None, "slope", None, "odd", None, "noise"]
    with qtbot.assertNotEmitted(chooser.chosen):
        chooser.list.itemClicked.emit(chooser.list.item(0))
    with qtbot.waitSignal(chooser.chosen) as chosen:
        chooser.list.itemClicked.emit(chooser.list.item(3))
    assert chosen.args == ["slope"]


def test_one_family_needs_no_heading(chooser):
    chooser.set_methods({"lamp": INFOS["lamp"]})
    assert chooser.list.count() == 1


def test_words_find_a_method_and_its_heading(chooser, qtbot):
    qtbot.keyClicks(chooser.search, "slope does")
    assert shown(chooser) == ["Gradients", "SLOPE"]
    assert chooser.said.text() == "Does slope things."
    with qtbot.waitSignal(chooser.chosen) as chosen:
        qtbot.keyClick(chooser.search, Qt.Key.Key_Return)
    assert chosen.args == ["slope"]


def test_words_that_fit_nothing_say_so(chooser, qtbot):
    qtbot.keyClicks(chooser.search, "zebra")
    assert shown(chooser) == []
    assert chooser.said.text() == "No method fits these words: try others."
    with qtbot.assertNotEmitted(chooser.chosen):
        qtbot.keyClick(chooser.search, Qt.Key.Key_Return)


def test_arrows_move_and_escape_leaves(chooser, qtbot):
    chooser.start("lamp")
    qtbot.keyClick(chooser.search, Qt.Key.Key_Down)
    assert chooser.list.currentItem().data(KEY) == "slope"
    with qtbot.waitSignal(chooser.left):
        qtbot.keyClick(chooser.search, Qt.Key.Key_Escape)


def test_what_cannot_be_run_comes_last_and_says_why(chooser, qtbot):
    chooser.set_methods(INFOS, ["lamp"], {"lamp": "LAMP works on volumes.", "slope": "SLOPE works on volumes."})
    assert shown(chooser) == ["Other", "ODD", "Controls", "NOISE", NOT_NOW, "LAMP", "SLOPE"]  # each once
    qtbot.keyClicks(chooser.search, "lamp")
    assert shown(chooser) == [NOT_NOW, "LAMP"]
    assert chooser.said.text() == "LAMP works on volumes."
    with qtbot.waitSignal(chooser.chosen):  # to read about it
        qtbot.keyClick(chooser.search, Qt.Key.Key_Return)
