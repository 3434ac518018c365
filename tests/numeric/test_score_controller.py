"""The distribution controller: its density against simulated normals, and the ranking that it must not change."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from salviewer.errors import InvalidChoice
from salviewer.numeric.score_controller import ETA, TRANSFORMERS, H, controlled, density, standardised
from salviewer_plugins.mask_predictor import controller

SETTINGS = [(1.5, 2.5), (1.5, 1.0), (0.5, 1.0), (2.5, 1.0), (0.5, 4.0), (2.5, 2.5), (1.0, 0.5)]


def test_the_paper_s_setting_is_the_default():
    assert (ETA, H) == (1.5, 2.5)
    # by hand: sigmoid(0)^2.5 = 2^-2.5, sigmoid(1.5)^2.5 = (1 / (1 + e^-1.5))^2.5
    np.testing.assert_allclose(controlled([0.0, 1.0]), [2**-2.5, (1 / (1 + np.exp(-1.5))) ** 2.5], rtol=1e-6)
    assert controlled([-2.0, 0.3, 3.0], "basic").tolist() == [0.0, np.float32(0.3), 3.0]
    assert controlled([-2.0, 0.3, 3.0], "basic-clamped").tolist() == [0.0, np.float32(0.3), 1.0]


@pytest.mark.parametrize(("eta", "h"), SETTINGS)
def test_the_density_integrates_to_one(eta, h):
    # over u in (0, 1) with m = sigmoid(t)^h, t from -40 to 40: the ends, where p may be endless, get points enough
    t = np.linspace(-40, 40, 100_001)
    m = (1 / (1 + np.exp(-t))) ** h
    inside = (m > 0) & (m < 1)
    m = m[inside]
    assert np.trapezoid(density(m, eta, h), m) == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(("eta", "h"), SETTINGS)
def test_the_density_fits_simulated_normals(eta, h):
    z = np.random.default_rng(0).normal(size=100_000)
    counts, edges = np.histogram(controlled(z, "customized", eta, h), bins=20, range=(0, 1))
    fine = np.linspace(edges[:-1], edges[1:], 2001, axis=1)
    expected = np.trapezoid(density(fine, eta, h), fine, axis=1)
    inner = slice(1, -1)  # at the ends the density may be endless, and a sum of its values says little
    np.testing.assert_allclose((counts / len(z))[inner], expected[inner], atol=6e-3)


def test_the_density_is_the_paper_s_formula_with_the_square():
    m, eta, h = 0.3, 1.5, 2.5
    z_eta = np.log(m ** (-1 / h) - 1)
    by_hand = np.exp(-(z_eta**2) / (2 * eta**2)) / (np.sqrt(2 * np.pi) * h * eta * m * (1 - m ** (1 / h)))
    assert float(density(m)) == pytest.approx(by_hand, rel=1e-12)
    assert density([-1, 0, 1, 2]).tolist() == [0, 0, 0, 0]


def test_the_density_overflows_nowhere():
    """At z = 0, where m = 2^-h, it is p(z) / (h eta m / 2); far below there is nothing."""
    middle = 2**-0.001
    assert density([1e-300, 0.5], eta=1.5, h=0.001).tolist() == [0, 0]
    assert float(density(middle, eta=1.5, h=0.001)) == pytest.approx(2 / (np.sqrt(2 * np.pi) * 0.0015 * middle))


@pytest.mark.parametrize(("eta", "h"), [*SETTINGS, (20.0, 20.0), (0.01, 0.01)])
@pytest.mark.parametrize("spread", [1e-12, 1.0, 60.0, 2000.0])
def test_customized_scores_keep_the_ranking_strictly(eta, h, spread):
    z = np.random.default_rng(1).permutation(np.linspace(-spread, spread, 3136)).reshape(56, 56)
    m = controlled(z, "customized", eta, h)
    assert m.dtype == np.float32
    assert m.min() >= 0
    assert m.max() <= 1
    assert (np.diff(m.ravel()[np.argsort(z, axis=None)]) > 0).all()


def test_ties_stay_ties_and_the_smallest_steps_suffice():
    z = np.array([50.0, 51.0, 50.0, -500.0, 0.0, -501.0])
    m = controlled(z)
    assert m[0] == m[2] < m[1] <= 1
    assert 0 <= m[5] < m[3]
    np.testing.assert_allclose(m, [1, 1, 1, 0, 2**-2.5, 0], atol=1e-6)


@pytest.mark.parametrize("transformer", TRANSFORMERS)
def test_no_controller_turns_a_pair_round(transformer):
    z = np.sort(np.random.default_rng(2).normal(size=5000) * 3)
    assert (np.diff(controlled(z, transformer)) >= 0).all()
    by_torch = controller.controlled(torch.from_numpy(z.astype(np.float32)), transformer, ETA, H).numpy()
    assert (np.diff(by_torch) >= -2e-7).all()
    np.testing.assert_allclose(by_torch, controlled(z, transformer), rtol=2e-5, atol=1e-7)


def test_standardised_masks():
    mask = np.random.default_rng(3).normal(5, 3, (2, 1, 7, 9)).astype(np.float32)
    for one, by_torch in zip(mask, controller.standardised(torch.from_numpy(mask)), strict=True):
        z = standardised(one)
        assert z.mean() == pytest.approx(0, abs=1e-12)
        assert z.var() == pytest.approx(1)
        np.testing.assert_allclose(by_torch.numpy(), z, atol=1e-5)
    assert not standardised(np.full((3, 3), 0.1)).any()
    even = controller.standardised(torch.full((1, 1, 3, 3), 0.1))
    assert even.abs().max() < 0.01  # rounding of the mean, in place of a division by nothing
    assert even.unique().numel() == 1


def test_a_mask_without_variance_has_a_gradient():
    mask = torch.full((1, 1, 4, 4), 0.5, requires_grad=True)
    controller.controlled(controller.standardised(mask), "customized", ETA, H).sum().backward()
    assert torch.isfinite(mask.grad).all()


@pytest.mark.parametrize(("transformer", "eta", "h"), [("none", 1, 1), ("customized", 0, 1), ("customized", 1, -1)])
def test_what_is_no_controller_is_refused(transformer, eta, h):
    with pytest.raises(InvalidChoice):
        controlled([0.0], transformer, eta, h)
