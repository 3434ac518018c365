"""LRP and DeepLIFT: slow loops, numbers worked by hand, zennit and captum as witnesses, sums that are kept."""

from __future__ import annotations

import gc
import importlib
import warnings
import weakref

import pytest
import torch
from direct import PlainModel, request_for
from torch import nn
from torch.nn import functional as F

from salviewer.api import Progress
from salviewer.errors import UnsupportedModel
from salviewer.models.opening import open_module
from salviewer.numeric.relevance import _Relevance, relevance
from salviewer.numeric.rescaling import rescaling
from salviewer_plugins.baselines.relevance import DeepLift, Lrp
from salviewer_plugins.baselines.relevance_params import DeepLiftParams, LrpParams


class NetModel(PlainModel):
    def __init__(self, module):
        super().__init__(module, 10)
        self.module = module


def seeded(make, seed=1):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = make()
        for part in module.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_()
                part.running_var.uniform_(0.5, 2)
                part.weight.data.normal_()
                part.bias.data.normal_()
        return module.double().eval().requires_grad_(False)


def plain_net():
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 2), nn.ReLU(), nn.AvgPool2d(3),
        nn.Flatten(), nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3),
    )  # fmt: skip


def signed(*shape, seed=2):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def lrp(module, x, rule="composite", epsilon=1e-6, index=1):
    x = x.clone().requires_grad_()
    with relevance(module, x, rule, epsilon, title="It"):
        logit = module(x)[:, index]
    return torch.autograd.grad(logit, x, logit.detach())[0]


def deeplift(module, x, reference, index=1):
    x = x.clone().requires_grad_()
    fed = torch.cat([x, reference])
    with rescaling(module, fed, title="It"):
        logits = module(fed)[:, index]
    return torch.autograd.grad(logits[0], x)[0] * (x.detach() - reference)


# -- LRP ----------------------------------------------------------------------------------------------------------


def slow_epsilon(a, w, b, r, epsilon):
    """R_i = sum_j a_i w_ji / (z_j + e sign(z_j)) R_j in loops, for one linear layer."""
    found = torch.zeros_like(a)
    for j in range(len(r)):
        z = sum(float(a[i] * w[j, i]) for i in range(len(a))) + float(b[j])
        for i in range(len(a)):
            found[i] += a[i] * w[j, i] / (z + (epsilon if z >= 0 else -epsilon)) * r[j]
    return found


@pytest.mark.parametrize("epsilon", [1e-6, 0.3])
def test_the_epsilon_rule_in_slow_loops(epsilon):
    module = seeded(lambda: nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)))
    x = signed(1, 5)
    hidden = module[:2](x)[0]
    logit = module(x)[0, 1]
    top = torch.zeros(3, dtype=torch.float64)
    top[1] = logit
    middle = slow_epsilon(hidden, module[2].weight, module[2].bias, top, epsilon)
    expected = slow_epsilon(x[0], module[0].weight, module[0].bias, middle, epsilon)
    assert torch.allclose(lrp(module, x, "epsilon", epsilon)[0], expected, atol=1e-12)


def test_z_plus_and_flat_by_hand():
    module = nn.Sequential(nn.Conv1d(1, 1, 1, bias=False), nn.ReLU(), nn.Conv1d(1, 1, 3), nn.Flatten()).double()
    module[0].weight.data.fill_(1.0)
    module[2].weight.data = torch.tensor([[[2.0, -7.0, 4.0]]], dtype=torch.float64)
    module[2].bias.data.fill_(2.0)
    module.requires_grad_(False)
    x = torch.tensor([[[3.0, 5.0, 1.0]]], dtype=torch.float64)
    logit = 2 * 3 - 7 * 5 + 4 * 1 + 2  # -23; what speaks for it: 6, 0, 4 and the bias 2
    expected = torch.tensor([6.0, 0.0, 4.0], dtype=torch.float64) / 12 * logit
    assert torch.allclose(lrp(module, x, index=0)[0, 0], expected, atol=1e-4)


@pytest.mark.parametrize("rule", ["epsilon", "composite"])
def test_it_is_zennits(rule):
    composites = pytest.importorskip("zennit.composites")
    gradient = importlib.import_module("zennit.attribution").Gradient
    module, x = seeded(plain_net), signed(1, 2, 8, 8)
    composite = composites.EpsilonPlusFlat() if rule == "composite" else whole_epsilon()
    with gradient(module, composite) as attributor:
        _, expected = attributor(x.clone().requires_grad_(), lambda out: out * torch.eye(3, dtype=out.dtype)[[1]])
    assert torch.allclose(lrp(module, x, rule), expected, rtol=1e-5, atol=1e-9)


