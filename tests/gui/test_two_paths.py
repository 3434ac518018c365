"""Two paths: what is explained, what is said, and what can be done with it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import CLASSES, PROBABILITIES, FakeShelf, explanation, host
from PySide6.QtCore import Qt

from salviewer.api import ExplainerInfo, ModelRef, NeuronPath, Prediction, Source, hookimpl
from salviewer.data.arrays import picture_from_array
from salviewer.errors import UnsupportedModel
from salviewer.gui.comparing_orders import OtherModel
from salviewer.gui.paths import errands
from salviewer.gui.paths.deciding import STOPPED
from salviewer.gui.paths.values import Change
from salviewer.gui.paths.view import words_of
from salviewer.host import Found, Host
from salviewer.jobs.perturbing import ENDS

LAYERS = tuple(
    {"name": name, "kind": "convolution", "channels": c, "shape": shape}
    for name, c, shape in (("class", 7, []), ("fc", 9, []), ("conv", 8, [4, 4]), ("input", 3, [30, 30]))
)


def path(top, *middle):
    """A path of a class, one unit of fc, two of conv, and two pixels that all such paths share."""
    flat = [(0, top, -1, -1), (1, top, -1, -1), *((2, c, 1, 1) for c in middle), (3, 0, 4, 5), (3, 1, 9, 9)]
    columns, n = np.array(flat, np.int32), len(flat)
    return NeuronPath(
        "path", layer=columns[:, 0], channel=columns[:, 1], place=columns[:, 2:], support=np.ones((n, 3), np.float32),
        score=np.ones(n, np.float32), links=np.array([[0, 1]], np.int32),
        fields=np.tile(np.array([0, 0, 9, 9], np.float32), (n, 1)), thumbnails=np.zeros((0, 4, 4), np.float32),
        thumbnail_of=np.zeros((0, 2), np.int32), layers=LAYERS, weights={"k": 1},
    )  # fmt: skip


def shelf_with_paths():
    """As the fakes have it, and a method that finds paths."""
    shelf = FakeShelf()
    walk = ExplainerInfo("walk", "Walk", "Finds paths.", "fakes:Nothing", "fakes:OtherParams", Source("A. Uthor"),
                         "Which?", evidence=("heatmap", "neurons"))  # fmt: skip
    plugin = SimpleNamespace(salviewer_explainers=hookimpl(lambda: [walk], specname="salviewer_explainers"))
    known = host()
    shelf.host = Host([*known_found(known), Found("walk", "test", "1.0", lambda: plugin)])
    shelf.held = {}
    shelf.keep_live = lambda value: shelf.held.setdefault("live:7", value) and "live:7"
    shelf.drop_live = lambda reference: shelf.held.pop(reference, None)
    return shelf


def known_found(known):
    """What the fakes' host was made of."""
    infos = list(known.explainers.values())
    plugin = SimpleNamespace(salviewer_explainers=hookimpl(lambda: infos, specname="salviewer_explainers"))
    return [Found("light", "test", "1.0", lambda: plugin)]


@pytest.fixture
def ready(make_session, qtbot):
    session = make_session(shelf=shelf_with_paths())
    session.actions.opening.open_model(ModelRef(architecture="net"))
    session.actions.opening.open_picture("cat.png")
    state = session.state
    qtbot.waitUntil(lambda: state.prediction is not None and state.grid is not None and not state.busy)
    return session


def answer(session, number, found):
    """The explanation of job `number`, with the path `found`."""
    spec = session.engine.events[number].spec
    made = explanation(label=CLASSES[spec.target] if isinstance(spec.target, int) else str(spec.target))
    return replace(made, evidence=(*made.evidence, found))


def finish(session, qtbot, *paths):
    jobs = [side.job for side in session.actions.two_paths.memory.duel.sides]
    for job, found in zip(jobs, paths, strict=True):
        session.engine.finish(job, answer(session, job, found))
    qtbot.waitUntil(lambda: (d := session.actions.two_paths.memory.duel).pair is not None or d.sentence != "")


def mistake(session, truth="lynx"):
    session.state.picture = replace(session.state.picture, truth=truth)
    session.window.commands["paths.mistake"].trigger()
    return session.actions.two_paths.memory


