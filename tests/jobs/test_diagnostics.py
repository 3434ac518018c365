"""Diagnostics say nothing private."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from salviewer.host import Host
from salviewer.jobs.diagnostics import report, without_folders


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("cannot read /home/anna/My patients/x.png: cut off", "cannot read (a folder of yours): cut off"),
        ("“/home/anna/x.png” and '/home/anna'", "“(a folder of yours)” and '(a folder of yours)'"),
        ("/home/annabel/x.png stays", "/home/annabel/x.png stays"),
        ("/usr/lib/python", "/usr/lib/python"),
    ],
)
def test_paths_in_the_persons_folder_are_left_out(monkeypatch, said, kept):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/anna"))
    assert without_folders(said) == kept


def test_a_report_names_versions_and_plugins_and_loads_nothing_heavy():
    had = "torch" in sys.modules
    text = report(Host([]), ["one more line"])
    assert "Python 3" in text
    assert "torch " in text
    assert text.endswith("one more line")
    assert ("torch" in sys.modules) is had
