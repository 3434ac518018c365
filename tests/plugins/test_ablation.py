"""Accuracy under ablation: a net whose units are known by hand, the slow way, what is refused, every layout."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from salviewer.api import Evidence, Explanation, Heatmap, InputRef, JobSpec, ModelRef
from salviewer.data.pictures import picture_from_array
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.host import Host
from salviewer.jobs.measuring import from_array
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module
from salviewer_plugins.evaluation.silencing import outputs_of, read_units, silenced

HOST = Host.discover()


class Known(nn.Module):
    """Four units that copy the input's channels; class 0 is unit 0 + unit 1, class 1 is unit 2, class 2 unit 3 / 10."""

    def __init__(self, inplace=False):
        super().__init__()
        self.units = nn.Conv2d(3, 4, 1, bias=False)
        self.units.weight.data = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0.5]])[..., None, None]
        self.relu = nn.ReLU(inplace)
        self.head = nn.Linear(4, 3, bias=False)
        self.head.weight.data = torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0.1]])

    def forward(self, x):
        return self.head(self.relu(self.units(x)).mean((2, 3)))


def known_picture():
    """Channel 0 is bright on the left (mean 1), channel 1 on the right (mean 0.6), channel 2 everywhere (1.2)."""
    array = np.zeros((3, 8, 8), np.float32)
    array[0, :, :4], array[1, :, 4:], array[2] = 2.0, 1.2, 1.2
    return array


def left():
    heatmap = np.zeros((8, 8), np.float32)
    heatmap[:, :4] = 1
    return heatmap


def measure(module, array, judged, batch=4, target=0, seed=0, **params):
    shelf = Shelf(HOST, "cpu")
    model = open_module(module, preprocessing="none", input_shape=array.shape)
    judged = judged if isinstance(judged, Explanation) else from_array(judged)
    spec = JobSpec(
        verb="measure",
        method="ablation",
        model=ModelRef(architecture=shelf.keep_live(model)),
        input=InputRef(source=shelf.keep_live(picture_from_array(array))),
        sources=(shelf.keep_live(judged),),
        target=target,
        seed=seed,
        params=params,
    )
    return run(spec, shelf, plan=Plan(batch=batch))


def softmax(*logits):
    e = np.exp(np.array(logits))
    return e / e.sum()


def test_without_its_unit_the_class_is_lost():
    found = measure(Known(), known_picture(), left(), units="units:0")
    assert found.value == 0.0
    assert found.values["correct_before"] == 1.0
    before, after = softmax(1.6, 1.2, 0.06)[0], softmax(0.6, 1.2, 0.06)[0]
    assert found.values["probability_drop"] == pytest.approx(before - after, rel=1e-5)
    assert found.values["units"] == 1


def test_without_another_unit_the_class_stays():
    found = measure(Known(), known_picture(), left(), units="units:2, 3")
    assert found.value == 1.0
    assert found.values["probability_drop"] == pytest.approx(softmax(1.6, 1.2, 0.06)[0] - softmax(1.6, 0, 0)[0])


def test_a_unit_that_gives_its_mean_changes_nothing_where_only_the_mean_is_read():
    found = measure(Known(), known_picture(), left(), units="units:0", fill="mean")
    assert found.value == 1.0
    assert found.values["probability_drop"] == pytest.approx(0.0, abs=1e-6)


def test_random_units_of_the_same_layers_stand_beside():
    found = measure(Known(), known_picture(), left(), units="units:0", repeats=7, seed=3)
    generator = torch.Generator().manual_seed(3)
    silent = [int(torch.randperm(4, generator=generator)[0]) for _ in range(7)]
    logits = {0: (0.6, 1.2, 0.06), 1: (1.0, 1.2, 0.06), 2: (1.6, 0, 0.06), 3: (1.6, 1.2, 0)}
    rows = [softmax(*logits[unit]) for unit in silent]
    before = softmax(1.6, 1.2, 0.06)[0]
    assert found.values["correct_after_random"] == pytest.approx(np.mean([r.argmax() == 0 for r in rows]))
    assert found.values["probability_drop_random"] == pytest.approx(np.mean([before - r[0] for r in rows]), rel=1e-5)


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize(("heatmap", "unit"), [(left(), 0), (1 - left(), 1)])
def test_the_map_chooses_the_units_that_act_where_it_points(heatmap, unit, inplace):
    found = measure(Known(inplace), known_picture(), heatmap, layer="units", top=1)
    assert found.notes[0] == f"Silenced: units: {unit}."


def test_the_default_layer_is_the_last_one_with_a_grid():
    assert measure(Known(), known_picture(), left(), top=1).notes[0] == "Silenced: relu: 0."


@dataclass(frozen=True, eq=False)
class Naming(Evidence):
    kind: ClassVar[str] = "naming"

    def units(self):
        return {"units": (2,), "head": ()}


def test_evidence_may_name_its_units():
    explanation = Explanation((Heatmap("map", left()), Naming("units")))
    assert measure(Known(), known_picture(), explanation).notes == ("Silenced: units: 2.",)
    assert measure(Known(), known_picture(), explanation, units="units:1").notes[0] == "Silenced: units: 1."


@pytest.mark.parametrize("heatmap", [np.zeros((8, 8)), np.full((8, 8), -1.0), np.full((8, 8), math.nan)])
def test_a_map_without_positive_values_points_to_no_units(heatmap):
    found = measure(Known(), known_picture(), heatmap)
    assert all(math.isnan(v) for v in found.values.values())
    assert "no units" in found.notes[0]
    assert measure(Known(), known_picture(), heatmap, units="units:0").value == 0.0