def test_the_predicted_and_the_true_class_are_explained(ready, qtbot):
    memory = mistake(ready)
    assert [side.name for side in memory.duel.sides] == ["tiger cat", "lynx"]
    assert [side.spec.target for side in memory.duel.sides] == [1, 3]
    assert {side.spec.method for side in memory.duel.sides} == {"walk"}
    assert [side.said for side in memory.duel.sides] == ["tiger cat 62.0 %", "lynx 6.0 %"]
    finish(ready, qtbot, path(1, 2, 3), path(3, 2, 7))
    # In conv one of three channels is shared, in the pixels both.
    assert memory.duel.pair.difference.steps[2].shared == pytest.approx(1 / 3)
    assert memory.duel.pair.parting == (3, 3)
    view = ready.window.panel("paths").view
    assert "input is the last layer" in view.said.text()
    assert view.chart.mark == 0
    assert [t.name for t in view.chart._traces] == ["shared", "by chance"]
    assert not view.cancel.isVisibleTo(view)


def test_a_class_is_asked_for_where_none_is_known_or_the_model_is_right(ready):
    ready.dialogs.choice = "carton"
    assert mistake(ready, truth="").duel.sides[1].name == "carton"
    asked = ready.dialogs.asked[-1]
    assert asked[:2] == ("choose", "class")
    assert asked[2][0] == "Egyptian cat"  # the most probable of the others
    assert "tiger cat" not in asked[2]
    ready.dialogs.choice = "mouse"
    assert mistake(ready, truth="tiger cat").duel.sides[1].name == "mouse"


def test_nothing_is_run_where_no_class_is_named(ready):
    assert mistake(ready, truth="").duel is None
    assert not ready.engine.explaining


def test_names_with_synonyms_are_found(ready):
    ready.state.prediction = Prediction(("cat, house cat", "lynx"), (1.0, 0.0), (0.7, 0.3))
    ready.state.picture = replace(ready.state.picture, truth="Cat")
    ready.dialogs.choice = "lynx"
    ready.actions.two_paths.explain_mistake()
    assert ready.actions.two_paths.memory.duel.sides[1].name == "lynx"


def test_both_models_are_asked_for_the_same_class(ready, qtbot):
    ready.actions.set_target(4)
    other = OtherModel(ModelRef(architecture="resnet18"), "resnet18")
    ready.window.show_panel("paths")
    ready.actions.two_paths.compare_models([other])
    sides = ready.actions.two_paths.memory.duel.sides
    assert [side.name for side in sides] == ["net", "resnet18"]
    assert [side.spec.target for side in sides] == ["remote control"] * 2
    assert sides[1].spec.model.architecture == "resnet18"
    finish(ready, qtbot, path(4, 2), path(4, 2))
    assert ready.actions.two_paths.memory.duel.sides[0].said == "remote control"


def test_without_another_model_that_is_said(ready):
    ready.window.commands["paths.models"].trigger()
    assert "no other model" in ready.state.messages[-1].text


def found(changed=True):
    after = Prediction(CLASSES, (0.0,) * 7, (0.5, *PROBABILITIES[1:]))
    before = Prediction(CLASSES, (0.0,) * 7, PROBABILITIES)
    words = ("“tiger cat” became “tabby”.",) if changed else (f"The class is still “tiger cat”: {ENDS['box']}.",)
    picture = picture_from_array(np.full((3, 30, 30), 0.5, np.float32), "cat + DeepFool")
    change = Change(np.full((30, 30, 3), 0.6, np.float32), 200.0, words)
    return errands.Found(picture, before, replace_top(after), changed, change)


def replace_top(prediction):
    return Prediction(prediction.classes, prediction.logits, (0.9, *prediction.probabilities[1:]))


