"""`salviewer predict` and `explain` over folders: all pictures, right and wrong counted, damaged ones told."""

from __future__ import annotations

import csv

import pytest
from PIL import Image

from salviewer.jobs.shelf import Shelf

MODEL = ("--model", "an8flower-cnn")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two reds, a blue, and a white that is called yellow."""
    root = tmp_path_factory.mktemp("flowers")
    samples = Shelf(device="cpu").collection("an8flower-single-6c", {})
    by_id = {name: i for i, name in enumerate(samples.ids)}
    for name, sample in {"red/1": "red-00", "red/2": "red-05", "blue/1": "blue-00", "yellow/1": "white-00"}.items():
        (root / name).parent.mkdir(exist_ok=True)
        Image.fromarray(samples[by_id[sample]].picture.pixels).save(root / f"{name}.png")
    return root


def test_a_folder_is_predicted_and_counted(salviewer, folder, tmp_path):
    done = salviewer("predict", folder, *MODEL, "--confusion", tmp_path / "out.csv")
    assert done.code == 0
    assert "red/1.png: red " in done.out
    assert "accuracy 0.7500, balanced accuracy 0.6667, n 4" in done.out
    rows = {row[0]: row for row in csv.reader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines())}
    assert rows["true class"][1:] == ["red", "yellow", "blue", "white", "n", "recall"]
    assert rows["red"][1:] == ["2", "0", "0", "0", "2", "1.0000"]
    assert rows["yellow"][1:] == ["0", "0", "0", "1", "1", "0.0000"]


def test_classes_come_from_a_table(salviewer, folder, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("file,label\nred/1.png,RED\nyellow/1.png,white\ngone.png,red\nblue/1.png,blau\n")
    done = salviewer("predict", folder, *MODEL, "--labels", table, "--json")
    assert done.code == 0
    assert (done.json["n"], done.json["accuracy"]) == (2, 1.0)
    assert len(done.json["results"]) == 3
    assert "1 of 4 pictures that labels.csv names was not found: gone.png." in done.err
    assert "“blau” is no class of the model" in done.err


def test_a_damaged_picture_is_told_and_stops_nothing(salviewer, folder, tmp_path):
    for path in (folder / "red").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    done = salviewer("predict", tmp_path, *MODEL)
    assert done.code == 3
    assert "bad.png" in done.err
    assert "2 pictures predicted; no true class is known." in done.out


def test_every_picture_of_a_folder_is_explained(salviewer, folder, tmp_path):
    done = salviewer("explain", folder / "red", *MODEL, "--method", "gradient", "-o", tmp_path)
    assert done.code == 0
    assert len(list(tmp_path.glob("*.safetensors"))) == 2


def test_labels_belong_to_one_folder(salviewer, folder, tmp_path):
    done = salviewer("predict", folder, folder, *MODEL, "--confusion", tmp_path / "out.csv")
    assert done.code == 2
    assert "one folder or table" in done.err
