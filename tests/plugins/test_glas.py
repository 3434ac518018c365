"""GLAS and RGLAS against a slow re-derivation from the paper, hand-worked numbers and nets whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from direct import PlainModel, explain, request_for
from torch.nn import functional as F

from salviewer.api import Progress
from salviewer.errors import Cancelled, UnsupportedModel
from salviewer_plugins.glas.glas import Glas
from salviewer_plugins.glas.light_and_shadow import LAMBDA, Lattice, darkness
from salviewer_plugins.glas.params import GlasParams, RglasParams
from salviewer_plugins.glas.rglas import Rglas, normalised


def random_net(channels=3, classes=4, seed=0):
    g = torch.Generator().manual_seed(seed)
    w1, w2 = torch.randn(6, channels, 3, 3, generator=g), torch.randn(classes, 6, generator=g)
    return PlainModel(lambda x: F.conv2d(x, w1.to(x.dtype), padding=1).relu().mean((2, 3)) @ w2.T.to(x.dtype), classes)


def patch_reader(rows, columns, strength=8.0):
    """A net whose class 0 rises with the mean of one patch and with nothing else."""

    def logits(x):
        z = strength * x[:, :, rows, columns].mean((1, 2, 3))
        return torch.stack([z, torch.full_like(z, 0.5 * strength)], dim=1)

    return PlainModel(logits)


def slow_glas(model, x, params, target):
    """Eq. 1-3, point by point and pixel by pixel, in float64."""
    x = x.double()
    _, _, h, w = x.shape
    side, k = min(h, w), params.grid
    dark = {"mean": torch.zeros(1), "black": model.encode(torch.zeros_like(x))}[params.background].double()
    y, c = torch.meshgrid(torch.arange(h).double(), torch.arange(w).double(), indexing="ij")

    def p(z):
        return float(model(z).softmax(dim=1)[0, target])

    def lit(keep):
        return dark + (x - dark) * keep

    total = torch.zeros(h, w, dtype=torch.float64)
    for i in range(k):
        for j in range(k):
            d2 = (y - ((i + 0.5) * h / k - 0.5)) ** 2 + (c - ((j + 0.5) * w / k - 0.5)) ** 2
            light = torch.exp(-d2 / (2 * (params.sigma_light * side) ** 2))
            shadow = torch.exp(-d2 / (2 * (params.sigma_shadow * side) ** 2))
            f_l, f_s = p(lit(light)), abs(p(x) - p(lit(1 - shadow))) + 1e-5
            weight = {"fusion": f_l * f_s, "light": f_l, "shadow": f_s}[params.mode]
            total += torch.exp(-d2 / (params.sigma_spatial * side) ** 2) * weight
    return (total / k**2).numpy()


@pytest.mark.parametrize("mode", ["fusion", "light", "shadow"])
@pytest.mark.parametrize("background", ["mean", "black"])
@pytest.mark.parametrize("shape", [(3, 12, 12), (1, 9, 14)])
def test_it_is_the_papers_formula(mode, background, shape):
    x = torch.randn(1, *shape, generator=torch.Generator().manual_seed(1))
    model = random_net(shape[0])
    params = GlasParams(
        grid=4, sigma_light=0.2, sigma_shadow=0.13, sigma_spatial=0.17, mode=mode, background=background
    )
    ours = explain(Glas(), params, model, x, target=2).heatmap
    slow = slow_glas(model, x, params, 2)
    assert ours.dtype == np.float32
    assert ours.shape == shape[1:]
    assert ours == pytest.approx(slow, rel=2e-4, abs=1e-9)


def test_one_point_by_hand():
    # A 1 x 1 lattice on a 1 x 1 picture: G = 1 at the centre, so the light is the picture and the shadow is darkness.
    model = PlainModel(lambda x: torch.cat([x.flatten(1), torch.zeros(len(x), 1)], dim=1))
    x = torch.full((1, 1, 1, 1), float(np.log(3.0)))  # P = 3/4; in the dark P = 1/2
    params = {"grid": 2, "sigma_light": 0.5, "sigma_shadow": 0.5, "sigma_spatial": 0.5}
    # With grid 2 the four points lie at (+-0.25, +-0.25): d^2 = 1/8, G = exp(-1/8 / 0.5) = exp(-1/4).
    g = np.exp(-0.25)

    def p(z):
        return 1 / (1 + np.exp(-z))

    f_l, f_s = p(np.log(3) * g), abs(0.75 - p(np.log(3) * (1 - g))) + 1e-5
    expected = np.exp(-0.125 / 0.25) * f_l * f_s
    assert explain(Glas(), GlasParams(**params), model, x).heatmap[0, 0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("batch", [1, 2, 5, 64])
def test_the_batch_size_does_not_change_the_map(batch):
    x = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(2))
    reference = explain(Glas(), GlasParams(grid=6), random_net(), x, batch=16).heatmap
    assert explain(Glas(), GlasParams(grid=6), random_net(), x, batch=batch).heatmap == pytest.approx(
        reference, abs=1e-7
    )


@pytest.mark.parametrize("corner", [(slice(2, 8), slice(2, 8)), (slice(20, 26), slice(14, 20))])
def test_a_planted_patch_is_found(corner):
    x = torch.ones(1, 3, 32, 32)
    heatmap = explain(Glas(), GlasParams(sigma_light=0.11, sigma_spatial=0.08), patch_reader(*corner), x).heatmap
    peak = np.unravel_index(heatmap.argmax(), heatmap.shape)
    assert corner[0].start <= peak[0] < corner[0].stop
    assert corner[1].start <= peak[1] < corner[1].stop


def test_a_finer_setting_pinpoints_more():
    x = torch.ones(1, 3, 32, 32)
    patch = (slice(4, 8), slice(20, 24))
    shares = []
    for factor in (0.5, 1.0, 2.0):
        sigmas = {f"sigma_{name}": 0.11 * factor for name in ("light", "shadow", "spatial")}
        heatmap = explain(Glas(), GlasParams(grid=16, **sigmas), patch_reader(*patch), x).heatmap
        shares.append(heatmap[patch].sum() / heatmap.sum())
    assert shares[0] > shares[1] > shares[2]


@pytest.mark.parametrize(("mode", "inputs"), [("fusion", 2 * 25 + 1), ("light", 25 + 1), ("shadow", 25 + 1)])
def test_it_runs_as_many_inputs_as_it_says(mode, inputs):
    model = random_net()
    explain(Glas(), GlasParams(grid=5, mode=mode), model, torch.randn(1, 3, 16, 16))
    assert model.calls == inputs


def test_the_first_partial_map_comes_within_a_tenth_of_the_work_and_is_already_useful():
    partial = []
    progress = Progress(lambda fraction, message, evidence: partial.append((fraction, evidence)))
    patch = (slice(4, 12), slice(20, 28))
    final = explain(
        Glas(), GlasParams(), patch_reader(*patch), torch.ones(1, 3, 32, 32), progress=progress, batch=64
    ).heatmap
    fraction, evidence = partial[0]
    assert fraction <= 0.1
    peak = np.unravel_index(evidence[0].values.argmax(), final.shape)
    assert abs(peak[0] - 7.5) <= 6
    assert abs(peak[1] - 23.5) <= 6
    assert partial[-1][0] == 1.0


def test_masks_do_not_pile_up_with_the_number_of_points():
    sizes = {}
    for grid in (5, 20):
        model = random_net()
        explain(Glas(), GlasParams(grid=grid), model, torch.randn(1, 3, 16, 16), batch=8)
        sizes[grid] = model.largest
    assert sizes[20] == 8
    assert sizes[5] <= 8


def test_a_logit_gives_a_signed_map_and_a_probability_an_unsigned_one():
    x = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(3))
    logit = explain(Glas(), GlasParams(grid=5, mode="light"), random_net(), x, output="logit").evidence[0]
    probability = explain(Glas(), GlasParams(grid=5), random_net(), x).evidence[0]
    assert logit.signed
    assert not probability.signed
    assert probability.values.min() >= 0
    assert (logit.unit, probability.unit) == ("logit", "probability squared")


def test_a_net_that_ignores_the_picture_gives_a_map_of_the_constant_only():
    blind = PlainModel(lambda x: torch.zeros(len(x), 2))
    shadow = explain(
        Glas(), GlasParams(grid=5, mode="shadow", sigma_spatial=2.0), blind, torch.randn(1, 3, 8, 8)
    ).heatmap
    assert shadow.max() <= LAMBDA


def test_black_is_black_in_the_raw_picture():
    x = torch.randn(1, 3, 8, 8)
    model = random_net()
    dark = darkness(request_for(model, x), x, "black")
    assert torch.equal(model.decode(dark), torch.zeros_like(x))


def test_outputs_that_are_not_numbers_are_refused():
    broken = PlainModel(lambda x: torch.full((len(x), 2), float("nan")))
    with pytest.raises(UnsupportedModel, match="not a number"):
        explain(Glas(), GlasParams(grid=3), broken, torch.randn(1, 3, 8, 8))


def test_cancel_is_seen_within_one_batch():
    model = random_net()
    progress = Progress(cancelled=lambda: model.calls >= 20)
    with pytest.raises(Cancelled):
        explain(Glas(), GlasParams(), model, torch.randn(1, 3, 16, 16), progress=progress, batch=8)
    assert model.calls <= 20 + 8


# Recursion


def two_patches(x):
    """Class 0 is there if either of two patches is bright; the left one counts for more."""
    left, right = x[:, :, 6:12, 4:10].mean((1, 2, 3)), x[:, :, 6:12, 22:28].mean((1, 2, 3))
    z = torch.maximum(9 * left, 7 * right)
    return torch.stack([z, torch.full_like(z, 3.0)], dim=1)


def test_rounds_find_one_clue_after_the_other():
    params = RglasParams(sigma_light=0.15, sigma_shadow=0.15, sigma_spatial=0.15, mode="light", max_rounds=3)
    e = explain(Rglas(), params, PlainModel(two_patches), torch.ones(1, 3, 18, 32))
    first, second = e.evidence[1].values, e.evidence[2].values
    assert np.unravel_index(first.argmax(), first.shape)[1] < 16
    assert np.unravel_index(second.argmax(), second.shape)[1] > 16
    assert [m.at for m in e.evidence[1:]] == [1.0, 2.0, 3.0][: len(e.evidence) - 1]
    assert e.stopped


def slow_rglas(model, x, params, target):
    """Algorithm 1 in float64, on the slow GLAS of each round's remaining points."""
    x = x.double()
    side, k = min(x.shape[2:]), params.grid
    _, _, h, w = x.shape
    y, c = torch.meshgrid(torch.arange(h).double(), torch.arange(w).double(), indexing="ij")
    points = [((i + 0.5) * h / k - 0.5, (j + 0.5) * w / k - 0.5) for i in range(k) for j in range(k)]

    def p(z):
        return float(model(z).softmax(dim=1)[0, target])

    output, rounds = torch.zeros(h, w, dtype=torch.float64), 0
    while True:
        s = torch.zeros(h, w, dtype=torch.float64)
        for r, q in points:
            d2 = (y - r) ** 2 + (c - q) ** 2
            f_l = p(x * torch.exp(-d2 / (2 * (params.sigma_light * side) ** 2)))
            f_s = abs(p(x) - p(x * (1 - torch.exp(-d2 / (2 * (params.sigma_shadow * side) ** 2))))) + 1e-5
            s += torch.exp(-d2 / (params.sigma_spatial * side) ** 2) * f_l * f_s / len(points)
        s = (s - s.min()) / (s.max() - s.min())
        output, rounds = output + s, rounds + 1
        points = [(r, q) for r, q in points if s[round(r), round(q)] <= params.threshold]
        x = x * (1 - s)
        if not points or float(s.mean()) / p(x) >= params.stop_ratio or rounds == params.max_rounds:
            return ((output - output.min()) / (output.max() - output.min())).numpy(), rounds


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_recursion_is_algorithm_1(seed):
    x = torch.randn(1, 3, 12, 14, generator=torch.Generator().manual_seed(seed))
    model = random_net(seed=seed)
    params = RglasParams(grid=4, sigma_light=0.2, sigma_shadow=0.15, sigma_spatial=0.3, max_rounds=4)
    e = explain(Rglas(), params, model, x, target=1)
    slow, rounds = slow_rglas(model, x, params, 1)
    assert len(e.evidence) == rounds + 1
    assert e.heatmap == pytest.approx(slow, abs=2e-4)


