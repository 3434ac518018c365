"""The walk through well-known networks: it comes from the class to the pixels, by layers with names."""

from __future__ import annotations

import pytest
import torch

from salviewer.numeric.call_graph import Value, record
from salviewer_plugins.discernible.choice import Rules
from salviewer_plugins.discernible.path import neuron_path, pixels
from salviewer_plugins.discernible.walk import walk

models = pytest.importorskip("torchvision.models")

NETS = {
    "alexnet": ("classifier.6", "features.0"),
    "vgg16": ("classifier.6", "features.0"),
    "squeezenet1_1": ("output", "features.0"),
    "googlenet": ("fc", "conv1.conv"),
    "resnet18": ("fc", "conv1"),
    "resnet50": ("fc", "conv1"),
    "densenet121": ("classifier", "features.conv0"),
    "mobilenet_v2": ("classifier.1", "features.0.0"),
}


def built(name):
    """The network with weights that take no time to make."""
    more = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        net = getattr(models, name)(weights=None, **more)
    net.to_empty(device="cpu").eval()
    noise = torch.randn(99_991, generator=torch.Generator().manual_seed(0))
    for key, value in net.state_dict().items():
        if value.is_floating_point():
            scale = (2 / max(1, value[0].numel())) ** 0.5 if value.ndim > 1 else 0.1
            flat = noise.repeat(value.numel() // len(noise) + 1)[: value.numel()].view(value.shape) * scale
            value.copy_(flat.abs() + 0.5 if key.endswith("running_var") else flat)
    return net


@pytest.mark.parametrize("name", NETS)
def test_the_walk_comes_from_the_class_to_the_pixels(name):
    net, x = built(name), torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    graph = record(net, x, net, title="The test")
    top = graph.tensor(graph.output).argmax(1)
    walked = walk(graph, top, torch.ones(1), Rules(k=1), "The test")
    path = neuron_path(graph, net, walked, {"k": 1}, "path")
    names = [layer["name"] for layer in path.layers]
    first, last = NETS[name]
    assert names[0] == first
    assert names[-2] == last
    assert names[-1] == "input"
    assert len(set(names)) == len(names)
    assert path.channel[0] == int(top)
    assert (path.links[:, 0] < path.links[:, 1]).all()
    assert set(path.links[:, 1].tolist()) == set(range(1, len(path.layer)))  # all but the class were chosen by one
    assert len(pixels(graph, walked)) >= 1
    assert walked[-1].value == Value(0)
    inside = path.fields
    assert (inside[:, :2] >= 0).all()
    assert (inside[:, 2:] <= 64).all()
    assert (inside[:, :2] < inside[:, 2:]).all()
