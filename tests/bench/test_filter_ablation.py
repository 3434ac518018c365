"""Ablation on a network whose filters are known: without the one that counts it knows nothing, without others all."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import salviewer as sv
from salviewer.api import LabelledInput, Trained
from salviewer.bench.filter_ablation import WHOLE, FilterSet, ablated, mean_class_accuracy, relevant
from salviewer.errors import InvalidChoice
from salviewer.models.opening import open_module


class Colours(nn.Module):
    """Filters 0 and 1 see red and green, and alone decide; 2 to 7 see blue, and nobody listens to them."""

    def __init__(self):
        super().__init__()
        self.see, self.head = nn.Conv2d(3, 8, 1, bias=False), nn.Linear(8, 2, bias=False)
        for part in self.parameters():
            part.data.zero_()
        for i in range(8):
            self.see.weight.data[i, min(i, 2)] = 1
        self.head.weight.data[0, 0] = self.head.weight.data[1, 1] = 1

    def forward(self, x):
        return self.head(torch.relu(self.see(x)).mean((2, 3)))


LAYERS = [
    {"name": "see", "number": 1, "kind": "convolution", "channels": 8, "places": 16},
    {"name": "see", "number": 2, "kind": "relu", "channels": 8, "places": 16},
]


def state(*filters):
    """What training would leave: a weight for class 0 of each (layer, channel)."""
    rows = np.array([(p, q) for p in range(2) for q in range(8)], np.int32)
    weights = np.zeros((16, 2), np.float32)
    for p, q in filters:
        weights[8 * p + q, 0] = -0.5
    return Trained({"weights": weights, "features": rows}, {"layers": LAYERS})


@pytest.fixture
def model():
    return open_module(Colours(), classes=("red", "green"), outputs="softmax", preprocessing=None, device="cpu")


def samples(count=12, unknown=0):
    found = []
    for i in range(count):
        x = torch.zeros(1, 3, 4, 4)
        x[:, i % 2], x[:, 2] = 1.0, 0.3
        source = as_input(x)
        found.append(LabelledInput(f"s{i}", source, -1 if i < unknown else i % 2, "", None))
    return found


def as_input(x):
    picture = sv.load_input(x[0].permute(1, 2, 0).numpy()).picture
    loaded = open_module(Colours(), classes=("red", "green"), outputs="softmax", preprocessing=None, device="cpu")
    return loaded.prepare(picture)


def test_without_the_filters_that_count_it_knows_nothing(model):
    found = ablated(model, samples(), {"All": relevant(state((1, 0), (1, 1)))}, draws=4)
    assert found[WHOLE].accuracies == (1.0,)
    assert found["All"].mean == 0.5  # nothing is left: it always names the first class
    assert found["All"].filters == 2
    assert len(found["random, All"].accuracies) == 4
    assert found["random, All"].filters == 2


def test_without_filters_that_nobody_listens_to_nothing_changes(model):
    found = ablated(model, samples(), {"blue": relevant(state((0, 5), (1, 2), (1, 7)))}, draws=1)
    assert found["blue"].mean == 1.0


def test_without_the_filter_of_one_class_the_other_is_still_known(model):
    found = ablated(model, samples(), {"green": relevant(state((0, 1)))}, draws=1)
    assert found["green"].mean == 0.5
    assert np.isnan(found["green"].deviation)


def test_random_ones_are_as_many_of_the_same_layers():
    chosen = FilterSet({1: (0, 3), 2: (5,)}, {1: 8, 2: 8})
    drawn = [chosen.drawn(np.random.default_rng(seed)) for seed in range(40)]
    assert all({n: len(set(q)) for n, q in one.filters.items()} == {1: 2, 2: 1} for one in drawn)
    assert {q for one in drawn for q in one.filters[1]} == set(range(8))


def test_the_same_seed_draws_the_same(model):
    sets = {"All": relevant(state((1, 0), (1, 4)))}
    one, two = (ablated(model, samples(), sets, draws=5, seed=3)["random, All"].accuracies for _ in range(2))
    assert one == two


def test_it_leaves_the_network_and_the_drawing_of_others_alone(model):
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    asked = samples()
    drawn = torch.get_rng_state()
    ablated(model, asked, {"All": relevant(state((1, 0)))}, draws=2)
    assert torch.equal(torch.get_rng_state(), drawn)
    assert all(torch.equal(value, before[name]) for name, value in model.module.state_dict().items())
    assert model(asked[1].input.tensor).argmax() == 1


def test_every_class_counts_the_same_however_many_pictures_it_has():
    assert mean_class_accuracy(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1])) == 0.5


def test_pictures_without_a_known_class_are_left_out(model):
    assert ablated(model, samples(unknown=3), {}, draws=1)[WHOLE].mean == 1.0
    with pytest.raises(InvalidChoice, match="No picture here"):
        ablated(model, samples(4, unknown=4), {}, draws=1)


def test_another_trainers_state_is_refused():
    with pytest.raises(InvalidChoice, match="holds none"):
        relevant(Trained({"theta": np.ones(3)}))
