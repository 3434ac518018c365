"""What a method's settings say about the number of inputs is what a run really passes through the network."""

from __future__ import annotations

import pytest
import torch
from direct import PlainModel, request_for

from salviewer.api import Params, Progress
from salviewer.host import Host

SIZE = (21, 30)
CASES = [
    ("glas", {"grid": 4}, 33),
    ("glas", {"grid": 5, "mode": "light"}, 26),
    ("rglas", {"grid": 3, "max_rounds": 1}, 20),
    ("rglas", {"grid": 3, "max_rounds": 1, "mode": "shadow"}, 11),
    ("occlusion", {"window": 0.2, "stride": 0.1}, 141),
    ("occlusion", {"window": 1.0, "stride": 1.0}, 3),
    ("rise", {"masks": 41}, 41),
    ("lime", {"samples": 37, "parts": 9}, 37),
    ("gradient", {}, 1),
    ("gradient-x-input", {}, 1),
    ("smoothgrad", {"samples": 12}, 12),
    ("integrated-gradients", {"steps": 9}, 11),
]


@pytest.fixture(scope="module")
def host():
    return Host.discover()


def logits(x):
    bright = x[:, :, 4:9, 4:9].mean(dim=(1, 2, 3))
    return torch.stack([bright, -bright], dim=1)


@pytest.mark.parametrize(("key", "params", "expected"), CASES)
def test_the_count_is_that_of_a_real_run(host, key, params, expected):
    info = host.explainer(key)
    values = host.params(info)(**params)
    assert values.passes(SIZE) == expected
    model = PlainModel(logits)
    x = torch.rand((1, 3, *SIZE), generator=torch.Generator().manual_seed(3))
    host.load(info)().explain(request_for(model, x), values, Progress())
    assert model.calls == expected


def test_a_volume_has_a_window_along_each_axis(host):
    values = host.params(host.explainer("occlusion"))(window=0.5, stride=0.5)
    assert values.passes((10, 10, 20)) == 1 + 2 * 2 * 4


def test_where_only_the_run_can_tell_nothing_is_said(host):
    assert Params().passes(SIZE) is None
    assert host.params(host.explainer("rglas"))().passes(SIZE) is None
