"""Trust: what is shown of a judgement, what can be pressed when, and why a map cannot be judged."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from fakes import explanation, picture

from salviewer.api import MetricInfo, Source
from salviewer.bench.judgement import Judgement
from salviewer.gui.judging import offered, why_not
from salviewer.gui.values import Judged
from salviewer.gui.views.trust import TrustView, as_number, words

NAN = float("nan")


def metric(key, given="heatmap", needs=(), dims=(2, 3)):
    return MetricInfo(key, key.upper(), "s", "a.b:C", "a.b:P", Source("c"), "q", given=given, needs=frozenset(needs),
                      better="lower", dims=dims)  # fmt: skip


METRICS = (metric("area"), metric("again", "explainer", {"rerun"}))


@pytest.fixture
def view(qtbot):
    made = TrustView()
    qtbot.addWidget(made)
    made.set_metrics(METRICS)
    made.show()
    return made


def judgement(**more):
    about = {"better": "lower", "controls": {"random-map": 0.5, "centred-gaussian": 0.4}, "reference": (0.1, 0.3)}
    return Judgement("area", "Area", 0.2, **(about | more))


def test_metrics_that_need_an_annotation_are_not_offered_and_slow_ones_come_last():
    many = (
        metric("slow", "explainer"),
        metric("boxes", needs={"annotation"}),
        metric("quick"),
        metric("flat", dims=(3,)),
    )
    assert [m.key for m in offered({m.key: m for m in many}, 2)] == ["quick", "slow"]


def test_before_anything_is_measured(view):
    view.set_state(None, "", 5)
    assert view.judge.isEnabled()
    assert not view.compare.isEnabled()
    assert view.rows["area"].number.text() == "–"
    assert view.rows["again"].again.isVisible()


def test_a_judgement_is_shown_in_numbers_and_words(view):
    view.set_state(Judged(explanation(), (judgement(),)), "", 5)
    row = view.rows["area"]
    assert row.number.text() == "0.2"
    assert row.verdict.text() == "beats both controls · better than 50% of the others"
    assert row.name.text().endswith("↓")
    assert view.compare.isEnabled()
    assert "beats both controls" in row.strip.accessibleName()
    view.grab()  # the strip is painted


def test_what_has_no_value_says_why(view):
    said = Judgement("area", "Area", NAN, "lower", note="The map has no contrast.")
    assert words(said) == "The map has no contrast."
    assert as_number(NAN) == "–"
    view.set_state(Judged(explanation(), (said,)), "", 5)
    view.grab()


def test_while_it_measures_it_can_only_be_stopped(view, qtbot):
    view.set_state(Judged(explanation(), waiting=("area",)), "", 5)
    assert view.rows["area"].number.text() == "…"
    assert not view.judge.isEnabled()
    with qtbot.waitSignal(view.cancel_wished):
        view.cancel.click()


def test_wishes(view, qtbot):
    view.set_state(None, "", 5)
    with qtbot.waitSignal(view.judge_wished) as wished:
        view.judge.click()
    assert wished.args == [()]
    with qtbot.waitSignal(view.judge_wished) as wished:
        view.rows["again"].again.click()
    assert wished.args == [("again",)]


def test_why_it_cannot_be_judged_is_said(view):
    view.set_state(None, "Run a method first.", 0)
    assert view.hint.text() == "Run a method first."
    assert not view.judge.isEnabled()


def state(**more):
    about = {"shown": SimpleNamespace(explanation=explanation()), "model": SimpleNamespace(sha256="m" * 8),
             "picture": SimpleNamespace(picture=picture())}  # fmt: skip
    return SimpleNamespace(**(about | more))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"shown": None}, "Run a method first"),
        ({"shown": SimpleNamespace(explanation=None)}, "still partial"),
        ({"model": None}, "Open the model"),
        ({"model": SimpleNamespace(sha256="other")}, "belongs to another model"),
        ({"picture": SimpleNamespace(picture=picture("dog.png"))}, "belongs to another picture"),
    ],
)
def test_only_the_map_of_the_open_model_and_picture_is_judged(more, words):
    assert words in why_not(state(**more))


def test_a_map_of_what_is_open_can_be_judged():
    found = state()
    found.shown.explanation.provenance["input"]["sha256"] = found.picture.picture.sha256
    assert why_not(found) == ""
