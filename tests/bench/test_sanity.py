"""The words of the randomisation check: for made-up likenesses, and for methods of which it is known."""

from __future__ import annotations

import json
import math

import pytest

import salviewer as sv
from salviewer.api import InputRef, ModelRef, Progress
from salviewer.bench.judgement import Judgement, Line, in_short
from salviewer.bench.sanity import METRIC, RULE, SENTENCES, likeness, mean_likeness, outcome
from salviewer.bench.trust import judge
from salviewer.jobs.shelf import Shelf

NAN = float("nan")


def said(rank, ssim):
    x = tuple(float(i + 1) for i in range(len(rank)))
    lines = (Line("r", x, tuple(rank), "", "rank correlation of |map|"), Line("s", x, tuple(ssim), "", "SSIM of |map|"))
    return Judgement(METRIC, "Randomisation check", 0.0, "lower", curves={"": lines})


@pytest.mark.parametrize(
    ("rank", "ssim", "wanted"),
    [
        ((1.0, 1.0), (1.0, 1.0), "same"),
        ((-1.0, -1.0), (1.0, 1.0), "same"),
        ((0.9, 0.9), (0.9, 0.9), "same"),
        ((1.0, 1.0), (0.8, 0.7), "alike"),
        ((1.0, 1.0), (0.3, 0.2), "changes"),
        ((0.1, 0.0), (1.0, 1.0), "changes"),
        ((1.0, NAN), (1.0, 0.1), "same"),
        ((NAN, NAN), (0.9, 0.9), "gone"),
    ],
)
def test_what_the_numbers_mean(rank, ssim, wanted):
    assert outcome(said(rank, ssim)) == wanted
    assert SENTENCES[outcome(said(rank, ssim))]


def test_the_smaller_likeness_counts_and_steps_without_a_map_do_not():
    judged = said((1.0, -0.5, NAN), (0.8, 0.9, 0.7))
    assert likeness(judged)[:2] == (0.8, 0.5)
    assert math.isnan(likeness(judged)[2])
    assert mean_likeness(judged) == pytest.approx(0.65)


def test_other_metrics_have_no_such_words():
    assert outcome(Judgement("deletion", "Deletion", 0.1)) == ""
    assert outcome(Judgement(METRIC, "Randomisation check", NAN, note="not possible")) == ""


def test_the_limits_are_said():
    assert "0.9" in RULE
    assert "0.67" in RULE


def test_a_judgement_survives_as_json():
    judged = said((1.0, 0.25), (1.0, 0.5))
    assert Judgement.from_facts(json.loads(json.dumps(judged.facts()))) == judged
    with pytest.raises(TypeError):
        Judgement.from_facts({"what": "else"})


def test_the_short_form_counts_metrics_that_can_tell():
    won = Judgement("a", "A", 1.0, "higher", controls={"random-map": 0.0, "centred-gaussian": 0.0})
    lost = Judgement("b", "B", 1.0, "lower", controls={"random-map": 0.0, "centred-gaussian": 0.0})
    assert in_short((won, won, lost, said((1.0,), (1.0,)))) == "beats both controls in 2 of 3"
    assert in_short((said((1.0,), (1.0,)),)) == ""


@pytest.mark.parametrize(
    ("method", "wanted"),
    [("gradient", "changes"), ("gradcam", "changes"), ("guided-backprop", "same"), ("centred-gaussian", "same")],
)
def test_known_methods_on_the_sample_network(method, wanted):
    model, source = ModelRef(architecture="an8flower-cnn"), InputRef(source="collection:an8flower-single-6c/red-05")
    e = sv.explain(sv.load_model("an8flower-cnn"), sv.load_input(source.source), method)
    heard = []
    progress = Progress(lambda fraction, message, evidence: heard.append(message))
    (judged,) = judge(e, model, source, (METRIC,), Shelf(device="cpu"), progress)
    assert outcome(judged) == wanted
    assert judged.steps == ("classifier", "full", "conv4", "conv3", "conv2", "conv1")
    assert [step for step in judged.steps if any(message.endswith(step) for message in heard)] == list(judged.steps)


def test_curves_of_this_map_and_the_controls_come_with_a_judgement():
    model, source = ModelRef(architecture="an8flower-cnn"), InputRef(source="collection:an8flower-single-6c/red-05")
    e = sv.explain(sv.load_model("an8flower-cnn"), sv.load_input(source.source), "gradient")
    (judged,) = judge(e, model, source, ("deletion",), Shelf(device="cpu"), Progress())
    assert set(judged.curves) == {"", "random-map", "centred-gaussian"}
    line = judged.curves[""][0]
    assert (line.x[0], line.x[-1]) == (0.0, 1.0)
    area = sum(
        (a + b) / 2 * (right - left) for a, b, left, right in zip(line.y, line.y[1:], line.x, line.x[1:], strict=False)
    )
    assert area == pytest.approx(judged.value, abs=1e-5)
