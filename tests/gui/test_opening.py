"""What opening leads to, with a fake engine and no clicks."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from fakes import CLASSES, GRID, explanation
from safetensors.numpy import save_file

from salviewer.api import InputRef, ModelRef
from salviewer.errors import NeedsChoice
from salviewer.gui.errands import recognise
from salviewer.gui.opening import answered
from salviewer.gui.remembered import Remembered

NET = ModelRef(architecture="net", weights="w.pth")


def settled(session, qtbot):
    qtbot.waitUntil(lambda: not session.state.busy)
    return session.state


def test_a_model_becomes_a_card_of_plain_values(session, qtbot):
    session.actions.opening.open_model(NET)
    card = settled(session, qtbot).model
    assert (card.title, card.classes, card.outputs, card.input_size) == ("net", CLASSES, "softmax", (224, 224))
    assert card.device == "cpu"
    assert session.state.prediction is None


def test_model_and_picture_together_are_looked_at(session, qtbot):
    session.actions.opening.open_picture("cat.png")
    session.actions.opening.open_model(NET)
    state = settled(session, qtbot)
    assert state.prediction.top(1)[0][1] == "tiger cat"
    assert state.grid == GRID
    assert state.picture.ref.sha256 == state.picture.picture.sha256


@pytest.mark.parametrize(
    ("source", "sentence"),
    [("bad.png", "bad.png is cut off: copy the file again."), ("broken.png", "this failed inside SalViewer")],
)
def test_a_picture_that_cannot_be_read_is_one_sentence_and_the_old_one_stays(loaded, qtbot, source, sentence):
    before = loaded.state.picture
    loaded.actions.opening.open_picture(source)
    (message,) = settled(loaded, qtbot).messages
    assert sentence in message.text
    assert "Traceback" not in message.text
    assert "Traceback" in message.details
    assert message.level == "error"
    assert loaded.state.picture is before


def test_a_single_file_has_those_of_its_folder_beside_it(loaded, qtbot, tmp_path):
    for name in ("eye-10.png", "eye-2.png", "eye-bad.png", "notes.txt", ".hidden.png"):
        (tmp_path / name).touch()
    loaded.actions.opening.open_picture(str(tmp_path / "eye-2.png"))
    assert settled(loaded, qtbot).picture.siblings == tuple(
        str(tmp_path / name) for name in ("eye-2.png", "eye-10.png", "eye-bad.png")
    )
    assert not loaded.window.commands["sample.previous"].isEnabled()
    loaded.window.commands["sample.next"].trigger()
    qtbot.waitUntil(lambda: loaded.state.picture.ref.source.endswith("eye-10.png") and not loaded.state.busy)
    loaded.window.commands["sample.next"].trigger()
    qtbot.waitUntil(lambda: loaded.state.picture is None and not loaded.state.busy)
    assert "cut off" in loaded.window.heatmap.fault.text()
    loaded.window.commands["sample.previous"].trigger()
    qtbot.waitUntil(lambda: loaded.state.picture is not None and not loaded.state.busy)
    assert loaded.state.picture.ref.source.endswith("eye-10.png")
    assert loaded.actions.browsing.memory.batch is None


def test_a_picture_alone_in_its_folder_has_nothing_beside_it(loaded, qtbot, tmp_path):
    (tmp_path / "eye.png").touch()
    loaded.actions.opening.open_picture(str(tmp_path / "eye.png"))
    assert settled(loaded, qtbot).picture.siblings == ()


def test_an_error_goes_away_when_the_next_picture_opens(loaded, qtbot):
    loaded.actions.opening.open_picture("bad.png")
    settled(loaded, qtbot)
    loaded.actions.opening.open_picture("good.png")
    assert settled(loaded, qtbot).messages == ()
    assert loaded.state.picture.picture.name == "good.png"


def test_a_model_that_is_refused_is_one_sentence_and_the_old_one_stays(loaded, qtbot):
    before = loaded.state.model
    loaded.actions.opening.open_model(ModelRef(architecture="net", weights="bad.pth"))
    (message,) = settled(loaded, qtbot).messages
    assert message.text == "bad.pth holds a web page, not weights: download the file itself."
    assert loaded.state.model is before


def test_a_question_in_the_window_says_nothing_of_the_terminal(session, qtbot, monkeypatch):
    error, texts = NeedsChoice("Pass --option page=1.", code="p", option="page", choices=("1",), asks="Which?"), []
    monkeypatch.setattr(session.dialogs, "choose", lambda text, option, choices: texts.append(text))
    assert session.actions.opening.settle(InputRef(source="pages.tif"), error)
    assert texts == ["Which?"]
    assert NeedsChoice("Which one?", code="p", option="page", choices=("1",)).asks == "Which one?"


def test_a_file_with_several_pages_is_asked_about_and_read_as_answered(session, qtbot):
    session.dialogs.choice = "2"
    session.actions.opening.open_picture("pages.tif")
    qtbot.waitUntil(lambda: session.state.picture is not None)
    assert session.dialogs.asked == [("choose", "page", ("1", "2", "3"))]
    assert session.state.picture.ref.options == {"page": "2"}


def test_no_answer_opens_nothing_and_complains_of_nothing(session, qtbot):
    session.actions.opening.open_picture("pages.tif")
    state = settled(session, qtbot)
    assert state.picture is None
    assert state.messages == ()


def test_only_the_newest_picture_counts(session, qtbot):
    session.engine.hold = True
    session.actions.opening.open_picture("first.png")
    session.actions.opening.open_picture("second.png")
    session.engine.release()  # the second is done first, then the late first
    state = settled(session, qtbot)
    assert state.picture.picture.name == "second.png"
    assert 1 in session.engine.cancelled or len(session.engine.cancelled) >= 1


def test_the_sample_is_a_model_and_the_first_of_its_pictures(session, qtbot):
    session.actions.opening.open_sample()
    state = settled(session, qtbot)
    assert state.model.ref == ModelRef(architecture="an8flower-cnn", weights="default")
    assert state.picture.ref.source == "collection:an8flower-single-6c/red-00"
    assert state.picture.truth == "red"
    session.actions.browsing.step(2)
    assert settled(session, qtbot).picture.truth == "blue"
    session.actions.browsing.step(1)
    assert settled(session, qtbot).picture.ref.source.endswith("blue-00")


def test_assumed_outputs_are_asked_about_once_and_remembered(make_session, qtbot):
    session = make_session()
    session.shelf.assumed = True
    session.actions.opening.open_model(NET)
    state = settled(session, qtbot)
    (message,) = state.messages
    assert message.level == "question"
    assert [answer.text for answer in message.answers] == ["One of many", "Several at once", "Ordered grades"]
    session.actions.answer(message, message.answers[1])
    state = settled(session, qtbot)
    assert state.messages == ()
    assert state.model.outputs == "sigmoid"
    assert Remembered().outputs == {state.model.sha256: "sigmoid"}
    later = make_session()
    later.shelf.assumed = True
    later.actions.opening.open_model(NET)
    state = settled(later, qtbot)
    assert state.messages == ()
    assert state.model.outputs == "sigmoid"


def test_a_dropped_model_that_names_its_architecture_is_opened(session, qtbot, tmp_path):
    save_file({"w": np.zeros(3, np.float32)}, tmp_path / "w.bin", metadata={"architecture": "resnet18"})
    session.actions.open_files([tmp_path / "w.bin"])
    state = settled(session, qtbot)
    assert state.model.ref == ModelRef(architecture="resnet18", weights=str(tmp_path / "w.bin"))


def test_a_dropped_model_without_a_name_is_asked_about(session, qtbot, tmp_path):
    save_file({"w": np.zeros(3, np.float32)}, tmp_path / "w.safetensors")
    session.dialogs.model = NET
    session.actions.open_files([tmp_path / "w.safetensors"])
    qtbot.waitUntil(lambda: session.state.model is not None)
    assert session.dialogs.asked == [("model", tmp_path / "w.safetensors")]
    settled(session, qtbot)


def test_a_dropped_explanation_is_shown_over_its_own_picture(session, qtbot, tmp_path):
    session.actions.opening.open_picture("cat.png")
    settled(session, qtbot)
    path = explanation().save(tmp_path / "e.safetensors")
    session.actions.open_files([path])
    qtbot.waitUntil(lambda: session.state.shown is not None)
    assert session.state.shown.title == "Light · tiger cat"
    assert session.state.shown.picture is session.state.picture.picture


def test_a_dropped_explanation_of_another_picture_is_shown_alone(session, qtbot, tmp_path):
    session.actions.opening.open_picture("dog.png")
    settled(session, qtbot)
    session.actions.open_files([explanation().save(tmp_path / "e.safetensors")])
    qtbot.waitUntil(lambda: session.state.shown is not None)
    assert session.state.shown.picture is None
    assert session.state.shown.size == (60, 100)


def test_what_a_file_is_shows_in_its_content(tmp_path):
    def file(name, content):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    save_file({"w": np.zeros(3, np.float32)}, tmp_path / "model.png")
    assert recognise(tmp_path / "model.png") == "model"
    assert recognise(explanation().save(tmp_path / "e.jpg")) == "explanation"
    assert recognise(file("weights.png", b"PK\x03\x04" + bytes(60))) == "model"
    assert recognise(file("old.dat", b"\x80\x02\x8a\x0alF" + bytes(60))) == "model"
    assert recognise(file("picture.pth", b"\x89PNG\r\n\x1a\n" + bytes(60))) == "picture"
    assert recognise(file("photo.dat", b"\xff\xd8\xff\xe0" + bytes(60))) == "picture"
    assert recognise(file("page.pth", b"<html>")) == "model"
    assert recognise(file("empty.png", b"")) == "picture"
    assert recognise(tmp_path / "absent.png") == "picture"
    os.mkfifo(tmp_path / "pipe.nii")
    assert recognise(tmp_path / "pipe.nii") == "picture"
    assert recognise(tmp_path / ("long" * 99)) == "picture"
    header = json.dumps({"__metadata__": {"salviewer": 3}}).encode()
    assert recognise(file("odd.safetensors", len(header).to_bytes(8, "little") + header)) == "model"


def test_opening_another_picture_keeps_the_late_answer_off_the_screen(loaded, qtbot):
    loaded.actions.run()
    (number,) = loaded.engine.explaining
    loaded.actions.opening.open_picture("other.png")
    qtbot.waitUntil(lambda: loaded.state.picture.picture.name == "other.png")
    loaded.engine.finish(number)
    state = settled(loaded, qtbot)
    qtbot.waitUntil(lambda: len(state.results) == 1)
    assert state.shown is None


def test_opening_can_be_cancelled_and_changes_nothing(session, qtbot):
    session.engine.hold = True
    session.actions.opening.open_model(NET)
    assert session.window.commands["cancel"].isEnabled()
    assert session.window.status.busy.text() == "Opening net …"
    session.actions.cancel()
    assert session.engine.cancelled == [max(session.engine.events)]
    session.engine.release()
    state = settled(session, qtbot)
    assert state.model is None


def test_a_download_shows_how_far_it_is(session, qtbot):
    session.engine.hold = True
    session.actions.opening.open_model(NET)
    number = max(session.engine.events)
    session.engine.progress(number, 0.42, message="downloading net (12 of 30 MB)")
    window = session.window
    qtbot.waitUntil(lambda: window.status.errand.value() == 42)
    assert window.status.errand.isVisible()
    assert window.status.busy.text() == "downloading net (12 of 30 MB) …"
    session.engine.release()
    settled(session, qtbot)
    assert not window.status.errand.isVisible()


def test_a_plugin_that_cannot_be_loaded_is_named_and_the_next_method_taken(make_session, qtbot):
    from fakes import FakeShelf

    shelf = FakeShelf()
    broken = shelf.host.explainers["light"]
    object.__setattr__(broken, "params", "no_such_module:Params")
    session = make_session(shelf=shelf)
    assert session.state.choice.method == "other"
    (message,) = session.state.messages
    assert "light" in message.text
    assert message.level == "error"


def test_a_model_with_fewer_classes_may_follow_one_whose_last_class_was_chosen(loaded, qtbot, monkeypatch):
    """Nobody asks the new model for a class that only the old one had."""
    import fakes

    loaded.actions.set_target(len(fakes.CLASSES) - 1)
    monkeypatch.setattr(fakes, "CLASSES", ("cat", "dog"))
    loaded.actions.opening.open_model(ModelRef(architecture="another"))
    qtbot.waitUntil(lambda: loaded.state.model.classes == ("cat", "dog"))
    assert loaded.state.choice.target is None
    assert loaded.window.prediction._picker.currentText() == "the predicted class"


def test_letting_go_of_the_model_while_a_class_is_chosen(loaded, qtbot):
    loaded.actions.set_target(3)
    loaded.window.commands["model.unload"].trigger()
    qtbot.waitUntil(lambda: loaded.state.model is None)
    assert loaded.state.choice.target is None


def test_what_is_answered_about_a_sample_goes_to_its_collection():
    plain = InputRef(source="scan.nii", options={"geometry": "sform"})
    assert answered(plain, "time", "2") == {"geometry": "sform", "time": "2"}
    sample = InputRef(source="collection:image-folder/a.nii", options={"collection": {"folder": "scans"}})
    assert answered(sample, "time", "2") == {"collection": {"folder": "scans", "time": "2"}}
