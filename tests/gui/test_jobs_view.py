"""The list of jobs as it is seen: rows, what can be done with the chosen one, keys, details to copy."""

from __future__ import annotations

import pytest
from fakes import explanation
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from salviewer.api import InputRef, JobSpec, ModelRef
from salviewer.gui.job_entries import Entry
from salviewer.gui.values import Message
from salviewer.gui.views.jobs import JobsView

SPEC = JobSpec(method="light", model=ModelRef(architecture="net"), input=InputRef(source="cat.png"))
FAULT = Message("This net has no layers: choose another.", "error", "UnsupportedModel: no layers")
RUNNING = Entry(1, "Light · cat", "cat.png · net", SPEC, "running", 0.25, "Light", started_at=0.0)
WAITING = Entry(2, "Light · dog", "cat.png · net", SPEC)
DONE = Entry(3, "Light · fox", "cat.png · net", SPEC, "done", started_at=0.0, ended_at=3.2, result=1)
FAILED = Entry(4, "Light · owl", "cat.png · net", SPEC, "failed", started_at=0.0, ended_at=1.0, error=FAULT)


@pytest.fixture
def view(qtbot):
    view = JobsView()
    qtbot.addWidget(view)
    view.resize(900, 260)
    view.show()
    return view


def cells(view, row):
    return [view.model.index(row, column).data() for column in range(4)]


def can(view):
    acts = (view.cancel, view.cancel_all, view.again, view.show_result, view.copy, view.clear)
    return [a.text() for a in acts if a.isEnabled()]


def test_an_empty_list_says_what_it_is_for(view):
    assert view.empty.isVisible()
    assert not view.table.isVisible()
    assert can(view) == []


def test_each_job_tells_what_how_far_and_how_long(view):
    view.set_entries((RUNNING, WAITING, DONE, FAILED), now=10.0)
    assert cells(view, 0) == ["Light · cat", "cat.png · net", "25 % · Light", "10 s · 30 s left"]
    assert cells(view, 1)[2:] == ["Waiting", ""]
    assert cells(view, 2)[2:] == ["Done", "3.2 s"]
    assert cells(view, 3)[2] == FAULT.text
    view.set_now(20.0)
    assert cells(view, 0)[3] == "20 s · 1 min left"


@pytest.mark.parametrize(
    ("row", "deeds"),
    [
        (0, ["Cancel", "Cancel all", "Clear finished"]),
        (1, ["Cancel", "Cancel all", "Clear finished"]),
        (2, ["Cancel all", "Run again", "Show result", "Clear finished"]),
        (3, ["Cancel all", "Run again", "Copy details", "Clear finished"]),
    ],
)
def test_what_can_be_done_follows_the_chosen_job(view, row, deeds):
    view.set_entries((RUNNING, WAITING, DONE, FAILED), now=10.0)
    view.table.selectRow(row)
    assert can(view) == deeds
    assert view.fault.isVisible() == (row == 3)


def test_wishes_carry_the_chosen_jobs_number(view, qtbot):
    view.set_entries((RUNNING, WAITING, DONE, FAILED), now=10.0)
    view.table.selectRow(1)
    view.table.setFocus()
    with qtbot.waitSignal(view.cancel_wished) as wished:
        qtbot.keyClick(view.table, Qt.Key.Key_Delete)
    assert wished.args == [2]
    view.table.selectRow(2)
    with qtbot.waitSignal(view.show_wished) as wished:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert wished.args == [3]
    with qtbot.waitSignal(view.again_wished) as wished:
        view.again.trigger()
    assert wished.args == [3]
    view.table.selectRow(3)
    view.copy.trigger()
    assert QGuiApplication.clipboard().text() == FAULT.details


def test_the_chosen_job_stays_chosen_when_others_come_and_go(view):
    view.set_entries((RUNNING, WAITING, DONE), now=1.0)
    view.table.selectRow(1)
    view.set_entries((WAITING, DONE, RUNNING), now=1.0)
    assert view.chosen() == WAITING
    view.set_entries((DONE,), now=1.0)
    assert view.chosen() == DONE
    view.set_entries((), now=1.0)
    assert view.chosen() is None


def test_the_panel_follows_the_jobs(loaded, qtbot):
    panel = loaded.window.show_panel("jobs")
    loaded.actions.run()
    number = loaded.engine.explaining[-1]
    qtbot.waitUntil(lambda: bool(panel.view.model.entries))
    assert cells(panel.view, 0)[:2] == ["Light · tiger cat", "cat.png · net"]
    loaded.engine.progress(number, 0.5, message="Light")
    qtbot.waitUntil(lambda: cells(panel.view, 0)[2] == "50 % · Light")
    loaded.engine.finish(number, explanation())
    qtbot.waitUntil(lambda: cells(panel.view, 0)[2] == "Done")
    panel.view.clear.trigger()
    assert panel.view.empty.isVisible()
