import pytest
import torch

from salviewer.numeric.l1_ball import onto_l1_ball


def by_bisection(v, radius):
    """The projection of each row, slowly: the thresholds are found by halving."""
    low, high = torch.zeros(len(v), 1, dtype=v.dtype), v.abs().amax(-1, keepdim=True)
    for _ in range(100):
        middle = (low + high) / 2
        over = (v.abs() - middle).clamp(min=0).sum(-1, keepdim=True) > radius
        low, high = torch.where(over, middle, low), torch.where(over, high, middle)
    lowered = (v.abs() - high).clamp(min=0) * v.sign()
    return torch.where(v.abs().sum(-1, keepdim=True) <= radius, v, lowered)


def several(n, count=40):
    generator = torch.Generator().manual_seed(n)
    return torch.randn(count, n, generator=generator, dtype=torch.float64) * torch.logspace(-3, 3, count)[:, None]


@pytest.mark.parametrize("n", [1, 2, 7, 300])
@pytest.mark.parametrize("radius", [0.0, 1e-3, 1.0, 20.0])
def test_it_is_what_bisection_finds(n, radius):
    v = several(n)
    found = onto_l1_ball(v, radius)
    slow = by_bisection(v, radius)
    torch.testing.assert_close(found, slow, rtol=1e-9, atol=1e-9)
    assert (found.abs().sum(-1) <= radius * (1 + 1e-12) + 1e-12).all()


def test_no_point_of_the_ball_makes_a_smaller_angle():
    v = several(50)
    p = onto_l1_ball(v, 2.0)
    # of all points z of the ball, <v - p, z - p> is largest at a corner
    at_corners = 2.0 * (v - p).abs().amax(-1) - ((v - p) * p).sum(-1)
    assert (at_corners <= 1e-9 * (1 + v.norm(dim=-1))).all()


def test_a_known_one():
    v = torch.tensor([3.0, -1.0, 0.5], dtype=torch.float64)
    assert onto_l1_ball(v, 2.0).tolist() == [2.0, 0.0, 0.0]
    assert onto_l1_ball(v, 3.0).tolist() == [2.5, -0.5, 0.0]


def test_ties_share_and_zeros_stay():
    v = torch.tensor([[2.0, -2.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    assert onto_l1_ball(v, 3.0).tolist() == [[1.0, -1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]


def test_what_lies_within_is_returned_bit_by_bit_as_a_copy():
    v = several(9) * 1e-6
    found = onto_l1_ball(v, 1.0)
    assert torch.equal(found, v)
    assert found.data_ptr() != v.data_ptr()


def test_each_vector_has_a_radius_of_its_own():
    v = torch.tensor([[4.0, 0.0], [4.0, 0.0], [0.5, 0.0]])
    assert onto_l1_ball(v, torch.tensor([1.0, 0.0, 1.0])).tolist() == [[1.0, 0.0], [0.0, 0.0], [0.5, 0.0]]


def test_single_precision_keeps_to_the_bound():
    v = several(5000, 4).float()
    found = onto_l1_ball(v, 10.0)
    assert found.dtype == torch.float32
    assert (found.double().abs().sum(-1) <= 10.0 * (1 + 1e-5)).all()
    torch.testing.assert_close(found.double(), onto_l1_ball(v.double(), 10.0), rtol=1e-4, atol=1e-4)


def test_no_features_and_bad_radii():
    assert onto_l1_ball(torch.zeros(3, 0), 1.0).shape == (3, 0)
    with pytest.raises(ValueError, match="at least 0, not -1"):
        onto_l1_ball(torch.zeros(3, 2), -1.0)
