from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.util import find_spec

import pytest
import torch
import torchvision.models as tv

from salviewer.api import ModelRef, Progress
from salviewer.errors import Cancelled, InvalidChoice, Unavailable
from salviewer.models.building import build_hollow
from salviewer.models.matching import infer_classes, shapes_of
from salviewer.models.opening import open_model
from salviewer_plugins.architectures import salviewer_architectures
from salviewer_plugins.architectures.cifar import CifarFamily
from salviewer_plugins.architectures.download import fetch_file
from salviewer_plugins.architectures.names import CIFAR, TORCHVISION
from salviewer_plugins.architectures.torchvision_family import TorchvisionFamily

CONTENT = b"weights" * 300_000
NAME = f"net-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"
URL = f"https://example.org/models/{NAME}"


def test_descriptors_load_without_torch():
    code = (
        "import sys, salviewer_plugins.architectures as a; a.salviewer_architectures(); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"


def test_only_installed_libraries_are_offered():
    keys = [info.key for info in salviewer_architectures()]
    assert keys[:2] == ["torchvision", "cifar"]
    assert ("timm" in keys) == bool(find_spec("timm")) and ("monai" in keys) == bool(find_spec("monai"))


def test_the_listed_names_can_be_built():
    assert set(TORCHVISION) <= set(TorchvisionFamily().names())
    assert len(TORCHVISION) == len(set(TORCHVISION)) == 80


@pytest.mark.parametrize(
    "name",
    (
        "alexnet",
        "convnext_tiny",
        "densenet121",
        "efficientnet_b0",
        "googlenet",
        "inception_v3",
        "mnasnet0_5",
        "regnet_y_400mf",
        "resnet18",
        "shufflenet_v2_x0_5",
        "squeezenet1_1",
        "swin_t",
        "vgg11",
        "vit_b_32",
    ),
)
def test_the_number_of_classes_is_inferred_for_every_design(name):
    family = TorchvisionFamily()
    default, seven = build_hollow(family, name, None), build_hollow(family, name, 7)
    assert all(p.is_meta for p in default.fc.parameters()) if hasattr(default, "fc") else True
    assert infer_classes(seven.state_dict(), shapes_of(default)) == 7
    facts = family.facts(name)
    assert len(facts.classes) == 1000 and facts.outputs == "softmax"
    weights = tv.get_model_weights(name).DEFAULT.transforms()
    assert facts.preprocessing.crop == (weights.crop_size[0],) * 2
    assert facts.preprocessing.mean == tuple(weights.mean)


@pytest.mark.parametrize(
    "name", ["densenet121", "googlenet", "mnasnet0_5", "mobilenet_v3_small", "regnet_y_400mf", "resnet18", "swin_t"]
)
def test_a_state_dict_gives_the_same_network_again(name, tmp_path):
    real = TorchvisionFamily().build(name, 3).eval()
    torch.save(real.state_dict(), tmp_path / "w.pt")
    model = open_model(TorchvisionFamily(), ModelRef(architecture=name, weights=str(tmp_path / "w.pt")))
    x = torch.rand(1, 3, 96, 96)
    with torch.no_grad():
        assert torch.equal(model(x), real(x))
    assert not any(t.is_meta for t in [*model.module.parameters(), *model.module.buffers()])


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_training_heads_in_a_file_are_left_out(name, tmp_path):
    full = build_hollow(_WithHeads(), name, None)
    state = {key: torch.zeros(t.shape, dtype=t.dtype) for key, t in full.state_dict().items()}
    path = tmp_path / "full.pt"
    torch.save(state, path)
    assert any(key.startswith(("aux", "Aux")) for key in state)
    model = open_model(TorchvisionFamily(), ModelRef(architecture=name, weights=str(path)))
    assert len(model.classes) == 1000 and model.module.transform_input
    assert not any(key.startswith(("aux", "Aux")) for key in model.module.state_dict())


class _WithHeads(TorchvisionFamily):
    def build(self, name, classes=None):
        return tv.get_model(name, weights=None, aux_logits=True, init_weights=False)


def test_a_network_that_does_not_exist():
    for family in (TorchvisionFamily(), CifarFamily()):
        for ask in (family.facts, family.build):
            with pytest.raises(InvalidChoice, match="resnet5000"):
                ask("resnet5000")


PUBLISHED = dict(zip(CIFAR, (269_722, 464_154, 658_586, 853_018, 1_727_962), strict=True))


@pytest.mark.parametrize(("name", "parameters"), list(PUBLISHED.items()))
def test_cifar_networks_have_the_published_size(name, parameters):
    net = CifarFamily().build(name)
    assert sum(p.numel() for p in net.parameters()) == parameters
    assert net(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_a_parameter_free_shortcut_by_hand():
    block = CifarFamily().build("cifar-resnet20").layer2[0].eval()
    torch.nn.init.zeros_(block.bn2.weight)
    x = torch.rand(1, 16, 4, 4)
    out = block(x)
    assert torch.equal(out[:, 8:24], x[:, :, ::2, ::2])
    assert not out[:, :8].any() and not out[:, 24:].any()
    with pytest.raises(Unavailable):
        CifarFamily().fetch("cifar-resnet20", "default", Progress())


class Reply(io.BytesIO):
    def __init__(self, content=CONTENT, length=None):
        super().__init__(content)
        self.headers = {"Content-Length": str(len(content) if length is None else length)}


@pytest.fixture
def server(monkeypatch):
    """Counts what is asked for; `answer` may be replaced."""

    class Server:
        asked = 0
        answer = staticmethod(Reply)

    def urlopen(request, timeout):
        Server.asked += 1
        assert request.full_url == URL and timeout <= 30
        return Server.answer()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return Server


def test_a_file_is_downloaded_once_with_progress(server, tmp_path):
    seen = []
    progress = Progress(lambda fraction, message, evidence: seen.append((fraction, message)))
    path = fetch_file(URL, "The weights", progress, tmp_path / "cache")
    assert path.read_bytes() == CONTENT and path.name == NAME
    assert [f for f, _ in seen] == sorted(f for f, _ in seen) and seen[-1][0] == 1.0 and "2 of 2 MB" in seen[-1][1]
    assert fetch_file(URL, "The weights", Progress(), tmp_path / "cache") == path and server.asked == 1
    assert [p.name for p in path.parent.iterdir()] == [NAME]


def offline():
    raise urllib.error.URLError("Name or service not known")


def not_found():
    raise urllib.error.HTTPError(URL, 404, "Not Found", {}, None)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (offline, r"could not be downloaded \(no connection\)\. Connect, or give a weights file\."),
        (not_found, "the server says 404"),
        (lambda: Reply(b"<html>log in first</html>"), "arrived damaged"),
        (lambda: Reply(CONTENT[:100], len(CONTENT)), "broke off"),
    ],
)
def test_a_failed_download_is_one_sentence_and_leaves_nothing(server, tmp_path, answer, words):
    server.answer = staticmethod(answer)
    with pytest.raises(Unavailable, match=f"The weights of net.*{words}"):
        fetch_file(URL, "The weights of net", Progress(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_download_leaves_nothing(server, tmp_path):
    with pytest.raises(Cancelled):
        fetch_file(URL, "The weights", Progress(cancelled=lambda: True), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_published_weights_are_offered_where_they_are_used_the_same_way():
    facts = TorchvisionFamily().facts("resnet18")
    assert facts.weights["default"] == facts.weights["IMAGENET1K_V1"]
    assert set(TorchvisionFamily().facts("resnet50").weights) == {"default", "IMAGENET1K_V2"}


@pytest.mark.parametrize(
    ("package", "family", "name"),
    [
        ("timm", "timm_family:TimmFamily", "timm/resnet18"),
        ("monai", "monai_family:MonaiFamily", "monai/densenet121-2d"),
        ("monai", "monai_family:MonaiFamily", "monai/resnet10-3d"),
    ],
)
def test_families_of_optional_libraries(package, family, name, tmp_path):
    pytest.importorskip(package)
    module, _, attribute = family.partition(":")
    made = getattr(__import__(f"salviewer_plugins.architectures.{module}", fromlist=[attribute]), attribute)()
    assert name in made.names()
    path = tmp_path / "w.pt"
    torch.save(made.build(name, 3).state_dict(), path)
    model = open_model(made, ModelRef(architecture=name, weights=str(path), outputs="softmax"))
    assert len(model.classes) == 3
    with pytest.raises(InvalidChoice):
        made.facts(f"{package}/nonesuch")