def test_a_constant_map_ends_the_recursion():
    blind = PlainModel(lambda x: torch.zeros(len(x), 2))
    params = RglasParams(grid=2, mode="shadow", sigma_spatial=2.0, threshold=0.9, stop_ratio=1000.0, max_rounds=50)
    # One pixel: every point weighs the same everywhere, S is constant, no point goes and x stays.
    e = explain(Rglas(), params, blind, torch.ones(1, 1, 1, 1))
    assert len(e.evidence) == 2
    assert not e.heatmap.any()
    assert "nothing new" in e.stopped


def test_used_points_end_the_recursion():
    params = RglasParams(grid=2, threshold=0.001, sigma_spatial=2.0, stop_ratio=1000.0, max_rounds=50)
    e = explain(Rglas(), params, patch_reader(slice(0, 4), slice(0, 4)), torch.ones(1, 3, 8, 8))
    assert e.stopped == "every search point has been used"
    assert len(e.evidence) == 2


def test_the_rounds_bound_holds():
    params = RglasParams(max_rounds=2, grid=4, stop_ratio=1000.0)
    e = explain(Rglas(), params, PlainModel(two_patches), torch.ones(1, 3, 18, 32))
    assert len(e.evidence) <= 3
    assert e.stopped == "2 rounds were allowed"


def test_normalising_a_map():
    assert normalised(torch.tensor([2.0, 4.0, 3.0])).tolist() == [0.0, 1.0, 0.5]
    assert normalised(torch.full((2, 2), 7.0)).tolist() == [[0, 0], [0, 0]]


def test_the_lattice_lies_at_the_centres_of_its_cells():
    lattice = Lattice.over(torch.zeros(1, 3, 30, 60), GlasParams(grid=3))
    assert lattice.centres[0].tolist() == [4.5, 14.5, 24.5]
    assert lattice.centres[1].tolist() == [9.5, 29.5, 49.5]
