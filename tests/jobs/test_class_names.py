"""Names of folders and tables against a model's classes."""

from __future__ import annotations

import pytest

from salviewer.jobs.class_names import match_names, say_unknown

CLASSES = ("tench, Tinca tinca", "tiger cat", "cat", "Crane", "crane", "No DR")


@pytest.mark.parametrize(
    ("name", "index"),
    [("tiger_cat", 1), ("Tiger-Cat", 1), ("CAT", 2), ("tench", 0), ("tinca tinca", 0), ("crane", 4), ("Crane", 3),
     ("no dr", 5), ("3", 3), ("3.0", 3)],
)  # fmt: skip
def test_what_a_name_means(name, index):
    assert match_names([name], CLASSES).found == {name: index}


@pytest.mark.parametrize("name", ["ca", "tige", "6", "-1", "2.5", "CRANE", "lynx"])
def test_what_means_no_class(name):
    assert list(match_names([name], CLASSES).unknown) == [name]


def test_a_class_called_by_a_number_is_meant_before_the_index():
    assert match_names(["1"], ("1", "0")).found == {"1": 0}


def test_unknown_names_come_with_the_nearest():
    matched = match_names(["cat", "tigercat", "zzz", ""], CLASSES)
    assert matched.unknown["tigercat"][0] == "tiger cat"
    assert matched.unknown["zzz"] == ()
    assert say_unknown(matched.unknown).startswith(
        "2 names are no classes of the model: “tigercat” (the nearest: “tiger"
    )
    assert say_unknown({"zzz": ()}) == "“zzz” is no class of the model."
    assert say_unknown({}) == ""
