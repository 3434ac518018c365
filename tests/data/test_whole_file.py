"""Whole or not at all."""

from __future__ import annotations

import pytest

from salviewer.data.whole_file import write_whole
from salviewer.errors import SalViewerError


def test_the_new_file_takes_the_place_of_the_old_one(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    assert write_whole(path, lambda draft: draft.write_text("new")) == path
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(draft):
        draft.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(SalViewerError, match="a.txt cannot be written .No space left on device.: choose another"):
        write_whole(path, full)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(SalViewerError) as caught:
        write_whole(tmp_path / "absent" / "a.txt", lambda draft: draft.write_text("x"))
    assert caught.value.code == "unwritable"
