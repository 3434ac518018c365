"""The walk through the sample networks, in two and three dimensions, from the class to the pixels."""

from __future__ import annotations

import pytest
import torch

from salviewer.numeric.call_graph import Value, record
from salviewer_plugins.architectures.cifar import CifarFamily
from salviewer_plugins.discernible.choice import Rules
from salviewer_plugins.discernible.path import neuron_path, pixels
from salviewer_plugins.discernible.steps import READ
from salviewer_plugins.discernible.walk import walk
from salviewer_plugins.phantoms.nets import PhantomNets

SAMPLES = {
    "an8flower-cnn": (PhantomNets, (3, 92, 92)),
    "brain-phantom-cnn": (PhantomNets, (1, 64, 64, 64)),
    "cifar-resnet20": (CifarFamily, (3, 32, 32)),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("residual", ["stronger", "both"])
def test_the_walk_comes_to_the_pixels_of_a_sample_network(name, residual):
    family, size = SAMPLES[name]
    generator = torch.Generator().manual_seed(0)
    net = family().build(name).eval()
    for parameter in net.parameters():
        if parameter.ndim > 1:
            parameter.data = torch.randn(parameter.shape, generator=generator) / parameter[0].numel() ** 0.5
    graph = record(net, torch.rand(1, *size, generator=generator), net, title="The test", allowed=READ)
    top = graph.tensor(graph.output).argmax(1)
    walked = walk(graph, top, torch.ones(1), Rules(2, residual=residual), "The test")
    path = neuron_path(graph, net, walked, {"k": 2}, "path")
    assert walked[-1].value == Value(0)
    assert path.channel[0] == int(top)
    found = pixels(graph, walked)
    assert found.shape[1] == len(size) - 1
    assert len(found) >= 1
    assert (found >= 0).all()
    assert (found < size[1:]).all()
    assert set(path.links[:, 1].tolist()) == set(range(1, len(path.layer)))