def whole_epsilon():
    """zennit's epsilon rule in every layer of weights."""
    core, rules, types = (importlib.import_module(f"zennit.{name}") for name in ("composites", "rules", "types"))
    return core.LayerMapComposite([*core.layer_map_base(), (types.Linear, rules.Epsilon(1e-6))])


class Residual(nn.Module):
    """Two convolutions with batch norm and a shared, functional or in-place ReLU, and a sum around the second."""

    def __init__(self, relu=F.relu, module=False):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
        self.conv2, self.norm2 = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.head, self.relu = nn.Linear(4, 3), nn.ReLU() if module else relu

    def forward(self, x):
        x = self.relu(self.norm1(self.conv1(x)))
        x = self.relu(self.norm2(self.conv2(x)) + x)
        return self.head(x.mean((2, 3)))


def test_residual_nets_with_batch_norm_are_as_zennit_has_them_canonised():
    """torchvision's ResNet, whose sums and batch norms zennit rewrites by hand for this very class."""
    composites = pytest.importorskip("zennit.composites")
    gradient = importlib.import_module("zennit.attribution").Gradient
    canonizer = importlib.import_module("zennit.torchvision").ResNetCanonizer
    models = importlib.import_module("torchvision.models.resnet")
    module = seeded(lambda: models.ResNet(models.BasicBlock, [1, 1, 1, 1], num_classes=3))
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.eps = 0.0  # zennit leaves it in what it has emptied, and so changes each layer by a factor of 1 - 5e-6
    x = signed(1, 3, 48, 48)
    own = lrp(module, x)
    with gradient(module, composites.EpsilonPlusFlat(canonizers=[canonizer()])) as attributor:
        _, expected = attributor(x.clone().requires_grad_(), lambda out: out * torch.eye(3, dtype=out.dtype)[[1]])
    assert float(own.abs().sum()) > 0
    assert torch.allclose(own, expected, rtol=1e-5, atol=1e-9)


class ForCaptum(nn.Module):
    """`plain_net` with what captum's LRP cannot have as a module as a function."""

    def __init__(self):
        super().__init__()
        *self.below, _, self.middle, self.relu, self.top = plain_net()
        self.below = nn.Sequential(*self.below)

    def forward(self, x):
        return self.top(self.relu(self.middle(self.below(x).flatten(1))))


def test_captums_epsilon_rule_agrees(monkeypatch):
    monkeypatch.setattr("salviewer.numeric.relevance.STABILISER", 1e-9)  # as captum has it in poolings
    attr = pytest.importorskip("captum.attr")
    rules = importlib.import_module("captum.attr._utils.lrp_rules")
    module, x = seeded(ForCaptum), signed(1, 2, 8, 8)
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.rule = rules.EpsilonRule(1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = attr.LRP(module).attribute(x.clone().requires_grad_(), target=1)
    assert torch.allclose(lrp(module, x, "epsilon"), expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("rule", ["epsilon", "composite"])
def test_relevance_is_kept_where_there_are_no_biases(rule):
    module = seeded(plain_net)
    for part in module:
        if isinstance(part, nn.Conv2d | nn.Linear):
            part.bias = None
    x = signed(1, 2, 8, 8)
    assert float(lrp(module, x, rule, 1e-12).sum()) == pytest.approx(float(module(x)[0, 1]), rel=1e-4)


@pytest.mark.parametrize("relu", [torch.relu, F.relu6, torch.relu_, lambda x: F.relu(x, inplace=True)])
def test_every_kind_of_relu_gives_the_same_relevance(relu):
    x = signed(1, 2, 6, 6)
    small = 0.1 * x  # nothing reaches ReLU6's ceiling
    expected = lrp(seeded(lambda: Residual(module=True)), small)
    assert float(expected.abs().sum()) > 0
    found = lrp(seeded(lambda: Residual(relu)), small)
    assert torch.allclose(found, expected, atol=1e-12)


def test_volumes_and_what_is_said_about_the_sum():
    net = nn.Sequential(nn.Conv3d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4**3, 2))
    module = seeded(lambda: net).float()
    request = request_for(NetModel(module), torch.rand(1, 1, 6, 6, 6), 1, "logit")
    with torch.enable_grad():
        found = Lrp().explain(request, LrpParams(), Progress())
    assert found.heatmap.shape == (6, 6, 6)
    assert found.evidence[0].signed
    assert found.evidence[0].unit == "logit"
    assert "logit" in request.work.notes[-1]


# -- DeepLIFT -----------------------------------------------------------------------------------------------------


def test_a_neuron_worked_by_hand():
    """y = 2 ReLU(x1 - x2 - 1): at (4, 1) it is 4, at (0, 0) 0; z goes from -1 to 2, ReLU from 0 to 2."""
    module = nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 1, bias=False)).double().requires_grad_(False)
    module[0].weight.data = torch.tensor([[1.0, -1.0]], dtype=torch.float64)
    module[0].bias.data.fill_(-1.0)
    module[2].weight.data.fill_(2.0)
    x = torch.tensor([[4.0, 1.0]], dtype=torch.float64)
    found = deeplift(module, x, torch.zeros_like(x), index=0)
    assert found.flatten().tolist() == pytest.approx([4 * 2 * 2 / 3, -1 * 2 * 2 / 3])


