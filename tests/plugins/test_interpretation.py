"""The relevant filters of one picture, on a network whose filters are known: which fired, how strongly, and where."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import salviewer as sv
from salviewer.api import FilterGallery, Heatmap, Trained
from salviewer.errors import InvalidChoice, UnsupportedModel

CLASSES = ("red", "green", "none")


class Colours(nn.Module):
    """Filter 0 sees red, filter 1 green, filter 2 blue, each through a strided layer; then units that add them up."""

    def __init__(self, stride=2):
        super().__init__()
        self.see = nn.Conv2d(3, 3, 3, stride, padding=1, bias=False)
        self.unit, self.head = nn.Linear(3, 4), nn.Linear(4, 3)
        for part in self.parameters():
            part.data.zero_()
        for i in range(3):
            self.see.weight.data[i, i] = 1 / 9
        self.unit.weight.data[:3] = torch.eye(3)
        self.unit.weight.data[3] = 1
        self.head.weight.data[:, :3] = torch.eye(3)

    def forward(self, x):
        return self.head(F.relu(self.unit(F.relu_(self.see(x)).mean((2, 3)))))


def picture():
    """Red in the upper left corner, half as much green in the lower right."""
    x = np.zeros((16, 16, 3), np.float32)
    x[2:6, 2:6, 0], x[10:14, 10:14, 1] = 1.0, 0.5
    return x


def opened(net=None):
    model = sv.load_model(net or Colours(), classes=CLASSES, preprocessing="none")
    return model, sv.load_input(picture())


def trained(model, weights, images=("red", "green")):
    """What training would leave: weights by (layer, filter) for the class "red"."""
    from salviewer_plugins.interpretation.channel_norms import layers_and_norms

    loaded = model.loaded
    layers, _, _ = layers_and_norms(loaded.module, torch.zeros(1, 3, 16, 16), loaded, 3)
    rows = [(i, q) for i, layer in enumerate(layers) for q in range(layer.channels)]
    table = np.zeros((len(rows), 3), np.float32)
    for (name, kind, channel), weight in weights.items():
        at = next(i for i, layer in enumerate(layers) if (layer.name, layer.kind) == (name, kind))
        table[rows.index((at, channel)), 0] = weight
    facts = {"layers": [layer.facts() for layer in layers], "images": dict.fromkeys(images, 10)}
    about = {"trainer": "relevant-filters", "model": {"sha256": loaded.sha256, "architecture": "colours"}}
    return Trained({"weights": table, "features": np.array(rows, np.int32)}, facts, provenance=about)


WEIGHTS = {("see", "convolution", 0): 2.0, ("see", "convolution", 1): 3.0, ("unit", "linear", 0): 0.5,
           ("see", "convolution", 2): 9.0, ("unit", "linear", 1): -4.0}  # fmt: skip


def explained(weights=WEIGHTS, net=None, **params):
    model, source = opened(net)
    return sv.explain(model, source, "interpretation", target="red", params=params, trained=trained(model, weights))


def gallery(explanation):
    return next(e for e in explanation.evidence if isinstance(e, FilterGallery))


def test_responses_are_weights_times_shares_of_norms():
    found = gallery(explained())
    # norms of "see": red twice green, no blue: shares 2/3, 1/3, 0; of "unit": mean red 2, green 1, blue 0, all 3, of 6
    assert [(int(p), int(q)) for p, q in zip(found.layer, found.channel, strict=True)][:2] == [(0, 0), (0, 1)]
    np.testing.assert_allclose(found.response, [4 / 3, 1, 1 / 6, 0, -4 / 6], rtol=1e-5)
    np.testing.assert_allclose(found.relevance, [2, 3, 0.5, 9, -4])
    assert [found.layers[p]["kind"] for p in found.layer] == ["convolution"] * 2 + ["linear", "convolution", "linear"]
    assert found.label == "red"


@pytest.mark.parametrize("variant", ["stride-1", "deconv", "activations"])
def test_each_filter_is_led_back_to_its_own_colour(variant):
    maps = gallery(explained(variant=variant, filters=2)).heatmaps
    assert maps[0][:8, :8].sum() > 0.9 * maps[0].sum() > 0
    assert maps[1][8:, 8:].sum() > 0.9 * maps[1].sum() > 0


def test_at_stride_one_the_middle_of_a_colour_has_no_grid():
    model, _ = opened()
    source, state = sv.load_input(np.ones((16, 16, 3), np.float32)), trained(model, WEIGHTS)
    with_grid, without = (
        sv.explain(
            model, source, "interpretation", target="red", params={"variant": v, "filters": 1}, trained=state
        ).heatmap[4:12, 4:12]
        for v in ("deconv", "stride-1")
    )
    assert np.ptp(with_grid) > 0.5 * with_grid.max()
    assert np.ptp(without) < 1e-6 * without.max()


def test_where_every_stride_is_one_the_variants_agree():
    one, other = (explained(net=Colours(stride=1), variant=v).heatmap for v in ("deconv", "stride-1"))
    assert np.array_equal(one, other)


def test_units_without_places_are_said_so_and_not_drawn():
    found = explained(variant="activations")
    assert "2 of the filters are units without places (unit)" in found.notes[0]
    assert np.isnan(gallery(found).heatmaps[2]).all()
    assert sum(isinstance(e, Heatmap) for e in found.evidence) == 1 + 3


@pytest.mark.parametrize("channels", ["length", "largest", "sum"])
def test_activations_keep_their_sign_however_colours_are_joined(channels):
    net = Colours()
    net.see.weight.data[0, 0] = -1 / 9
    found = explained({("see", "convolution", 0): 1.0}, net, variant="activations", channels=channels)
    shown = found.evidence[-1]
    assert shown.signed
    assert shown.values[3, 3] < -0.5
    assert found.heatmap[3, 3] > 0  # the first map adds up sizes


def test_the_first_map_leaves_out_what_speaks_against():
    found = explained({("see", "convolution", 0): 1.0, ("see", "convolution", 1): -5.0})
    assert found.heatmap[10:, 10:].sum() == 0
    assert found.heatmap[:8, :8].sum() > 0
    strongest = explained(joined="strongest")
    assert strongest.heatmap[10:, 10:].sum() == 0


def test_maps_come_out_the_same_one_by_one():
    many, one = explained(filters=3), explained(filters=1)
    np.testing.assert_allclose(gallery(many).heatmaps[0], gallery(one).heatmaps[0])


def test_a_class_without_pictures_is_named():
    model, source = opened()
    state = trained(model, WEIGHTS)
    with pytest.raises(InvalidChoice, match="No filters were looked for that matter for “none”"):
        sv.explain(model, source, "interpretation", target="none", trained=state)
    with pytest.raises(InvalidChoice, match="No filter was found that matters for “green”"):
        sv.explain(model, source, "interpretation", target="green", trained=state)


def test_other_layers_than_it_was_trained_on_are_refused():
    model, source = opened()
    state = trained(model, WEIGHTS)
    state.facts["layers"][0]["channels"] = 5
    with pytest.raises(UnsupportedModel, match="takes other steps"):
        sv.explain(model, source, "interpretation", target="red", trained=state)


def test_without_training_it_says_what_to_do():
    model, source = opened()
    with pytest.raises(InvalidChoice, match="relevant-filters"):
        sv.explain(model, source, "interpretation", target="red")


def test_average_pictures_that_were_learned_come_along():
    model, source = opened()
    state = trained(model, {("see", "convolution", 0): 2.0})
    learned = FilterGallery(
        "red", np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1, np.float32), np.full(1, np.nan, np.float32),
        np.zeros((0, 0, 0), np.float32), np.full((1, 4, 4, 3), 7, np.uint8), np.ones((1, 4, 4), np.float32),
        layers=tuple({**one, "field": 3} for one in state.facts["layers"]), crops=((("a", 0, 0, 3, 3),),),
        collection={"key": "x"}, label="red",
    )  # fmt: skip
    state = Trained(state.tensors, state.facts, (learned,), provenance=state.provenance)
    found = gallery(sv.explain(model, source, "interpretation", target="red", trained=state))
    assert (found.averages == 7).all()
    assert found.crops == learned.crops
    assert found.layers[0]["field"] == 3
    assert found.collection == {"key": "x"}
