"""Keys can be changed, never doubled, and put back."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction

from salviewer.gui.settings import Settings
from salviewer.gui.shortcuts import Bound, Shortcuts


@pytest.fixture
def shortcuts(qapp, tmp_path):
    def make():
        bound = {
            "run": Bound(QAction("Run"), "Run", "Run", "Ctrl+R"),
            "open": Bound(QAction("Open"), "Open", "File", "Ctrl+O"),
            "show": Bound(QAction("Show"), "Show", "View", "Space", soft=True),
            "bare": Bound(QAction("Bare"), "Bare", "View", ""),
        }
        return Shortcuts(Settings(tmp_path / "settings.json"), bound), {k: b.action for k, b in bound.items()}

    return make


def keys(action):
    return action.shortcut().toString()


def test_they_come_with_keys(shortcuts):
    made, actions = shortcuts()
    assert keys(actions["run"]) == "Ctrl+R"
    assert keys(actions["show"]) == ""
    assert actions["show"].text() == "Show\tSpace"
    assert made.soft("Space") == "show"
    assert made.soft("Ctrl+R") == made.soft("") == ""


def test_own_keys_hold_at_once_and_next_time(shortcuts):
    made, actions = shortcuts()
    assert made.put("run", "ctrl+shift+g") == ""
    assert made.put("show", "x") == ""
    assert keys(actions["run"]) == "Ctrl+Shift+G"
    made, actions = shortcuts()
    assert keys(actions["run"]) == "Ctrl+Shift+G"
    assert made.soft("X") == "show"
    assert [key.id for key in made.all() if key.changed] == ["run", "show"]


def test_a_conflict_is_named_and_can_be_settled(shortcuts):
    made, actions = shortcuts()
    assert made.put("run", "Ctrl+O") == "Ctrl+O already does “Open”: press other keys, or take them from it."
    assert keys(actions["run"]) == "Ctrl+R"
    assert made.put("run", "Ctrl+O", take=True) == ""
    assert (keys(actions["run"]), keys(actions["open"])) == ("Ctrl+O", "")
    assert "“Run”" in made.reset("open")
    assert made.reset("run") == ""
    assert made.reset("open") == ""
    assert (keys(actions["run"]), keys(actions["open"])) == ("Ctrl+R", "Ctrl+O")


def test_no_keys_at_all(shortcuts):
    made, actions = shortcuts()
    made.put("run", "")
    assert keys(actions["run"]) == ""
    made.reset_all()
    assert keys(actions["run"]) == "Ctrl+R"


def test_keys_of_commands_that_are_not_here_are_kept(shortcuts, tmp_path):
    Settings(tmp_path / "settings.json").put("shortcuts", {"plugin.deed": "Ctrl+P"})
    made, _ = shortcuts()
    made.put("run", "F5")
    made.reset_all()
    assert Settings(tmp_path / "settings.json").get("shortcuts", {}) == {"plugin.deed": "Ctrl+P"}
