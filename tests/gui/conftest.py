"""Settings of the window's tests: no display, and nothing may be left over."""

from __future__ import annotations

import gc
import os
import threading

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from fakes import FakeDialogs, FakeEngine, FakeShelf, FakeWorkspace
from PySide6.QtCore import QCoreApplication, QEvent, QStandardPaths, QThread, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid


@pytest.fixture(scope="session")
def qapp_args():
    return ["salviewer-tests"]


@pytest.fixture(autouse=True)
def nothing_left_over(qapp, own_folders):
    """After each test: no new thread, no running timer, no window."""
    QStandardPaths.setTestModeEnabled(True)
    from salviewer.gui import theme

    theme.apply(qapp, "light")
    threads = set(threading.enumerate())
    gc.freeze()  # what was there before needs no looking through afterwards
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()
    left = [thread.name for thread in set(threading.enumerate()) - threads if thread.is_alive()]
    assert not left, f"threads left over: {left}"
    found = [o for o in gc.get_objects() if issubclass(type(o), (QTimer, QThread)) and isValid(o)]
    running = [o for o in found if (o.isActive() if isinstance(o, QTimer) else o.isRunning())]
    assert not running, f"still running: {running}"
    windows = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    gc.unfreeze()
    assert not windows, f"windows left over: {windows}"


@pytest.fixture
def make_session(qapp, qtbot):
    """Makes sessions with fake parts; all are closed at the end. Their window is shown and furnished."""
    from salviewer.gui.app import Session

    made = []

    def make(**parts):
        given = {
            "shelf": FakeShelf(), "workspace": FakeWorkspace(), "dialogs": FakeDialogs(), "make_engine": FakeEngine,
        } | parts  # fmt: skip
        session = Session(**given)
        made.append(session)
        session.window.resize(1366, 768)
        session.window.show()
        qtbot.waitUntil(lambda: session.window.heatmap is not None)
        return session

    yield make
    for session in made:
        if isinstance(session.dialogs, FakeDialogs):
            session.dialogs.may_close = True
        session.close()
        session.window.close()
        session.window.deleteLater()


@pytest.fixture
def session(make_session):
    return make_session()


@pytest.fixture
def loaded(session, qtbot):
    """A session with a model and a picture, looked at."""
    from salviewer.api import ModelRef

    session.actions.opening.open_model(ModelRef(architecture="net"))
    session.actions.opening.open_picture("cat.png")
    state = session.state
    qtbot.waitUntil(lambda: state.prediction is not None and state.grid is not None and not state.busy)
    return session
