"""An explanation put back: what a linear model says is known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import salviewer as sv
from salviewer.api import InputRef, ModelRef
from salviewer.api.masks import MaskStack
from salviewer.data.arrays import picture_from_array
from salviewer.errors import InvalidChoice
from salviewer.jobs.putting_back import put_back
from salviewer.jobs.shelf import Shelf


class FirstRow(nn.Module):
    """Two classes: the sum of the first row in all channels, and nothing."""

    def forward(self, x):
        return torch.stack([x[:, :, 0].sum(dim=(1, 2)), torch.zeros(len(x))], dim=1)


@pytest.fixture
def known():
    shelf = Shelf(device="cpu")
    model = sv.load_model(FirstRow(), classes=["row", "none"])
    x = torch.full((3, 4, 4), 0.25)
    picture = picture_from_array(x, "flat")
    return shelf, ModelRef(architecture=shelf.keep_live(model.loaded)), InputRef(source=shelf.keep_live(picture))


def mask(**more):
    values = np.zeros((3, 4, 4), np.float32)
    values[0, 0, :2] = 1  # two of the first row's twelve values: 2 * 0.25 = 0.5
    return MaskStack("m", values, np.zeros((3, 4, 4), np.float32), np.zeros(3, np.float32), **more)


def test_the_model_says_what_is_stored(known):
    p = 1 / (1 + np.exp(-0.5))
    found = put_back(*known, mask(score=p, top=(("row", p), ("none", 1 - p))), 0)
    assert found.said.logits[0] == pytest.approx(0.5)
    assert found.before.logits[0] == pytest.approx(3.0)
    assert found.score == pytest.approx(p)
    assert found.agrees
    assert not put_back(*known, mask(score=p + 0.1), 0).agrees
    assert put_back(*known, mask(), 0).agrees is None


def test_the_complement_is_put_back(known):
    found = put_back(*known, mask(), 0, complementary=True)
    assert found.said.logits[0] == pytest.approx(2.5)
    assert found.agrees is None


def test_a_mask_of_another_size_is_refused(known):
    wrong = MaskStack("m", np.zeros((3, 5, 4), np.float32), np.zeros((0, 5, 4), np.float32), np.zeros(3, np.float32))
    with pytest.raises(InvalidChoice, match="3 × 5 × 4, and the model is fed 3 × 4 × 4"):
        put_back(*known, wrong, 0)
