"""The network for phantoms, and the weights that ship with it: they reach what their card states."""

from __future__ import annotations

import json
import re
from importlib import resources

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter
from safetensors import safe_open
from torch import nn

from salviewer.api import ModelRef, Progress
from salviewer.errors import InvalidChoice, Unavailable
from salviewer.models.opening import open_model
from salviewer_plugins.phantoms.an8flower import An8FlowerDouble12c, An8FlowerPart2c, An8FlowerSingle6c
from salviewer_plugins.phantoms.nets import FLOWER_NETS, PhantomNets
from salviewer_plugins.phantoms.params import An8FlowerParams

HELD_OUT = (0, 10, 20, 35)
MODELS = resources.files("salviewer_resources") / "models"


@pytest.fixture(scope="module")
def samples():
    """The six colours from some of the viewpoints that were held out."""
    frames = An8FlowerSingle6c().open(An8FlowerParams())
    return [frames[40 * colour + view] for colour in range(6) for view in HELD_OUT]


@pytest.fixture(scope="module")
def net():
    """The shipped network, loaded without any of SalViewer's model code."""
    built = PhantomNets().build("an8flower-cnn")
    with safe_open(str(MODELS / "an8flower_single_6c.safetensors"), framework="pt") as file:
        built.load_state_dict({key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118 - no mapping
    return built.eval()


def probabilities(net, pictures):
    """Preprocessed as the facts say, by hand."""
    how = PhantomNets().facts("an8flower-cnn").preprocessing
    height, width = how.resize
    small = [np.asarray(Image.fromarray(p).resize((width, height), Image.Resampling.BILINEAR)) for p in pictures]
    x = (np.stack(small) / 255.0 - how.mean) / how.std
    with torch.inference_mode():
        return net(torch.tensor(x, dtype=torch.float32).permute(0, 3, 1, 2)).softmax(1).numpy()


def stated(column):
    """(accuracy, mean probability) that the model card states of fold 0 in the column called `column`."""
    card = (MODELS / "an8flower_single_6c.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in card.splitlines() if line.startswith("|")]
    cell = next(row for row in rows if row[0] == "0")[rows[0].index(column)]
    accuracy, confidence = re.fullmatch(r"([\d.]+)% \(([\d.]+)\)", cell).groups()
    return float(accuracy) / 100, float(confidence)


def test_the_network_reads_92_pixels_and_stays_small():
    net = PhantomNets().build("an8flower-cnn", classes=12)
    assert net(torch.zeros(2, 3, 92, 92)).shape == (2, 12)
    assert 4 * sum(p.numel() for p in net.parameters()) < 1_000_000
    assert sum(isinstance(m, nn.ReLU) for m in net) == 5
    assert not any(m.inplace for m in net if isinstance(m, nn.ReLU))


def test_the_facts_say_how_to_feed_it():
    facts = PhantomNets().facts("an8flower-cnn")
    assert facts.outputs == "softmax"
    assert facts.classes == ("red", "orange", "yellow", "blue", "magenta", "white")
    assert facts.preprocessing.resize == (92, 92)
    assert facts.preprocessing.crop is None


def test_unknown_names_and_weights_are_refused_in_a_sentence():
    nets = PhantomNets()
    with pytest.raises(InvalidChoice, match="an8flower-cnn"):
        nets.build("an8flower")
    with pytest.raises(Unavailable, match="default"):
        nets.fetch("an8flower-cnn", "best", Progress())


def test_the_shipped_file_says_what_it_is():
    path = MODELS / "an8flower_single_6c.safetensors"
    with safe_open(str(path), framework="pt") as file:
        assert file.metadata()["architecture"] == "an8flower-cnn"
        assert "magenta" in file.metadata()["classes"]
    assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize("name", FLOWER_NETS)
def test_every_fold_that_is_named_ships_and_says_what_it_is(name):
    facts = PhantomNets().facts(name)
    assert {"default", "fold-0"} <= set(facts.weights)
    assert facts.weights["default"] == facts.weights["fold-0"]
    for place in facts.weights.values():
        path = MODELS / place.rpartition("/")[2]
        with safe_open(str(path), framework="pt") as file:
            assert file.metadata()["architecture"] == name
            assert tuple(json.loads(file.metadata()["classes"])) == facts.classes
        assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("name", "collection"),
    [("an8flower-double-12c-cnn", An8FlowerDouble12c), ("an8flower-part-2c-cnn", An8FlowerPart2c)],
)
def test_the_other_sets_networks_know_every_class_from_a_held_out_side(name, collection):
    model = open_model(PhantomNets(), ModelRef(architecture=name, weights="fold-0"))
    frames = collection().open(An8FlowerParams())
    seen = [frames[40 * label + 20] for label in range(len(model.classes))]
    with torch.inference_mode():
        said = [int(model(model.prepare(s.picture).tensor).argmax()) for s in seen]
    assert said == [s.label for s in seen]
    assert [model.classes[s.label] for s in seen] == [look.name for look in collection.looks]


def test_it_reaches_the_accuracy_that_its_card_states(net, samples):
    p = probabilities(net, [s.picture.pixels for s in samples])
    accuracy, confidence = stated("48 frames")
    assert accuracy >= 0.95
    assert (p.argmax(1) == [s.label for s in samples]).mean() >= accuracy - 1 / 48
    assert p.max(1).mean() == pytest.approx(confidence, abs=0.03)


def test_without_the_flower_it_knows_nothing_and_with_nothing_else_it_knows_all(net, samples):
    flowers = [s.masks["flower"] for s in samples]
    around = [np.asarray(Image.fromarray(np.uint8(255) * m).filter(ImageFilter.MaxFilter(3))) > 0 for m in flowers]
    labels = [s.label for s in samples]
    grey = np.uint8(128)
    bare = probabilities(
        net, [np.where(m[..., None], grey, s.picture.pixels) for s, m in zip(samples, around, strict=True)]
    )
    only = probabilities(
        net, [np.where(m[..., None], s.picture.pixels, grey) for s, m in zip(samples, flowers, strict=True)]
    )
    assert (bare.argmax(1) == labels).mean() < 0.35
    assert bare.max() < 0.5
    assert (only.argmax(1) == labels).mean() >= stated("crops, all but it grey")[0] - 0.05


def test_the_workbench_opens_it_and_prepares_pictures_the_same_way(net, samples):
    model = open_model(PhantomNets(), ModelRef(architecture="an8flower-cnn"))
    sample = samples[9]
    with torch.inference_mode():
        theirs = model.probabilities(model(model.prepare(sample.picture).tensor))[0]
    assert model.classes[int(theirs.argmax())] == "yellow"
    np.testing.assert_allclose(theirs, probabilities(net, [sample.picture.pixels])[0], atol=1e-5)
