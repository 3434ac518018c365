from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from salviewer.api import ArchitectureFacts, ModelRef, Picture, Preprocessing, Progress
from salviewer.errors import Cancelled, InvalidChoice, PluginError, Unavailable, UnreadableModel, UnsupportedModel
from salviewer.models.opening import open_model, open_module


def ref(**about) -> ModelRef:
    return ModelRef(architecture="tiny", **about)


@pytest.fixture
def weights(tiny, tmp_path) -> str:
    path = tmp_path / "w.safetensors"
    save_file(tiny.state_dict(), path)
    return str(path)


def codes(model) -> list[str]:
    return [note.code for note in model.notes]


def test_a_file_becomes_a_ready_model(family, weights, tiny):
    model = open_model(family, ref(weights=weights))
    assert model.classes == tuple("abcde") and model.outputs == "softmax" and model.channels == 3
    assert model.architecture == "tiny" and model.variant == "" and model.notes == ()
    assert model.parameters_count == 4 * 27 + 4 + 8 + 25 and model.device == torch.device("cpu")
    x = torch.rand(2, 3, 8, 8)
    assert torch.equal(model(x), tiny.eval()(x))
    assert torch.allclose(model.probabilities(model(x)).sum(1), torch.ones(2))
    assert not model.module.training


def test_a_picture_goes_in_and_comes_back(family, weights):
    model = open_model(family, ref(weights=weights))
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    x = model.prepare(Picture(pixels, "p", "h"))
    raw = model.decode(x.tensor)
    assert np.abs(raw[0].permute(1, 2, 0).numpy() * 255 - pixels).max() < 1e-3
    assert torch.allclose(model.encode(raw), x.tensor, atol=1e-6)


def test_the_number_of_classes_comes_from_the_file(family, tmp_path, tiny):
    tiny.head = nn.Linear(4, 9)
    save_file(tiny.state_dict(), tmp_path / "w.safetensors")
    model = open_model(family, ref(weights=str(tmp_path / "w.safetensors")))
    assert model.classes == tuple(f"class {i}" for i in range(9)) and family.built == [None, 9]


def test_building_leaves_the_global_random_state_alone(family, weights):
    before = torch.random.get_rng_state()
    open_model(family, ref(weights=weights))
    open_model(family, ref(weights="random"))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_random_weights_are_the_same_every_time(family):
    first, second = (open_model(family, ref(weights="random")) for _ in range(2))
    assert first.sha256 == second.sha256 and codes(first) == ["untrained"]
    assert open_model(family, ref(weights="random", classes=("x", "y"))).classes == ("x", "y")
    for kind in ("binary", "ordinal", "sigmoid"):
        asked = ref(weights="random", classes=("x", "y"), outputs=kind)
        assert open_model(family, asked).classes == ("x", "y")


def test_the_person_decides_what_they_name(family, weights, tmp_path):
    (tmp_path / "names.txt").write_text("v\nw\nx\ny\nz\n")
    p = Preprocessing(resize=16, crop=(16, 16))
    model = open_model(
        family, ref(weights=weights, classes=str(tmp_path / "names.txt"), outputs="sigmoid", preprocessing=p)
    )
    assert model.classes == tuple("vwxyz") and model.outputs == "sigmoid" and model.preprocessing == p
    assert open_model(family, ref(weights=weights, preprocessing="none")).preprocessing is None
    ordinal = open_model(family, ref(weights=weights, outputs="ordinal"))
    assert len(ordinal.classes) == 6 and ordinal(torch.rand(2, 3, 8, 8)).shape == (2, 6)
    with pytest.raises(InvalidChoice, match="2 class names"):
        open_model(family, ref(weights=weights, classes=("a", "b")))


def test_the_hash_that_a_spec_names_is_held_against_the_file(family, weights):
    model = open_model(family, ref(weights=weights))
    assert open_model(family, ref(weights=weights, sha256=model.sha256)).sha256 == model.sha256
    with pytest.raises(UnreadableModel) as refusal:
        open_model(family, ref(weights=weights, sha256="0" * 64))
    assert refusal.value.code == "changed"


@pytest.mark.parametrize(
    ("wanted", "error", "code"),
    [
        (None, InvalidChoice, "no-weights"),
        ("v3", InvalidChoice, "unknown-weights"),
        ("none.safetensors", UnreadableModel, "not-a-file"),
        ("~nobody-here/w.pt", UnreadableModel, "not-a-file"),
        ("odd\0name.pt", UnreadableModel, "not-a-file"),
        ("x" * 5000, InvalidChoice, "unknown-weights"),
    ],
)
def test_weights_that_are_not_there(family, wanted, error, code):
    with pytest.raises(error) as refusal:
        open_model(family, ref(weights=wanted))
    assert refusal.value.code == code


