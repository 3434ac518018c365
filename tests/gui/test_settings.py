"""The settings file: nothing is lost, nothing broken is believed."""

from __future__ import annotations

import json

import pytest

from salviewer.gui.settings import Preferences, Settings, default_path, reset_file


def test_preferences_are_there_again_next_time(tmp_path, qtbot):
    path = tmp_path / "deep" / "settings.json"
    settings = Settings(path)
    assert settings.preferences == Preferences()
    with qtbot.waitSignal(settings.changed) as heard:
        settings.prefer(scheme="dark", text_size=125)
    assert heard.args == ["preferences"]
    again = Settings(path).preferences
    assert (again.scheme, again.text_size, again.sequential) == ("dark", 125, "inferno")
    assert json.loads(path.read_text())["version"] == 1
    assert [left.name for left in path.parent.iterdir()] == ["settings.json"]


def test_they_live_in_the_persons_configuration_folder(own_folders):
    assert own_folders in default_path().parents


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"no": "version"}', '{"version": "one"}', "\x00\x01"])
def test_a_corrupt_file_is_set_aside_and_said_so(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_text(content)
    settings = Settings(path)
    assert settings.preferences == Preferences()
    assert "set aside as settings.json.bad" in settings.notice
    assert (tmp_path / "settings.json.bad").read_text() == content
    settings.prefer(scheme="light")
    assert Settings(path).preferences.scheme == "light"


def test_what_a_newer_version_wrote_is_kept(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 7, "new": [1, 2], "preferences": {"scheme": "dark", "smell": "lime"}}))
    settings = Settings(path)
    assert settings.preferences.scheme == "dark"
    assert settings.notice == ""
    settings.prefer(text_size=150)
    kept = json.loads(path.read_text())
    assert kept["version"] == 7
    assert kept["new"] == [1, 2]
    assert kept["preferences"]["smell"] == "lime"
    assert kept["preferences"]["text_size"] == 150


@pytest.mark.parametrize(
    "wrong",
    [{"scheme": "pink"}, {"text_size": 5000}, {"text_size": "big"}, {"helps": 1}, {"opacity": 3.0}, {"method": None},
     {"memory_share": True}],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_passed_over(tmp_path, wrong):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "preferences": {"diverging": "balance", **wrong}}))
    assert Settings(path).preferences == Preferences(diverging="balance")


def test_a_value_of_another_type_is_the_default(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "layouts": [1]}))
    assert Settings(path).get("layouts", {}) == {}


def test_reset_keeps_what_was_made_by_hand(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    settings.put("layouts", {"mine": "x"})
    settings.prefer(scheme="dark")
    settings.reset()
    assert settings.preferences == Preferences()
    assert settings.get("layouts", {}) == {"mine": "x"}


def test_the_file_itself_can_be_reset(tmp_path):
    path = tmp_path / "settings.json"
    assert reset_file(path) is None
    Settings(path).prefer(scheme="dark")
    assert reset_file(path) == tmp_path / "settings.json.old"
    assert Settings(path).preferences == Preferences()


def test_where_nothing_can_be_written_they_hold_for_now(tmp_path):
    (tmp_path / "file").write_text("")
    settings = Settings(tmp_path / "file" / "settings.json")
    settings.notice = ""
    settings.prefer(scheme="dark")
    assert settings.preferences.scheme == "dark"
    assert "for now only" in settings.notice
