"""Excitation backprop: slow loops, hand-worked numbers, folded weights, zennit's z+ rule, and sums that stay 1."""

from __future__ import annotations

import gc
import importlib
import itertools
import weakref
from contextlib import ExitStack

import pytest
import torch
from direct import PlainModel, request_for
from torch import nn
from torch.nn import functional as F

from salviewer.api import Progress
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.models.opening import open_module
from salviewer.numeric.activations import caught
from salviewer.numeric.excitation import Excitation, excitation
from salviewer_plugins.baselines.excitation import ContrastiveExcitationBackprop, ExcitationBackprop, winning
from salviewer_plugins.baselines.excitation_params import ExcitationParams


class NetModel(PlainModel):
    def __init__(self, module):
        super().__init__(module, 1000)
        self.module = module


def net(seed=1):
    """Bright inputs, two convolutions, one linear layer: three layers of weights."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(2, 3, 2), nn.ReLU(), nn.Conv2d(3, 4, 2, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)
        ).double().eval().requires_grad_(False)  # fmt: skip


def bright(*shape, seed=2):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def walk(module, x, names=(), index=0, sign=1):
    """What comes back to the outputs of the layers, and to x itself last, from plus or minus one logit."""
    x = x.clone().requires_grad_()
    with ExitStack() as stack:
        kept = [stack.enter_context(caught(module, name)) for name in names]
        stack.enter_context(excitation(module, x, title="It"))
        y = module(x)
    return torch.autograd.grad(sign * y[0, index], [*(k.output for k in kept), x])


def slow_layer(a, p, rows):
    """P(a_j) = sum_i a_j w+_ij / sum_k a_k w+_ik P_i, in loops; `rows[i]`: {j: w_ij} over flat indices."""
    found = torch.zeros_like(a)
    for i, row in enumerate(rows):
        whole = sum(float(a[j]) * max(w, 0.0) for j, w in row.items())
        for j, w in row.items():
            if whole > 0:
                found[j] += float(a[j]) * max(w, 0.0) / whole * float(p[i])
    return found


def rows_of(conv, shape):
    """A convolution without padding as rows of {flat input index: weight}."""
    c_in, h, w = shape
    (kh, kw), (sh, sw) = conv.kernel_size, conv.stride
    places = itertools.product(range(conv.out_channels), range((h - kh) // sh + 1), range((w - kw) // sw + 1))
    return [
        {(c * h + i * sh + di) * w + j * sw + dj: float(conv.weight[o, c, di, dj])
         for c in range(c_in) for di in range(kh) for dj in range(kw)}
        for o, i, j in places
    ]  # fmt: skip


@pytest.mark.parametrize("sign", [1, -1])
def test_three_layers_by_slow_loops(sign):
    module, x = net(), bright(1, 2, 5, 5)
    a1 = module[:2](x)
    a2 = module[:4](x)
    top = [{j: sign * float(w) for j, w in enumerate(module[5].weight[1])}]
    p2 = slow_layer(a2.flatten(), torch.ones(1, dtype=torch.float64), top)
    p1 = slow_layer(a1.flatten(), p2, rows_of(module[2], a1.shape[1:]))
    p0 = slow_layer(x.flatten(), p1, rows_of(module[0], x.shape[1:]))
    found = walk(module, x, ["3", "1"], index=1, sign=sign)
    for own, expected in zip(found, (p2, p1, p0), strict=True):
        assert float(expected.sum()) == pytest.approx(1)
        assert torch.allclose(own.flatten(), expected, atol=1e-12)


class Fixed(nn.Module):
    """Two values: y = 3 a - 5 b + 7; z = -2 a + 1 b."""

    def __init__(self):
        super().__init__()
        self.seen = nn.Identity()
        self.head = nn.Linear(4, 2)
        self.head.weight.data = torch.tensor([[3.0, -5.0, 1.0, 0.0], [-2.0, 1.0, 0.0, 0.0]])

    def forward(self, x):
        return self.head(self.seen(F.relu(x)).flatten(1))


def test_a_neuron_worked_by_hand():
    x = torch.tensor([[[[2.0, 4.0], [3.0, 9.0]]]])
    (own,) = walk(Fixed(), x)  # 3 * 2 = 6 and 1 * 3 = 3 excite it
    assert own.flatten().tolist() == pytest.approx([6 / 9, 0, 3 / 9, 0])
    (dual,) = walk(Fixed(), x, sign=-1)  # only the second, by -5 * 4
    assert dual.flatten().tolist() == pytest.approx([0, 1, 0, 0])


def test_the_winner_of_a_max_pooling_takes_all():
    module = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1, 1)).requires_grad_(False)
    module[3].weight.data.fill_(2)
    (own,) = walk(module, torch.tensor([[[[2.0, 4.0], [3.0, -9.0]]]]))
    assert own.flatten().tolist() == [0, 1, 0, 0]


def test_an_average_shares_in_proportion():
    for pool in (nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Identity()):
        last = nn.Flatten() if not isinstance(pool, nn.Identity) else Mean()
        module = nn.Sequential(nn.ReLU(), pool, last, nn.Linear(1, 1)).requires_grad_(False)
        module[3].weight.data.fill_(0.1)
        (own,) = walk(module, torch.tensor([[[[2.0, 4.0], [3.0, -9.0]]]]))
        assert own.flatten().tolist() == pytest.approx([2 / 9, 4 / 9, 3 / 9, 0])


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


class Residual(nn.Module):
    """Convolutions with batch norms, a residual connection as torchvision writes it, a branch and a concatenation."""

    def __init__(self, inplace=True, norms=True):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 5, 1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(n) if norms else nn.Identity() for n in (4, 4, 5))
        self.relu, self.last, self.head = nn.ReLU(inplace), nn.Identity(), nn.Linear(9, 3)

    def forward(self, x):
        x = self.relu(self.norms[0](self.conv1(x)))
        out = self.norms[1](self.conv2(x))
        out += x
        out = self.relu(out)
        out = torch.cat([out, F.relu(self.norms[2](self.conv3(out)))], 1)
        return self.head(F.adaptive_avg_pool2d(self.last(out), 1).flatten(1))


def residual():
    with torch.random.fork_rng():
        torch.manual_seed(5)
        module = Residual().double().eval().requires_grad_(False)
        for norm in module.norms:
            norm.running_mean.normal_(0, 0.3)
            norm.running_var.uniform_(0.5, 2)
            norm.weight.normal_()  # some negative: the sign of the folded weight counts
            norm.bias.normal_()
    return module


def folded(module):
    """The same network without batch norms, by torch's own folding."""
    plain = Residual(inplace=False, norms=False).double().eval()
    for i, name in enumerate(("conv1", "conv2", "conv3")):
        fused = torch.nn.utils.fusion.fuse_conv_bn_eval(getattr(module, name), module.norms[i])
        setattr(plain, name, fused)
    plain.head = module.head
    return plain.requires_grad_(False)


