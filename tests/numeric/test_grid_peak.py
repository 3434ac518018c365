"""A grid is found where there is one, at its own step, and nowhere else; leading back at stride 1 leaves less of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import salviewer as sv
from salviewer.models.opening import open_module
from salviewer.numeric.grid_peak import grid_peak
from salviewer_plugins.interpretation.channel_norms import layers_and_norms
from salviewer_plugins.interpretation.filter_maps import Filter, led_back


def blob(side=96):
    y, x = np.mgrid[:side, :side] / side - 0.5
    return np.exp(-(x**2 + 2 * y**2) / 0.02)


def grid(step, side=96):
    found = np.zeros((side, side))
    found[::step, ::step] = 1
    return found


@pytest.mark.parametrize("step", [2, 4, 8])
def test_a_blob_seen_through_a_grid_has_a_peak(step):
    assert grid_peak(blob() * grid(step), step) > 6


@pytest.mark.parametrize("step", [2, 4])
def test_noise_has_none(step):
    rng = np.random.default_rng(0)
    assert 0.7 < np.mean([grid_peak(rng.standard_normal((96, 96)), step) for _ in range(20)]) < 1.3


def test_a_step_that_does_not_divide_the_side_is_found_too():
    assert grid_peak(blob(97) * grid(4, 97), 4) > 5


def test_a_fainter_grid_has_a_smaller_peak():
    rng = np.random.default_rng(0)
    noise = 0.1 * rng.random((96, 96))
    faint, plain = (grid_peak(blob() * (1 + strength * grid(4)) + noise, 4) for strength in (0.3, 3))
    assert 1 < faint < plain


def test_what_has_no_spectrum_to_speak_of_is_not_judged():
    assert np.isnan(grid_peak(np.ones((64, 64)), 2))
    assert np.isnan(grid_peak(np.eye(12), 4))
    with pytest.raises(ValueError, match="2 pixels or more"):
        grid_peak(np.eye(64), 1)


@pytest.mark.parametrize("stride", [2, 4])
def test_filters_of_a_strided_convolution_led_back_at_stride_one_show_less_of_the_grid(stride):
    torch.manual_seed(0)
    seeing = nn.Conv2d(3, 12, stride + 1, stride)
    net = nn.Sequential(seeing, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 2)).eval()
    x = torch.from_numpy(blob(97)).float().expand(1, 3, 97, 97) + 0.1 * torch.rand(1, 3, 97, 97)
    model = open_module(net, classes=("a", "b"), outputs="softmax", preprocessing=None, device="cpu")
    own, one = (np.nanmedian(peaks_of(model, x, "1", stride, stride_one=which)) for which in (False, True))
    assert own > 2
    assert one < own / 2


def test_the_sample_nets_maxima_make_no_grid_either_way():
    """Its only strides are those of max pooling, whose maxima lie where they lie."""
    model = sv.load_model("an8flower-cnn", "fold-0").loaded
    with model.ready():
        x = model.prepare(sv.collection("an8flower-single-6c", subset="held-out")[0].picture).tensor
        for which in (False, True):
            assert np.nanmedian(peaks_of(model, x, "relu2", 2, stride_one=which)) < 2


def peaks_of(model, x, name, step, *, stride_one):
    """Of the maps of all filters of a ReLU."""
    layers, _, _ = layers_and_norms(model.module, x, model, len(model.classes))
    layer = next(one for one in layers if one.name == name)
    filters = [Filter(layer, q) for q in range(layer.channels)]
    many = x.expand(len(filters), *x.shape[1:])
    maps = led_back(model, model.module, many, filters, stride_one=stride_one).abs().amax(1)
    return [grid_peak(one.numpy(), step) for one in maps]
