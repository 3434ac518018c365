"""Walks of a training: one forward pass per picture, and the class's own pixels."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from salviewer.api import GridMap, LabelledInput, ModelInput
from salviewer.errors import UnsupportedModel
from salviewer_plugins.discernible import recorded_walks
from salviewer_plugins.discernible.recorded_walks import RecordedWalks
from salviewer_plugins.discernible.train_params import WeightParams

WEIGHTS = {"a_cur": 1.0, "a_suc": 1.0, "a_pre": 1.0}


class Counting(nn.Module):
    """Class 0 reads the pixel (1, 2), class 1 the pixel (4, 3); it counts its passes."""

    def __init__(self):
        super().__init__()
        self.passes = 0
        self.net = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(36, 3, bias=False))
        with torch.no_grad():
            self.net[0].weight.fill_(2.0)
            self.net[3].weight.zero_()
            self.net[3].weight[0, 1 * 6 + 2] = 1.0
            self.net[3].weight[1, 4 * 6 + 3] = 1.0

    def forward(self, x):
        self.passes += 1
        return self.net(x)


def walks_on(net, k=1):
    return RecordedWalks(SimpleNamespace(model=_Model(net)), WeightParams(k=k))


class _Model:
    def __init__(self, module, classes=("one", "other", "third")):
        self.module, self.classes = module, classes

    def __call__(self, x):
        return self.module(x)


def sample(name, label):
    return LabelledInput(name, ModelInput(torch.ones(1, 1, 6, 6), GridMap.identity((6, 6)), name), label)


def test_the_pixels_are_those_that_the_samples_own_class_reads():
    walks = walks_on(Counting())
    assert walks(sample("a", 0), WEIGHTS).tolist() == [[1, 2]]
    assert walks(sample("b", 1), WEIGHTS).tolist() == [[4, 3]]


def test_one_pass_serves_all_arms_of_a_picture():
    walks = walks_on(net := Counting())
    for a_pre in (0.0, 0.5, 1.0):
        walks(sample("a", 0), {**WEIGHTS, "a_pre": a_pre})
    assert net.passes == 1


def test_old_passes_make_room_for_new_ones(monkeypatch):
    monkeypatch.setattr(recorded_walks, "KEPT_BYTES", 1)
    walks = walks_on(net := Counting())
    for name in ("a", "b", "b", "a"):
        walks(sample(name, 0), WEIGHTS)
    assert net.passes == 3


def test_a_suc_changes_no_choice():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.ReLU(), nn.Flatten(),
        nn.Linear(8 * 2 * 2, 3),
    )  # fmt: skip
    source = ModelInput(torch.rand(1, 1, 8, 8), GridMap.identity((8, 8)), "x")
    walks = walks_on(net, k=3)
    one, other = (walks(LabelledInput("x", source, 2), {**WEIGHTS, "a_suc": a}) for a in (0.25, 1.0))
    assert len(one) > 1
    assert np.array_equal(one, other)


def test_a_model_without_a_network_is_refused():
    with pytest.raises(UnsupportedModel, match="only outputs can be had"):
        walks_on(None)(sample("a", 0), WEIGHTS)
