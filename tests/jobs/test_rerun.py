"""Running a method again on several inputs at once gives what one at a time gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import salviewer as sv
from salviewer.api import GridMap, ModelInput, Progress, Target
from salviewer.jobs.assets import NOTHING
from salviewer.jobs.plan import Plan
from salviewer.jobs.rerun import Rerun


@pytest.mark.parametrize("method", ["gradient", "gradient-x-input", "gradcam", "occlusion"])
def test_each_of_several_inputs_is_explained_as_it_is_alone(method):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.ReLU(),
                        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))  # fmt: skip
    model = sv.load_model(net, preprocessing="none")
    found = sv.explain(model, sv.load_input(np.full((16, 16, 3), 0.5, np.float32)), method, target=1)
    x = torch.rand(5, 3, 16, 16)
    source = ModelInput(x[:1], GridMap.identity((16, 16)))
    plan = Plan("cpu", batch=2, threads=1)
    rerun = Rerun(model.shelf, model.loaded, source, Target(1, "class 1"), 0, plan, NOTHING)
    with model.loaded.ready():
        together = rerun.each(found, Progress(), x)
        alone = [rerun(found, Progress(), tensor=x[i : i + 1]) for i in range(5)]
    assert len(together) == 5
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.heatmap, other.heatmap, rtol=1e-4, atol=1e-7)
    assert not np.allclose(together[0].heatmap, together[1].heatmap)