def test_shipped_and_published_weights(make_family, weights):
    p = Preprocessing(resize=8, crop=(8, 8))
    facts = ArchitectureFacts(p, "softmax", weights={"default": "salviewer:py.typed"})
    with pytest.raises(UnreadableModel) as refusal:
        open_model(make_family(facts), ref())
    assert refusal.value.code == "empty-file"
    missing = ArchitectureFacts(weights={"default": "salviewer:none.safetensors"})
    with pytest.raises(Unavailable):
        open_model(make_family(missing), ref())
    family = make_family(ArchitectureFacts(p, "softmax", weights={"default": "https://x/y.pth"}))
    fetched = []
    family.fetch = lambda name, wanted, progress: fetched.append((name, wanted)) or Path(weights)
    assert open_model(family, ref(weights="DEFAULT")).classes[0] == "class 0"
    assert fetched == [("tiny", "default")]
    with pytest.raises(InvalidChoice, match="“default” to download"):
        open_model(family, ref())


def test_progress_rises_to_the_end_and_cancel_stops(family, weights):
    seen = []
    open_model(family, ref(weights=weights), progress=Progress(lambda f, message, evidence: seen.append(f)))
    assert seen == sorted(seen) and seen[-1] == 1.0
    with pytest.raises(Cancelled):
        open_model(family, ref(weights=weights), progress=Progress(cancelled=lambda: True))


def test_a_family_that_breaks_is_named(make_family):
    def fails(classes):
        raise RuntimeError("no such layer")

    with pytest.raises(PluginError, match="tiny.*no such layer"):
        open_model(make_family(make=fails), ref(weights="random"))


def test_a_device_that_is_not_there(family):
    with pytest.raises(Unavailable, match="no device “cuda:77”"):
        open_model(family, ref(weights="random"), device="cuda:77")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_the_gpu_it_says_the_same(family, weights, tiny):
    model = open_model(family, ref(weights=weights), device="cuda")
    x = torch.rand(2, 3, 8, 8)
    with torch.no_grad():
        assert torch.allclose(model(x).cpu(), tiny.eval()(x), atol=1e-3)
    before = copy.deepcopy(tiny.state_dict())
    moved = open_module(tiny, device="cuda")
    assert moved.device.type == "cuda" and next(tiny.parameters()).device.type == "cpu"
    assert all(torch.equal(tiny.state_dict()[k], before[k]) for k in before)


# Live modules


class Wrapped(nn.Module):
    """Returns what `make` makes of a linear layer's logits (N, classes)."""

    def __init__(self, make, classes=4):
        super().__init__()
        self.linear, self.make = nn.Linear(3 * 8 * 8, classes), make

    def forward(self, x):
        return self.make(self.linear(x.flatten(1)))


@dataclass
class Named:
    logits: torch.Tensor


class Last(nn.Module):
    """A linear layer and then `last`."""

    def __init__(self, last, classes=4):
        super().__init__()
        self.linear, self.last = nn.Linear(12, classes), last

    def forward(self, x):
        return self.last(self.linear(x.flatten(1)))


def test_a_live_module_is_never_changed(tiny):
    tiny.train()
    tiny.conv.weight.requires_grad_(False)
    tiny.head(torch.ones(1, 4)).sum().backward()
    gradient = tiny.head.weight.grad
    before = copy.deepcopy(tiny.state_dict())
    model = open_module(tiny)
    x = torch.rand(2, 3, 8, 8)
    with model.ready(), torch.no_grad():
        first, second = model(x), model(x)
    assert torch.equal(first, second)
    assert tiny.training and tiny.drop.training and not tiny.conv.weight.requires_grad
    assert tiny.head.weight.requires_grad and tiny.head.weight.grad is gradient
    assert all(torch.equal(tiny.state_dict()[key], before[key]) for key in before)
    assert model.module is tiny and codes(model) == ["was-training", "outputs-assumed"]
    assert not any(part._forward_hooks or part._backward_hooks for part in tiny.modules())


def test_its_hash_follows_names_and_values(tiny):
    first = open_module(tiny).sha256
    assert open_module(copy.deepcopy(tiny)).sha256 == first
    with torch.no_grad():
        tiny.head.bias[0] += 1e-6
    assert open_module(tiny).sha256 != first


@pytest.mark.parametrize("make", [lambda z: (z, z + 1), lambda z: {"logits": z, "aux": z + 1}, Named, lambda z: z])
def test_outputs_of_any_form_are_unwrapped(make):
    net = Wrapped(make)
    model = open_module(net, classes=tuple("abcd"), outputs="softmax")
    x = torch.rand(2, 3, 8, 8)
    assert torch.equal(model(x), net.linear(x.flatten(1))) and model.classes == tuple("abcd")


