from __future__ import annotations

import pytest

from salviewer.gui.remembered import Remembered


def test_answers_are_there_again_next_time(tmp_path):
    path = tmp_path / "deep" / "answers.json"
    Remembered(path).remember("abc", "sigmoid")
    assert Remembered(path).outputs == {"abc": "sigmoid"}


def test_it_lives_in_the_persons_data_folder(own_folders):
    assert own_folders in Remembered().path.parents


@pytest.mark.parametrize("content", ["", "{", "[]", '{"outputs": 3}', '{"version": 1}', "\x00\x01"])
def test_a_corrupt_file_is_set_aside_and_said_so(tmp_path, content):
    path = tmp_path / "answers.json"
    path.write_text(content)
    remembered = Remembered(path)
    assert remembered.outputs == {}
    assert "set aside as answers.json.bad" in remembered.notice
    assert (tmp_path / "answers.json.bad").read_text() == content
    remembered.remember("abc", "ordinal")
    assert Remembered(path).outputs == {"abc": "ordinal"}


def test_unknown_kinds_are_ignored(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text('{"version": 1, "outputs": {"a": "softmax", "b": "astrology"}}')
    assert Remembered(path).outputs == {"a": "softmax"}


def test_where_nothing_can_be_written_the_answer_holds_for_now(tmp_path):
    (tmp_path / "file").write_text("")
    remembered = Remembered(tmp_path / "file" / "answers.json")
    remembered.remember("abc", "softmax")
    assert remembered.outputs == {"abc": "softmax"}
    assert "for now only" in remembered.notice
