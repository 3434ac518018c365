from __future__ import annotations

import json

import pytest

from salviewer.errors import InvalidChoice, UnreadableInput
from salviewer.models.classes import find_class, name_classes, read_classes

CATS = ("tabby, tabby cat", "tiger cat", "Persian cat", "lynx, catamount", "tiger, Panthera tigris", "crane", "crane")


@pytest.mark.parametrize(
    ("target", "index"),
    [
        (3, 3),
        ("tiger cat", 1),
        ("TIGER CAT", 1),
        ("tabby", 0),
        ("catamount", 3),
        ("tiger", 4),
        ("pers", 2),
        (" lynx ", 3),
        ("2", 2),
    ],
)
def test_a_class_is_found_by_what_people_call_it(target, index):
    assert find_class(CATS, target) == index


def test_a_numeric_name_wins_over_an_index():
    assert find_class(("1", "0"), "0") == 1


@pytest.mark.parametrize(
    ("target", "code", "words"),
    [
        ("crane", "ambiguous-class", "5 \\(crane\\), 6 \\(crane\\)"),
        ("ti", "ambiguous-class", "tiger cat"),
        ("tigger cat", "unknown-class", "did you mean “tiger cat”"),
        ("zeppelin", "unknown-class", "There is no class “zeppelin”: choose one of “tabby"),
        ("", "unknown-class", "no class “”"),
        (7, "unknown-class", "0 to 6"),
        (-1, "unknown-class", "0 to 6"),
        ("99", "unknown-class", "0 to 6"),
    ],
)
def test_what_means_no_class_or_several_is_refused(target, code, words):
    with pytest.raises(InvalidChoice, match=words) as refusal:
        find_class(CATS, target)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "content",
    [
        "cat\ndog\n",
        "\ufeffcat\r\ndog\r\n\r\n",
        json.dumps(["cat", "dog"]),
        json.dumps({"0": "cat", "1": "dog"}),
        json.dumps({"1": ["n02", "dog"], "0": ["n01", "cat"]}),
        json.dumps([{"index": 0, "name": "cat"}, {"index": 1, "name": "dog"}]),
    ],
)
def test_class_files_of_every_style(tmp_path, content):
    path = tmp_path / "classes"
    path.write_text(content, encoding="utf-8")
    assert read_classes(path) == ("cat", "dog")
    assert name_classes(2, str(path)) == ("cat", "dog")


@pytest.mark.parametrize(
    "content", [b"", b"cat\n\ndog", b"\xff\xfe\x00", b'{"0": "cat", "2": "dog"}', b"[1, 2]", b'["cat"', b"[" * 50_000]
)
def test_class_files_that_make_no_sense_are_refused(tmp_path, content):
    (tmp_path / "classes").write_bytes(content)
    with pytest.raises(UnreadableInput) as refusal:
        read_classes(tmp_path / "classes")
    assert refusal.value.code == "class-file"


def test_a_missing_class_file_is_refused(tmp_path):
    with pytest.raises(UnreadableInput):
        name_classes(2, str(tmp_path / "none.txt"))


def test_where_names_come_from():
    assert name_classes(2, ("x", "y"), ("a", "b")) == ("x", "y")
    assert name_classes(2, None, ("a", "b")) == ("a", "b")
    assert name_classes(3, None, ("a", "b")) == ("class 0", "class 1", "class 2")
    assert name_classes(2, ("malignant",), outputs="binary") == ("not malignant", "malignant")
    with pytest.raises(InvalidChoice, match="2 class names were given, but the network has 3"):
        name_classes(3, ("x", "y"))
