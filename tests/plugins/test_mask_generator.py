"""The mask generator: its loss in plain arithmetic, what it learns of planted patches, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import planted_patches as planted
import pytest
import torch

from salviewer.api import Progress, Request, Target, Trained
from salviewer.errors import InvalidChoice
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork
from salviewer_plugins.mask_predictor.rival_explainer import GeneratedMask
from salviewer_plugins.mask_predictor.rival_objective import KeepsAndDestroys, variation
from salviewer_plugins.mask_predictor.rival_params import GeneratorParams
from salviewer_plugins.mask_predictor.rival_trainer import GeneratorTrainer
from salviewer_plugins.mask_predictor.train_params import GeneratorTrainParams

PARAMS = GeneratorTrainParams(epochs=40, batch=8, filter_epochs=2, width=6, halve_every=20, area=4.0)


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    request = planted.request_for(tmp_path_factory.mktemp("generator"), planted.samples(24), batch=8)
    return GeneratorTrainer().train(request, PARAMS, Progress())


def ask(trained, number=101, target=None):
    """(explanation of picture `number`, (top, left) of its patch, the model)."""
    x, _, place = planted.picture(number)
    model = planted.PatchModel()

    def late(logits):
        index = int(logits[0].argmax())
        return Target(index, f"class {index}")

    sample = replace(planted.samples(1)[0].input, tensor=x)
    wanted = Target(-1, "") if target is None else Target(target, str(target))
    work, late_one = PlannedWork(Plan(batch=4), Progress()), late if target is None else None
    request = Request(model, sample, wanted, 0, torch.Generator(), work, trained=trained, late=late_one)
    with torch.inference_mode():
        return GeneratedMask().explain(request, GeneratorParams(), Progress()), place, model


def plain_loss(mask, preserved, destroyed, weights):
    """The formula for one mask (H, W), value by value."""
    height, width = mask.shape
    steps = [(mask[i + 1, j] - mask[i, j]) ** 2 for i in range(height - 1) for j in range(width)]
    steps += [(mask[i, j + 1] - mask[i, j]) ** 2 for i in range(height) for j in range(width - 1)]
    average = sum(mask.ravel()) / mask.size
    return (
        weights.tv * sum(steps)
        + weights.area * average
        - np.log(preserved)
        + weights.destroy * destroyed**weights.power
    )


def test_the_loss_is_the_formula():
    masks = torch.rand((2, 1, 5, 4), generator=torch.Generator().manual_seed(2))
    weights = GeneratorTrainParams(tv=0.7, area=3.0, destroy=2.0, power=0.4)
    preserved, destroyed = torch.tensor([0.9, 0.2]), torch.tensor([0.05, 0.6])
    objective = KeepsAndDestroys(None, None, None, weights, weights)
    found = objective.total(masks, -preserved.log(), -destroyed.log())
    for i in range(2):
        slow = plain_loss(masks[i, 0].double().numpy(), float(preserved[i]), float(destroyed[i]), weights)
        assert float(found[i]) == pytest.approx(slow, rel=1e-5)


def test_variation_of_a_square_is_its_rim():
    square = torch.zeros(1, 1, 9, 9)
    square[:, :, 2:5, 3:7] = 1
    assert variation(square).tolist() == [2 * 3 + 2 * 4]


def test_the_weights_the_other_way_round_would_show_everything():
    """A mask of a fifth that is right in all, and one that shows the whole picture."""
    right = torch.zeros(1, 1, 224, 224)
    right[:, :, 50:150, 50:150] = 1
    whole, almost = torch.ones_like(right), -torch.tensor([0.99, 0.01]).log()
    for weights, better in (
        (GeneratorTrainParams(), right),
        (GeneratorTrainParams(tv=10.0, area=1e-3), whole),
    ):
        objective = KeepsAndDestroys(None, None, None, weights, weights)
        losses = [float(objective.total(m, almost[:1], almost[1:])) for m in (right, whole)]
        assert (losses[0] < losses[1]) == (better is right)


def test_it_learns_where_the_patches_are(learned):
    inside, outside = [], []
    for number in range(101, 109):
        found, (top, left), model = ask(learned, number)
        assert model.calls == 1
        patch = np.zeros((planted.SIDE, planted.SIDE), bool)
        patch[top : top + planted.PATCH, left : left + planted.PATCH] = True
        inside.append(found.heatmap[patch].mean())
        outside.append(found.heatmap[~patch].mean())
    assert np.mean(inside) > 3 * np.mean(outside)
    assert np.mean(outside) < 0.2
    assert 0 <= found.heatmap.min() <= found.heatmap.max() <= 1
    assert learned.facts["transformer"] == "sigmoid"
    assert learned.facts["last_loss"] < learned.facts["first_loss"]


def test_the_class_is_taken_from_its_own_pass_or_given(learned):
    own, _, _ = ask(learned, 101)
    given, _, _ = ask(learned, 101, target=1)
    other, _, _ = ask(learned, 101, target=0)
    np.testing.assert_array_equal(own.heatmap, given.heatmap)
    assert not np.array_equal(own.heatmap, other.heatmap)


def test_a_mask_that_is_the_same_everywhere_says_so(learned):
    flat = {**learned.tensors, "last.weight": 0 * learned.tensors["last.weight"]}
    found, _, _ = ask(Trained(flat, learned.facts))
    assert "It is the same everywhere" in found.notes[-1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"width": None}, "does not say its “width”"),
        ({"taps": [{"number": 1}]}, "which feature maps it reads"),
        ({"width": 7}, "does not fit its own description"),
    ],
)
def test_a_damaged_state_is_refused(learned, change, says):
    with pytest.raises(InvalidChoice, match=says):
        ask(Trained(learned.tensors, {**learned.facts, **change}))


def test_without_a_state_it_says_what_to_do():
    with pytest.raises(InvalidChoice, match="must be trained for this model"):
        ask(None)


def test_only_the_generator_learns(tmp_path):
    request = planted.request_for(tmp_path, planted.samples(6), batch=6)
    before = [p.clone() for p in request.model.module.parameters()]
    GeneratorTrainer().train(request, PARAMS.model_copy(update={"epochs": 1}), Progress())
    assert all(torch.equal(a, b) for a, b in zip(before, request.model.module.parameters(), strict=True))
    assert all(p.grad is None for p in request.model.module.parameters())


def test_what_the_loss_needs_is_drawn_once_for_both_pictures():
    params = GeneratorTrainParams()
    sight = SimpleNamespace(model=SimpleNamespace(encode=lambda raw: raw))
    drawn = KeepsAndDestroys(sight, None, None, params, params).draw(
        torch.rand(3, 3, 8, 8), torch.Generator().manual_seed(1)
    )
    assert [tuple(one.shape) for one in drawn] == [(3, 3, 8, 8)]
