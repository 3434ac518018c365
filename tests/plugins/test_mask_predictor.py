"""The mask predictor's network and explainer: its equations written out slowly, one pass per explanation, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from direct import request_for
from torch import nn

from salviewer.api import Curve, Heatmap, Progress, Target, Trained
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.jobs.memos import MemoBook
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork
from salviewer_plugins.mask_predictor.explainer import MaskPredictor
from salviewer_plugins.mask_predictor.feature_filter import FeatureFilter
from salviewer_plugins.mask_predictor.generator import MaskGenerator, generator_from, smooth, tensors_of, widths_of
from salviewer_plugins.mask_predictor.params import PredictorParams
from salviewer_plugins.mask_predictor.rival_explainer import GeneratedMask
from salviewer_plugins.mask_predictor.rival_params import GeneratorParams
from salviewer_plugins.mask_predictor.taps import find_taps, record
from salviewer_plugins.phantoms.nets import an8flower_cnn

CLASSES = 6


class Model:
    """The flowers' network with random weights, as a model that counts its passes."""

    sha256 = variant = ""
    device = torch.device("cpu")
    classes = tuple("abcdef")

    def __init__(self, net=None):
        torch.manual_seed(3)
        self.module = (net or an8flower_cnn(CLASSES)).eval().requires_grad_(False)
        self.passes = 0

    def __call__(self, x):
        self.passes += 1
        return self.module(x)

    def probabilities(self, logits):
        return logits.softmax(1)


def trained_for(model, x, **facts):
    """A state as a trainer leaves it, with random weights."""
    taps = find_taps(model, x)
    torch.manual_seed(5)
    generator = MaskGenerator([tap.channels for tap in taps], CLASSES, 8)
    about = {"taps": [tap.facts() for tap in taps], "classes": CLASSES, "width": 8}
    model.passes = 0
    return Trained(tensors_of(generator), {**about, "transformer": "customized", "eta": 1.5, "h": 2.5, **facts})


def asked(model, x, trained, **more):
    return replace(request_for(model, x, **more), trained=trained)


@pytest.fixture
def bench():
    model = Model()
    x = torch.randn(1, 3, 92, 92, generator=torch.Generator().manual_seed(0))
    return model, x, trained_for(model, x)


def explain(request, **params):
    with torch.inference_mode():
        return MaskPredictor().explain(request, PredictorParams(**params), Progress())


def test_the_filter_is_equation_10():
    torch.manual_seed(0)
    filter_, x = FeatureFilter(4, 5), torch.randn(2, 5, 3, 2)
    nn.init.normal_(filter_.embedding)
    index = torch.tensor([3, 1])
    slow = torch.empty_like(x)
    for n in range(2):
        c = filter_.embedding[index[n]]
        for i in range(3):
            for j in range(2):
                at = x[n, :, i, j]
                slow[n, :, i, j] = at / (1 + torch.exp(-sum(a * b for a, b in zip(at, c, strict=True))))
    torch.testing.assert_close(filter_(x, index), slow)
    torch.testing.assert_close(torch.cat([filter_(x[n : n + 1], index[n : n + 1]) for n in range(2)]), slow)
    torch.testing.assert_close(filter_.presence(x, index), (slow / x).mean((1, 2, 3)))


def test_the_explanation_is_equation_4_written_out(bench):
    model, x, trained = bench
    e = explain(asked(model, x, trained, target=2))
    taps = find_taps(model, x)
    generator = generator_from(trained.tensors, [tap.channels for tap in taps], CLASSES, 8)
    mask = generator(record(model, x, taps)[1], torch.tensor([2]))[0, 0].double().numpy()
    z = (mask - mask.mean()) / mask.std()
    m = (1 / (1 + np.exp(-1.5 * z))) ** 2.5
    np.testing.assert_allclose(e.evidence[1].values, z, atol=1e-4)
    assert e.evidence[1].name == "Standardised score z"
    assert e.heatmap.shape == (92, 92)
    # bilinear, half-pixel centres, written out for some places
    for i, j in ((0, 0), (17, 40), (46, 46), (91, 3), (60, 91)):
        at = [np.clip((k + 0.5) * len(m) / 92 - 0.5, 0, len(m) - 1) for k in (i, j)]
        (a, b), (c, d) = [int(v) for v in at], [min(int(v) + 1, len(m) - 1) for v in at]
        u, v = at[0] - a, at[1] - b
        slow = (1 - u) * ((1 - v) * m[a, b] + v * m[a, d]) + u * ((1 - v) * m[c, b] + v * m[c, d])
        assert e.heatmap[i, j] == pytest.approx(slow, abs=1e-4)
    assert e.provenance["controller"] == {"transformer": "customized", "eta": 1.5, "h": 2.5}


