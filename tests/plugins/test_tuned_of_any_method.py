"""Any method's map, tuned by a network whose answer is the share of bright pixels it sees; and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from toy_bench import Bench, conv_net, picture

from salviewer.api import Explanation, Heatmap
from salviewer.errors import InvalidChoice

SIZE = 8


class SeesOnePixel(nn.Module):
    """Class 1 is as likely as the pixel at (2, 3) is bright, 0.1 or 0.9; class 0 is the rest."""

    def forward(self, x):
        p = 0.1 + 0.8 * x[:, 0, 2, 3]
        return torch.stack([1 - p, p], dim=1).log()


@pytest.fixture
def bench():
    array = np.full((1, SIZE, SIZE), 0.5, np.float32)
    array[0, 2, 3] = 1.0
    return Bench(SeesOnePixel(), array)


def a_map(values, **about):
    facts = {"method": "mine", "title": "Mine", "target": {"index": 1, "label": "1"}, **about}
    return Explanation((Heatmap("map", np.asarray(values, np.float32), unit="1"),), provenance=facts)


def tune(bench, *sources, **params):
    given = tuple(bench.shelf.keep_live(one) for one in sources)
    return bench.explain("tuned-scores", {"background": "black", **params}, target=None, sources=given)


def falling():
    """Scores 64, 63 ... 1 in reading order: the one pixel that matters, (2, 3), has rank 20."""
    return np.arange(SIZE * SIZE, 0, -1, dtype=np.float32).reshape(SIZE, SIZE)


def test_pixels_after_the_one_that_matters_get_nothing(bench):
    before = falling()
    found = tune(bench, a_map(before), samples=64)
    want = np.where(np.arange(64) < 19, before.ravel() * 0.8, 0.0).reshape(SIZE, SIZE)
    np.testing.assert_allclose(found.heatmap, want, atol=1e-4)
    assert found.provenance["target"] == {"index": 1, "label": "1", "output": "probability"}
    assert found.provenance["tuned"] == {"method": "mine", "title": "Mine"}
    assert [one["method"] for one in found.provenance["sources"]] == ["mine"]


def test_the_curves_say_what_was_measured(bench):
    smooth, raw = tune(bench, a_map(falling()), samples=4).evidence[1:]
    np.testing.assert_allclose(raw.x, np.array([1, 22, 43, 64]) / 64)
    np.testing.assert_allclose(raw.y, [0.1, 0.9, 0.9, 0.9], atol=1e-5)
    np.testing.assert_array_equal(raw.y, smooth.y)
    assert raw.x_label == "share of pixels kept" and raw.y_label == "probability"
    assert (smooth.name, raw.name) == ("Made monotonic", "As measured")


@pytest.mark.parametrize("samples", [2, 5, 33])
def test_as_many_inputs_as_asked_for(bench, samples):
    seen = []
    bench.module.register_forward_pre_hook(lambda _, args: seen.append(len(args[0])))
    tune(bench, a_map(falling()), samples=samples)
    assert sum(seen) == samples + 1  # the one more finds the predicted class, in case the map does not say its own


def test_a_real_methods_map_keeps_its_order():
    bench = Bench(conv_net(), picture())
    before = bench.explain("gradient")
    found = tune(bench, before, background="blur")
    tuned, order = found.heatmap.ravel(), np.argsort(before.heatmap, axis=None, kind="stable")
    assert (np.diff(tuned[order]) >= 0).all()
    assert np.isfinite(tuned).all() and (tuned >= 0).all()


def test_degenerate_maps_are_told_of(bench):
    flat = tune(bench, a_map(np.full((SIZE, SIZE), 0.25)))
    assert (flat.heatmap == 0.25).all() and len(flat.evidence) == 1 and "no contrast" in flat.notes[0]
    spent = tune(bench, a_map(np.eye(SIZE)[2][:, None] * np.eye(SIZE)[3]), samples=64)
    assert (spent.heatmap == 0).all() and "every tuned score is 0" in spent.notes[0]
    low = tune(bench, a_map(falling() - 100), samples=64)
    assert low.heatmap.min() == 0 and "counted from the lowest, -99" in low.notes[0]
    assert low.evidence[0].unit == ""


def test_a_map_that_names_no_class_says_which_one_is_followed(bench):
    found = tune(bench, a_map(falling(), target={"index": -1, "label": "margin", "output": "function"}), samples=4)
    label = found.provenance["target"]["label"]
    assert found.notes[0] == f"The map does not say which class it explains: “{label}” is followed."


@pytest.mark.parametrize(
    ("sources", "code"),
    [
        ([], "one-source"),
        ([a_map(falling()), a_map(falling())], "one-source"),
        ([a_map(falling(), input={"sha256": "other", "name": "other.png"})], "another-input"),
        ([a_map(np.zeros((3, 3)))], "another-grid"),
        ([a_map(falling(), target={"index": 7, "label": "eight"})], "another-model"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(bench, sources, code):
    with pytest.raises(InvalidChoice) as refused:
        tune(bench, *sources)
    assert refused.value.code == code and str(refused.value).endswith(".")
