"""Class activation maps: hand-made nets, third derivatives by autograd, pytorch-grad-cam, torchvision's nets."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from direct import PlainModel, request_for
from torch import nn

from salviewer.api import Progress
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer_plugins.baselines.cam_params import ActivationMapParams, CamParams, GradCamParams, GradCamPlusPlusParams
from salviewer_plugins.baselines.cams import ActivationMap, Cam, GradCam, GradCamPlusPlus, gradient_map, layer_gradients


class NetModel(PlainModel):
    def __init__(self, module, classes=3):
        super().__init__(module, classes)
        self.module = module


def net(dims=2):
    conv, pool = (nn.Conv2d, nn.AdaptiveAvgPool2d) if dims == 2 else (nn.Conv3d, nn.AdaptiveAvgPool3d)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        module = nn.Sequential(conv(3, 6, 3, stride=2), nn.ReLU(), conv(6, 8, 3), nn.ReLU(), pool(1), nn.Flatten(),
                               nn.Linear(8, 3))  # fmt: skip
    return module.eval().requires_grad_(False)


def run(method, params, module, x, target=1, **options):
    model = NetModel(module)
    return method.explain(request_for(model, x, target=target, output="logit", **options), params, Progress())


def picture(size=16, seed=0):
    return torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(seed))


def coarse(module, x, *, plus_plus, layer="3", target=1):
    request = request_for(NetModel(module), x, target=target, output="logit")
    return gradient_map(request, layer, plus_plus=plus_plus)


def features_and_head(module, x, cut=4):
    return module[:cut](x)[0], lambda a: module[cut:](a[None])[0]


def test_gradcam_equals_a_slow_loop():
    module, x = net(), picture()
    a, head = features_and_head(module, x)
    a = a.detach().requires_grad_()
    (g,) = torch.autograd.grad(head(a)[1], a)
    expected = torch.zeros(a.shape[1:])
    for k in range(len(a)):
        weight = sum(g[k, i, j] for i in range(g.shape[1]) for j in range(g.shape[2])) / g[k].numel()
        expected += weight * a[k].detach()
    assert coarse(module, x, plus_plus=False).numpy() == pytest.approx(expected.relu().numpy(), abs=1e-6)


def test_gradcam_plus_plus_is_equation_19_by_third_derivatives():
    """alpha = Y'' / (2 Y'' + sum A Y''') with the derivatives of Y = exp(S) taken by autograd, place by place."""
    module, x = net(), picture(seed=3)
    a, head = features_and_head(module, x)
    expected = torch.zeros(a.shape[1:])
    score = head(a)[1]
    for k in range(len(a)):
        weight = 0.0
        for i in range(a.shape[1]):
            for j in range(a.shape[2]):
                one = a[k, i, j].detach().clone().requires_grad_()
                here = torch.zeros_like(a)
                here[k, i, j] = 1
                y = torch.exp(head(a + here * (one - one.detach()))[1] - score)
                (d1,) = torch.autograd.grad(y, one, create_graph=True)
                (d2,) = torch.autograd.grad(d1, one, create_graph=True)
                (d3,) = torch.autograd.grad(d2, one)
                d1, d2 = d1.detach(), d2.detach()
                below = 2 * d2 + a[k].sum() * d3
                if d1 != 0 and below != 0:
                    weight += float(d2 / below) * max(0.0, float(d1))
        expected += weight * a[k]
    assert coarse(module, x, plus_plus=True).numpy() == pytest.approx(expected.relu().detach().numpy(), abs=1e-5)


@pytest.mark.parametrize(("plus_plus", "name"), [(False, "GradCAM"), (True, "GradCAMPlusPlus")])
def test_the_map_is_that_of_pytorch_grad_cam(plus_plus, name):
    """Before anything is scaled or resized, from the same activations and gradients."""
    module, x = net(), picture(seed=5)
    module[6].weight.mul_(300)  # they add 1e-6 to the denominator, which must not matter
    request = request_for(NetModel(module), x, target=1, output="logit")
    maps, gradients = (t[None].numpy() for t in layer_gradients(request, "3"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = pytest.importorskip("pytorch_grad_cam")
        with getattr(peer, name)(model=module, target_layers=[module[3]]) as cam:
            theirs = cam.get_cam_image(x, module[3], [], maps, gradients, eigen_smooth=False)[0]
    own = coarse(module, x, plus_plus=plus_plus)
    assert float(own.max()) > 0
    assert own.numpy() == pytest.approx(np.maximum(theirs, 0), rel=1e-5, abs=1e-5)


def test_a_coarse_map_is_brought_to_the_models_grid():
    module, x = net(), picture(seed=5)
    own = coarse(module, x, plus_plus=False)
    whole = torch.nn.functional.interpolate(own[None, None], (16, 16), mode="bilinear")[0, 0]
    assert run(GradCam(), GradCamParams(layer="3"), module, x).heatmap == pytest.approx(whole.numpy(), abs=1e-6)


def test_the_mean_of_cam_plus_the_bias_is_the_logit():
    module, x = net(), picture()
    a, _ = features_and_head(module, x)
    expected = torch.tensordot(module[6].weight[2], a, 1)
    e = run(Cam(), CamParams(), module, x, target=2)
    assert e.evidence[0].signed
    corner = torch.nn.functional.interpolate(expected[None, None], (16, 16), mode="bilinear")[0, 0]
    assert e.heatmap == pytest.approx(corner.numpy(), abs=1e-5)
    assert float(expected.mean() + module[6].bias[2]) == pytest.approx(float(module(x)[0, 2]), abs=1e-5)


def test_cam_of_class_maps_that_are_pooled():
    with torch.random.fork_rng():
        torch.manual_seed(2)
        module = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 3, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    x = picture()
    e = run(Cam(), CamParams(), module.eval(), x, target=0)
    maps = module[:3](x)[0, 0].detach()
    expected = torch.nn.functional.interpolate(maps[None, None], (16, 16), mode="bilinear")[0, 0]
    assert e.heatmap == pytest.approx(expected.numpy(), abs=1e-5)


def test_cam_refuses_a_network_with_more_after_the_pooling():
    module = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5),
                           nn.ReLU(), nn.Linear(5, 3)).eval()  # fmt: skip
    with pytest.raises(UnsupportedModel, match="choose Grad-CAM"):
        run(Cam(), CamParams(), module, picture())


@pytest.mark.parametrize("channels", ["mean", "largest", "length", "one"])
def test_activation_maps_join_channels_as_asked(channels):
    module, x = net(), picture()
    a, _ = features_and_head(module, x)
    expected = {"mean": a.mean(0), "largest": a.amax(0), "length": a.norm(dim=0), "one": a[4]}[channels]
    params = ActivationMapParams(layer="3", channels=channels, channel=4)
    found = run(ActivationMap(), params, module, x).heatmap
    whole = torch.nn.functional.interpolate(expected[None, None], (16, 16), mode="bilinear")[0, 0]
    assert found == pytest.approx(whole.numpy(), abs=1e-6)


def test_a_channel_or_layer_that_is_not_there_is_refused_by_name():
    with pytest.raises(InvalidChoice, match="8 channels, 0 to 7"):
        run(ActivationMap(), ActivationMapParams(layer="3", channels="one", channel=8), net(), picture())
    with pytest.raises(InvalidChoice, match="no layer “conv9”"):
        run(GradCam(), GradCamParams(layer="conv9"), net(), picture())


def test_volumes_have_them_too():
    x = torch.randn(1, 3, 12, 13, 14, generator=torch.Generator().manual_seed(1))
    for method, params in ((GradCam(), GradCamParams()), (GradCamPlusPlus(), GradCamPlusPlusParams()),
                           (Cam(), CamParams()), (ActivationMap(), ActivationMapParams())):  # fmt: skip
        assert run(method, params, net(3), x).heatmap.shape == (12, 13, 14)


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 3, 3, padding=1), nn.Linear(3, 3)

    def forward(self, x):
        return self.head(self.conv(self.conv(x).relu()).relu().mean((2, 3)))


def test_a_layer_that_is_called_twice_is_named():
    request = request_for(NetModel(Twice().eval()), picture(), output="logit")
    GradCam().explain(request, GradCamParams(), Progress())
    assert "called 2 times" in request.work.notes[0]


@pytest.mark.parametrize(
    ("name", "size", "expected", "grid"),
    [
        ("resnet18", 64, "layer4", (2, 2)),
        ("squeezenet1_0", 96, "features", (5, 5)),
        ("densenet121", 64, "features", (2, 2)),
        ("mobilenet_v2", 64, "features", (2, 2)),
        ("vit_b_16", 224, "encoder.layers.encoder_layer_11.ln_1", (14, 14)),
        ("swin_t", 64, "features.7.1.norm1", (2, 2)),
    ],
)
def test_the_default_layer_of_well_known_networks(name, size, expected, grid):
    import torchvision

    from salviewer.numeric.activations import as_map, caught, last_map

    module = torchvision.models.get_model(name, weights=None).eval()
    x = torch.randn(1, 3, size, size)
    layer = last_map(module, x, 1000)
    assert layer.name == expected
    assert layer.shape[1:] == grid
    with caught(module, layer.name) as kept, torch.no_grad():
        module(x)
    assert as_map(kept.output, layer).shape == (1, *layer.shape)
    e = run(GradCam(), GradCamParams(), module, x, target=2)
    assert e.heatmap.shape == (size, size)
