"""Occlusion, RISE and LIME: slow loops, nets whose answer is known, captum and MONAI on the same net."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import torch
from direct import PlainModel, explain
from torch.nn import functional as F

from salviewer.api import Progress
from salviewer.numeric.gaussian import blur
from salviewer_plugins.baselines.lime import Lime, samples
from salviewer_plugins.baselines.occlusion import Occlusion
from salviewer_plugins.baselines.perturbation_params import LimeParams, OcclusionParams, RiseParams
from salviewer_plugins.baselines.rise import Masks, Rise
from salviewer_plugins.baselines.superpixels import _nearest, squares, superpixels
from salviewer_plugins.baselines.surrogate import Surrogate, kernel

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


BASES = {
    "mean": lambda x: torch.zeros_like(x),
    "black": lambda x: torch.full_like(x, -2.0),  # the plain model's space is (raw - 0.5) / 0.25
    "grey": lambda x: torch.zeros_like(x),
    "blur": lambda x: blur(x, 0.05 * min(x.shape[2:])),
}


@pytest.mark.parametrize("fill", BASES)
@pytest.mark.parametrize(("window", "stride"), [(4, 2), (5, 3), (12, 1), (3, 3)])
def test_occlusion_equals_captums(fill, window, stride):
    attr = pytest.importorskip("captum.attr")
    model, x = tanh_model(weights((3, 12, 15))), picture((3, 12, 15))
    theirs = attr.Occlusion(lambda z: model(z)[:, 0]).attribute(
        x, sliding_window_shapes=(3, window, window), strides=(3, stride, stride), baselines=BASES[fill](x)
    )
    params = OcclusionParams(window=window / 12, stride=stride / 12, fill=fill)
    mine = explain(Occlusion(), params, model, x, output="logit")
    assert mine.heatmap == pytest.approx(theirs[0, 0].numpy(), abs=1e-5)
    assert mine.evidence[0].signed


def test_occlusion_of_volumes_equals_captums():
    attr = pytest.importorskip("captum.attr")
    shape = (1, 6, 8, 9)
    model, x = tanh_model(weights(shape)), picture(shape)
    theirs = attr.Occlusion(lambda z: model(z)[:, 0]).attribute(
        x, sliding_window_shapes=(1, 3, 3, 3), strides=(1, 2, 2, 2)
    )
    mine = explain(Occlusion(), OcclusionParams(window=3 / 6, stride=2 / 6), model, x, output="logit")
    assert mine.heatmap == pytest.approx(theirs[0, 0].numpy(), abs=1e-5)


@pytest.mark.parametrize(("window", "overlap"), [(2, 0.0), (2, 0.5), (4, 0.5), (4, 0.75)])
def test_occlusion_of_volumes_equals_the_drop_to_monais_scores(window, overlap):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        visualize = pytest.importorskip("monai.visualize")
        shape = (1, 8, 8, 8)
        model, x = tanh_model(weights(shape)), picture(shape)
        net = torch.nn.Module()
        net.forward = model
        peer = visualize.OcclusionSensitivity(
            net, mask_size=window, overlap=overlap, mode=0.0, activate=False, verbose=False
        )
        theirs, _ = peer(x)
    params = OcclusionParams(window=window / 8, stride=window * (1 - overlap) / 8)
    mine = explain(Occlusion(), params, model, x, output="logit").heatmap
    drop = model(x)[0, 0] - theirs[0, 0]
    assert mine == pytest.approx(drop.numpy(), abs=1e-5)


def test_occlusion_by_hand():
    """A row of four pixels, the score is their weighted sum: windows of two pixels, one pixel apart."""
    w = torch.tensor([1.0, 2.0, 4.0, 8.0]).expand(1, 2, 4)

    def logits(x):
        score = (x * w).flatten(1).sum(1)
        return torch.stack([score, 0 * score], 1)

    x = torch.ones(1, 1, 2, 4)
    mine = explain(Occlusion(), OcclusionParams(window=1.0, stride=0.5), PlainModel(logits), x, output="logit").heatmap
    assert mine == pytest.approx(np.array([[6, 9, 18, 24]] * 2), abs=1e-5)  # the windows cost 6, 12 and 24


def test_a_partial_map_of_occlusion_is_spread_over_the_picture():
    heard = []
    model, x = tanh_model(torch.ones(1, 32, 32) / 100), torch.ones(1, 1, 32, 32)
    progress = Progress(lambda f, m, e: heard.append((f, e)))
    explain(Occlusion(), OcclusionParams(window=0.1, stride=0.1), model, x, progress=progress, batch=10, output="logit")
    seen = heard[0][1][0].values > 0
    corners = [seen[a, b] for a in (slice(0, 16), slice(16, 32)) for b in (slice(0, 16), slice(16, 32))]
    assert all(corner.any() for corner in corners)


def test_every_pixel_is_hidden_at_least_once():
    model = tanh_model(0.05 * torch.ones(1, 11, 13))
    e = explain(Occlusion(), OcclusionParams(window=0.4, stride=0.3), model, torch.ones(1, 1, 11, 13), output="logit")
    assert (e.heatmap > 0).all()


@pytest.mark.parametrize("fill", BASES)
def test_rise_equals_a_slow_loop_over_its_masks(fill):
    model, x, n = tanh_model(weights()), picture(), 40
    masks = Masks((12, 12), 4, 0.4, 0, CPU).rows(slice(0, n))
    expected = torch.zeros(12, 12)
    for m in masks:
        expected += model.probabilities(model(x * m + BASES[fill](x) * (1 - m)))[0, 0] * m
    params = RiseParams(masks=n, cells=4, keep=0.4, fill=fill)
    assert explain(Rise(), params, model, x).heatmap == pytest.approx((expected / (n * 0.4)).numpy(), abs=1e-5)


@pytest.mark.parametrize("shape", [(20, 20), (17, 29), (8, 9, 10)])
def test_masks_are_as_the_paper_says(shape):
    masks = Masks(shape, 5, 0.3, 1, CPU).rows(slice(0, 2000))
    assert masks.shape == (2000, *shape)
    assert 0 <= masks.min() <= masks.max() <= 1
    assert float(masks.mean()) == pytest.approx(0.3, abs=0.02)
    means = masks.mean(0)
    assert float(means.max() - means.min()) < 0.12  # the random shift leaves no grid behind


@pytest.mark.parametrize("shape", [(20, 23), (6, 9, 10)])
def test_masks_are_enlarged_grids_that_were_cropped(shape):
    """Each mask again, by torch's own interpolation of its whole grid."""
    s, masks = 4, Masks(shape, 4, 0.5, 2, CPU)
    found = masks.rows(slice(0, 30))
    grids, shifts = masks._draw(0)
    cell = [-(-n // s) for n in shape]
    mode = "bilinear" if len(shape) == 2 else "trilinear"
    for mask, grid, shift in zip(found, grids, shifts, strict=False):
        large = F.interpolate(grid[None, None], [(s + 1) * c for c in cell], mode=mode, align_corners=False)[0, 0]
        starts = [min(int(u * (c + 1)), c) for u, c in zip(shift, cell, strict=True)]
        crop = large[tuple(slice(a, a + n) for a, n in zip(starts, shape, strict=True))]
        assert torch.allclose(mask, crop, atol=1e-6)


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


def test_the_surrogate_equals_a_weighted_ridge_regression_by_sklearn():
    linear = pytest.importorskip("sklearn.linear_model")
    z = samples(9, 200, 0).numpy()
    y = 100 + np.random.default_rng(1).normal(size=200) + z @ np.arange(9)
    pi = [math.sqrt(math.exp(-((1 - math.sqrt(sum(row) / 9)) ** 2) / 0.25**2)) for row in z]
    assert kernel(z, 0.25) == pytest.approx(np.array(pi), abs=1e-12)
    peer = linear.Ridge(alpha=1.0).fit(z.astype(float), y, sample_weight=pi)
    mine = Surrogate(9, 0.25, 1.0)
    for start in range(0, 200, 33):
        mine.learn(z[start : start + 33], y[start : start + 33])
    assert mine.weights() == pytest.approx(peer.coef_, abs=1e-6)
    assert mine.r2() == pytest.approx(peer.score(z.astype(float), y, sample_weight=pi), abs=1e-6)


@pytest.mark.parametrize("fill", ["mean", "black"])
def test_lime_equals_captums_on_the_same_parts_and_samples(fill):
    pytest.importorskip("sklearn")
    attr = pytest.importorskip("captum.attr")
    linear = pytest.importorskip("captum._utils.models.linear_model")
    model, x = tanh_model(weights()), picture()
    part_of = torch.from_numpy(squares((12, 12), 9))
    drawn = iter(samples(9, 60, 0).float())

    def likeness(original, perturbed, z, **more):
        return torch.tensor(kernel(z.numpy(), 0.25)[0])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = attr.Lime(
            lambda z: model(z)[:, 0],
            interpretable_model=linear.SkLearnRidge(alpha=1.0),
            similarity_func=likeness,
            perturb_func=lambda *_, **more: next(drawn)[None],
        ).attribute(x, n_samples=60, feature_mask=part_of[None, None], baselines=BASES[fill](x))
    params = LimeParams(samples=60, parts=9, shapes="squares", fill=fill)
    mine = explain(Lime(), params, model, x, output="logit")
    assert mine.heatmap == pytest.approx(theirs[0, 0].numpy(), abs=1e-5)


def test_lime_says_that_nothing_changed():
    model = PlainModel(lambda x: torch.tensor([[0.3, 0.1]]).expand(len(x), 2))
    e = explain(Lime(), LimeParams(samples=50, parts=9), model, picture())
    assert (e.heatmap == 0).all()
    assert e.notes == ("Hiding parts never changed the probability, so every weight is 0.",)


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
    assert "100 %" in e.notes[0]


def test_a_pixel_goes_to_the_nearest_centre_that_it_is_offered():
    random = np.random.default_rng(0)
    features, centres = random.normal(size=(4, 50)), random.normal(size=(4, 6))
    near = np.stack([random.permutation(6)[:3] for _ in range(50)], 1)
    label = _nearest(features, centres, near)
    for k in range(50):
        distances = [((features[:, k] - centres[:, c]) ** 2).sum() for c in near[:, k]]
        assert label[k] == near[int(np.argmin(distances)), k]


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


def test_many_pixels_are_looked_at_in_part_only(monkeypatch):
    monkeypatch.setattr("salviewer_plugins.baselines.superpixels.MOST", 300)
    values = np.zeros((1, 33, 31), np.float32)
    values[:, :, 14:] = 1.0
    part_of = superpixels(values, 16)
    assert part_of.shape == (33, 31)
    assert not set(part_of[:, :14].ravel()) & set(part_of[:, 14:].ravel())


def test_volumes_work_with_all_three():
    shape = (1, 6, 7, 8)
    model, x = tanh_model(weights(shape)), picture(shape)
    for method, params in ((Rise(), RiseParams(masks=20, cells=3)), (Lime(), LimeParams(samples=30, parts=8))):
        heatmap = explain(method, params, model, x).heatmap
        assert heatmap.shape == shape[1:]
        assert np.isfinite(heatmap).all()
