"""Max-sensitivity by hand and by captum, and what all metrics that run a method again have in common."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from toy_bench import HOST, PLAN, Bench, conv_net, picture
from toy_explainers import explained

from salviewer.api import GridMap, MeasureRequest, ModelInput, Progress, Target
from salviewer.errors import InvalidChoice
from salviewer.jobs.measuring import from_array
from salviewer.jobs.work import PlannedWork
from salviewer.models.opening import open_module


def noise(shape, samples, radius, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [(2 * torch.rand((1, *shape), generator=generator) - 1) * radius for _ in range(samples)]


def test_the_sensitivity_of_a_map_that_is_the_picture_is_that_of_the_noise():
    array = picture()
    bench = Bench(conv_net(), array)
    explanation = bench.explain("toy-values", {"value": 3.0})
    found = bench.measure("max-sensitivity", explanation, params={"radius": 0.1, "samples": 5}, seed=4)
    size = np.sqrt((array[0].astype(float) ** 2).sum())
    expected = [float(d[0, 0].double().norm()) / size for d in noise(array.shape, 5, 0.1, seed=4)]
    assert found.value == pytest.approx(max(expected), rel=1e-5)
    assert found.values["mean_sensitivity"] == pytest.approx(np.mean(expected), rel=1e-5)
    assert found.values["samples"] == 5


def test_a_map_that_does_not_depend_on_the_input_has_no_sensitivity():
    bench = Bench(conv_net(), picture())
    assert bench.measure("max-sensitivity", bench.explain("toy-target-pixel")).value == 0.0


def test_fewer_samples_are_the_first_ones():
    bench = Bench(conv_net(), picture())
    explanation = bench.explain("toy-gradient")
    values = [bench.measure("max-sensitivity", explanation, params={"samples": n}).value for n in (1, 3, 9)]
    assert values == sorted(values)
    assert values[0] == bench.measure("max-sensitivity", explanation, params={"samples": 1}).value


def test_captum_finds_the_same_maximum_for_the_same_noise():
    sensitivity_max = pytest.importorskip("captum.metrics").sensitivity_max
    module, array = conv_net().eval(), picture()
    bench = Bench(module, array)
    mine = bench.measure("max-sensitivity", bench.explain("toy-gradient"), params={"samples": 6}).value

    def gradient(inputs):
        with torch.enable_grad():
            rows = [x[None].clone().requires_grad_() for x in (inputs[0] if isinstance(inputs, tuple) else inputs)]
            maps = [torch.autograd.grad(module(x).softmax(1)[0, 0], x)[0].abs().amax(1) for x in rows]
        return (torch.cat(maps),)

    def disturbed(inputs, radius):
        return torch.cat([x[None] + d for x, d in zip(inputs, noise(array.shape, 6, radius), strict=True)])

    peer = sensitivity_max(gradient, torch.from_numpy(array)[None], disturbed, 0.02, 6)
    assert mine == pytest.approx(float(peer), rel=1e-5)


@pytest.mark.parametrize(("value", "why"), [(0.0, "zero"), (math.nan, "no numbers")])
def test_a_map_without_size_has_no_relative_change(value, why):
    bench = Bench(conv_net(), picture())
    found = bench.measure("max-sensitivity", bench.explain("toy-target-pixel", {"value": value}))
    assert math.isnan(found.value)
    assert why in found.notes[0]


def test_another_target_does_not_change_what_is_compared():
    bench = Bench(conv_net(), picture())
    explanation = bench.explain("toy-target-pixel", target=2)
    assert bench.measure("max-sensitivity", explanation, target=1).value == 0.0


def test_a_map_of_a_function_of_the_outputs_is_refused_in_a_sentence():
    bench = Bench(conv_net(), picture())
    margin = bench.explain("toy-gradient", target=bench.shelf.keep_live(lambda logits: logits[:, 0] - logits[:, 1]))
    with pytest.raises(InvalidChoice, match="function of the outputs"):
        bench.measure("max-sensitivity", margin, target=0)


def test_a_bare_array_is_refused_in_a_sentence():
    bench = Bench(conv_net(), picture())
    with pytest.raises(InvalidChoice, match="runs the method again"):
        bench.measure("max-sensitivity", from_array(np.ones((24, 24))))


KEYS = ["max-sensitivity", "randomisation", "adversarial-evidence"]


@pytest.mark.parametrize("key", KEYS)
def test_glas_can_be_judged(key):
    bench = Bench(conv_net(), picture())
    params = HOST.params(HOST.metric(key)).quick
    found = bench.measure(key, bench.explain("glas", {"grid": 3}), params=params)
    assert math.isfinite(found.value)


class VolumeWork(PlannedWork):
    """Reruns a method whose map is the gradient of the target's logit in a volume."""

    def rerun(self, explanation, progress, *, model=None, tensor=None, target=None):
        x = self.x.clone() if tensor is None else tensor
        with torch.enable_grad():
            logits = (model or self.model).module(x.requires_grad_())
            (g,) = torch.autograd.grad(logits[0, target.index], x)
        return explained(g[0].abs().amax(0).numpy())

    def rerun_each(self, explanation, progress, tensors, *, target=None):
        return tuple(self.rerun(explanation, progress, tensor=x, target=target) for x in tensors.split(1))


@pytest.mark.parametrize("key", KEYS)
def test_volumes_can_be_judged(key):
    module = nn.Sequential(nn.Conv3d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 8 * 6 * 7, 3)).eval()
    model, x, target = (
        open_module(module, preprocessing="none", input_shape=(1, 8, 6, 7)),
        torch.rand(1, 1, 8, 6, 7),
        Target(0, "class 0"),
    )
    work = VolumeWork(PLAN, Progress())
    work.x, work.model = x, model
    explanation = work.rerun(None, None, target=target)
    explanation = replace(explanation, provenance={"target": target.facts()})
    source = ModelInput(x, GridMap.identity((8, 6, 7)))
    request = MeasureRequest(model, source, target, 0, torch.Generator(), work, explanation, explanation.heatmap)
    info = HOST.metric(key)
    with torch.no_grad():
        found = HOST.load(info)().measure(request, HOST.params(info)(**HOST.params(info).quick), Progress())
    assert info.dims == (2, 3)
    assert math.isfinite(found.value)


@pytest.mark.parametrize("key", KEYS)
def test_the_same_seed_gives_the_same_numbers_and_progress_rises(key):
    bench = Bench(conv_net(), picture())
    explanation = bench.explain("toy-gradient")
    heard = []
    params = HOST.params(HOST.metric(key)).quick
    progress = Progress(lambda f, m, e: heard.append((f, e)))
    first = bench.measure(key, explanation, progress, params=params, seed=2)
    assert bench.measure(key, explanation, params=params, seed=2).values == first.values
    fractions = [f for f, _ in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert not any(e for _, e in heard)
