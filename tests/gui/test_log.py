"""The log: what is in it, how paths are shortened, how it is filtered, copied and cleared."""

from __future__ import annotations

import logging
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from salviewer.errors import UnsupportedModel
from salviewer.gui.log_book import MOST, Line, LogBook, without_folders
from salviewer.gui.state import State
from salviewer.gui.values import Message
from salviewer.gui.views.log import LogView

HOME = Path("/home/ann")


@pytest.fixture
def state(qapp):
    return State()


@pytest.fixture
def book(state):
    book = LogBook(state, HOME)
    yield book
    book.close()


def texts(book):
    return [(line.level, line.text) for line in book.lines()]


def test_what_salviewer_logs_is_in_it_from_any_thread(book, qtbot):
    with qtbot.waitSignal(book.grown):
        thread = threading.Thread(target=lambda: logging.getLogger("salviewer.plugins.x").info("Read %d rows", 3))
        thread.start()
        thread.join()
    logging.getLogger("salviewer").debug("too small")
    logging.getLogger("elsewhere").warning("not ours")
    assert texts(book) == [("INFO", "Read 3 rows")]


def test_what_was_told_is_in_it_once(book, state):
    first, second = Message("It is cut off.", "error", topic="a"), Message("Saved x.png.", "info", topic="b")
    state.messages = (first,)
    state.messages = (first, second)
    state.messages = ()
    state.study_messages = (Message("Two readers have one name.", "warning"),)
    assert texts(book) == [
        ("ERROR", "It is cut off."), ("INFO", "Saved x.png."), ("WARNING", "Two readers have one name."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("/home/ann/scans/Mr Smith/left eye.png is cut off.", "left eye.png is cut off."),
        ("“/home/ann/x.png”, then /home/ann/b/y.png", "“x.png”, then y.png"),
        ("/data/shared/x.png stays", "/data/shared/x.png stays"),
        ("no path and/or anything", "no path and/or anything"),
    ],
)
def test_paths_within_the_home_folder_become_names(text, short):
    assert without_folders(text, HOME) == short
    assert without_folders(text, Path("/")) == text


def test_only_so_many_lines_are_kept_and_the_level_is_put_back(state):
    logger = logging.getLogger("salviewer")
    before, handlers = logger.level, list(logger.handlers)
    book = LogBook(state, HOME)
    for i in range(MOST + 7):
        logger.info("%d", i)
    lines = book.lines()
    assert (len(lines), lines[0].text) == (MOST, "7")
    book.clear()
    assert book.lines() == ()
    book.close()
    assert (logger.level, logger.handlers) == (before, handlers)


def test_a_run_is_followed_from_opening_to_its_end(loaded, qtbot):
    loaded.actions.run()
    loaded.engine.finish(loaded.engine.explaining[-1])
    qtbot.waitUntil(lambda: len(loaded.state.results) == 1)
    loaded.actions.run()
    loaded.engine.fail(loaded.engine.explaining[-1], UnsupportedModel("No layers: choose another.", code="no-layers"))
    qtbot.waitUntil(lambda: bool(loaded.state.messages))
    found = [re.sub(r"in [\d.]+ s$", "in a moment", line.text) for line in loaded.actions.log.lines()]
    wanted = [
        "Opened the model net (1,248,424 parameters, cpu)",
        "Opened the picture cat.png",
        "Run: Light · tiger cat, cat.png · net",
        "Light · tiger cat, cat.png · net: finished in a moment",
        "No layers: choose another.",
        "Light · tiger cat: failed (no-layers)",
    ]
    assert sorted(wanted, key=found.index) == wanted


AT = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
LINES = (Line(AT, "INFO", "Opened cat.png"), Line(AT, "WARNING", "Cut off"), Line(AT, "ERROR", "Cat failed"))


def listed(view):
    return [line.text for line in view.model.lines]


def test_the_view_filters_by_level_and_words(qtbot):
    view = LogView()
    qtbot.addWidget(view)
    assert view.empty.text() == "Nothing has happened yet."
    view.set_lines(LINES)
    view.level.setCurrentText("Warnings and errors")
    assert listed(view) == ["Cut off", "Cat failed"]
    qtbot.keyClicks(view.words, "CAT")
    assert listed(view) == ["Cat failed"]
    view.level.setCurrentText("Everything")
    assert listed(view) == ["Opened cat.png", "Cat failed"]
    view.words.setText("dog")
    assert (listed(view), view.empty.text()) == ([], "No line passes the filter.")
    assert not view.copy.isEnabled()


def test_the_view_copies_what_is_chosen_or_listed(qtbot):
    view = LogView()
    qtbot.addWidget(view)
    view.set_lines(LINES)
    qtbot.mouseClick(view.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().splitlines()[2] == "2026-05-04 03:02:01  ERROR    Cat failed"
    view.table.selectRow(1)
    view.copy_lines()
    assert QGuiApplication.clipboard().text() == "2026-05-04 03:02:01  WARNING  Cut off"


def test_the_panel_follows_and_can_be_cleared(loaded, qtbot):
    panel = loaded.window.show_panel("log")
    logging.getLogger("salviewer.x").info("A new line")
    qtbot.waitUntil(lambda: "A new line" in listed(panel.view))
    qtbot.mouseClick(panel.view.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: listed(panel.view) == [])