def test_a_batch_norm_is_one_layer_with_its_convolution():
    module, x = residual(), bright(1, 3, 8, 8)
    plain = folded(module)
    assert torch.allclose(module(x), plain(x))
    own = walk(module, x, ["last", "norms.1", "norms.0"])
    expected = walk(plain, x, ["last", "norms.1", "norms.0"])
    assert float(expected[2].sum()) > 0.5
    for a, b in zip(own, expected, strict=True):
        assert torch.allclose(a, b, atol=1e-12)


def test_a_sum_is_one_neuron_with_both_as_inputs():
    """relu(conv(a) + a) as one convolution over [a, a], the second half the identity."""
    module, x = folded(residual()), bright(1, 3, 8, 8)
    a = F.relu(module.conv1(x)).detach()
    widened = torch.cat([module.conv2.weight, torch.zeros_like(module.conv2.weight)], 1)
    for c in range(4):
        widened[c, 4 + c, 1, 1] = 1

    def below(whole):
        both = torch.cat([a, a], 1).requires_grad_()
        one = both[:, :4].detach().requires_grad_()
        excited = F.conv2d(both if whole else one, (widened if whole else module.conv2.weight).clamp(min=0), padding=1)
        y = F.relu(F.conv2d(torch.cat([a, a], 1), widened, module.conv2.bias, padding=1))
        return both, excited, y

    both, excited, y = below(whole=True)
    p = torch.rand_like(y) * (y > 0)
    (g,) = torch.autograd.grad(excited, both, torch.where(excited > 0, p / excited, 0.0))
    expected = (both * g)[:, :4] + (both * g)[:, 4:]

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv2 = module.conv2

        def forward(self, a):
            return F.relu(self.conv2(a) + a)

    leaf = a.clone().requires_grad_()
    block = Block()
    with excitation(block, leaf, title="It") as order:
        out = block(leaf)
    order._answer._top = 0  # the block is no classifier: its weights are not those of the classes
    (own,) = torch.autograd.grad(out, leaf, p)
    assert torch.allclose(own, expected.detach(), atol=1e-12)


