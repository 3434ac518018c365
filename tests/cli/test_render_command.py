"""`salviewer render`: pictures, masks and a table that other collections read back; a second run does the rest."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image

import salviewer as sv
from salviewer.jobs import rendering

FOUR = ("balls-00", "balls-20", "thorns-00", "thorns-20")


@pytest.fixture(scope="module")
def flowers():
    return sv.collection("an8flower-part-2c")


def rows(folder):
    with (folder / "samples.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_pictures_masks_and_table(salviewer, tmp_path, flowers):
    done = salviewer("render", "an8flower-part-2c", "-o", tmp_path / "f", "--limit", 4, "--workers", 1, "--json")
    assert done.code == 0, done.err
    assert (done.json["written"], done.json["kept"]) == (4, 0)
    table = rows(tmp_path / "f")
    assert [(r["id"], r["label"], r["class"], r["group"], r["masks"]) for r in table] == [
        ("balls-00", "0", "balls", "view-00", "balls"),
        ("balls-20", "0", "balls", "view-20", "balls"),
        ("thorns-00", "1", "thorns", "view-00", "thorns"),
        ("thorns-20", "1", "thorns", "view-20", "thorns"),
    ]
    sample = flowers[flowers.ids.index("thorns-20")]
    assert table[3]["file"] == "images/thorns/thorns-20.png"
    np.testing.assert_array_equal(Image.open(tmp_path / "f" / table[3]["file"]), sample.picture.pixels)
    mask = np.asarray(Image.open(tmp_path / "f/thorns/thorns/thorns-20.png")) > 0
    np.testing.assert_array_equal(mask, sample.masks["thorns"])
    again = sv.collection("masked-folder", folder=str(tmp_path / "f"))
    assert list(again.ids) == [f"{name.partition('-')[0]}/{name}.png" for name in FOUR]
    assert [s.label for s in again] == [0, 0, 1, 1]
    np.testing.assert_array_equal(again[3].masks["thorns"], sample.masks["thorns"])
    assert again.classes == sv.collection("image-folder", folder=str(tmp_path / "f/images")).classes


@pytest.fixture
def tiny(tmp_path):
    """Four pictures of three pixels in two classes."""
    for i, name in enumerate(("a/1", "a/2", "b/1", "b/2")):
        path = tmp_path / "tiny" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (3, 1), (i, 0, 0)).save(path)
    return tmp_path / "tiny"


def test_a_second_run_writes_what_is_missing(salviewer, tmp_path, tiny):
    asked = ("render", "image-folder", "-o", tmp_path / "out", "-C", f"folder={tiny}", "--json")
    assert salviewer(*asked, "--limit", 2).json["written"] == 2
    (tmp_path / "out/images/a/1.png").unlink()
    with (tmp_path / "out/samples.csv").open("a") as file:
        file.write("b/2.png,images/b/2")  # a run was killed while it wrote this line
    done = salviewer(*asked).json
    assert (done["written"], done["kept"]) == (3, 1)
    assert [r["id"] for r in rows(tmp_path / "out")] == ["a/1.png", "a/2.png", "b/1.png", "b/2.png"]
    assert salviewer(*asked).json["written"] == 0
    assert np.asarray(Image.open(tmp_path / "out/images/b/2.png"))[0, 0, 0] == 3


def test_a_damaged_picture_is_named_and_the_others_are_written(salviewer, tmp_path, tiny):
    (tmp_path / "tiny/a/1.png").write_bytes(b"no picture")
    done = salviewer("render", "image-folder", "-o", tmp_path / "out", "-C", f"folder={tiny}")
    assert done.out.startswith("3 written")
    assert "1.png" in done.err
    assert len(rows(tmp_path / "out")) == 3


def test_several_processes_write_the_same(salviewer, tmp_path, tiny, monkeypatch):
    monkeypatch.setattr(rendering, "_FEW", 2)
    out = tmp_path / "out"
    done = salviewer("render", "image-folder", "-o", out, "-C", f"folder={tiny}", "--workers", 2, "--json")
    assert done.json["written"] == 4
    reds = [np.asarray(Image.open(out / r["file"]))[0, 0, 0] for r in rows(out)]
    assert reds == [0, 1, 2, 3]


def test_what_cannot_be_written_is_told_in_a_sentence(salviewer, tmp_path, tiny):
    out = tmp_path / "out"
    assert salviewer("render", "image-folder", "-o", out, "-C", f"folder={tiny}").code == 0
    for arguments, words in (
        (("image-folder", "-o", out, "-C", f"folder={tiny}", "-C", "alpha=black"), "other parameters"),
        (("no-such", "-o", tmp_path / "x"), "no collection"),
        (("image-folder", "-o", tmp_path / "y", "-C", "folder"), "key=value"),
        (("image-folder", "-o", tiny / "a/1.png", "-C", f"folder={tiny}"), "choose another folder"),
    ):
        done = salviewer("render", *arguments)
        assert done.code != 0
        assert words in done.err
