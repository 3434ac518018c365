"""`salviewer measure`: the numbers that Python gets, the words, the curves, and what is refused."""

import csv
import itertools
import json

import numpy as np
import pytest
from PIL import Image

import salviewer as sv
from salviewer.api import Explanation, Heatmap

MODEL = ("--model", "an8flower-cnn")
SAMPLE = "collection:an8flower-single-6c/red-05"
FLOWER = ("--input", SAMPLE)


@pytest.fixture(scope="module")
def asked():
    return sv.load_model("an8flower-cnn", device="cpu"), sv.load_input(SAMPLE)


@pytest.fixture(scope="module")
def made(asked):
    return sv.explain(*asked, "gradient", target="red")


@pytest.fixture(scope="module")
def stored(made, tmp_path_factory):
    return made.save(tmp_path_factory.mktemp("maps") / "gradient.safetensors")


def test_a_stored_map_gets_the_numbers_that_python_gets(salviewer, asked, made, stored):
    done = salviewer("measure", "deletion,pointing-game", stored, *FLOWER, *MODEL, "-p", "deletion:steps=10", "--json")
    assert (done.code, done.err) == (0, "")
    deletion, pointing = done.json["results"]
    expected = sv.measure("deletion", *asked, made, params={"steps": 10}).value
    assert deletion["value"] == deletion["values"]["deletion"] == pytest.approx(expected, rel=1e-5)
    assert (deletion["metric"], deletion["title"], deletion["better"]) == ("deletion", "Deletion", "lower")
    assert pointing["values"] == {
        name: pytest.approx(value) for name, value in sv.measure("pointing-game", *asked, made).values.items()
    }
    assert done.json["explanation"]["method"] == "gradient"
    assert done.json["explanation"]["target"]["label"] == "red"


def test_a_map_made_now_is_the_one_that_would_be_stored(salviewer, asked):
    done = salviewer("measure", "sparseness", *FLOWER, *MODEL, "--method", "glas", "-p", "glas:grid=4", "--target",
                     "red", "--json")  # fmt: skip
    expected = sv.measure("sparseness", *asked, sv.explain(*asked, "glas", target="red", params={"grid": 4}))
    assert done.json["results"][0]["value"] == pytest.approx(expected.value, rel=1e-4)