def test_probabilities_sum_to_1_at_each_layer():
    module, x = residual(), bright(1, 3, 8, 8)
    for sign in (1, -1):
        last, block, first, _ = walk(module, x, ["last", "relu", "norms.0"], sign=sign)
        for p in (last, block, first):
            assert float(p.min()) >= 0
            assert float(p.sum()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "layers"),
    [("resnet18", ["layer4", "layer3", "layer1", "maxpool"]), ("squeezenet1_1", ["features.12", "features.8"]),
     ("densenet121", ["features.norm5", "features.denseblock2", "features.pool0"]),
     ("googlenet", ["inception5b", "inception4a", "maxpool1"])],
)  # fmt: skip
def test_probabilities_sum_to_1_in_well_known_networks(name, layers):
    module, x = torchvision_net(name), torch.randn(1, 3, 96, 96).requires_grad_()
    with ExitStack() as stack:
        kept = [stack.enter_context(caught(module, layer)) for layer in layers]
        stack.enter_context(excitation(module, x, title="It"))
        y = module(x)
    found = torch.autograd.grad(y[0, 3], [k.output for k in kept])
    assert [float(p.sum()) for p in found] == pytest.approx([1.0] * len(layers), abs=1e-3)
    assert all(float(p.min()) >= 0 for p in found)


def torchvision_net(name):
    import torchvision

    options = {"init_weights": False} if name == "googlenet" else {}
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return torchvision.models.get_model(name, weights=None, **options).eval().requires_grad_(False)


def test_it_is_zennits_z_plus_rule_without_bias():
    pytest.importorskip("zennit")
    attribution, composites, rules, types = (
        importlib.import_module(f"zennit.{n}") for n in ("attribution", "composites", "rules", "types")
    )
    with torch.random.fork_rng():
        torch.manual_seed(6)
        module = nn.Sequential(
            nn.Conv2d(2, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2),
            nn.Flatten(), nn.Linear(24, 5), nn.ReLU(), nn.Linear(5, 3),
        ).eval().requires_grad_(False)  # fmt: skip
    x = bright(1, 2, 10, 10).float()
    composite = composites.LayerMapComposite([
        (types.Activation, rules.Pass()), (types.AvgPool, rules.Norm(stabilizer=1e-12)),
        (types.Convolution, rules.ZPlus(stabilizer=1e-12, zero_params="bias")),
        (types.Linear, rules.ZPlus(stabilizer=1e-12, zero_params="bias")),
    ])  # fmt: skip
    with attribution.Gradient(module, composite) as peer:
        _, theirs = peer(x, torch.eye(3)[[1]])
    (own,) = walk(module, x, index=1)
    assert float(own.sum()) == pytest.approx(1, abs=1e-4)
    assert torch.allclose(own, theirs, atol=1e-5)


def question(module, x, target=1):
    return request_for(NetModel(module), x, target=target, output="logit")


def test_the_map_is_the_layers_probabilities_on_the_models_grid():
    module, x = residual().float(), bright(1, 3, 20, 20).float()
    (expected, _) = walk(module, x, ["norms.0"], index=1)
    grid = F.interpolate(expected.sum(1, keepdim=True), (20, 20), mode="bilinear")[0, 0]
    e = ExcitationBackprop().explain(question(module, x), ExcitationParams(layer="norms.0"), Progress())
    assert e.heatmap == pytest.approx(grid.numpy(), abs=1e-6)
    assert not e.evidence[0].signed


def test_the_contrastive_map_is_the_difference_from_the_dual_unit():
    module, x = residual().float(), bright(1, 3, 20, 20).float()
    own, dual = (walk(module, x, ["norms.0"], index=1, sign=sign)[0].sum(1) for sign in (1, -1))
    e = ContrastiveExcitationBackprop().explain(question(module, x), ExcitationParams(layer="norms.0"), Progress())
    grid = F.interpolate((own - dual)[None], (20, 20), mode="bilinear")[0, 0]
    assert e.heatmap == pytest.approx(grid.numpy(), abs=1e-6)
    assert e.evidence[0].signed
    assert e.heatmap.min() < 0 < e.heatmap.max()
    name, p, against = winning(question(module, x), "norms.0", "It", dual=True)
    assert name == "norms.0"
    assert float((p - against).sum()) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "size", "layer"),
    [("resnet18", 224, "layer3"), ("squeezenet1_1", 227, "features"), ("alexnet", 224, "features.4"),
     ("googlenet", 224, "inception4e")],
)  # fmt: skip
def test_the_layer_that_is_chosen(name, size, layer):
    x = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    found, own, _ = winning(
        request_for(NetModel(torchvision_net(name)), x, target=1, output="logit"), "", "It", dual=False
    )
    assert found == layer
    assert float(own.sum()) == pytest.approx(1, abs=1e-3)


