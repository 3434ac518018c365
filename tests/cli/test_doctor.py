"""`salviewer doctor`."""

import sys

import pytest

from salviewer import host
from salviewer.cli import doctor


def test_a_sound_installation_passes_every_check(salviewer):
    done = salviewer("doctor", "--json")
    assert done.code == 0, [line for line in done.json if not line["ok"]]
    assert [line["name"] for line in done.json if line["name"] != "plugin"] == [
        "versions",
        "Qt",
        "display",
        "torch",
        "memory",
        "sample",
        "workspace",
        "training",
    ]
    plugins = [line["text"] for line in done.json if line["name"] == "plugin"]
    assert any(text.startswith("glas ") and "glas, rglas" in text for text in plugins)


@pytest.fixture
def only(monkeypatch):
    """Leaves one check to the doctor."""

    def leave(name):
        monkeypatch.setattr(doctor, "_CHECKS", [c for c in doctor._CHECKS if c[0] == name])

    return leave


def test_a_broken_plugin_is_named_and_exits_with_1(salviewer, monkeypatch, only):
    def broken():
        raise ImportError("libfoo.so.1 is missing")

    real = list(host._installed())
    monkeypatch.setattr(host, "_installed", lambda: [*real, host.Found("sick", "somewhere", "2.0", broken)])
    only("plugin")
    done = salviewer("doctor")
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if line.startswith("FAIL")]
    assert "sick 2.0" in line
    assert "libfoo.so.1 is missing" in line
    assert sum(line.startswith("ok ") for line in done.out.splitlines()) == len(real)


def test_unfinished_trainings_and_features_are_counted(salviewer, only):
    from salviewer.jobs.training_places import features_folder, trainings_folder

    (trainings_folder() / "abc" / "work").mkdir(parents=True)
    features_folder().mkdir(parents=True)
    only("training")
    lines = salviewer("doctor").out.splitlines()
    assert str(features_folder()) in lines[0]
    assert "1 training was begun and not ended" in lines[1]


def test_a_data_folder_that_cannot_be_written_is_named(salviewer, own_folders, only):
    (own_folders / "data").mkdir()
    (own_folders / "data" / "salviewer").write_text("a file stands here")
    only("workspace")
    done = salviewer("doctor")
    assert done.code == 1
    assert done.out.startswith("FAIL  workspace")


def test_a_check_that_breaks_is_a_line_that_failed(salviewer, monkeypatch):
    def breaks():
        raise RuntimeError("the card is on fire")
        yield

    monkeypatch.setattr(doctor, "_CHECKS", [("torch", breaks)])
    done = salviewer("doctor")
    assert done.code == 1
    assert "the card is on fire" in done.out


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_a_display_on_which_no_window_opens_is_named(salviewer, monkeypatch, only):
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":987")
    only("display")
    done = salviewer("doctor")
    assert done.code == 1
    assert "no window opens on it" in done.out