def test_the_class_matters_and_another_controller_keeps_the_ranking(bench):
    model, x, trained = bench
    first, other = explain(asked(model, x, trained)), explain(asked(model, x, trained, target=1))
    assert not np.array_equal(first.evidence[1].values, other.evidence[1].values)
    steep = explain(asked(model, x, trained), eta=3.0, h=1.0)
    assert np.array_equal(steep.evidence[1].values, first.evidence[1].values)
    assert steep.provenance["controller"] == {"transformer": "customized", "eta": 3.0, "h": 1.0}
    assert first.heatmap.min() >= 0
    assert first.heatmap.max() <= 1
    basic = explain(asked(model, x, trained), transformer="basic")
    assert basic.heatmap.max() > 1
    assert "exceeds 1" in basic.notes[0]
    assert explain(asked(model, x, trained), transformer="basic-clamped").heatmap.max() <= 1


def test_one_pass_per_explanation_and_none_for_what_is_known(bench):
    model, x, trained = bench
    explain(asked(model, x, trained))
    assert model.passes == 1
    book = MemoBook()
    model.passes = 0
    for target in (0, 1, 2):
        request = asked(model, x, trained, target=target)
        work = PlannedWork(Plan(batch=7), Progress(), memos=book.about(model, x))
        explain(replace(request, work=work))
    assert model.passes == 1
    with torch.inference_mode():
        assert book.about(model, x).find("logits").shape == (1, CLASSES)


def test_the_target_is_settled_from_the_same_pass(bench):
    model, x, trained = bench
    heard = []

    def late(logits):
        heard.append(logits)
        return request_for(model, x, target=4).target

    settled = explain(replace(asked(model, x, trained), late=late))
    assert model.passes == len(heard) == 1
    named = explain(asked(model, x, trained, target=4))
    assert np.array_equal(settled.heatmap, named.heatmap)


def test_many_inputs_and_classes_share_passes(bench):
    model, x, trained = bench
    inputs = [x, x + 0.1, x.flip(3)]
    work = PlannedWork(Plan(batch=8), Progress(), partial=False)
    requests = [replace(asked(model, one, trained, target=t), work=work) for one in inputs for t in (0, 3)]
    with torch.inference_mode():
        together = MaskPredictor().explain_batch(requests, PredictorParams(), Progress())
    assert model.passes == 1
    for request, found in zip(requests, together, strict=True):
        np.testing.assert_allclose(found.heatmap, explain(request).heatmap, atol=2e-4)


def test_fine_tuning_keeps_the_order_and_tells_its_curves(bench):
    model, x, trained = bench
    plain, tuned = explain(asked(model, x, trained)), explain(asked(model, x, trained), fine_tune=True, samples=5)
    assert [one.kind for one in tuned.evidence] == [Heatmap.kind, Heatmap.kind, Curve.kind, Curve.kind]
    ranked = tuned.heatmap.ravel()[np.argsort(plain.heatmap, axis=None)]
    assert (np.diff(ranked) >= -1e-7).all()
    assert PredictorParams(fine_tune=True, samples=5).passes((92, 92)) == 6


def test_a_picture_that_its_blur_can_stand_for_says_that_nothing_is_left(bench):
    model, _, trained = bench
    found = explain(asked(model, torch.zeros(1, 3, 92, 92), trained), fine_tune=True, samples=3)
    assert not found.heatmap.any()
    assert "every tuned score is 0" in found.notes[-1] and "“Tuned scores”" in found.notes[-1]


def test_an_input_of_another_size_is_explained_with_a_note(bench):
    model, x, trained = bench
    *deep, last = trained.facts["taps"]
    larger = {**trained.facts, "taps": [*deep, {**last, "size": [24, 22]}]}
    same, other = asked(model, x, trained), asked(model, x, Trained(trained.tensors, larger))
    explain(same)
    explain(other)
    assert same.work.notes == []
    assert "of 24 x 22, here 20 x 20" in other.work.notes[0]


