"""The palette finds by words, in any order, and knows what was used last."""

from __future__ import annotations

import pytest

from salviewer.gui.palette import RECENT, Entry, ranked, used

ENTRIES = [
    Entry("model.open", "Open model …", print, "File", "Ctrl+M"),
    Entry("picture.open", "Open picture …", print, "File", "Ctrl+O"),
    Entry("map.next", "Next map", print, "View", "]", help="The one after."),
    Entry("overlay.save", "Save overlay …", print, "File", "Ctrl+S"),
    Entry("run", "Run", print, "Run", "Ctrl+R"),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("open", ["model.open", "picture.open"]), ("model open", ["model.open"]), ("OP PI", ["picture.open"]),
        ("ctrl+s", ["overlay.save"]), ("opmo", ["model.open"]), ("after", ["map.next"]), ("zebra", []),
        ("open zebra", []), ("file save", ["overlay.save"]),
    ],
)  # fmt: skip
def test_every_word_must_be_found(typed, found):
    assert [entry.id for entry in ranked(ENTRIES, typed)] == found


def test_a_title_that_begins_so_comes_first():
    assert [entry.id for entry in ranked(ENTRIES, "o")][:2] == ["model.open", "picture.open"]
    assert ranked(ENTRIES, "o")[2].id == "overlay.save"


def test_what_was_used_last_comes_first():
    assert [e.id for e in ranked(ENTRIES, "", ["run", "map.next"])][:3] == ["run", "map.next", "model.open"]
    assert [e.id for e in ranked(ENTRIES, "open", ["picture.open"])] == ["picture.open", "model.open"]


def test_each_is_remembered_once_and_not_for_ever():
    assert used(["a", "b"], "b") == ["b", "a"]
    assert len(used([str(i) for i in range(RECENT)], "new")) == RECENT


def test_what_can_be_done_stands_before_what_cannot():
    entries = [Entry("a", "Trust as CSV …", print, can=False), Entry("b", "Panel: Trust", print)]
    assert [e.id for e in ranked(entries, "trust")] == ["b", "a"]
    assert [e.id for e in ranked(entries, "")] == ["a", "b"]
