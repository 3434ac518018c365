"""Trust: what is shown of a judgement, what can be pressed when, and why a map cannot be judged."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from fakes import explanation, heatmap, picture
from PySide6.QtCore import QPoint, Qt

from salviewer.api import MetricInfo, Source
from salviewer.bench.judgement import Judgement, Line
from salviewer.gui import trust_badge
from salviewer.gui.judging import offered, why_not
from salviewer.gui.values import Judged, Shown
from salviewer.gui.views.trust import TrustView, as_number, words

NAN = float("nan")


def metric(key, given="heatmap", needs=(), dims=(2, 3)):
    return MetricInfo(key, key.upper(), "s", "a.b:C", "a.b:P", Source("c"), "q", given=given, needs=frozenset(needs),
                      better="lower", dims=dims)  # fmt: skip


METRICS = (metric("area"), metric("again", "explainer", {"rerun"}), metric("randomisation", "explainer", {"rerun"}))


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
    assert row.verdict.text().replace("\N{NO-BREAK SPACE}", " ") == "beats both controls · better than 50 % of others"
    assert row.name.text().endswith("↓")
    assert view.compare.isEnabled()
    assert "beats both controls" in row.strip.accessibleName()
    view.grab()  # the strip is painted


def test_a_long_verdict_is_shown_whole_in_a_narrow_panel(view, qtbot):
    said = replace(judgement(), value=0.9)
    view.set_state(Judged(explanation(), (said,)), "", 5)
    view.resize(view.minimumSizeHint().width(), 400)
    label = view.rows["area"].verdict
    line = label.fontMetrics().height()
    qtbot.waitUntil(lambda: label.height() >= 2 * line)
    assert label.text().startswith("no better than a random map or a spot in the middle")
    assert label.height() >= label.heightForWidth(label.width())


def test_what_has_no_value_says_why(view):
    said = Judgement("area", "Area", NAN, "lower", note="The map has no contrast.")
    assert words(said) == "The map has no contrast."
    assert as_number(NAN) == "–"
    view.set_state(Judged(explanation(), (said,)), "", 5)
    view.grab()


def test_a_name_is_written_out_where_there_is_room(view, qtbot):
    view.resize(900, 300)
    view.show()
    name = view.rows[METRICS[0].key].name
    name.setText("Increase in confidence ↑")
    qtbot.waitUntil(lambda: name.width() >= name.fontMetrics().horizontalAdvance(name.text()))
    assert not name._elidedText().endswith("…")


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


LINE = Line("Deletion", (0.0, 0.5, 1.0), (1.0, 0.25, 0.0), "share of pixels taken away", "probability")


def sanity(rank=1.0):
    x = (1.0, 2.0)
    lines = (Line("r", x, (rank, rank), "", "rank correlation of |map|"), Line("s", x, (1.0, NAN), "", "SSIM of |map|"))
    return Judgement("randomisation", "Randomisation check", rank, curves={"": lines}, steps=("head", "conv1"))


def test_the_panel_can_be_narrow(view):
    view.set_state(Judged(explanation(), (judgement(curves={"": (LINE,)}),)), "", 12)
    view.rows["area"].curve.click()
    assert view.minimumSizeHint().width() <= 420
    view.resize(420, 300)
    view.grab()
    assert view.rows["area"].curve.mapTo(view, view.rows["area"].curve.rect().bottomRight()).x() < 420
    assert view.sanity.mapTo(view, view.sanity.rect().bottomRight()).x() < 420


def test_a_curve_is_drawn_on_demand_and_read(view, qtbot):
    controls = {key: (Line("Deletion", LINE.x, (1.0, 0.5, 0.0)),) for key in ("random-map", "centred-gaussian")}
    view.set_state(Judged(explanation(), (judgement(curves={"": (LINE,), **controls}),)), "", 5)
    assert not view.curves.isVisible()
    view.rows["area"].curve.click()
    assert view.curves.isVisible()
    plot = view.curves.plot
    assert plot.read(1) == "0.5: this map 0.25, random map 0.50, spot in the middle 0.50"
    plot.grab()
    qtbot.mouseMove(plot, QPoint(plot.width() // 2, plot.height() // 2))
    qtbot.waitUntil(lambda: plot.at == 1)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.at == 2
    view.curves.close_button.click()
    assert not view.curves.isVisible()
    assert not view.rows["area"].curve.isChecked()


def test_the_sanity_check_is_asked_for_and_said_in_words(view, qtbot):
    view.set_state(None, "", 5)
    with qtbot.waitSignal(view.judge_wished) as wished:
        view.sanity.click()
    assert wished.args == [("randomisation",)]
    view.set_state(Judged(explanation(), waiting=("randomisation",)), "", 5)
    assert not view.sanity.isEnabled()
    view.set_state(Judged(explanation(), (sanity(),)), "", 5)
    assert view.verdict.text().startswith(
        "This map hardly changes when the model's weights are replaced by random ones"
    )
    assert view.curves.isVisible()  # what was just asked for is drawn
    assert view.curves.plot.read(1) == "conv1: rank correlation 1.00, SSIM none"
    view.set_state(Judged(explanation(), (sanity(0.1),)), "", 5)
    assert "as it should" in view.verdict.text()


@pytest.mark.parametrize(
    ("judged", "wanted"),
    [
        (None, "not judged yet"),
        (Judged(explanation(), waiting=("area",)), "judging …"),
        (Judged(explanation(), (judgement(),)), "beats both controls in 1 of 1"),
        (Judged(explanation(), (judgement(), sanity())),
         "beats both controls in 1 of 1 · hardly changes with random weights"),
        (Judged(explanation(), (judgement(controls={}),)), "judged: no verdict"),
    ],
)  # fmt: skip
def test_the_badge_says_it_in_a_few_words(judged, wanted):
    assert trust_badge.words(judged) == wanted
    if judged is not None:
        assert "score" not in trust_badge.tip(judged)


def test_judgements_come_back_with_their_explanation(loaded, qtbot):
    session = loaded
    made = explanation()
    made.provenance["fingerprint"] = "f00d"
    session.kept.keep_judgements("f00d", (judgement(),))
    session.state.shown = Shown((heatmap(),), made.grid, session.state.picture.picture, explanation=made)
    qtbot.waitUntil(lambda: session.state.judged is not None)
    assert session.state.judged.rows == (judgement(),)
    assert session.window.heatmap.badge.said == "beats both controls in 1 of 1"
    session.state.shown = None
    assert session.state.judged is None
    assert session.window.heatmap.badge.isHidden()


def test_what_cannot_be_understood_is_no_judgement(session):
    session.kept.register.keep_judgements("f00d", [{"made": "by another version"}])
    assert session.kept.judgements("f00d") == ()
    assert session.kept.judgements("absent") == ()