def test_a_function_of_the_outputs_has_no_mask(bench):
    model, x, trained = bench
    request = asked(model, x, trained)
    request = replace(request, target=Target(-1, "margin", "function", lambda logits: logits[:, 0] - logits[:, 1]))
    with pytest.raises(UnsupportedModel, match="name a class"):
        explain(request)
    with pytest.raises(UnsupportedModel, match="name a class"), torch.inference_mode():
        MaskPredictor().explain_batch([request, request], PredictorParams(), Progress())
    plain = replace(request, trained=Trained(trained.tensors, {**trained.facts, "transformer": "sigmoid"}))
    with pytest.raises(UnsupportedModel, match="name a class"), torch.inference_mode():
        GeneratedMask().explain(plain, GeneratorParams(), Progress())


def test_a_state_goes_through_arrays_and_back():
    torch.manual_seed(0)
    made = MaskGenerator([7, 5, 4], 3, 4).eval()
    again = generator_from(tensors_of(made), [7, 5, 4], 3, 4)
    maps = [torch.randn(2, c, s, s + 1) for c, s in ((7, 3), (5, 7), (4, 14))]
    index = torch.tensor([0, 2])
    assert torch.equal(again(maps, index), made(maps, index))
    assert made(maps, index).shape == (2, 1, 14, 15)
    each = torch.cat([made([one[n : n + 1] for one in maps], index[n : n + 1]) for n in range(2)])
    torch.testing.assert_close(each, made(maps, index), atol=1e-4, rtol=1e-4)
    with pytest.raises(InvalidChoice, match="damaged"):
        generator_from(tensors_of(made), [7, 5, 4], 4, 4)
    assert widths_of(4, 16) == (48, 32, 24, 16)


@pytest.mark.parametrize("side", [1, 2, 7, 20])
def test_what_is_enlarged_keeps_nothing_that_alternates(side):
    """A line of equal numbers stays; one that changes its sign at every place is gone, but for its ends."""
    level = torch.full((1, 2, side, side), 3.0)
    torch.testing.assert_close(smooth(level), level)
    stripes = (1.0 - 2 * (torch.arange(side) % 2)).expand(1, 2, side, side)
    assert not smooth(stripes)[..., 1:-1].any()
    slow = torch.nn.functional.pad(x := torch.randn(1, 2, side, side), (1, 1, 1, 1), mode="replicate")
    kernel = torch.outer(line := torch.tensor([0.25, 0.5, 0.25]), line)
    expected = sum(kernel[i, j] * slow[..., i : i + side, j : j + side] for i in range(3) for j in range(3))
    torch.testing.assert_close(smooth(x), expected)


def test_what_ships_is_small(bench):
    _, _, trained = bench
    default = MaskGenerator([48, 40, 24], CLASSES)
    assert sum(one.nbytes for one in tensors_of(default).values()) < 300_000
    assert trained.tensors["filter.embedding"].shape == (CLASSES, 48)


def test_what_does_not_fit_is_refused_in_a_sentence(bench):
    model, x, trained = bench
    with pytest.raises(InvalidChoice, match="must be trained"):
        explain(asked(model, x, None))
    with pytest.raises(InvalidChoice, match="does not say its “eta”"):
        explain(asked(model, x, Trained(trained.tensors, {k: v for k, v in trained.facts.items() if k != "eta"})))
    other = Model(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 6)))
    with pytest.raises(UnsupportedModel, match="made for another network"):
        explain(asked(other, x, trained))
    more = Model(an8flower_cnn(7))
    with pytest.raises(UnsupportedModel, match="knows 6 classes, and this network has 7"):
        explain(asked(more, x, trained))
    with pytest.raises(UnsupportedModel, match="is a volume"):
        explain(asked(model, torch.randn(1, 1, 8, 8, 8), trained))


def test_an_even_mask_says_so(bench):
    model, x, trained = bench
    flat = {name: np.zeros_like(value) for name, value in trained.tensors.items()}
    e = explain(asked(model, x, Trained(flat, trained.facts)))
    assert np.unique(e.heatmap).tolist() == [np.float32(2**-2.5)]
    assert "the same everywhere" in e.notes[0]