def test_one_logit_has_two_targets_of_opposite_sign():
    model = open_module(Wrapped(lambda z: z[:, 0], classes=1).eval(), classes=("malignant",))
    assert model.outputs == "binary" and model.classes == ("not malignant", "malignant") and model.notes == ()
    logits = model(torch.rand(3, 3, 8, 8))
    assert torch.equal(logits[:, 0], -logits[:, 1])


@pytest.mark.parametrize(
    ("last", "classes", "kind", "count"),
    [
        (nn.Softmax(1), 4, "probabilities", 4),
        (nn.Sigmoid(), 1, "probabilities", 2),
        (nn.Identity(), 1, "binary", 2),
        (nn.Identity(), 4, "softmax", 4),
    ],
)
def test_the_kind_of_outputs_is_seen(last, classes, kind, count):
    net = Last(last, classes)
    model = open_module(net, input_shape=(3, 2, 2))
    assert model.outputs == kind and len(model.classes) == count
    assert ("outputs-assumed" in codes(model)) == (kind == "softmax")
    x = torch.rand(2, 3, 2, 2)
    p = model.probabilities(model(x))
    if kind == "probabilities":
        assert torch.allclose(p[:, -1], net(x)[:, -1], atol=1e-6)


def test_outputs_that_are_squashed_already_are_not_squashed_again():
    torch.manual_seed(0)  # by chance the outputs of a random network look like probabilities
    for kind in (None, "sigmoid"):
        with pytest.raises(UnsupportedModel, match="ends in a sigmoid"):
            open_module(Last(nn.Sigmoid()), outputs=kind, input_shape=(3, 2, 2))
    with pytest.raises(UnsupportedModel, match="no probabilities"):
        open_module(Last(nn.Identity()), outputs="probabilities", input_shape=(3, 2, 2))


def test_a_network_that_draws_at_random_is_pointed_out():
    model = open_module(Wrapped(lambda z: z + torch.randn_like(z)).eval(), outputs="softmax")
    assert codes(model) == ["not-repeatable"]


def test_a_small_input_size_is_found():
    mnist = nn.Sequential(nn.Conv2d(1, 4, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * 12 * 12, 10))
    model = open_module(mnist)
    assert model.channels == 1 and len(model.classes) == 10


def test_the_channels_are_those_that_work_not_those_of_the_first_layer_listed():
    class HeadFirst(nn.Module):
        def __init__(self):
            super().__init__()
            self.head, self.stem = nn.Conv2d(7, 4, 1), nn.Conv2d(3, 7, 3)

        def forward(self, x):
            return self.head(self.stem(x).mean((2, 3), keepdim=True))

    assert open_module(HeadFirst()).channels == 3
    assert open_module(HeadFirst(), preprocessing=Preprocessing(resize=8)).channels == 3


def test_a_volume_network_opens():
    net = nn.Sequential(nn.Conv3d(1, 2, 3), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(2, 3))
    model = open_module(net, outputs="softmax")
    assert len(model.classes) == 3 and model(torch.rand(1, 1, 9, 10, 11)).shape == (1, 3)


def test_a_double_or_half_precision_network_gets_its_own_type():
    net = Wrapped(lambda z: z).double()
    assert open_module(net)(torch.rand(1, 3, 8, 8)).dtype == torch.float32


def test_an_input_that_the_network_refuses_is_named(tiny):
    with pytest.raises(UnsupportedModel, match="refused an input of 1 x 4 x 8 x 8: .*channels") as refusal:
        open_module(tiny, input_shape=(4, 8, 8))
    assert refusal.value.code == "input-shape"


def test_segmentation_networks_are_refused():
    with pytest.raises(UnsupportedModel, match="segmentation") as refusal:
        open_module(nn.Conv2d(3, 5, 3))
    assert refusal.value.code == "outputs"


def test_a_network_that_loses_the_batch_axis_is_refused():
    with pytest.raises(UnsupportedModel, match="first axis"):
        open_module(Wrapped(lambda z: z[0]))


def test_preprocessing_must_give_the_networks_channels():
    grey = nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(UnsupportedModel, match="refused an input of 1 x 3 x 8 x 8: .*1 channels") as refusal:
        open_module(grey, preprocessing=Preprocessing(resize=8))
    assert refusal.value.code == "input-shape"
    model = open_module(grey, preprocessing=Preprocessing(resize=8, crop=(8, 8), channels="gray"))
    colour = Picture(np.zeros((9, 9, 3), np.uint8), "p", "h")
    assert model.prepare(colour).tensor.shape == (1, 1, 8, 8)
