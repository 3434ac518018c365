"""Where a mask predictor reads: the taps of known networks, picked ones, and networks that have none."""

from __future__ import annotations

import json

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer_plugins.mask_predictor.rival_trainer import GeneratorLearning
from salviewer_plugins.mask_predictor.taps import all_taps, find_taps, from_facts, pick_taps, record
from salviewer_plugins.phantoms.fundus_net import fundus_cnn
from salviewer_plugins.phantoms.nets import an8flower_cnn

KNOWN = {
    "alexnet": ((6, 256), (13, 256), (27, 192), (55, 64)),
    "vgg11": ((7, 512), (14, 512), (28, 512), (56, 256)),
    "squeezenet1_0": ((13, 512), (27, 512), (54, 256)),
    "squeezenet1_1": ((13, 512), (27, 256), (55, 128)),
    "googlenet": ((7, 1024), (14, 832), (28, 480), (56, 192)),
    "resnet18": ((7, 512), (14, 256), (28, 128), (56, 64)),
    "resnet50": ((7, 2048), (14, 1024), (28, 512), (56, 256)),
    "densenet121": ((7, 1024), (14, 512), (28, 256), (56, 128)),
    "mobilenet_v2": ((7, 1280), (14, 576), (28, 192), (56, 144)),
}
"""(side, channels), deepest first, at 224 x 224."""


class Opened:
    """As much of a model as taps need."""

    def __init__(self, net, classes):
        self.module, self.classes = net.eval(), tuple(map(str, range(classes)))

    def __call__(self, x):
        return self.module(x)


def built(name):
    """A network of torchvision with even weights: drawing a hundred million of them takes long."""
    more = {"init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        net = torchvision.models.get_model(name, weights=None, num_classes=7, **more)
    net = net.to_empty(device="cpu")
    with torch.no_grad():
        for value in net.state_dict().values():
            value.fill_(0.01 if value.is_floating_point() else 0)
    return net


@pytest.mark.parametrize("name", KNOWN)
def test_taps_of_known_networks(name):
    torch.manual_seed(0)
    model, x = Opened(built(name), 7), torch.randn(1, 3, 224, 224)
    taps = find_taps(model, x)
    assert tuple((tap.size[0], tap.channels) for tap in taps) == KNOWN[name]
    assert [tap.number for tap in taps] == sorted((tap.number for tap in taps), reverse=True)
    with torch.inference_mode():
        logits, maps = record(model, x, taps)
        assert torch.equal(logits, model(x))
    assert [tuple(one.shape) for one in maps] == [(1, tap.channels, *tap.size) for tap in taps]


def test_taps_of_the_sample_networks():
    flowers = find_taps(Opened(an8flower_cnn(6), 6), torch.randn(1, 3, 92, 92))
    assert [(tap.place, tap.size[0]) for tap in flowers] == [("relu4", 4), ("pool3", 8), ("pool2", 20)]
    fundus = find_taps(Opened(fundus_cnn(2), 2), torch.randn(1, 3, 256, 256))
    assert [(tap.place, tap.size[0]) for tap in fundus] == [("relu", 32), ("features.relu4", 64)]


def test_resnets_are_read_where_their_stages_end():
    taps = find_taps(Opened(built("resnet18"), 7), torch.randn(1, 3, 64, 64))
    assert [tap.place for tap in taps] == ["layer4.1.relu", "layer3.1.relu", "layer2.1.relu", "layer1.1.relu"]


class Spoiling(nn.Module):
    """A ReLU that writes into a convolution's output, functional calls, two branches, and looks at shapes."""

    def __init__(self):
        super().__init__()
        self.one, self.two, self.three = (nn.Conv2d(a, 6, 3, padding=1) for a in (3, 6, 6))
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        x = F.relu(self.one(x), inplace=True)
        x = F.max_pool2d(x, 2)
        y = F.relu_(self.two(x))
        y += x
        assert y.shape[1] == 6
        return self.head(torch.relu(self.three(F.max_pool2d(y, 2))).mean((2, 3)))


def test_the_maps_are_what_the_network_computes_though_it_writes_in_place():
    torch.manual_seed(1)
    net = Spoiling().eval()
    model, x = Opened(net, 2), torch.randn(2, 3, 32, 32)
    taps = find_taps(model, x)
    first = F.max_pool2d(net.one(x).relu(), 2)
    added = net.two(first).relu() + first
    last = net.three(F.max_pool2d(added, 2)).relu()
    logits, maps = record(model, x, taps)
    torch.testing.assert_close(maps[0], last)
    assert [tap.size for tap in taps] == [(8, 8)]
    by_hand = pick_taps(model, x, [t.number for t in all_taps(model, x) if t.size == (16, 16)][-1:])
    torch.testing.assert_close(record(model, x, by_hand)[1][0], added)
    torch.testing.assert_close(logits, net(x))


def test_taps_are_plain_values_and_can_be_picked():
    model, x = Opened(an8flower_cnn(6), 6), torch.randn(1, 3, 92, 92)
    found = find_taps(model, x)
    assert from_facts(json.loads(json.dumps([tap.facts() for tap in found]))) == found
    known = all_taps(model, x)
    chosen = pick_taps(model, x, [known[4].number, found[0].number])
    assert chosen == (found[0], known[4])
    with pytest.raises(InvalidChoice, match="call 999 makes none"):
        pick_taps(model, x, [999])
    with pytest.raises(InvalidChoice, match="smaller"):
        pick_taps(model, x, [known[0].number, known[1].number])
    with pytest.raises(InvalidChoice, match="damaged"):
        from_facts([{"number": 1}])


def test_no_layer_that_makes_the_scores_is_tapped():
    model, x = Opened(torchvision.models.squeezenet1_1(num_classes=7), 7), torch.randn(1, 3, 64, 64)
    assert all(tap.place != "classifier.1" and tap.channels != 7 for tap in all_taps(model, x))


def test_nothing_stays_in_the_network():
    net = built("resnet18").eval()
    model, x = Opened(net, 7), torch.randn(1, 3, 64, 64)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    record(model, x, find_taps(model, x))
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in net.modules())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


