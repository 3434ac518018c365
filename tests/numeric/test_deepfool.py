"""DeepFool on networks whose nearest border is known in closed form."""

import pytest
import torch
from torch import nn

from salviewer.errors import Cancelled, UnsupportedModel
from salviewer.numeric.deepfool import deepfool


def linear(weights, bias):
    """logits = W x + b of x (1, C, H, W)."""
    w, b = torch.tensor(weights), torch.tensor(bias)
    return lambda x: x.flatten(1) @ w.T + b


def point(*values):
    return torch.tensor(values).reshape(1, 1, 1, -1)


# Classes 0, 1, 2 with logits 0, x - 3, y - 1: from the origin, class 1 is 3 away along x, class 2 is 1 away along y.
PLANES = linear([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0.0, -3.0, -1.0])


def test_the_nearest_border_is_taken_and_crossed_by_the_overshoot():
    found = deepfool(PLANES, point(0.0, 0.0), overshoot=0.02)
    assert (found.before, found.after, found.end, found.iterations) == (0, 2, "changed", 1)
    torch.testing.assert_close(found.perturbation.flatten(), torch.tensor([0.0, 1.02]))


def test_a_nearer_border_with_a_larger_logit_gap():
    # f_1 = 10 x - 5 is 5 below but 0.5 away; f_2 = y - 1 is 1 below and 1 away.
    model = linear([[0.0, 0.0], [10.0, 0.0], [0.0, 1.0]], [0.0, -5.0, -1.0])
    found = deepfool(model, point(0.0, 0.0), overshoot=0.1)
    assert found.after == 1
    torch.testing.assert_close(found.perturbation.flatten(), torch.tensor([0.55, 0.0]))


def test_a_tilted_border_is_met_at_its_foot():
    # w = (3, 4), gap 10: the foot lies at 10 / 25 (3, 4), 2 away.
    found = deepfool(linear([[0.0, 0.0], [3.0, 4.0]], [0.0, -10.0]), point(0.0, 0.0))
    torch.testing.assert_close(found.perturbation.flatten(), torch.tensor([1.2, 1.6]) * 1.02)


def test_only_the_most_probable_classes_are_tried():
    # Class 2 is nearer, but the least probable of three.
    model = linear([[0.0, 0.0], [1.0, 0.0], [0.0, 9.0]], [0.0, -3.0, -4.0])
    assert deepfool(model, point(0.0, 0.0), candidates=2).after == 1
    assert deepfool(model, point(0.0, 0.0), candidates=3).after == 2


def test_a_bound_makes_the_other_values_go_further():
    # x may go to 0.6 only: 3 * 0.6 + 4 y = 10 gives y = 2.05, which is the nearest point within.
    box = (point(-9.0, -9.0), point(0.6, 9.0))
    found = deepfool(linear([[0.0, 0.0], [3.0, 4.0]], [0.0, -10.0]), point(0.0, 0.0), box=box)
    assert found.end == "changed"
    torch.testing.assert_close(found.perturbation.flatten(), torch.tensor([0.6, 2.05 * 1.02]))


def test_a_border_outside_the_box_is_passed_over():
    box = (point(-1.0, -1.0), point(9.0, 0.5))  # class 2 needs y = 1
    assert deepfool(PLANES, point(0.0, 0.0), box=box).after == 1


def test_no_border_within_the_box():
    found = deepfool(PLANES, point(0.0, 0.0), box=(point(-0.5, -0.5), point(0.5, 0.5)))
    assert (found.end, found.before, found.after) == ("box", 0, 0)
    assert not found.perturbation.any()


def test_a_network_without_slope():
    def flat(x):
        return (x * 0).flatten(1) + torch.tensor([1.0, 0.0])

    found = deepfool(flat, point(0.3, 0.2))
    assert (found.end, found.iterations, found.after) == ("flat", 0, 0)
    assert not found.perturbation.any()


def test_networks_without_gradients_or_another_class_are_refused():
    with pytest.raises(UnsupportedModel, match="no gradients"):
        deepfool(lambda x: PLANES(x.detach()), point(0.0, 0.0))
    with pytest.raises(UnsupportedModel, match="one output"):
        deepfool(lambda x: x.flatten(1).sum(1, keepdim=True), point(0.0, 0.0))


def test_a_curved_border_takes_several_steps():
    # f_1 - f_0 = x^3 - 8: the border lies at 2, and Newton's steps from 4 approach it from above.
    found = deepfool(lambda x: torch.cat([8 - x.flatten(1) ** 3, torch.zeros(1, 1)], 1).flip(1), point(4.0))
    assert found.end == "changed"
    assert found.iterations > 1
    assert (found.before, found.after) == (0, 1)
    assert 1.9 < 4.0 + float(found.perturbation) < 2.0


def test_a_small_network_is_fooled_within_the_box():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.Conv2d(8, 8, 3, 2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(5)
    )
    x = torch.rand(1, 3, 16, 16)
    kept = x.clone()
    with torch.no_grad():
        net(x)
    found = deepfool(net, x, box=(torch.zeros(1), torch.ones(1)))
    moved = x + found.perturbation
    assert found.end == "changed"
    assert int(net(moved).argmax()) == found.after != found.before == int(net(x).argmax())
    assert float(moved.min()) >= 0
    assert float(moved.max()) <= 1
    assert float(found.perturbation.norm() / x.norm()) < 0.2
    assert torch.equal(x, kept)
    assert all(p.grad is None for p in net.parameters())


def test_the_search_can_be_ended():
    def stop(iteration):
        raise Cancelled

    with pytest.raises(Cancelled):
        deepfool(PLANES, point(0.0, 0.0), report=stop)
