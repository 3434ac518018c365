"""One map judged: beside the controls, among others, and in words."""

from __future__ import annotations

import pytest

import salviewer as sv
from salviewer.api import InputRef, ModelRef, Progress
from salviewer.bench.judgement import Judgement
from salviewer.bench.trust import judge, reference
from salviewer.jobs.shelf import Shelf

NAN = float("nan")


@pytest.mark.parametrize(
    ("better", "value", "controls", "words"),
    [
        ("higher", 0.9, {"random-map": 0.1, "centred-gaussian": 0.5}, "beats both controls"),
        ("lower", 0.9, {"random-map": 0.1, "centred-gaussian": 0.5},
         "no better than a random map or a spot in the middle"),
        ("higher", 0.3, {"random-map": 0.1, "centred-gaussian": 0.5}, "no better than a spot in the middle"),
        ("higher", 0.3, {"random-map": 0.1, "centred-gaussian": NAN}, "beats the control"),
        ("", 0.3, {"random-map": 0.1}, ""),
        ("higher", NAN, {"random-map": 0.1}, ""),
    ],
)  # fmt: skip
def test_the_verdict(better, value, controls, words):
    assert Judgement("m", "M", value, better, controls=controls).verdict == words


def test_the_place_among_others():
    said = Judgement("m", "M", 0.5, "higher", reference=(0.1, 0.5, 0.9, NAN))
    assert said.place == pytest.approx(0.5)
    assert Judgement("m", "M", 0.5, "higher").place is None


def test_a_map_is_judged_beside_the_controls_and_others():
    shelf = Shelf(device="cpu")
    model, source = ModelRef(architecture="an8flower-cnn"), InputRef(source="collection:an8flower-single-6c/red-05")
    e = sv.explain(sv.load_model("an8flower-cnn"), sv.load_input(source.source), "gradient")
    metrics = ("sparseness", "deletion", "pointing-game")
    found = judge(e, model, source, metrics, shelf, Progress())
    assert [j.metric for j in found] == list(metrics)
    assert set(found[0].controls) == {"random-map", "centred-gaussian"}
    assert found[0].value > found[0].controls["random-map"]
    others = (InputRef(source="collection:an8flower-single-6c/blue-05"),)
    values = reference(e, model, others, metrics[:2], shelf, Progress())
    assert all(len(v) == 1 for v in values.values())


def test_a_metric_that_cannot_judge_says_so_and_the_others_go_on():
    shelf = Shelf(device="cpu")
    model = ModelRef(architecture="an8flower-cnn")
    picture = sv.load_input("collection:an8flower-single-6c/red-05")
    e = sv.explain(sv.load_model("an8flower-cnn"), picture, "gradient")
    stripped = type(e)(e.evidence)
    found = judge(stripped, model, picture.ref, ("max-sensitivity", "sparseness"), shelf, Progress())
    assert "runs the method again" in found[0].note
    assert found[1].value > 0
