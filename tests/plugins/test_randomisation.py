"""The randomisation check: an edge detector fails it, a slow loop agrees; random layers, Quantus, what is undone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from toy_bench import Bench, conv_net, picture

from salviewer.api import Progress
from salviewer.errors import Cancelled, UnsupportedModel
from salviewer.numeric.ranks import rank_correlation
from salviewer_plugins.evaluation.random_layers import copied, draw, drawn, gathered, layers_from_output


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


def test_layers_that_drawing_does_not_change_are_named():
    module = conv_net()
    nn.init.constant_(module[3].weight, 0.1)
    nn.init.constant_(module[3].bias, 0.0)
    bench = Bench(module, picture())
    moments = bench.measure("randomisation", bench.explain("toy-gradient"))
    assert moments.notes[1] == "Unchanged, since their weights are constant: 3, 1."  # a fresh normalisation, too
    reset = bench.measure("randomisation", bench.explain("toy-gradient"), params={"draw": "reset"})
    assert not any("constant" in note for note in reset.notes)


def test_the_copys_memory_is_given_back():
    net = conv_net()
    with copied(net) as twin:
        assert sum(p.numel() for p in twin.parameters()) == sum(p.numel() for p in net.parameters())
    assert sum(t.numel() for t in (*twin.parameters(), *twin.buffers())) == 0