def test_a_method_is_run_again_for_a_stored_map(salviewer, stored):
    done = salviewer("measure", "max-sensitivity", stored, *FLOWER, *MODEL, "-p", "max-sensitivity:samples=2", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json["results"][0]["values"]["samples"] == 2
    assert done.json["results"][0]["value"] > 0


def test_the_lines_name_each_number_and_what_is_better(salviewer, stored):
    done = salviewer("measure", "sparseness,increase-in-confidence", stored, *FLOWER, *MODEL)
    assert (done.code, done.err) == (0, "")
    first, head, gini, *rest = done.out.splitlines()
    assert first == "an8flower red, view 5: Gradient for “red” (logit)"
    assert head.split() == ["metric", "number", "value", "better"]
    assert gini.split()[:2] == ["sparseness", "gini"] and gini.split()[-1] == "neither"
    assert 0 < float(gini.split()[2]) < 1
    assert [row.split()[-3 if i == 0 else 0] for i, row in enumerate(rest)] == [
        *("increase", "drop", "inverse_drop", "clean", "shown", "hidden")
    ]


def test_boxes_and_a_mask_say_where_the_truth_lies(salviewer, asked, made, stored, tmp_path):
    height, width = asked[1].picture.shape
    left = np.zeros((height, width), np.uint8)
    left[:, : width // 2] = 255
    Image.fromarray(left).save(tmp_path / "left.png")
    boxes = ((0, 0, width // 4, height), (width // 4, 0, width // 2, height))
    by_mask, by_boxes = (
        salviewer("measure", "pointing-game", stored, *FLOWER, *MODEL, *truth, "--json").json["results"][0]["values"]
        for truth in (
            ("--mask", tmp_path / "left.png"),
            [word for box in boxes for word in ("--box", ",".join(map(str, box)))],
        )
    )
    assert by_mask == by_boxes
    assert by_mask["chance"] == pytest.approx(0.5, abs=0.02)
    expected = sv.measure("pointing-game", *asked, made, boxes=boxes).values
    assert by_boxes["mass_inside"] == pytest.approx(expected["mass_inside"])


def test_curves_go_to_a_csv_file(salviewer, stored, tmp_path):
    to = tmp_path / "deep" / "curves.csv"
    steps = ("-p", "deletion:steps=4")
    done = salviewer("measure", "deletion,sparseness,iou", stored, *FLOWER, *MODEL, *steps, "--curves", to, "--json")
    assert done.code == 0
    rows = list(csv.DictReader(to.read_text(encoding="utf-8").splitlines()))
    assert {(row["metric"], row["curve"]) for row in rows} == {
        ("deletion", "Deletion"), ("iou", "Box IoU"), ("iou", "Mask IoU"),
    }  # fmt: skip
    points = [(float(row["x"]), float(row["y"])) for row in rows if row["metric"] == "deletion"]
    assert [x for x, _ in points] == [0, 0.25, 0.5, 0.75, 1]
    area = sum((a + b) / 8 for (_, a), (_, b) in itertools.pairwise(points))
    assert area == pytest.approx(done.json["results"][0]["value"], rel=1e-5)


def test_a_metric_that_fails_does_not_lose_the_others(salviewer, asked, tmp_path):
    bare = Explanation((Heatmap("map", np.eye(8, dtype=np.float32)),)).save(tmp_path / "bare.safetensors")
    done = salviewer("measure", "randomisation,sparseness", bare, *FLOWER, *MODEL)
    assert done.code == 2
    assert done.err.startswith("error: randomisation: ") and "nobody knows how this map was made" in done.err
    first, _, row = done.out.splitlines()
    assert first == "an8flower red, view 5: a map of unknown origin"
    assert row.split()[:2] == ["sparseness", "gini"]


def test_no_answer_is_null_with_its_reason(salviewer, asked, tmp_path):
    flat = Explanation((Heatmap("map", np.ones((8, 8), np.float32)),)).save(tmp_path / "flat.safetensors")
    done = salviewer("measure", "deletion", flat, *FLOWER, *MODEL, "--json")
    assert done.code == 0
    assert json.loads(done.out, parse_constant=pytest.fail)["results"][0]["value"] is None
    assert "no contrast" in done.json["results"][0]["notes"][0]
    lines = salviewer("measure", "deletion", flat, *FLOWER, *MODEL).out.splitlines()
    assert lines[2].split() == ["deletion", "deletion", "none", "lower"]
    assert lines[3].startswith("  deletion: The map has no contrast")


def test_what_the_map_was_not_made_with_is_said(salviewer, stored):
    other = ("--input", "collection:an8flower-single-6c/blue-05")
    notes = salviewer("measure", "deletion", stored, *other, *MODEL, "--target", "blue", "--json").json["results"][0][
        "notes"
    ]
    assert notes == [
        "The map was made from another picture (an8flower red, view 5) than it is judged with.",
        "The map explains “red” and is judged by “blue”.",
    ]
    (note,) = salviewer("measure", "sparseness", stored, *FLOWER, *MODEL, "--mean", "0.1,0.2,0.3", "--json").json[
        "results"
    ][0]["notes"]
    assert "another preprocessing" in note


def test_curves_that_cannot_be_written_lose_no_number(salviewer, stored, tmp_path):
    (tmp_path / "file").touch()
    done = salviewer("measure", "sparseness", stored, *FLOWER, *MODEL, "--curves", tmp_path / "file" / "curves.csv")
    assert done.code == 7
    assert "choose another file with --curves" in done.err
    assert "gini" in done.out


@pytest.mark.parametrize(
    ("metrics", "arguments", "said"),
    [
        ("delition", FLOWER, "delition"),
        (",", FLOWER, "No metric was given"),
        ("deletion", (), "add --input"),
        ("deletion", (*FLOWER, "--method", "glas"), "not both"),
        ("deletion", (*FLOWER, "-p", "deletion:stepps=3"), "stepps"),
        ("deletion", (*FLOWER, "-p", "steps=3"), "key:name=value"),
        ("deletion", (*FLOWER, "-p", "insertion:steps=3"), "insertion, which is not asked for: deletion"),
        ("deletion", (*FLOWER, "--output", "score"), "score"),
        ("deletion", (*FLOWER, "--seed", "-1"), "seed"),
        ("deletion", (*FLOWER, "--target", "horse"), "horse"),
        ("iou,deletion", ("--input", "a.png"), "is needed for iou: give --annotation FILE, --box"),
        ("iou", (*FLOWER, "--box", "1,2,x,4"), "no list of numbers"),
        ("iou", (*FLOWER, "--box", "1,2,3"), "4 numbers"),
        ("iou", (*FLOWER, "--mask", "petal"), "petal"),
    ],
)
def test_a_wrong_choice_is_one_sentence_and_exits_with_2(salviewer, stored, metrics, arguments, said):
    done = salviewer("measure", metrics, stored, *arguments, *MODEL)
    assert done.code == 2
    (line,) = done.err.splitlines()
    assert line.startswith("error: ") and said in line


@pytest.mark.parametrize(
    ("name", "content", "code"), [("missing.safetensors", None, 3), ("text.safetensors", b"hello", 3)]
)
def test_a_file_that_is_no_map_exits_with_3(salviewer, tmp_path, name, content, code):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = salviewer("measure", "deletion", tmp_path / name, *FLOWER, *MODEL)
    assert done.code == code
    (line,) = done.err.splitlines()
    assert name in line


def test_neither_a_file_nor_a_method(salviewer):
    done = salviewer("measure", "deletion", *FLOWER, *MODEL)
    assert (done.code, done.out) == (2, "")
    assert "the file of one, or --method KEY" in done.err
