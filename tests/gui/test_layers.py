"""Layers: looked up on the worker, picked from a tree, marked where the network has none of that name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from salviewer.api import Params, param
from salviewer.gui.form import Form
from salviewer.gui.layer_tree import LayerItem, LayerList, tree_of
from salviewer.gui.views.layer_picker import NAME, LayerPicker

LISTING = LayerList(
    (
        LayerItem("features", "Sequential", (512, 13, 13)),
        LayerItem("features.0", "Conv2d", (96, 109, 109)),
        LayerItem("features.12.expand", "Conv2d", (256, 13, 13)),
    ),
    "features",
)


class Layered(Params):
    layer: str = param("", "Which layer.", kind="layer")


@pytest.fixture
def form(qtbot):
    made = Form(Layered)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def picker(qtbot):
    made = LayerPicker(LISTING, "features.0")
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_tree_follows_the_names():
    root = tree_of(LISTING.layers)
    features = root.children["features"]
    assert features.layer is LISTING.layers[0]
    assert list(features.children) == ["0", "12"]
    assert features.children["12"].layer is None
    assert features.children["12"].children["expand"].layer.size == "256 × 13 × 13"


def test_a_name_is_checked_once_the_layers_are_known(form, qtbot):
    box = form.editors["layer"]._box
    box.set_name("features.99")
    assert form.valid()  # nobody knows yet
    with qtbot.waitSignal(form.changed) as changed:
        form.set_layers(LISTING)
    assert changed.args[1] is False
    assert form.editors["layer"].fault() == (
        "The network has no layer “features.99” that gives a map: "
        "the last ones are features, features.0, features.12.expand."
    )
    assert box.line.property("wrong") is True
    box.set_name("features.0")
    assert form.valid()
    assert form.editors["layer"]._pixels.text() == "96 × 109 × 109"
    box.set_name("")
    assert form.valid()
    assert not form.editors["layer"]._pixels.isVisible()


def test_the_sentence_is_that_of_the_run():
    import torch

    from salviewer.errors import InvalidChoice
    from salviewer.numeric.activations import layers, named_layer

    net, x = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU()), torch.rand(1, 3, 8, 8)
    listing = LayerList(tuple(LayerItem(layer.name, "", layer.shape) for layer in layers(net, x)))
    with pytest.raises(InvalidChoice) as error:
        named_layer(net, x, "7")
    assert listing.fault("7") == str(error.value)


def test_the_field_asks_for_the_tree(form, qtbot):
    box = form.editors["layer"]._box
    assert not box.pick.isEnabled()
    form.set_layers(LISTING)
    with qtbot.waitSignal(form.layer_wished) as wished:
        qtbot.mouseClick(box.pick, Qt.MouseButton.LeftButton)
    assert wished.args == ["layer"]
    assert isinstance(box.line, QLineEdit)


def test_the_present_layer_is_marked_and_another_can_be_taken(picker, qtbot):
    assert picker.tree.currentItem().data(0, NAME) == "features.0"
    qtbot.keyClicks(picker.search, "256 conv")
    assert picker.tree.currentItem().data(0, NAME) == "features.12.expand"
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(picker.search, Qt.Key.Key_Return)
    assert chosen.args == ["features.12.expand"]


def test_automatic_is_a_choice_and_a_module_without_a_map_is_none(picker, qtbot):
    tree = picker.tree
    tree.setCurrentItem(tree.topLevelItem(1).child(1))
    assert not picker.choose.isEnabled()
    assert "choose one inside it" in picker.said.text()
    tree.setCurrentItem(tree.topLevelItem(0))
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.mouseClick(picker.choose, Qt.MouseButton.LeftButton)
    assert chosen.args == [""]


def test_the_last_map_is_named(picker):
    assert picker.tree.topLevelItem(1).text(2) == "512 × 13 × 13  (last map)"


def test_the_real_network_is_asked_on_the_worker(qtbot):
    from salviewer.api import InputRef
    from salviewer.gui import layer_errands
    from salviewer.gui.opening import SAMPLE_MODEL
    from salviewer.host import Host
    from salviewer.jobs.shelf import Shelf

    source = InputRef(source="collection:an8flower-single-6c/red-00")
    listing = layer_errands.layers_of(Shelf(Host.discover(), "cpu"), SAMPLE_MODEL, source)
    assert listing.last == "relu4"
    assert listing.find("conv1") == LayerItem("conv1", "Conv2d", (16, 88, 88))
