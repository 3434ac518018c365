"""Gradient methods: linear nets known by hand, slow loops, and captum on the same net."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from direct import PlainModel, request_for
from torch import nn

from salviewer.errors import UnsupportedModel
from salviewer_plugins.baselines.gradient_params import (
    GradientParams,
    GradientTimesInputParams,
    IntegratedGradientsParams,
    SmoothGradParams,
)
from salviewer_plugins.baselines.gradients import Gradient, GradientTimesInput, IntegratedGradients, SmoothGrad

WEIGHTS = torch.randn(3, 6, 6, generator=torch.Generator().manual_seed(1))


def linear(x):
    score = (x * WEIGHTS).sum((1, 2, 3))
    return torch.stack([score, torch.zeros_like(score)], 1)


def net():
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
                             nn.Flatten(), nn.Linear(8, 3)).eval()  # fmt: skip


def picture(seed=0, size=6):
    return torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(seed))


def run(method, params, model, x, **options):
    with torch.inference_mode(False), torch.enable_grad():
        request_options = {"output": "logit"} | options
        return method.explain(
            request_for(model, x, **request_options), params, request_options.pop("progress", _silent())
        )


def _silent():
    from salviewer.api import Progress

    return Progress()


def model_of(module):
    return PlainModel(module, classes=3)


def test_the_gradient_of_a_linear_net_is_its_weights():
    e = run(Gradient(), GradientParams(channels="sum"), PlainModel(linear), picture())
    assert e.heatmap == pytest.approx(WEIGHTS.sum(0).numpy(), abs=1e-6)


def test_the_channels_join_as_asked():
    joined = {
        "largest": WEIGHTS.abs().amax(0),
        "sum": WEIGHTS.sum(0),
        "length": WEIGHTS.square().sum(0).sqrt(),
    }
    for channels, expected in joined.items():
        e = run(Gradient(), GradientParams(channels=channels), PlainModel(linear), picture())
        assert e.heatmap == pytest.approx(expected.numpy(), abs=1e-6)
        assert e.evidence[0].signed == (channels == "sum")


def test_gradient_times_input_of_a_linear_net_sums_to_its_score():
    x = picture()
    e = run(GradientTimesInput(), GradientTimesInputParams(), PlainModel(linear), x)
    assert e.heatmap.sum() == pytest.approx(float(linear(x)[0, 0]), abs=1e-4)


def test_integrated_gradients_of_a_linear_net_are_weights_times_the_way():
    x = picture()
    e = run(IntegratedGradients(), IntegratedGradientsParams(steps=3, baseline="mean"), PlainModel(linear), x)
    assert e.heatmap == pytest.approx((WEIGHTS * x[0]).sum(0).numpy(), abs=1e-5)


@pytest.mark.parametrize("target", [0, 2])
def test_integrated_gradients_equal_captums_midpoints(target):
    from captum.attr import IntegratedGradients as Captum

    module, x = net(), picture(2, 8)
    black = model_of(module).encode(torch.zeros_like(x))
    theirs = Captum(module).attribute(x, black, target=target, n_steps=24, method="riemann_middle")
    e = run(IntegratedGradients(), IntegratedGradientsParams(steps=24), model_of(module), x, target=target)
    assert e.heatmap == pytest.approx(theirs[0].sum(0).detach().numpy(), abs=1e-5)


def test_integrated_gradients_equal_a_slow_loop():
    module, x, m = net(), picture(4, 8), 10
    black, total = model_of(module).encode(torch.zeros_like(x)), torch.zeros_like(x)
    for k in range(m):
        at = (black + (k + 0.5) / m * (x - black)).requires_grad_()
        total += torch.autograd.grad(module(at)[0, 1], at)[0]
    expected = ((x - black) * total / m).sum(1)[0].numpy()
    e = run(IntegratedGradients(), IntegratedGradientsParams(steps=m), model_of(module), x, target=1)
    assert e.heatmap == pytest.approx(expected, abs=1e-6)


def test_the_completeness_gap_is_told_and_shrinks():
    x = picture(5, 8)
    gaps = []
    for steps in (2, 200):
        e = run(IntegratedGradients(), IntegratedGradientsParams(steps=steps), model_of(net()), x)
        gaps.append(float(e.notes[0].split("a gap of ")[1].split("%")[0]))
    assert gaps[1] < gaps[0] + 0.1
    assert gaps[1] < 1.0


def test_the_gradient_equals_captums_saliency():
    from captum.attr import Saliency

    module, x = net(), picture(6, 8)
    theirs = Saliency(module).attribute(x.clone().requires_grad_(), target=1)[0].amax(0)
    e = run(Gradient(), GradientParams(), model_of(module), x, target=1)
    assert e.heatmap == pytest.approx(theirs.detach().numpy(), abs=1e-6)


def test_smoothgrad_of_a_linear_net_is_its_gradient():
    e = run(SmoothGrad(), SmoothGradParams(samples=5, channels="sum"), PlainModel(linear), picture())
    assert e.heatmap == pytest.approx(WEIGHTS.sum(0).numpy(), abs=1e-5)


def test_smoothgrad_without_noise_is_the_gradient():
    x = picture(7, 8)
    still = run(SmoothGrad(), SmoothGradParams(samples=3, noise=0.0), model_of(net()), x)
    plain = run(Gradient(), GradientParams(), model_of(net()), x)
    assert still.heatmap == pytest.approx(plain.heatmap, abs=1e-6)


def test_smoothgrad_draws_by_seed_and_not_by_batch():
    x = picture(8, 8)
    maps = [run(SmoothGrad(), SmoothGradParams(samples=9), model_of(net()), x, batch=b).heatmap for b in (1, 4)]
    assert maps[0] == pytest.approx(maps[1], abs=1e-6)


def test_the_noise_has_the_width_that_was_asked_for():
    """Of S = sum(x^2) the gradient is 2x; the mean of its squares at x + noise is 4 (x^2 + sigma^2)."""

    def squares(x):
        return torch.stack([x.square().sum((1, 2, 3)), x.sum((1, 2, 3)) * 0], 1)

    x = picture(9, 24)
    params = SmoothGradParams(samples=200, noise=0.3, squared=True, channels="sum")
    e = run(SmoothGrad(), params, PlainModel(squares), x)
    sigma = 0.3 * float(x.max() - x.min())
    expected = 4 * float((x.square() + sigma**2).sum(1).mean())
    assert e.heatmap.mean() == pytest.approx(expected, rel=0.02)


def test_volumes_have_gradients_too():
    weights = torch.randn(1, 4, 5, 6, generator=torch.Generator().manual_seed(2))

    def volume(x):
        return torch.stack([(x * weights).sum((1, 2, 3, 4)), x.sum((1, 2, 3, 4)) * 0], 1)

    e = run(Gradient(), GradientParams(channels="sum"), PlainModel(volume), torch.randn(1, 1, 4, 5, 6))
    assert e.heatmap == pytest.approx(weights[0].numpy(), abs=1e-6)


def test_outputs_without_a_slope_are_refused_in_a_sentence():
    def steps(x):
        return torch.stack([x.detach().sum((1, 2, 3)), x.detach().sum((1, 2, 3))], 1)

    with pytest.raises(UnsupportedModel, match="cannot be differentiated"):
        run(Gradient(), GradientParams(), PlainModel(steps), picture())


def test_a_slope_that_is_no_number_is_refused():
    def roots(x):
        return torch.stack([(x * 0).sum((1, 2, 3)).sqrt(), x.sum((1, 2, 3))], 1)

    with pytest.raises(UnsupportedModel, match="not a number"):
        run(Gradient(), GradientParams(), PlainModel(roots), picture())


def test_a_partial_map_is_a_mean_of_what_was_seen():
    from salviewer.api import Progress

    heard = []
    progress = Progress(lambda f, m, e: heard.append((f, e)))
    x = picture(0, 6)
    with torch.enable_grad():
        SmoothGrad().explain(request_for(PlainModel(linear), x, output="logit", progress=progress),
                             SmoothGradParams(samples=20, channels="sum"), progress)  # fmt: skip
    first = next(e for _, e in heard if e)
    assert first[0].values == pytest.approx(np.asarray(WEIGHTS.sum(0)), abs=1e-5)
