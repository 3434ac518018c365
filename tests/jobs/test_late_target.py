"""A method that learns the class from its own pass: no pass is made for it before; what is computed is kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from salviewer.api import ExplainerInfo, Explanation, Heatmap, InputRef, JobSpec, ModelRef, Params, Source, hookimpl
from salviewer.api.method import Explainer
from salviewer.data.pictures import picture_from_array
from salviewer.errors import PluginError, UnsupportedModel
from salviewer.host import Found, Host
from salviewer.jobs.memos import INPUTS_KEPT, MemoBook
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module

PLAN = Plan(batch=4)


class Counting(nn.Module):
    """Brightness, thrice; how often it was asked."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor([1.0, 3.0, 2.0]))
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x.mean((1, 2, 3))[:, None] * self.scale


class Late(Explainer[Params]):
    """Settles its target by itself."""

    def explain(self, request, params, progress):
        logits = request.work.memo("logits", lambda: request.model(request.input.tensor))
        target = request.target_from(logits)
        return Explanation((Heatmap("map", np.full(request.input.tensor.shape[2:], target.index, np.float32)),))


class Silent(Explainer[Params]):
    """Never says what it explained."""

    def explain(self, request, params, progress):
        with pytest.raises(RuntimeError, match="not settled"):
            request.score_of(torch.zeros(1, 3))
        return Explanation((Heatmap("map", np.zeros(request.input.tensor.shape[2:], np.float32)),))


class Plugin:
    """Both methods."""

    @hookimpl
    def salviewer_explainers(self):
        more = {"params": "salviewer.api:Params", "source": Source("none"), "answers": "Which class?"}
        return [
            ExplainerInfo(name, name, "For a test.", f"{__name__}:{name.title()}", late_target=True, **more)
            for name in ("late", "silent")
        ]


@pytest.fixture
def shelf():
    return Shelf(Host((Found("test", "test", "0", Plugin),)), device="cpu")


def spec_for(shelf, module, method="late", **more):
    array = np.full((3, 8, 8), 0.5, np.float32)
    model = ModelRef(architecture=shelf.keep_live(open_module(module, classes=("a", "b", "c"))))
    return JobSpec(
        method=method, model=model, input=InputRef(source=shelf.keep_live(picture_from_array(array))), **more
    )


def test_the_class_comes_from_the_methods_own_pass(shelf):
    net = Counting()
    spec = spec_for(shelf, net)
    before = net.calls
    found = run(spec, shelf, plan=PLAN)
    assert net.calls == before + 1
    assert found.heatmap.max() == 1
    assert found.provenance["target"] == {"index": 1, "label": "b", "output": "probability"}


def test_what_was_computed_serves_the_next_job_and_the_prediction(shelf):
    net = Counting()
    spec = spec_for(shelf, net)
    run(spec, shelf, plan=PLAN)
    before = net.calls
    run(spec, shelf, plan=PLAN)
    assert run(spec.model_copy(update={"verb": "predict"}), shelf, plan=PLAN).predicted == 1
    assert net.calls == before
    with torch.no_grad():
        net.scale.copy_(torch.tensor([5.0, 0, 0]))
    assert run(spec, shelf, plan=PLAN).heatmap.max() == 0


def test_another_weight_or_another_statistic_is_another_network():
    net = nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    book, model, x = MemoBook(), open_module(net, classes=("a", "b", "c")), torch.rand(1, 3, 8, 8)
    book.about(model, x).get("number", lambda: 1)
    assert book.about(model, x).find("number") == 1
    net[1].running_mean.add_(1)
    assert book.about(model, x).find("number") is None
    book.about(model, x).get("number", lambda: 2)
    net[0].weight = nn.Parameter(torch.zeros(3, 3, 1, 1))
    assert book.about(model, x).find("number") is None


def test_a_class_that_is_named_is_explained(shelf):
    assert run(spec_for(shelf, Counting(), target="c"), shelf, plan=PLAN).heatmap.max() == 2


def test_who_never_settles_the_class_is_named(shelf):
    with pytest.raises(PluginError, match="which class"):
        run(spec_for(shelf, Counting(), "silent"), shelf, plan=PLAN)


def test_logits_that_are_no_numbers_are_refused(shelf):
    net = Counting()
    net.scale.data[0] = torch.nan
    with pytest.raises(UnsupportedModel, match="not a number"):
        run(spec_for(shelf, net), shelf, plan=PLAN)


def test_only_the_last_inputs_are_kept():
    book, model = MemoBook(), open_module(Counting(), classes=("a", "b", "c"))
    inputs = [torch.full((1, 3, 2, 2), float(i)) for i in range(INPUTS_KEPT + 1)]
    for i, x in enumerate(inputs):
        assert book.about(model, x).get("number", lambda i=i: i) == i
    assert book.about(model, inputs[0]).find("number") is None
    assert book.about(model, inputs[-1]).find("number") == INPUTS_KEPT
    for value in range(10, 20):  # asking pushes nothing out
        assert book.about(model, torch.full((1, 3, 2, 2), float(value))).find("number") is None
    assert book.about(model, inputs[-1]).find("number") == INPUTS_KEPT
    book.clear()
    assert book.about(model, inputs[-1]).find("number") is None
