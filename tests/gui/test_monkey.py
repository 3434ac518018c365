"""A monkey at the window: random commands, clicks, keys and sizes, seeded; afterwards it lives and the file opens."""

from __future__ import annotations

import os
import random
import time

from fakes import FakeDialogs
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QApplication, QComboBox, QWidget

from salviewer.gui.commands import COMMANDS
from salviewer.host import Host
from salviewer.jobs.engine import Engine
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.workspace import Workspace

SECONDS = float(os.environ.get("SALVIEWER_MONKEY_S", "60"))
"""It plays for so long; another SALVIEWER_MONKEY_SEED plays another game."""
SEED = int(os.environ.get("SALVIEWER_MONKEY_SEED", "1"))
LONG_MS = 60_000
SPARED = {"quit", "evaluation.open", "study.open"}
"""What ends the window, or opens others that have their own tests."""
KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Left, Qt.Key.Key_Right,
        Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete, Qt.Key.Key_F, Qt.Key.Key_1)  # fmt: skip


class Monkey:
    """Knows five kinds of mischief; `done` says what it did, for whoever has to find out."""

    def __init__(self, session, seed):
        self._session, self._window, self._random = session, session.window, random.Random(seed)
        self.done: list[str] = []

    def play(self, seconds):
        """Do one thing after another, and let the window answer in between."""
        deeds = (self._command, self._click, self._key, self._change, self._resize)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._random.choices(deeds, weights=(4, 4, 2, 3, 1))[0]()
            self._leave_popups()
            QTest.qWait(self._random.choice((0, 5, 30)))

    def _command(self):
        able = [c for c in COMMANDS if c.id not in SPARED and self._window.commands[c.id].isEnabled()]
        chosen = self._random.choice(able)
        self.done.append(f"command {chosen.id}")
        self._window.commands[chosen.id].trigger()

    def _click(self):
        if (found := self._some(QAbstractButton)) is not None:
            self.done.append(f"click {found.text() or found.accessibleName()}")
            QTest.mouseClick(found, Qt.MouseButton.LeftButton)

    def _key(self):
        target = QApplication.focusWidget() or self._window
        key = self._random.choice(KEYS)
        self.done.append(f"key {key.name} on {type(target).__name__}")
        QTest.keyClick(target, key)

    def _change(self):
        found = self._some((QAbstractSlider, QComboBox, QAbstractItemView))
        if isinstance(found, QAbstractSlider):
            self.done.append(f"slider {found.accessibleName()}")
            low, high = int(found.minimum()), max(int(found.minimum()), int(found.maximum()))
            ends = sorted(self._random.randint(low, high) for _ in range(2))
            found.setValue(tuple(ends) if isinstance(found.value(), tuple) else ends[0])
        elif isinstance(found, QComboBox) and found.count():
            self.done.append(f"combo {found.accessibleName()}")
            found.setCurrentIndex(self._random.randrange(found.count()))
        elif isinstance(found, QAbstractItemView):
            at = QPoint(self._random.randrange(max(1, found.width())), self._random.randrange(max(1, found.height())))
            self.done.append(f"list {found.accessibleName()} at {at.x()}, {at.y()}")
            QTest.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def _resize(self):
        self.done.append("resize")
        self._window.resize(self._random.randint(900, 1800), self._random.randint(600, 1100))

    def _some(self, kinds):
        """One of the controls in sight, other than what would close the window's docks for good."""
        found: list[QWidget] = []
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            found += [w for w in self._window.findChildren(kind) if w.isVisible() and w.isEnabled() and w.width() > 2]
        return self._random.choice(found) if found else None

    def _leave_popups(self):
        """Menus and dialogs that stand open hold up nothing, but hide the window from the next click."""
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        for other in QApplication.topLevelWidgets():
            if other is not self._window and other.isVisible() and other.isModal():
                other.close()


def answer_nothing():
    """A menu or a dialog that waits for an answer would stop the monkey: it gets none."""
    for waiting in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if waiting is not None:
            waiting.close()


def test_whatever_is_done_the_window_lives_and_the_workspace_opens(make_session, qtbot, tmp_path):
    path = tmp_path / "workspace.sqlite3"
    session = make_session(
        shelf=Shelf(Host.discover(), "cpu", spare_threads=1), workspace=Workspace(path), dialogs=FakeDialogs(),
        make_engine=Engine,
    )  # fmt: skip
    session.actions.opening.open_sample()
    state, window = session.state, session.window
    qtbot.waitUntil(lambda: state.prediction is not None and state.grid is not None and not state.busy, timeout=LONG_MS)
    monkey = Monkey(session, SEED)
    watch = QTimer()
    watch.timeout.connect(answer_nothing)
    watch.start(200)
    try:
        monkey.play(SECONDS)
    except Exception as e:
        e.add_note("\n".join(monkey.done[-30:]))
        raise
    finally:
        watch.stop()
    assert len(monkey.done) > SECONDS
    assert window.isVisible(), monkey.done[-10:]
    for number in tuple(r.number for r in state.busy):
        session.actions.desk.cancel(number)
    qtbot.waitUntil(lambda: not state.busy, timeout=LONG_MS)
    window.docks.reset()
    session.actions.opening.open_sample()
    qtbot.waitUntil(lambda: state.model is not None and state.prediction is not None, timeout=LONG_MS)
    kept = len([item for item in state.results if item.id > 0])
    last = session.workspace.path  # it may have begun another one
    assert session.close()
    again = Workspace(last)
    rows = again.rows()
    assert len(rows) >= kept
    for row in rows:
        assert again.load(row.id).heatmap.ndim == 2
    again.close()
