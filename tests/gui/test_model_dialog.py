from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from salviewer.api import IMAGENET, ArchitectureFacts, ModelRef, Preprocessing
from salviewer.gui.model_dialog import FROM_FILE, UNTRAINED, ModelDialog

NAMES = {"torchvision": ("resnet18", "squeezenet1_0"), "Phantoms": ("an8flower-cnn",)}
FACTS = {
    "resnet18": ArchitectureFacts(IMAGENET, "softmax", weights={"IMAGENET1K_V1": "https://example.org/r.pth"}),
    "an8flower-cnn": ArchitectureFacts(
        Preprocessing(resize=(92, 92)), "softmax", weights={"default": "pkg:a.safetensors"}
    ),
    "squeezenet1_0": ArchitectureFacts(),
}


class Lookup:
    """Answers when told to, as the worker would: later."""

    def __init__(self):
        self.waiting, self.closed = [], False

    def names(self, then):
        self.waiting.append(lambda: then(NAMES))

    def facts(self, name, then):
        self.waiting.append(lambda: then(FACTS[name]))

    def answer(self):
        while self.waiting:
            self.waiting.pop(0)()

    def close(self):
        self.closed = True


@pytest.fixture
def make(qtbot):
    def make(file=None):
        lookup = Lookup()
        dialog = ModelDialog(None, file, lookup)
        qtbot.addWidget(dialog)
        return dialog, lookup

    return make


def name(dialog, lookup, text):
    dialog.architecture.setEditText(text)
    lookup.answer()


def test_names_come_later_and_what_was_typed_stays(make):
    dialog, lookup = make()
    dialog.architecture.setEditText("resnet18")
    assert dialog.architecture.count() == 0
    lookup.answer()
    assert dialog.architecture.count() == 3
    assert dialog.architecture.currentText() == "resnet18"
    assert dialog.open_button.isEnabled()


def test_published_weights_are_offered_and_chosen_where_there_is_no_file(make):
    dialog, lookup = make()
    lookup.answer()
    name(dialog, lookup, "resnet18")
    items = [dialog.weights.itemText(i) for i in range(dialog.weights.count())]
    assert items == [FROM_FILE, "IMAGENET1K_V1 (downloaded once)", "none: untrained, random numbers"]
    assert dialog.reference() == ModelRef(architecture="resnet18", weights="IMAGENET1K_V1")
    name(dialog, lookup, "an8flower-cnn")
    assert dialog.weights.currentText() == "default (comes with SalViewer)"
    dialog.weights.setCurrentIndex(2)
    assert dialog.reference().weights == UNTRAINED


def test_a_dropped_file_stays_the_weights(make):
    dialog, lookup = make(Path("/data/w.pth"))
    lookup.answer()
    name(dialog, lookup, "resnet18")
    assert dialog.reference() == ModelRef(architecture="resnet18", weights="/data/w.pth")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Choose the network's architecture: a weights file holds numbers, not the network."),
        ("resnet", "There is no architecture called “resnet”: pick one from the list."),
        ("squeezenet1_0", "Choose the weights file."),
    ],
)
def test_what_is_missing_is_said(make, typed, sentence):
    dialog, lookup = make()
    lookup.answer()
    name(dialog, lookup, typed)
    assert dialog._missing.text() == sentence
    assert not dialog.open_button.isEnabled()


def test_classes_and_outputs_can_be_given(make):
    dialog, lookup = make(Path("w.pth"))
    lookup.answer()
    name(dialog, lookup, "resnet18")
    dialog.classes.setText("names.txt")
    dialog.outputs.setCurrentText("several at once")
    ref = dialog.reference()
    assert (ref.classes, ref.outputs) == ("names.txt", "sigmoid")


def test_preprocessing_is_shown_as_known_and_given_only_when_changed(make, qtbot):
    dialog, lookup = make(Path("w.pth"))
    lookup.answer()
    name(dialog, lookup, "resnet18")
    fields = dialog.preprocessing
    assert (fields.resize_.text(), fields.crop.text(), fields.mean.text()) == (
        "256",
        "224 × 224",
        "0.485, 0.456, 0.406",
    )
    assert dialog.reference().preprocessing is None
    fields.crop.clear()
    qtbot.keyClicks(fields.crop, "200 x 100")
    assert dialog.reference().preprocessing == IMAGENET.model_copy(update={"crop": (100, 200)})
    fields.skip.setChecked(True)
    assert dialog.reference().preprocessing == "none"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("resize_", "big", "Resize: give pixels like 224"),
        ("mean", "0.5, x", "Mean: give numbers like"),
        ("std", "0, 0, 0", "std must be positive"),
        ("mean", "0.1, 0.2", "mean has 2 values for RGB"),
    ],
)
def test_a_wrong_preprocessing_is_said(make, qtbot, field, typed, words):
    dialog, lookup = make(Path("w.pth"))
    lookup.answer()
    name(dialog, lookup, "resnet18")
    edit = getattr(dialog.preprocessing, field)
    edit.clear()
    qtbot.keyClicks(edit, typed)
    assert words in dialog._missing.text()
    assert not dialog.open_button.isEnabled()


def test_open_tells_the_reference_and_nothing_is_waited_for_afterwards(make, qtbot):
    dialog, lookup = make(Path("w.pth"))
    lookup.answer()
    name(dialog, lookup, "resnet18")
    with qtbot.waitSignal(dialog.chosen) as heard:
        qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert heard.args == [ModelRef(architecture="resnet18", weights="w.pth")]
    assert lookup.closed


def test_an_unknown_preprocessing_is_left_to_whoever_opens_the_model(make):
    dialog, lookup = make(Path("w.pth"))
    lookup.answer()
    name(dialog, lookup, "squeezenet1_0")
    assert dialog.reference().preprocessing is None


def test_an_answer_about_another_architecture_comes_too_late(make):
    dialog, lookup = make(Path("w.pth"))
    lookup.answer()
    dialog.architecture.setEditText("resnet18")
    late = list(lookup.waiting)
    lookup.waiting.clear()
    name(dialog, lookup, "an8flower-cnn")
    for answer in late:
        answer()
    assert dialog.preprocessing.resize_.text() == "92 × 92"