def without_max_pool():
    net = plain_net()
    net[2] = nn.AvgPool2d(2)
    return net


def max_pool_alone():
    """captum's max pooling keeps the sum only where no two values of a window are equal, as after a ReLU."""
    return nn.Sequential(nn.Conv2d(2, 4, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))


@pytest.mark.parametrize("make", [without_max_pool, max_pool_alone])
def test_it_is_captums_where_that_keeps_its_own_sum(make):
    attr = pytest.importorskip("captum.attr")
    module, x = seeded(make), signed(1, 2, 8, 8)
    reference = 0.1 * signed(1, 2, 8, 8, seed=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = attr.DeepLift(module, eps=1e-10).attribute(x, reference, target=1)
    assert torch.allclose(deeplift(module, x, reference), expected.detach(), rtol=1e-5, atol=1e-9)


class Overlapping(nn.Module):
    """What captum loses: functional ReLUs, one of them in place, and a max pooling whose windows overlap."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.head = nn.Conv2d(2, 4, 3), nn.Conv2d(4, 5, 2), nn.Linear(5, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.first(x), inplace=True), 3, 2, 1)
        return self.head(torch.tanh(F.relu(self.second(x))).mean((2, 3)))


def test_the_sum_is_kept_through_functional_relus_overlapping_pools_and_tanh():
    module, x, reference = seeded(Overlapping), signed(1, 2, 12, 12), signed(1, 2, 12, 12, seed=7)
    gap = float(module(x)[0, 1] - module(reference)[0, 1])
    assert float(deeplift(module, x, reference).sum()) == pytest.approx(gap, rel=1e-9)


def test_a_linear_net_gives_weights_times_the_difference():
    module = seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(8, 3)))
    x, reference = signed(1, 2, 2, 2), signed(1, 2, 2, 2, seed=3)
    expected = (module[1].weight[1] * (x - reference).flatten()).view_as(x)
    assert torch.allclose(deeplift(module, x, reference), expected, atol=1e-12)


# -- both ---------------------------------------------------------------------------------------------------------


class Attention(nn.Module):
    def forward(self, x):
        return (x * torch.sigmoid(x.mean((2, 3), keepdim=True))).flatten(1)[:, :3]


@pytest.mark.parametrize(("method", "params"), [(Lrp, LrpParams()), (DeepLift, DeepLiftParams())])
def test_products_of_two_values_are_refused(method, params):
    request = request_for(NetModel(Attention()), torch.rand(1, 3, 4, 4), 1, "logit")
    with torch.enable_grad(), pytest.raises(UnsupportedModel, match="GLAS"):
        method().explain(request, params, Progress())


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "densenet121", "googlenet", "vgg11_bn", "mobilenet_v2"])
def test_well_known_networks_work(name):
    models = importlib.import_module("torchvision.models")
    more = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = open_module(getattr(models, name)(weights=None, **more), preprocessing="none")
    x = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(1))
    with model.ready(), torch.enable_grad():
        for method, params in ((Lrp, LrpParams()), (DeepLift, DeepLiftParams())):
            request = request_for(model, x, 3, "logit")
            found = method().explain(request, params, Progress())
            assert found.heatmap.shape == (96, 96)
            assert float(abs(found.heatmap).max()) > 0
        logits = model(torch.cat([x, torch.zeros_like(x)]))[:, 3]
    assert float(found.heatmap.sum()) == pytest.approx(float(logits[0] - logits[1]), rel=1e-3, abs=1e-4)


def test_no_graph_is_kept_afterwards(monkeypatch):
    kept = []
    plain = _Relevance.__call__

    def watched(self, seen):
        result = plain(self, seen)
        kept.append(weakref.ref(result))
        return result

    monkeypatch.setattr(_Relevance, "__call__", watched)
    gc.disable()
    try:
        lrp(seeded(plain_net), signed(1, 2, 8, 8))
        assert kept
        assert not any(ref() is not None for ref in kept)
    finally:
        gc.enable()
