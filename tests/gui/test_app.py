"""Starting and ending."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

import pytest
from fakes import FakeDialogs, FakeEngine, FakeShelf

from salviewer.errors import Unavailable
from salviewer.gui.app import Session, bad_pair
from salviewer.gui.collector import Collector


@pytest.mark.parametrize(
    ("pyside", "python", "bad"),
    [
        ("6.12.0", (3, 11), True), ("6.12.1", (3, 11), True), ("6.12.0", (3, 12), False), ("6.11.0", (3, 12), True),
        ("6.11.1", (3, 13), True), ("6.11.2", (3, 11), False), ("6.10.3", (3, 11), False), ("6.8.3", (3, 14), False),
    ],
)  # fmt: skip
def test_known_bad_pairs_are_refused_in_a_sentence(pyside, python, bad):
    assert bool(bad_pair(pyside, python)) is bad
    if bad:
        assert pyside in bad_pair(pyside, python)
        assert "install" in bad_pair(pyside, python)


def test_this_environment_is_not_a_bad_pair():
    import PySide6

    assert bad_pair(PySide6.__version__, sys.version_info[:2]) == ""


def test_garbage_is_collected_by_the_windows_thread_only_while_it_is_open(qapp):
    assert gc.isenabled()
    collector = Collector()
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
    collector.deleteLater()


def test_a_workspace_that_cannot_be_opened_is_said_and_the_window_works_without(qapp, qtbot, monkeypatch):
    def refuse(path):
        raise Unavailable("The workspace was written by a newer SalViewer: update it.")

    monkeypatch.setattr("salviewer.gui.app.Workspace", refuse)
    session = Session(shelf=FakeShelf(), dialogs=FakeDialogs(), make_engine=FakeEngine)
    assert session.workspace is None
    assert "newer SalViewer" in session.state.messages[0].text
    assert session.close()
    session.window.deleteLater()


def test_closing_twice_is_closing_once(session):
    assert session.close()
    session.engine.closed = False
    assert session.close()
    assert session.engine.closed is False


def test_real_threads_end_with_the_window(make_session):
    from salviewer.jobs.engine import Engine

    session = make_session(make_engine=Engine)
    assert any(thread.name.startswith("salviewer-") for thread in threading.enumerate())
    assert session.close() is True
    assert not any(thread.name.startswith("salviewer-") for thread in threading.enumerate())


FIRST_PAINT = """
import sys
from PySide6.QtWidgets import QApplication
from salviewer.gui import theme
from salviewer.gui.app import Session
app = QApplication([])
theme.apply(app)
session = Session()
at_first_paint = []
session.window.welcome.painted.connect(lambda: at_first_paint.extend(sys.modules))
session.window.furnished.connect(app.quit)
session.window.show()
app.exec()
heavy = [name for name in ("torch", "torchvision", "nibabel", "matplotlib") if name in sys.modules]
early = [name for name in ("torch", "pyqtgraph", "superqt", "cmap") if name in at_first_paint]
sys.stdout.write(f"{len(at_first_paint) > 0} {heavy} {early}")
session.close()
"""


def test_the_window_is_painted_before_anything_heavy_is_loaded():
    command = [sys.executable, "-c", FIRST_PAINT]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603 - our own
    assert done.stdout == "True [] []"


def test_the_demo_opens_the_sample_and_runs_once(session, qtbot):
    from salviewer.gui.app import show_sample

    show_sample(session)
    qtbot.waitUntil(lambda: len(session.engine.explaining) == 1)
    spec = session.engine.events[session.engine.explaining[0]].spec
    assert spec.input.source == "collection:an8flower-single-6c/red-00"
    session.engine.finish(session.engine.explaining[0])
    session.actions.browsing.step(1)
    qtbot.waitUntil(lambda: session.state.grid is not None and not session.state.busy)
    assert len(session.engine.explaining) == 1


MAIN = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from salviewer.gui import app
qt = QApplication([])
watch = QTimer(interval=20)

def look():
    for window in QApplication.topLevelWidgets():
        if isinstance(window, app.Window) and window.state.picture is not None and not window.state.busy:
            sys.stdout.write(window.state.picture.picture.name)
            watch.stop()
            window.close()

watch.timeout.connect(look)
watch.start()
sys.exit(app.main([Path(sys.argv[1])]))
"""


def test_main_opens_the_files_it_is_given_and_ends_when_the_window_is_closed(tmp_path):
    from PIL import Image

    Image.new("RGB", (8, 6)).save(tmp_path / "given.png")
    command = [sys.executable, "-c", MAIN, str(tmp_path / "given.png")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)  # noqa: S603 - our own
    assert (done.returncode, done.stdout) == (0, "given.png"), done.stderr
