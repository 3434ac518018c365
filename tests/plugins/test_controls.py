"""The controls: drawn by the seed, blind to network and picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from direct import PlainModel, explain

from salviewer_plugins.evaluation.control_params import CentredGaussianParams, RandomMapParams
from salviewer_plugins.evaluation.controls import CentredGaussian, RandomMap


def model():
    return PlainModel(lambda x: torch.stack([x.mean((1, 2, 3)), -x.mean((1, 2, 3))], 1))


def test_the_spot_is_a_gaussian_in_the_middle():
    values = explain(CentredGaussian(), CentredGaussianParams(sigma=0.25), model(), torch.rand(1, 3, 9, 13)).heatmap
    y, x = np.mgrid[:9, :13]
    expected = np.exp(-((y - 4) ** 2 + (x - 6) ** 2) / (2 * (0.25 * 9) ** 2))
    assert values == pytest.approx(expected, abs=1e-6)


def test_noise_is_uniform_and_the_picture_does_not_matter():
    a, b = (explain(RandomMap(), RandomMapParams(), model(), torch.rand(1, 3, 64, 64) * k).heatmap for k in (1, 5))
    assert np.array_equal(a, b)
    assert (a.min() >= 0, a.max() <= 1, abs(a.mean() - 0.5) < 0.02) == (True, True, True)


def test_smooth_noise_is_smooth():
    rough, smooth = (
        explain(RandomMap(), RandomMapParams(sigma=s), model(), torch.rand(1, 3, 64, 64)).heatmap for s in (0.0, 0.1)
    )
    step = [np.abs(np.diff(v, axis=1)).mean() / v.std() for v in (rough, smooth)]
    assert step[1] < 0.2 * step[0]


def test_neither_asks_the_network():
    asked = model()
    explain(RandomMap(), RandomMapParams(), asked, torch.rand(1, 3, 8, 8))
    explain(CentredGaussian(), CentredGaussianParams(), asked, torch.rand(1, 1, 4, 5, 6))
    assert asked.calls == 0
