"""Real networks and photographs: what they say is known, so wrong weights, channels or sizes would show."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image

from salviewer.api import ModelRef, Picture, Preprocessing
from salviewer.errors import UnreadableModel
from salviewer.models.classes import find_class
from salviewer.models.opening import open_model
from salviewer_plugins.architectures.cifar import CifarFamily
from salviewer_plugins.architectures.torchvision_family import TorchvisionFamily

pytestmark = pytest.mark.data


def picture(path) -> Picture:
    return Picture(np.asarray(Image.open(path).convert("RGB")), path.name, path.name)


def share_right(model, folder, entries) -> float:
    """The share of `entries` (file, index) whose most probable class is the true one."""
    with model.ready(), torch.inference_mode():
        found = [int(model(model.prepare(picture(folder / e["file"])).tensor).argmax()) for e in entries]
    return sum(i == e["index"] for i, e in zip(found, entries, strict=True)) / len(entries)


@pytest.fixture
def squeezenet(data):
    weights = str(data / "models" / "squeezenet1_0_deepcompression.safetensors")
    p = TorchvisionFamily().facts("squeezenet1_0").preprocessing.model_copy(update={"crop": (227, 227)})
    ref = ModelRef(architecture="squeezenet1_0", weights=weights, preprocessing=p)
    return open_model(TorchvisionFamily(), ref)


def test_squeezenet_names_photographs(data, squeezenet):
    entries = json.loads((data / "imagenet_boxes" / "annotations.json").read_text())[:100]
    assert share_right(squeezenet, data / "imagenet_boxes" / "images", entries) >= 0.5
    assert squeezenet.parameters_count == 1_248_424 and squeezenet.notes == ()


def test_squeezenet_sees_both_animals(data, squeezenet):
    x = squeezenet.prepare(picture(data / "dog_and_cat.png"))
    with squeezenet.ready(), torch.inference_mode():
        p = squeezenet.probabilities(squeezenet(x.tensor))[0]
    assert p.sum().item() == pytest.approx(1.0, abs=1e-5)
    best = {squeezenet.classes[i] for i in p.topk(20).indices}
    assert {"bull mastiff", "boxer"} & best and {"tabby", "tiger cat", "Egyptian cat"} & best
    assert p[find_class(squeezenet.classes, "tabby")] > 1 / 1000


def test_the_bird_network_tells_species_apart(data):
    p = Preprocessing(resize=225, crop=(225, 225), mean=(0.5,), std=(0.5,))
    ref = ModelRef(
        architecture="mobilenet_v2",
        weights=str(data / "models" / "mobilenet_v2_inat_birds.safetensors"),
        classes=str(data / "models" / "inat_bird_labels.json"),
        preprocessing=p,
    )
    model = open_model(TorchvisionFamily(), ref)
    assert len(model.classes) == 965 and model.channels == 3
    entries = json.loads((data / "birds" / "labels.json").read_text())
    assert share_right(model, data / "birds", entries) >= 0.6
    limpkin = find_class(model.classes, "Aramus guarauna")
    assert model.classes[limpkin] == "Aramus guarauna (Limpkin)"


def test_a_cifar_network_opens_with_its_classes(data):
    weights = str(data / "models" / "cifar10_resnet20.safetensors")
    model = open_model(CifarFamily(), ModelRef(architecture="cifar-resnet20", weights=weights))
    assert model.classes[find_class(model.classes, "cat")] == "cat" and model.notes == ()
    cat = picture(data / "dog_and_cat.png")
    dog = Picture(cat.pixels[:112, :112], "dog", "dog")
    with model.ready(), torch.inference_mode():
        p = model.probabilities(model(model.prepare(dog).tensor))[0]
    assert {model.classes[i] for i in p.topk(3).indices} & {"dog", "cat", "horse", "deer"}


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "mobilenet_v3_small"])
def test_weights_of_one_network_do_not_pass_for_another(data, name):
    weights = str(data / "models" / "squeezenet1_0_deepcompression.safetensors")
    with pytest.raises(UnreadableModel, match=f"does not fit {name}") as refusal:
        open_model(TorchvisionFamily(), ModelRef(architecture=name, weights=weights))
    assert refusal.value.code == "architecture"


def test_another_file_format_gives_the_same_network(data, squeezenet, tmp_path):
    path = tmp_path / "squeezenet.bin"
    state = {f"module.{key}": tensor for key, tensor in squeezenet.module.state_dict().items()}
    torch.save({"state_dict": state, "epoch": 3}, path)
    ref = ModelRef(architecture="squeezenet1_0", weights=str(path), preprocessing=squeezenet.preprocessing)
    other = open_model(TorchvisionFamily(), ref)
    x = torch.rand(1, 3, 227, 227)
    assert torch.equal(other(x), squeezenet(x))
    assert [n.code for n in other.notes] == ["unwrapped", "prefix"] and other.sha256 != squeezenet.sha256
