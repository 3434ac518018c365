"""From a spec to an answer: the target, what is refused, what is recorded; planner and shelf on small networks."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import nn

from salviewer.api import Explanation, InputRef, JobSpec, ModelRef, Prediction
from salviewer.data.pictures import picture_from_array
from salviewer.errors import InvalidChoice, Unavailable, UnsupportedModel
from salviewer.jobs.plan import Plan
from salviewer.jobs.planner import plan_for
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module

PLAN = Plan(batch=4)


def net(seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))


@pytest.fixture
def shelf():
    return Shelf(device="cpu")


def spec_for(shelf, module=None, classes=("cat", "dog", "bird"), array=None, **more):
    model = open_module(module or net(), classes=classes)
    array = np.random.default_rng(0).random((3, 16, 16), dtype=np.float32) if array is None else array
    where = {"model": ModelRef(architecture=shelf.keep_live(model))}
    where["input"] = InputRef(source=shelf.keep_live(picture_from_array(array)))
    return JobSpec(**({"method": "glas", "params": {"grid": 3}} | where | more))


def test_a_prediction_is_the_networks_softmax(shelf):
    spec = spec_for(shelf, verb="predict")
    prediction = run(spec, shelf)
    assert isinstance(prediction, Prediction)
    x = torch.from_numpy(np.random.default_rng(0).random((3, 16, 16), dtype=np.float32))[None]
    expected = net().eval()(x).softmax(1)[0].tolist()
    assert prediction.probabilities == pytest.approx(expected, abs=1e-6)
    assert prediction.classes == ("cat", "dog", "bird")


def test_without_a_target_the_predicted_class_is_explained(shelf):
    best = run(spec_for(shelf, verb="predict"), shelf).top(1)[0]
    about = run(spec_for(shelf), shelf, plan=PLAN).provenance["target"]
    assert (about["index"], about["label"]) == best[:2]
    assert about["output"] == "probability"


@pytest.mark.parametrize("target", ["dog", "DOG", 1])
def test_a_target_by_name_or_index(shelf, target):
    assert run(spec_for(shelf, target=target), shelf, plan=PLAN).provenance["target"]["index"] == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"target": "horse"}, "horse"),
        ({"target": 7}, "7"),
        ({"method": "gals"}, "no method “gals”"),
        ({"params": {"gird": 3}}, "gird"),
        ({"params": {"grid": 0}}, "grid"),
        ({"params": {"mode": "both"}}, "mode"),
    ],
)
def test_what_does_not_exist_is_one_sentence(shelf, more, words):
    with pytest.raises(InvalidChoice, match=words) as caught:
        run(spec_for(shelf, **more), shelf, plan=PLAN)
    assert "\n" not in str(caught.value)


def test_outputs_that_are_not_numbers_are_refused(shelf):
    module = net()
    spec = spec_for(shelf, module, array=np.full((3, 16, 16), 3e38, np.float32))
    with pytest.raises(UnsupportedModel, match="not a number"):
        run(spec, shelf, plan=PLAN)


def test_a_network_that_cannot_take_the_input_says_so_in_a_sentence(shelf):
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2))
    spec = spec_for(shelf, module, classes=None, array=np.zeros((3, 16, 16), np.float32))
    with pytest.raises(UnsupportedModel, match=r"Sequential refused an input of 1 x 3 x 16 x 16 made from array: "):
        run(spec, shelf, plan=PLAN)


def test_a_live_object_of_another_process_is_said_to_be_gone(shelf):
    spec = spec_for(shelf)
    with pytest.raises(Unavailable, match="session that has ended"):
        run(spec, Shelf(shelf.host, "cpu"), plan=PLAN)
    shelf.drop_live(spec.input.source)
    with pytest.raises(Unavailable, match="session that has ended"):
        run(spec, shelf, plan=PLAN)


def test_the_same_plan_gives_the_same_digits(shelf):
    spec = spec_for(shelf)
    first = run(spec, shelf)
    again = run(spec, shelf, plan=Plan(**first.provenance["plan"]))
    assert isinstance(first, Explanation)
    assert np.array_equal(first.heatmap, again.heatmap)
    assert first.provenance["fingerprint"] == again.provenance["fingerprint"]


def test_provenance_holds_no_path(shelf, tmp_path):
    from PIL import Image

    path = tmp_path / "very-private-folder" / "dog.png"
    path.parent.mkdir()
    Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(path)
    spec = spec_for(shelf).model_copy(update={"input": InputRef(source=str(path))})
    text = json.dumps(run(spec, shelf, plan=PLAN).provenance)
    assert "very-private-folder" not in text
    assert "dog.png" in text


def test_a_plan_is_measured_once_and_then_looked_up(shelf, monkeypatch):
    model = open_module(net())
    x = torch.rand(1, 3, 32, 32)
    with model.ready():
        plan = plan_for(model, x, shelf.plans, max_threads=1)
        monkeypatch.setattr("salviewer.jobs.planner.measure", lambda *a, **k: pytest.fail("measured again"))
        assert plan_for(model, x, shelf.plans, max_threads=1) == plan
        assert plan_for(model, x, Shelf(shelf.host, "cpu").plans, max_threads=1) == plan
    assert plan.images_per_s > 0
    assert plan.bytes_per_image > x.nbytes
    assert plan.threads == 1


def test_the_batch_stays_below_the_free_memory(shelf, monkeypatch):
    model = open_module(net())
    x = torch.rand(1, 3, 64, 64)
    with model.ready():
        need = plan_for(model, x, shelf.plans, max_threads=1).bytes_per_image
        monkeypatch.setattr("salviewer.jobs.planner.free_bytes", lambda device: 5 * need)
        assert plan_for(model, x, shelf.plans, max_threads=1).batch <= 2
        assert plan_for(model, x, shelf.plans, max_threads=1, memory_share=0.2).batch == 1


def test_a_picture_is_read_once_until_it_changes(shelf, tmp_path):
    from PIL import Image

    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(path)
    first = shelf.picture(InputRef(source=str(path)))
    assert shelf.picture(InputRef(source=str(path))) is first
    Image.fromarray(np.full((4, 5, 3), 9, np.uint8)).save(path)
    assert shelf.picture(InputRef(source=str(path))).shape == (4, 5)


def test_an_unknown_network_is_answered_with_near_ones(shelf):
    with pytest.raises(InvalidChoice, match="squeezenet1_0"):
        shelf.family_of("squeezenet1.0")