@pytest.mark.parametrize("name", ["vit_b_32", "swin_t"])
def test_transformers_are_refused(name):
    model = Opened(built(name), 7)
    with pytest.raises(UnsupportedModel, match="no such map leads"):
        find_taps(model, torch.randn(1, 3, 224, 224))


def test_networks_without_maps_and_volumes_are_refused():
    flat = Opened(nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 2)), 2)
    with pytest.raises(UnsupportedModel, match="no such map leads"):
        find_taps(flat, torch.randn(1, 3, 8, 8))
    solid = Opened(nn.Sequential(nn.Conv3d(1, 2, 3), nn.AdaptiveAvgPool3d(1), nn.Flatten()), 2)
    with pytest.raises(UnsupportedModel, match="works on pictures"):
        find_taps(solid, torch.randn(1, 1, 8, 8, 8))


def test_what_is_refused_begins_with_the_method_that_asked():
    flat = Opened(nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 2)), 2)
    with pytest.raises(UnsupportedModel, match="^The mask predictor reads a conv"):
        find_taps(flat, torch.randn(1, 3, 8, 8))
    with pytest.raises(UnsupportedModel, match="^The mask generator reads a conv"):
        find_taps(flat, torch.randn(1, 3, 8, 8), title=GeneratorLearning.title)
    with pytest.raises(InvalidChoice, match="^The mask generator reads feature maps by the calls"):
        pick_taps(flat, torch.randn(1, 3, 8, 8), [4], GeneratorLearning.title)


def test_another_networks_taps_are_refused():
    taps = find_taps(Opened(an8flower_cnn(6), 6), torch.randn(1, 3, 92, 92))
    with pytest.raises(UnsupportedModel, match="made for another network"):
        record(Opened(built("resnet18"), 7), torch.randn(1, 3, 64, 64), taps)
