"""Occlusion, RISE and LIME: slow loops, nets whose answer is known, captum on the same net."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from direct import PlainModel, explain

from salviewer_plugins.baselines.lime import Lime, fit, samples
from salviewer_plugins.baselines.occlusion import Occlusion
from salviewer_plugins.baselines.perturbation_params import LimeParams, OcclusionParams, RiseParams
from salviewer_plugins.baselines.rise import Masks, Rise
from salviewer_plugins.baselines.superpixels import squares, superpixels

CPU = torch.device("cpu")


def weights(shape=(3, 12, 12), seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def tanh_model(w):
    def logits(x):
        score = (x * w).flatten(1).sum(1).div(10).tanh()
        return torch.stack([score, 0 * score], 1)

    return PlainModel(logits)


def picture(shape=(3, 12, 12), seed=1):
    return torch.randn((1, *shape), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("fill", ["mean", "black"])
def test_occlusion_equals_captums(fill):
    from captum.attr import Occlusion as Captum

    model, x = tanh_model(weights()), picture()
    base = torch.zeros_like(x) if fill == "mean" else model.encode(torch.zeros_like(x))
    theirs = Captum(lambda z: model(z)[:, 0]).attribute(
        x, sliding_window_shapes=(3, 4, 4), strides=(3, 2, 2), baselines=base
    )[0, 0]
    params = OcclusionParams(window=4 / 12, stride=2 / 12, fill=fill)
    mine = explain(Occlusion(), params, model, x, output="logit")
    assert mine.heatmap == pytest.approx(theirs.numpy(), abs=1e-5)
    assert mine.evidence[0].signed


def test_occlusion_of_volumes_equals_captums():
    from captum.attr import Occlusion as Captum

    shape = (1, 6, 8, 9)
    model, x = tanh_model(weights(shape)), picture(shape)
    theirs = Captum(lambda z: model(z)[:, 0]).attribute(x, sliding_window_shapes=(1, 3, 3, 3), strides=(1, 3, 3, 3))
    mine = explain(Occlusion(), OcclusionParams(window=0.5, stride=0.5), model, x, output="logit")
    assert mine.heatmap == pytest.approx(theirs[0, 0].numpy(), abs=1e-5)


def test_occlusion_of_volumes_falls_where_monais_does():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        visualize = pytest.importorskip("monai.visualize")
        shape = (1, 8, 8, 8)
        w = torch.zeros(shape)
        w[0, 2:4, 4:6, 4:6] = 1.0
        model, x = tanh_model(w), torch.ones(1, *shape)
        net = torch.nn.Module()
        net.forward = lambda z: model(z)
        peer = visualize.OcclusionSensitivity(net, mask_size=2, overlap=0.5, mode=0.0, activate=False, verbose=False)
        theirs, _ = peer(x)
    mine = explain(Occlusion(), OcclusionParams(window=2 / 8, stride=1 / 8), model, x, output="logit").heatmap
    drop = float(model(x)[0, 0]) - theirs[0, 0].numpy()
    assert np.unravel_index(mine.argmax(), mine.shape) in {tuple(i) for i in np.argwhere(w[0].numpy() > 0)}
    assert np.corrcoef(mine.ravel(), drop.ravel())[0, 1] > 0.8


def test_every_pixel_is_hidden_at_least_once():
    model = tanh_model(0.05 * torch.ones(1, 11, 13))
    e = explain(Occlusion(), OcclusionParams(window=0.4, stride=0.3), model, torch.ones(1, 1, 11, 13), output="logit")
    assert (e.heatmap > 0).all()


def test_rise_equals_a_slow_loop_over_its_masks():
    model, x, n = tanh_model(weights()), picture(), 40
    masks = Masks((12, 12), 4, 0.4, 0, CPU).rows(slice(0, n))
    expected = torch.zeros(12, 12)
    for m in masks:
        expected += model.probabilities(model(x * m))[0, 0] * m
    params = RiseParams(masks=n, cells=4, keep=0.4)
    assert explain(Rise(), params, model, x).heatmap == pytest.approx((expected / (n * 0.4)).numpy(), abs=1e-5)


@pytest.mark.parametrize("shape", [(20, 20), (17, 29), (8, 9, 10)])
def test_masks_are_as_the_paper_says(shape):
    masks = Masks(shape, 5, 0.3, 1, CPU).rows(slice(0, 2000))
    assert masks.shape == (2000, *shape)
    assert 0 <= masks.min() <= masks.max() <= 1
    assert float(masks.mean()) == pytest.approx(0.3, abs=0.02)
    means = masks.mean(0)
    assert float(means.max() - means.min()) < 0.12  # the random shift leaves no grid behind


def test_a_mask_does_not_depend_on_the_batch():
    whole = Masks((12, 12), 4, 0.5, 3, CPU).rows(slice(0, 600))
    fresh = Masks((12, 12), 4, 0.5, 3, CPU)
    parts = torch.cat([fresh.rows(slice(s, min(600, s + 77))) for s in range(0, 600, 77)])
    assert torch.equal(whole, parts)
    assert not torch.equal(whole, Masks((12, 12), 4, 0.5, 4, CPU).rows(slice(0, 600)))


def test_rise_finds_the_only_place_that_matters():
    w = torch.zeros(3, 24, 24)
    w[:, 4:8, 14:18] = 1.0
    model, x = tanh_model(w), torch.ones(1, 3, 24, 24)
    heatmap = explain(Rise(), RiseParams(masks=1500), model, x, batch=50).heatmap
    y, x_at = np.unravel_index(heatmap.argmax(), heatmap.shape)
    assert 2 <= y <= 10
    assert 12 <= x_at <= 20


def test_lime_equals_a_weighted_ridge_regression_by_sklearn():
    linear = pytest.importorskip("sklearn.linear_model")
    z = samples(9, 200, 0)
    y = np.random.default_rng(1).normal(size=200) + z @ np.arange(9)
    pi = np.sqrt(np.exp(-((1 - np.sqrt(z.mean(1))) ** 2) / 0.25**2))
    peer = linear.Ridge(alpha=1.0).fit(z.astype(float), y, sample_weight=pi)
    mine, r2 = fit(z, y, 0.25, 1.0)
    assert mine == pytest.approx(peer.coef_, abs=1e-6)
    assert r2 == pytest.approx(peer.score(z.astype(float), y, sample_weight=pi), abs=1e-6)


def test_lime_of_an_additive_score_is_what_each_part_adds():
    w, x = weights(), picture()

    def logits(z):
        score = (z * w).flatten(1).sum(1)
        return torch.stack([score, 0 * score], 1)

    params = LimeParams(samples=300, parts=9, shapes="squares", ridge=0.0)
    e = explain(Lime(), params, PlainModel(logits), x, output="logit")
    part_of = squares((12, 12), 9)
    adds = np.bincount(part_of.ravel(), (w * x[0]).sum(0).numpy().ravel())
    assert e.heatmap == pytest.approx(adds[part_of], abs=1e-3)
    assert "100%" in e.notes[0]


def test_superpixels_follow_colours():
    values = np.zeros((3, 32, 32), np.float32)
    values[:, :, 13:] = 1.0
    part_of = superpixels(values, 16)
    left, right = set(part_of[:, :13].ravel()), set(part_of[:, 13:].ravel())
    assert not left & right
    assert 8 <= part_of.max() + 1 <= 24


@pytest.mark.parametrize("shape", [(30, 20), (9, 12, 15)])
def test_parts_are_numbered_from_0_and_about_as_many_as_asked(shape):
    noise = np.random.default_rng(0).random((1, *shape)).astype(np.float32)
    for part_of in (squares(shape, 27), superpixels(noise, 27)):
        assert set(np.unique(part_of)) == set(range(part_of.max() + 1))
        assert 12 <= part_of.max() + 1 <= 40


def test_volumes_work_with_all_three():
    shape = (1, 6, 7, 8)
    model, x = tanh_model(weights(shape)), picture(shape)
    for method, params in ((Rise(), RiseParams(masks=20, cells=3)), (Lime(), LimeParams(samples=30, parts=8))):
        heatmap = explain(method, params, model, x).heatmap
        assert heatmap.shape == shape[1:]
        assert np.isfinite(heatmap).all()
