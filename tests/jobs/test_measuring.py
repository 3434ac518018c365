"""Bare arrays as maps: on the model's grid, coarser, or on the picture's own pixels; what is no map is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import salviewer as sv
from salviewer.api import Explanation, GridMap, Heatmap
from salviewer.jobs.measuring import from_array, heatmap_on


class ReadsOnePatch(nn.Module):
    """Class 1 is as likely as the patch in rows and columns 16 to 23 of 32 is bright."""

    def forward(self, x):
        bright = 8 * x[:, :, 16:24, 16:24].mean(dim=(1, 2, 3)) - 4
        return torch.stack([-bright, bright], dim=1)


@pytest.fixture(scope="module")
def asked():
    """A model that sees the middle 32 x 32 pixels of a picture of 40 x 56."""
    model = sv.load_model(
        ReadsOnePatch(), classes=["dark", "bright"], device="cpu",
        preprocessing=sv.Preprocessing(crop=(32, 32)),
    )  # fmt: skip
    return model, sv.load_input(np.ones((3, 40, 56), np.float32))


def patch(shape, top, left, side):
    values = np.zeros(shape, np.float32)
    values[top : top + side, left : left + side] = 1
    return values


def test_the_same_map_on_every_grid_has_the_same_value(asked):
    on_model, on_cells = patch((32, 32), 16, 16, 8), patch((4, 4), 2, 2, 1)
    on_source = patch((40, 56), 4 + 16, 12 + 16, 8)
    beside = on_source.copy()
    beside[:4], beside[:, :12] = np.nan, np.nan  # as `Explanation.on_input` has it where the model saw nothing
    expected = sv.measure("deletion", *asked, on_model, target="bright").value
    for heatmap in (on_source, beside):
        assert sv.measure("deletion", *asked, heatmap, target="bright").value == pytest.approx(expected)
    assert sv.measure("deletion", *asked, on_cells, target="bright").value < 1.5 * expected
    assert sv.measure("deletion", *asked, patch((40, 56), 16, 16, 8), target="bright").value > 2 * expected


def test_what_on_input_gives_is_the_map_itself(asked):
    e = sv.explain(*asked, "occlusion", target="bright")
    expected = sv.measure("insertion", *asked, e).value
    assert sv.measure("insertion", *asked, e.on_input(), target="bright").value == pytest.approx(expected)
    assert sv.measure("insertion", *asked, e.heatmap, target="bright").value == pytest.approx(expected)


GRID = GridMap((4, 6), (2, 2), ((1.0, 0.0, 1.0), (0.0, 1.0, 2.0), (0.0, 0.0, 1.0)))
"""Of a model that sees rows 1, 2 and columns 2, 3 of (4, 6) pixels."""


def test_a_bare_array_of_the_sources_shape_is_cut_to_the_view():
    values = np.arange(24, dtype=np.float32).reshape(4, 6)
    assert heatmap_on(GRID, from_array(values)).tolist() == [[8, 9], [14, 15]]


def test_a_map_with_a_grid_of_its_own_covers_the_view_whatever_its_shape():
    values = np.tile(np.arange(6, dtype=np.float32), (4, 1))
    made = Explanation((Heatmap("map", values),), grid=GRID)
    assert heatmap_on(GRID, made).tolist() == [pytest.approx([1.0, 4.0], abs=0.3)] * 2


@pytest.mark.parametrize(
    "values",
    [np.zeros(5), np.zeros((4, 4, 4)), np.zeros((32, 32, 3)), np.zeros((1, 1, 4, 4)), np.float32(1), np.zeros((0, 4)),
     np.full((32, 32), "a"), np.zeros((32, 32), complex), np.full((32, 32), None)],
)  # fmt: skip
def test_what_is_no_map_is_refused_in_a_sentence(asked, values):
    with pytest.raises(sv.InvalidChoice) as caught:
        sv.measure("deletion", *asked, values)
    assert caught.value.code == "map-dims"
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16, np.float64])
def test_any_kind_of_number_is_a_map(asked, dtype):
    found = sv.measure("pointing-game", *asked, patch((32, 32), 16, 16, 8).astype(dtype), boxes=[(28, 20, 36, 28)])
    assert found.values["hit"] == found.values["mass_inside"] == 1