def test_a_constant_map_weighs_all_places_alike():
    assert measure(Known(), known_picture(), np.ones((8, 8)), layer="units", top=2).notes[0] == "Silenced: units: 0, 1."


def deep_net():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        return nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(True), nn.Conv2d(8, 8, 3), nn.ReLU(True),
            nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 3),
        )  # fmt: skip


def test_silencing_a_filter_is_setting_its_weights_to_zero():
    array = np.random.default_rng(0).random((3, 16, 16), dtype=np.float32)
    net = deep_net().eval()
    twin = copy.deepcopy(net)
    for layer, channels in ((0, (1, 6)), (3, (0, 2, 7))):
        for part in (twin[layer], twin[1] if layer == 0 else twin[layer]):
            part.weight.data[list(channels)] = 0
            part.bias.data[list(channels)] = 0
    x = torch.from_numpy(array)[None]
    expected = (net(x).softmax(1) - twin(x).softmax(1))[0, 1].item()
    found = measure(net, array, np.ones((16, 16)), target=1, units="1:1,6; 3:0,2,7")
    assert found.values["probability_drop"] == pytest.approx(expected, abs=1e-6)
    assert found.values["units"] == 5


def test_the_batch_size_does_not_matter_and_the_network_is_as_it_was():
    array = np.random.default_rng(1).random((3, 16, 16), dtype=np.float32)
    net = deep_net()
    before = copy.deepcopy(net.state_dict())
    one = measure(net, array, np.ones((16, 16)), batch=1, top=3)
    assert one.values == pytest.approx(measure(net, array, np.ones((16, 16)), batch=50, top=3).values, abs=1e-6)
    assert all(torch.equal(t, before[name]) for name, t in net.state_dict().items())
    assert net.training
    assert not any(m._forward_hooks for m in net.modules())


def test_a_network_in_double_precision_gives_the_same():
    single = measure(Known(), known_picture(), left(), layer="units", top=1)
    double = measure(Known().double(), known_picture(), left(), layer="units", top=1)
    assert double.values == pytest.approx(single.values, abs=1e-6)


def test_the_block_undoes_itself_after_an_error():
    net = Known()
    x = torch.rand(1, 3, 4, 4)
    before = net(x)
    rows = torch.ones(2, 4, dtype=torch.bool)
    with pytest.raises(UnsupportedModel, match="something else"), silenced(net, {"units": rows}, {"units": 1}, "zero"):
        net(x)
    assert torch.equal(net(x), before)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"units": "unit:0"}, "no layer “unit”.*units"),
        ({"units": "units:4"}, "channels 0 to 3, and 4"),
        ({"units": "units:-1"}, "and -1 is none"),
        ({"units": "units"}, "names no units"),
        ({"units": "units:a"}, "names no units"),
        ({"units": "head:0", "fill": "mean"}, "its own mean"),
        ({"layer": "rleu"}, "no layer “rleu”.*relu"),
    ],
)
def test_what_does_not_exist_is_one_sentence(params, words):
    with pytest.raises(InvalidChoice, match=words):
        measure(Known(), known_picture(), left(), **params)


def test_units_are_read():
    assert read_units(" a.b:3, 5;c:1;a.b:9; ") == {"a.b": (3, 5, 9), "c": (1,)}


def test_channels_are_found_in_every_layout():
    class Layouts(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last, self.tokens, self.dense = (nn.Identity() for _ in range(4))

        def forward(self, x):
            x = self.first(nn.functional.avg_pool2d(x, 2))
            x = self.tokens(self.last(x.movedim(1, -1)).flatten(1, 2))
            return self.dense(x.mean(1))

    net = Layouts()
    found = outputs_of(net, torch.rand(1, 5, 12, 16))
    facts = {name: (o.channels, o.axis, o.grid) for name, o in found.items()}
    assert facts == {"first": (5, 1, (6, 8)), "last": (5, -1, (6, 8)), "tokens": (5, -1, (6, 8)), "dense": (5, 1, ())}


def test_a_layer_that_the_class_does_not_read_is_refused():
    class Aside(Known):
        def forward(self, x):
            self.units(x)
            return self.head(torch.cat([x, x[:, 2:] / 2], 1).mean((2, 3)))

    with pytest.raises(UnsupportedModel, match="does not depend on what layer “units” gives"):
        measure(Aside(), known_picture(), left(), layer="units")


def test_tokens_are_silenced_along_their_last_axis():
    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches = nn.Conv2d(3, 4, 4, 4)
            self.norm = nn.LayerNorm(4)
            self.head = nn.Linear(4, 3)

        def forward(self, x):
            return self.head(self.norm(self.patches(x).flatten(2).mT).mean(1))

    net = Tokens().eval()
    array = np.random.default_rng(1).random((3, 8, 8), dtype=np.float32)
    x = torch.from_numpy(array)[None]
    with torch.no_grad():
        tokens = net.norm(net.patches(x).flatten(2).mT)
        tokens[..., 2] = 0
        expected = float((net(x).softmax(1) - net.head(tokens.mean(1)).softmax(1))[0, 0])
    found = measure(net, array, np.ones((8, 8)), units="norm:2")
    assert found.values["probability_drop"] == pytest.approx(expected, abs=1e-6)
    chosen = measure(net, array, np.ones((8, 8)), layer="norm", top=1)
    with torch.no_grad():
        r = net.head.weight[0] * net.norm(net.patches(x).flatten(2).mT)[0].mean(0)
    assert chosen.notes[0] == f"Silenced: norm: {int(r.argmax())}."
