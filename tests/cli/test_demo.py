"""The demo: which window it opens, and what it leaves behind without a display."""

import re

import numpy as np
import pytest

from salviewer.cli import demo_brain, demo_offscreen
from salviewer.cli.demo_offscreen import mass_inside


def test_mass_inside_by_hand():
    values = np.array([[1.0, 3.0], [np.nan, 4.0]], np.float32)
    mask = np.array([[False, True], [True, False]])
    assert mass_inside(values, mask) == pytest.approx(3 / 8)
    assert mass_inside(np.zeros((2, 2), np.float32), mask) == 0.0
    assert mass_inside(np.ones((2, 2), np.float32), mask) == pytest.approx(mask.mean())


def test_without_a_display_it_leaves_screenshots_and_results(salviewer, tmp_path, monkeypatch, qapp):
    from salviewer.api import Explanation
    from salviewer.jobs.workspace import Workspace

    monkeypatch.setattr(demo_offscreen, "FLOWERS", 1)
    monkeypatch.setattr(demo_offscreen, "METHODS", ("glas",))
    monkeypatch.setattr(demo_brain, "SUBJECTS", 1)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    (tmp_path / "workspace.sqlite3").write_bytes(b"of an earlier demo, and broken")
    done = salviewer("demo", "-o", tmp_path)
    assert (done.code, done.err) == (0, "")
    written = {path.name for path in tmp_path.iterdir()}
    for name in ("window.png", "red-05-glas-window.png", "red-05-glas.png", "red-05-glas.safetensors"):
        assert name in written
    for name in ("brain-window.png", "subject-001-atrophy-glas-3d.nii.gz", "subject-001-atrophy-glas-3d.png"):
        assert name in written
    for name in ("fundus-window.png", "person-0005-left-fgvis.png"):
        assert name in written
    assert any(name.startswith("brains-") and name.endswith("-regions.csv") for name in written)
    assert str(tmp_path) in done.out

    workspace = Workspace(tmp_path / "workspace.sqlite3")
    fundus, brain, flower = workspace.rows()
    assert (fundus.method, brain.method, flower.method) == ("fgvis", "glas-3d", "glas")
    stored = workspace.load(flower.id)
    workspace.close()
    assert isinstance(stored, Explanation)

    (line,) = [line for line in done.out.splitlines() if line.startswith("red-05  ")]
    glas, nothing = (float(number) for number in re.findall(r"([\d.]+) ?%", line)[-2:])
    assert glas > 2 * nothing
    assert "4 of them have shrunk" in done.out
    (line,) = [line for line in done.out.splitlines() if line.startswith("all lesions  ")]
    of_map, of_picture = (float(number) for number in re.findall(r"([\d.]+) ?%", line)[-2:])
    assert of_map > 5 * of_picture
    assert "The same eye without its lesions is called healthy" in done.out
    ranks = done.out.split("have shrunk come at ranks ")[1].split(".")[0]
    assert len(ranks.split(", ")) == 4


def test_the_persons_own_workspace_is_left_alone(own_folders):
    assert not (own_folders / "data" / "salviewer" / "workspace.sqlite3").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(salviewer, tmp_path, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    (tmp_path / "taken").write_text("a file stands here")
    done = salviewer("demo", "-o", tmp_path / "taken")
    assert done.code == 7
    assert "choose another folder with -o" in done.err


def test_with_a_display_the_window_opens_on_the_sample(salviewer, monkeypatch):
    from salviewer.cli import demo
    from salviewer.gui import app

    asked = []
    monkeypatch.setattr(demo, "has_display", lambda: True)
    monkeypatch.setattr(app, "main", lambda files=(), demo=False: asked.append((tuple(files), demo)) or 0)
    assert salviewer("demo").code == 0
    assert asked == [((), True)]


def test_gui_without_a_display_is_one_sentence(salviewer, monkeypatch):
    from salviewer.cli import gui

    monkeypatch.setattr(gui, "has_display", lambda: False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    done = salviewer("gui")
    assert done.code == 7
    assert done.err.startswith("error: There is no display here for a window")


def test_gui_hands_over_its_files(salviewer, monkeypatch, tmp_path):
    from salviewer.gui import app

    asked = []
    monkeypatch.setattr(app, "main", lambda files=(), **_: asked.append(files) or 0)
    assert salviewer("gui", tmp_path / "a.png", tmp_path / "b.pt").code == 0
    assert asked == [[tmp_path / "a.png", tmp_path / "b.pt"]]


def test_a_window_that_shows_an_error_ends_the_demo_in_its_words(salviewer, tmp_path, monkeypatch, qapp):
    from salviewer.gui import opening

    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(opening, "SAMPLE_MODEL", opening.SAMPLE_MODEL.model_copy(update={"architecture": "an8flower"}))
    done = salviewer("demo", "-o", tmp_path)
    assert done.code == 1
    assert done.err.startswith("error: There is no network called “an8flower”")


def test_an_interrupt_in_the_terminal_closes_the_window(qapp):
    import signal

    from PySide6.QtCore import QTimer

    from salviewer.cli.display import interrupt_closes_window

    before = signal.getsignal(signal.SIGINT)
    with interrupt_closes_window():
        QTimer.singleShot(0, lambda: signal.raise_signal(signal.SIGINT))
        assert qapp.exec() == 130
    assert signal.getsignal(signal.SIGINT) is before
