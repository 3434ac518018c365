"""Adversarial evidence: a network of columns, whose classes are single pixels, and what is asked of which picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from toy_bench import Bench, conv_net, picture

from salviewer.api import Explanation, Heatmap, MaskStack
from salviewer_plugins.evaluation.adversarial_evidence import absent_classes, as_mask, own_mask
from salviewer_plugins.evaluation.stability_params import AdversarialEvidenceParams


class Columns(nn.Module):
    """Logits of 4 classes; class k rises with the pixel in row 0, column k, and class 0 with everything else.

    Under a blank picture class `blank` has the greatest logit.
    """

    def __init__(self, blank=0):
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(50.0))
        self.blank = blank

    def forward(self, x):
        rest = x[:, 0].sum((1, 2)) - x[:, 0, 0, :4].sum(1)
        logits = x[:, 0, 0, :4] * self.gain
        bonus = nn.functional.one_hot(torch.tensor(self.blank), 4) * 1.0
        return logits + nn.functional.one_hot(torch.tensor(0), 4) * rest[:, None] * 10 + bonus


def columns_picture(last=0.05):
    array = np.full((1, 8, 8), 0.5, np.float32)
    array[0, 0, :4] = (0.5, 0.2, 0.1, last)
    return array


def test_a_map_of_the_absent_classs_own_pixel_brings_it_about():
    bench = Bench(Columns(), columns_picture())
    found = bench.measure("adversarial-evidence", bench.explain("toy-target-pixel"))  # class 3, by its logit: p is 0
    after = np.exp([1, 0, 0, 50 * 0.05])
    assert found.value == 1.0
    assert found.values["probability"] == pytest.approx(after[3] / after.sum(), rel=1e-5)
    assert found.values["mask"] == pytest.approx(1 / 64)
    assert found.values["classes"] == 1
    assert found.values["probability_before"] < 1e-6


def test_a_map_of_the_picture_shows_what_is_there():
    bench = Bench(Columns(), columns_picture())
    assert bench.measure("adversarial-evidence", bench.explain("toy-values")).value == 0.0


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_an_empty_map_shows_nothing_as_it_should(value):
    bench = Bench(Columns(), columns_picture())
    found = bench.measure("adversarial-evidence", bench.explain("toy-target-pixel", {"value": value}))
    assert found.value == 0.0
    assert found.values["mask"] == 0.0


def test_a_map_of_nan_has_no_answer():
    bench = Bench(Columns(), columns_picture())
    found = bench.measure("adversarial-evidence", bench.explain("toy-target-pixel", {"value": math.nan}))
    assert math.isnan(found.value)
    assert "numbers" in found.notes[0]


def test_a_class_seen_in_a_blank_picture_is_passed_over():
    bench = Bench(Columns(blank=3), columns_picture())
    found = bench.measure("adversarial-evidence", bench.explain("toy-target-pixel"), params={"count": 4})
    assert found.values["classes"] == 2  # neither the predicted class 0 nor class 3, which a blank picture shows


def test_the_rate_is_the_mean_over_the_classes_asked_for():
    bench = Bench(Columns(), columns_picture(last=0.01))  # 50 * 0.01 < 1: grey stays class 0
    found = bench.measure("adversarial-evidence", bench.explain("toy-target-pixel"), params={"count": 3})
    assert found.value == pytest.approx(2 / 3)


def test_an_uncertain_picture_is_not_asked_about():
    bench = Bench(conv_net(), picture())
    found = bench.measure("adversarial-evidence", bench.explain("toy-edges"))
    assert math.isnan(found.value)
    assert "0.995 is needed" in found.notes[0]
    assert not math.isnan(
        bench.measure("adversarial-evidence", bench.explain("toy-edges"), params={"confidence": 0.0}).value
    )


def test_which_classes_are_absent():
    p, blank = torch.tensor([-1.0, 6.0, -2.0, 0.5]), torch.tensor([0.0, 0.0, 1.0, 0.0])
    assert absent_classes(p, blank, AdversarialEvidenceParams(count=9), 0) == [0, 3]
    drawn_classes = absent_classes(p, blank, AdversarialEvidenceParams(count=9, classes="random"), 0)
    assert sorted(drawn_classes) == [0, 3]
    assert absent_classes(torch.tensor([0.9, 0.1]), torch.tensor([0.1, 0.9]), AdversarialEvidenceParams(), 0) == []


def test_a_map_becomes_a_mask():
    values = np.array([[-1.0, 2.0], [4.0, 0.5]])
    assert as_mask(values, "maximum").tolist() == [[0.0, 0.5], [1.0, 0.125]]
    assert as_mask(values, "as it is").tolist() == [[0.0, 1.0], [1.0, 0.5]]


def test_a_methods_own_mask_is_taken_as_it_is_whichever_way_it_plays():
    mask = np.array([[[0.25, 1.0]], [[0.0, 0.5]]], np.float32)
    heatmap = Heatmap("map", mask.mean(axis=0))
    for keeps, wanted in ((True, mask), (False, 1 - mask)):
        own = MaskStack("mask", mask, mask, np.zeros(2, np.float32), keeps=keeps)
        assert np.array_equal(own_mask(Explanation((heatmap, own)), "maximum"), wanted)
    np.testing.assert_allclose(own_mask(Explanation((heatmap,)), "maximum"), [[[0.125 / 0.75, 1.0]]], rtol=1e-6)