def test_one_output_for_two_classes_has_each_as_the_dual_of_the_other():
    with torch.random.fork_rng():
        torch.manual_seed(2)
        module = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 1))
    model = open_module(module, preprocessing="none", outputs="binary")
    x = bright(1, 3, 9, 9).float()
    with model.ready():
        first, second = (winning(request_for(model, x, target=t, output="logit"), "1", "It", dual=True) for t in (0, 1))
    assert torch.allclose(first[1], second[2], atol=1e-6)
    assert torch.allclose(first[2], second[1], atol=1e-6)


def test_volumes_work_too():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = nn.Sequential(nn.Conv3d(1, 4, 3), nn.BatchNorm3d(4), nn.ReLU(), nn.MaxPool3d(2),
                               nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 3)).eval()  # fmt: skip
    x = torch.rand(1, 1, 10, 12, 14)
    e = ExcitationBackprop().explain(question(module, x), ExcitationParams(), Progress())
    assert e.heatmap.shape == (10, 12, 14)


REFUSED = {
    "a SiLU": (lambda x: F.silu(x), "“silu”"),
    "a product": (lambda x: x * x.mean((2, 3), keepdim=True), "“mul”"),
    "a difference": (lambda x: x - x.roll(1, 2), "“sub”"),
    "a layer norm": (lambda x: F.layer_norm(x, x.shape[1:]), "“layer_norm”"),
    "negative values": (lambda x: F.relu(x) - 0.5, "gets negative ones"),
    "a sum of negative values": (lambda x: (x - 0.5) + F.max_pool2d(x - 0.5, 1), "gets negative ones"),
}


class Before(nn.Module):
    def __init__(self, change):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.conv, self.next, self.head = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 6, 1), nn.Linear(6, 3)
        self.change = change

    def forward(self, x):
        return self.head(F.relu(self.next(self.change(self.conv(x)))).mean((2, 3)))


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_rule_is_refused(name):
    change, message = REFUSED[name]
    module = Before(change).eval().requires_grad_(False)
    with pytest.raises(UnsupportedModel, match=message):
        ExcitationBackprop().explain(
            question(module, torch.randn(1, 3, 9, 9)), ExcitationParams(layer="conv"), Progress()
        )


def test_layers_that_cannot_be_shown_are_refused():
    module, x = residual().float(), bright(1, 3, 20, 20).float()
    with pytest.raises(InvalidChoice, match="no layer “nowhere”"):
        winning(question(module, x), "nowhere", "It", dual=False)
    with pytest.raises(UnsupportedModel, match="one layer with the normalisation after it"):
        winning(question(module, x), "conv1", "It", dual=False)


def test_a_class_that_nothing_excites_is_refused():
    module = net().float()
    module[5].weight.data[1].abs_().neg_()
    with pytest.raises(UnsupportedModel, match="Nothing excites this class"):
        winning(question(module, bright(1, 2, 5, 5).float()), "3", "It", dual=False)


def test_classes_made_of_several_units_are_refused():
    module = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2))
    model = open_module(module, preprocessing="none", outputs="ordinal")
    x = bright(1, 3, 9, 9).float()
    with model.ready(), pytest.raises(UnsupportedModel, match="one unit of the network for each class"):
        winning(request_for(model, x, target=1, output="logit"), "1", "It", dual=False)


def test_no_graph_is_kept_afterwards(monkeypatch):
    made = []
    init = Excitation.__init__

    def watched(self, title):
        init(self, title)
        made.append(weakref.ref(self))

    monkeypatch.setattr(Excitation, "__init__", watched)
    ExcitationBackprop().explain(
        question(residual().float(), bright(1, 3, 20, 20).float()), ExcitationParams(), Progress()
    )
    gc.collect()
    assert [ref() for ref in made] == [None]
