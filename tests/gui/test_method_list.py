"""The list of methods: under headings that cannot be chosen, what SalViewer is built around first, controls last."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source
from salviewer.gui.views.method import KEY, MethodView, families


def info(key, family):
    return ExplainerInfo(key, key.upper(), "s", "a.b:C", "a.b:P", Source("c"), "q", family=family)


INFOS = {
    i.key: i
    for i in (info("noise", "Controls"), info("slope", "Gradients"), info("lamp", "Light and shadow"), info("odd", ""))
}


def test_families_are_in_order():
    assert list(families(INFOS)) == ["Light and shadow", "Gradients", "Other", "Controls"]


def test_headings_cannot_be_chosen(qtbot):
    view = MethodView()
    qtbot.addWidget(view)
    view.set_methods(INFOS)
    keys = [view.list.item(row).data(KEY) for row in range(view.list.count())]
    assert keys == [None, "lamp", None, "slope", None, "odd", None, "noise"]
    with qtbot.assertNotEmitted(view.method_wished):
        view.list.setCurrentRow(0)
    with qtbot.waitSignal(view.method_wished) as wished:
        view.list.setCurrentRow(3)
    assert wished.args == ["slope"]


def test_one_family_needs_no_heading(qtbot):
    view = MethodView()
    qtbot.addWidget(view)
    view.set_methods({"lamp": INFOS["lamp"]})
    assert view.list.count() == 1
