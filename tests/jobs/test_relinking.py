"""Moved files are found by content, not by name."""

from __future__ import annotations

import hashlib

import pytest

from salviewer.api import Progress
from salviewer.errors import Cancelled
from salviewer.jobs import relinking
from salviewer.jobs.relinking import find_again


def digest(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "renamed.png").write_bytes(b"the cat")
    (tmp_path / "deep" / "same-size.png").write_bytes(b"the dog")
    (tmp_path / "other.txt").write_bytes(b"something else altogether")
    return tmp_path


def test_a_renamed_file_is_found_and_one_of_the_same_size_is_not_taken_for_it(folder):
    wanted = {digest(b"the cat"): 7, digest(b"nowhere"): 7}
    assert find_again(folder, wanted) == {digest(b"the cat"): folder / "deep" / "er" / "renamed.png"}


def test_only_files_of_a_wanted_size_are_read(folder, monkeypatch):
    read = []
    monkeypatch.setattr(relinking, "_digest", lambda path, progress: read.append(path.name) or "")
    find_again(folder, {digest(b"the cat"): 7})
    assert sorted(read) == ["renamed.png", "same-size.png"]


def test_where_the_size_is_not_known_all_are_read(folder):
    wanted = {digest(b"something else altogether"): 0}
    assert find_again(folder, wanted) == {digest(b"something else altogether"): folder / "other.txt"}


def test_a_link_that_leads_back_ends_nowhere(folder):
    (folder / "deep" / "loop").symlink_to(folder)
    assert find_again(folder, {digest(b"absent"): 0}) == {}


def test_the_search_stops_when_it_is_cancelled(folder):
    with pytest.raises(Cancelled):
        find_again(folder, {digest(b"the cat"): 7}, Progress(cancelled=lambda: True))
