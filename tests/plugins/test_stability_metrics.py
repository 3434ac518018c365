"""Metrics that run a method again: toy methods and nets whose answers are known by hand, slow loops and peers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from toy_explainers import explained, host_with_toys

from salviewer.api import GridMap, InputRef, JobSpec, MeasureRequest, ModelInput, ModelRef, Progress, Target
from salviewer.data.pictures import picture_from_array
from salviewer.errors import Cancelled, InvalidChoice, UnsupportedModel
from salviewer.jobs.measuring import from_array
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.work import PlannedWork
from salviewer.models.opening import open_module
from salviewer.numeric.ranks import rank_correlation
from salviewer_plugins.evaluation.adversarial_evidence import absent_classes, as_mask
from salviewer_plugins.evaluation.random_layers import copied, draw, drawn, gathered, layers_from_output
from salviewer_plugins.evaluation.stability_params import AdversarialEvidenceParams

HOST = host_with_toys()
PLAN = Plan(batch=4)


def conv_net(seed=0, classes=3, channels=3):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(channels, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(128, classes),
        )  # fmt: skip


def picture(shape=(3, 24, 24), seed=0):
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


class Bench:
    """One network and one picture: explain, then measure."""

    def __init__(self, module, array):
        self.shelf, self.module = Shelf(HOST, "cpu"), module
        model = open_module(module, preprocessing="none")
        self.where = {
            "model": ModelRef(architecture=self.shelf.keep_live(model)),
            "input": InputRef(source=self.shelf.keep_live(picture_from_array(array))),
        }

    def explain(self, method, params=None, target=0, **more):
        return run(JobSpec(method=method, params=params or {}, target=target, **self.where, **more), self.shelf,
                   plan=PLAN)  # fmt: skip

    def measure(self, metric, judged, progress=None, **more):
        source = self.shelf.keep_live(judged)
        spec = JobSpec(verb="measure", method=metric, sources=(source,), **self.where, **more)
        return run(spec, self.shelf, progress, PLAN)


# --- max-sensitivity -------------------------------------------------------------------------------------------------


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


# --- randomisation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["cascading", "independent", "both"])
def test_an_edge_detector_fails_the_check(mode):
    bench = Bench(conv_net(), picture())
    found = bench.measure("randomisation", bench.explain("toy-edges"), params={"mode": mode})
    assert found.value == pytest.approx(1.0)
    assert found.values["ssim"] == pytest.approx(1.0)
    assert all(np.allclose(curve.y, 1.0) for curve in found.evidence)
    assert len(found.evidence) == (4 if mode == "both" else 2)


def test_the_gradient_of_a_random_network_is_another_map():
    means = []
    for seed in range(6):
        bench = Bench(conv_net(seed), picture((3, 32, 32), seed))
        means.append(bench.measure("randomisation", bench.explain("toy-gradient")).values["rank_correlation_last"])
    assert abs(np.mean(means)) < 0.15


def test_the_check_is_what_a_loop_over_layers_gives():
    module, array = conv_net().eval(), picture()
    bench = Bench(module, array)
    explanation = bench.explain("toy-gradient", target=1)
    found = bench.measure("randomisation", explanation, seed=11)
    twin = conv_net().eval()
    expected = []
    for i, name in enumerate(("7", "3", "1", "0")):
        generator = torch.Generator().manual_seed(11 + i)
        for p in twin.get_submodule(name).parameters(recurse=False):
            new = [torch.randn(p.shape, generator=generator) * p.std(correction=0) + p.mean()]
            p.data = new[0].detach()
        x = torch.from_numpy(array)[None].requires_grad_()
        (g,) = torch.autograd.grad(twin(x).softmax(1)[0, 1], x)
        expected.append(rank_correlation(explanation.heatmap, g[0].abs().amax(0).numpy()))
    curve = found.evidence[0]
    assert curve.x.tolist() == [1, 2, 3, 4]
    assert curve.y == pytest.approx(expected, abs=1e-4)
    assert found.value == pytest.approx(np.mean(expected), abs=1e-4)
    assert "7; 3; 1; 0" in found.notes[0]


def test_the_same_layer_gets_the_same_weights_in_both_modes():
    bench = Bench(conv_net(), picture())
    found = bench.measure("randomisation", bench.explain("toy-gradient"), params={"mode": "both"})
    cascading, independent = found.evidence[0], found.evidence[2]
    assert cascading.y[0] == independent.y[0]
    assert not np.array_equal(cascading.y, independent.y)
    assert found.values["independent_rank_correlation"] == pytest.approx(independent.y.mean())


def test_the_network_is_as_it_was_after_the_check_and_after_cancel():
    module = conv_net()
    before = {name: t.clone() for name, t in module.state_dict().items()}
    bench = Bench(module, picture())
    explanation = bench.explain("toy-gradient")
    again = bench.measure("randomisation", explanation, params={"mode": "both"})
    heard = []
    stop = Progress(lambda *h: heard.append(h), lambda: len(heard) > 4)
    with pytest.raises(Cancelled):
        bench.measure("randomisation", explanation, progress=stop)
    assert all(torch.equal(t, before[name]) for name, t in module.state_dict().items())
    assert module.training
    assert not any(m._forward_pre_hooks for m in module.modules())
    assert bench.measure("randomisation", explanation, params={"mode": "both"}).values == again.values


@pytest.mark.parametrize(("value", "why"), [(0.0, "zero"), (math.nan, "no numbers")])
def test_a_degenerate_map_is_like_no_other(value, why):
    bench = Bench(conv_net(), picture())
    found = bench.measure("randomisation", bench.explain("toy-target-pixel", {"value": value}))
    assert math.isnan(found.value)
    assert why in found.notes[0]


def test_a_network_without_weights_is_refused():
    class Mean(nn.Module):
        def forward(self, x):
            return x.mean((2, 3))

    bench = Bench(Mean(), picture())
    with pytest.raises(UnsupportedModel, match="no weights"):
        bench.measure("randomisation", bench.explain("toy-edges"))


def test_layers_are_taken_together_where_there_are_many():
    bench = Bench(conv_net(), picture())
    found = bench.measure("randomisation", bench.explain("toy-edges"), params={"steps": 2})
    assert found.evidence[0].x.tolist() == [2, 4]
    assert gathered([1, 2, 3, 4, 5], 3) == [[1, 2], [3], [4, 5]]


def test_layers_come_in_the_order_of_their_last_calls():
    class Crossed(nn.Module):
        def __init__(self):
            super().__init__()
            self.late, self.early = nn.Linear(4, 4), nn.Linear(4, 4)
            self.unused = nn.Linear(4, 4)
            self.attention = nn.MultiheadAttention(4, 1, batch_first=True)

        def forward(self, x):
            x = self.early(self.late(self.early(x)))
            return self.late(self.attention(x, x, x)[0])

    net = Crossed()
    layers, left = layers_from_output(net, (net(torch.rand(1, 2, 4)) for _ in range(1)))
    assert [layer.name for layer in layers] == ["late", "attention", "early"]
    assert layers[1].modules == (net.attention, net.attention.out_proj)
    assert left == ["unused"]


def test_drawn_weights_have_the_old_mean_and_spread_and_are_put_back():
    layer = nn.Conv2d(16, 32, 3)
    layer.weight.data.mul_(0.1).add_(2.0)
    layers, _ = layers_from_output(layer, (layer(torch.rand(1, 16, 8, 8)) for _ in range(1)))
    old = layer.weight.detach().clone()
    state = torch.get_rng_state()
    with drawn(layers, 3, "moments"):
        new = layer.weight.detach().clone()
    assert abs(np.corrcoef(old.flatten(), new.flatten())[0, 1]) < 0.05
    assert float(new.mean()) == pytest.approx(float(old.mean()), abs=2e-4)
    assert float(new.std()) == pytest.approx(float(old.std()), rel=0.03)
    assert torch.equal(layer.weight, old)
    assert torch.equal(torch.get_rng_state(), state)


def test_reset_is_the_layers_own_initialisation():
    layer, fresh = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3)
    layers, _ = layers_from_output(layer, (layer(torch.rand(1, 3, 8, 8)) for _ in range(1)))
    draw(layers, 9, "reset")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        fresh.reset_parameters()
    assert torch.equal(layer.weight, fresh.weight)
    norm = nn.BatchNorm2d(2)
    norm.running_mean.fill_(7)
    layers, _ = layers_from_output(norm.eval(), (norm(torch.rand(1, 2, 8, 8)) for _ in range(1)))
    draw(layers, 9, "reset")
    assert norm.running_mean.tolist() == [0, 0]


def test_quantus_resets_the_same_layers_in_the_same_order():
    pytorch_model = pytest.importorskip("quantus.helpers.model.pytorch_model")
    peer = pytorch_model.PyTorchModel(conv_net(), channel_first=True)
    twin = conv_net()
    layers, _ = layers_from_output(twin, (twin(torch.rand(2, 3, 24, 24)) for _ in range(1)))
    with torch.random.fork_rng(devices=[]):
        theirs = [(name, {k: t.clone() for k, t in net.state_dict().items()})
                  for name, net in peer.get_random_layer_generator("top_down", seed=20)]  # fmt: skip
    for (name, state), layer in zip(theirs, layers, strict=True):
        draw([layer], 21, "reset")
        assert layer.name == name
        assert all(torch.equal(t, state[k]) for k, t in twin.state_dict().items() if k.startswith(f"{name}."))


def test_a_network_that_cannot_be_copied_is_refused_in_a_sentence():
    class Alone(nn.Linear):
        def __deepcopy__(self, memo):
            raise RuntimeError("there is one of me\nand no more")

    with pytest.raises(UnsupportedModel, match=r"cannot be copied.*there is one of me\."), copied(Alone(2, 2)):
        pass


def test_the_copys_memory_is_given_back():
    net = conv_net()
    with copied(net) as twin:
        assert sum(p.numel() for p in twin.parameters()) == sum(p.numel() for p in net.parameters())
    assert sum(t.numel() for t in (*twin.parameters(), *twin.buffers())) == 0


# --- adversarial evidence --------------------------------------------------------------------------------------------


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


# --- all of them -----------------------------------------------------------------------------------------------------

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
