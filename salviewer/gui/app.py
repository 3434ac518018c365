"""Starts the window: checks, makes the parts, shows, and takes them apart again in order: cancel, wait, delete."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from salviewer.errors import SalViewerError, Unavailable
from salviewer.gui import theme
from salviewer.gui.actions import Actions
from salviewer.gui.bridge import Bridge
from salviewer.gui.collector import Collector
from salviewer.gui.dialogs import Dialogs
from salviewer.gui.kept import Kept
from salviewer.gui.recent import Recent
from salviewer.gui.remembered import Remembered
from salviewer.gui.settings import Settings, reset_file
from salviewer.gui.state import State
from salviewer.gui.values import Message
from salviewer.gui.window import Window
from salviewer.host import Host
from salviewer.jobs.engine import Engine
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.workspace import Workspace

WAIT_S = 5.0
SWITCH_S = 0.001
"""How long the window waits for a worker that is in Python code, each time: with Python's own 5 ms the waits add up."""


def bad_pair(pyside: str, python: tuple[int, int]) -> str:
    """Why this PySide6 cannot be used with this Python, in a sentence; "" where it can."""
    version = tuple(int(part) for part in pyside.split(".")[:3])
    remedy = "install PySide6-Essentials 6.10 (pip install “PySide6-Essentials>=6.8.3,<6.11”)."
    if version[:2] == (6, 12) and python == (3, 11):
        return f"PySide6 {pyside} kills the process on Python 3.11 after a while: {remedy}"
    if version in ((6, 11, 0), (6, 11, 1)):
        return f"PySide6 {pyside} breaks windows that dock: {remedy}"
    return ""


class Session:
    """All parts of one running window. `close` is the undo of making it.

    Each part can be handed over; by default they are the person's own workspace, all installed plugins, real dialogs.
    """

    def __init__(
        self,
        *,
        shelf: Shelf | None = None,
        workspace: Workspace | None = None,
        dialogs: Dialogs | None = None,
        settings: Settings | None = None,
        make_engine: Callable[..., Engine] = Engine,
    ) -> None:
        self.collector = Collector()
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        self.state = State()
        self.bridge = Bridge()
        self.dialogs = dialogs or Dialogs()
        self.shelf = shelf or Shelf(Host.discover(), spare_threads=1)
        recent, found, problem = Recent(), workspace, ""
        settings = settings or Settings()
        try:
            found = found or Workspace(recent.last if settings.preferences.reopen else None)
        except SalViewerError as e:
            problem = f"{e} Until then results are kept only as long as this window is open."
        self.kept = Kept(found)
        self.engine = make_engine(self.shelf, self.kept, self.bridge.listener)
        remembered = Remembered()
        self.actions = Actions(
            self.state, self.engine, self.shelf, self.kept, self.dialogs, remembered, recent, settings
        )
        self.bridge.arrived.connect(self.actions.receive)
        self.window = Window(self.state, self.actions)
        self.dialogs.parent = self.window
        self.window.closed.connect(self.close)
        self._open = True
        if problem:
            self.actions.tell(Message(problem, "warning", topic="workspace"))
        self.window.furnished.connect(self.actions.start)

    @property
    def workspace(self) -> Workspace | None:
        """The open workspace; None where none could be opened."""
        return self.kept.workspace

    def close(self) -> bool:
        """Cancel what runs, wait for the threads, then let go; True if every thread ended in time."""
        if not self._open:
            return True
        self._open = False
        self.bridge.close()
        self.actions.close()
        self.window.settings.close()
        if self.window.method_wiring is not None:
            self.window.method_wiring.close()
        self.window.close_panels()
        self.window.evaluation.close()
        self.window.study.close()
        ended = self.engine.close(WAIT_S)
        if ended:
            self.kept.close()
        self.collector.stop()
        sys.setswitchinterval(self._switch_s)
        return ended


def main(files: Sequence[Path] = (), demo: bool = False, reset: bool = False) -> int:
    """Open the window on `files` (models, pictures, saved explanations) and return its exit status when it is closed.

    `demo` opens the built-in sample and runs the first method on it; `reset` begins with the default preferences, as
    does holding Shift while it starts.

    Raises:
        Unavailable: this PySide6 is known not to work here.
    """
    if why := bad_pair(PySide6.__version__, sys.version_info[:2]):
        raise Unavailable(why, code="bad-pyside")
    app = QApplication.instance() or QApplication(["salviewer"])
    app.setApplicationName("SalViewer")
    app.setDesktopFileName("salviewer")
    if reset or app.queryKeyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
        reset_file()
    settings = Settings()
    theme.apply(app, settings.preferences.scheme, settings.preferences.text_size)
    session = Session(settings=settings)
    session.window.show()
    if demo:
        session.window.furnished.connect(lambda: show_sample(session))
    else:
        session.window.furnished.connect(lambda: session.window.settings.show_notice())
        session.window.furnished.connect(lambda: session.actions.open_files([Path(f) for f in files]))
    status = app.exec()
    session.close()
    session.window.deleteLater()
    return int(status)


def show_sample(session: Session) -> None:
    """Open the built-in sample, and run the chosen method once the model has looked at it."""
    session.actions.opening.open_sample()

    def ready(grid: object) -> None:
        if grid is not None:
            session.state.grid_changed.disconnect(ready)
            session.actions.run()

    session.state.grid_changed.connect(ready)