def test_deepfool_explains_both_pictures_and_lists_the_new_one(ready, qtbot, monkeypatch):
    monkeypatch.setattr(errands, "perturbed", lambda *asked: found())
    opened = ready.state.picture
    ready.window.commands["paths.deepfool"].trigger()
    memory = ready.actions.two_paths.memory
    qtbot.waitUntil(lambda: memory.duel is not None and not memory.looking)
    before, after = memory.duel.sides
    assert (before.spec.input, after.spec.input.source) == (opened.ref, "live:7")
    assert (before.spec.target, after.spec.target) == (1, 0)
    assert after.said == "tabby 90.0 %"
    finish(ready, qtbot, path(1, 2, 3), path(0, 2, 3))
    view = ready.window.panel("paths").view
    assert view.change.isVisibleTo(view)
    assert "200 times" in view.change.said.text()
    assert "became" in view.more.text()
    qtbot.waitUntil(lambda: any(i.name == "cat + DeepFool" for i in ready.state.inputs))
    assert ready.state.picture is opened
    qtbot.mouseClick(view.open, Qt.MouseButton.LeftButton)
    assert ready.state.picture.ref.source == "live:7"
    ready.actions.two_paths.close()
    assert ready.shelf.held == {}
    ready.actions.__dict__.pop("two_paths")


def test_a_class_that_does_not_change_is_said(ready, qtbot, monkeypatch):
    monkeypatch.setattr(errands, "perturbed", lambda *asked: found(changed=False))
    ready.window.commands["paths.deepfool"].trigger()
    qtbot.waitUntil(lambda: any("still" in m.text for m in ready.state.messages))
    assert ready.actions.two_paths.memory.duel is None


def test_a_refusal_is_one_sentence(ready, qtbot, monkeypatch):
    def refuse(*asked):
        raise UnsupportedModel("The network passes no gradients.", code="no-gradients")

    monkeypatch.setattr(errands, "perturbed", refuse)
    ready.window.commands["paths.deepfool"].trigger()
    qtbot.waitUntil(lambda: any(m.text == "The network passes no gradients." for m in ready.state.messages))
    assert ready.actions.two_paths.memory.looking == ""


def test_cancelling_stops_both(ready, qtbot):
    memory = mistake(ready)
    view = ready.window.panel("paths").view
    assert view.cancel.isVisibleTo(view)
    qtbot.mouseClick(view.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not memory.duel.under_way)
    assert [side.sentence for side in memory.duel.sides] == [STOPPED] * 2
    assert not view.cancel.isVisibleTo(view)


def test_an_explanation_without_a_path_is_said(ready, qtbot):
    memory = mistake(ready)
    for side in memory.duel.sides:
        ready.engine.finish(side.job, explanation())
    qtbot.waitUntil(lambda: memory.duel.sentence != "")
    assert "has no path" in words_of(memory.duel)


def test_a_failed_side_says_why_on_its_card(ready, qtbot):
    memory = mistake(ready)
    ready.engine.fail(memory.duel.sides[0].job, UnsupportedModel("Layer “gelu” cannot be walked.", code="walk"))
    qtbot.waitUntil(lambda: memory.duel.sides[0].status == "failed")
    assert ready.window.panel("paths").view.sides[0].below.text() == "Layer “gelu” cannot be walked."


def test_the_buttons_lead_to_the_other_panels(ready, qtbot):
    memory = mistake(ready)
    finish(ready, qtbot, path(1, 2, 3), path(3, 2, 7))
    view = ready.window.panel("paths").view
    qtbot.mouseClick(view.neurons, Qt.MouseButton.LeftButton)
    assert ready.window.panel("neurons").view.columns.table is not None
    qtbot.waitUntil(lambda: len(ready.state.results) == 2)
    ready.window.show_panel("paths")
    qtbot.mouseClick(view.maps, Qt.MouseButton.LeftButton)
    tiles = ready.window.panel("compare").decider.memory
    assert {t.result for t in tiles.tiles} == {side.result for side in memory.duel.sides}
    qtbot.waitUntil(lambda: all(t.status == "done" for t in tiles.tiles))


def test_commands_wait_for_a_method_that_finds_paths(loaded):
    assert not loaded.window.commands["paths.mistake"].isEnabled()
    assert "No installed method" in loaded.actions.two_paths.why_not()


def test_the_change_is_amplified_by_a_round_factor():
    pixels, factor = errands.amplified(np.array([[[0.002, -0.001, 0.0]]]))
    assert factor == 200
    np.testing.assert_allclose(pixels, [[[0.9, 0.3, 0.5]]])
    assert errands.amplified(np.zeros((2, 2, 3)))[1] == 1
    assert errands.amplified(np.full((1, 1, 1), 0.9))[1] == 0.5
