"""Average pictures of a network whose filters are known: each sees one colour in a field of three by three pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from salviewer.api import CollectionRef, FilterGallery, GridMap, LabelledInput, ModelInput, Progress, TrainRequest
from salviewer.errors import Cancelled
from salviewer_plugins.interpretation import averages
from salviewer_plugins.interpretation.averages import Averaging, Wanted
from salviewer_plugins.interpretation.channel_norms import layers_and_norms
from salviewer_plugins.interpretation.crops import NO_PLACE, Box, Fields, cut, peaks
from salviewer_plugins.interpretation.filter_maps import Filter
from salviewer_plugins.interpretation.filter_params import FilterParams
from salviewer_plugins.interpretation.learned import learned_pictures
from salviewer_plugins.interpretation.relevant_filters import RelevantFilters
from salviewer_plugins.interpretation.strongest import Choice, by_weight, strongest

CLASSES = ("red", "green", "blue")
SIZE = 16


class Net(nn.Module):
    """Filter i of `see` answers to the i-th colour at the middle of its 3 x 3 field; stride 2 after it."""

    def __init__(self):
        super().__init__()
        self.see, self.unit, self.head = nn.Conv2d(3, 3, 3, padding=1, bias=False), nn.Linear(3, 3), nn.Linear(3, 3)
        for part in self.parameters():
            part.data.zero_()
        for i in range(3):
            self.see.weight.data[i, i, 1, 1] = 1.0
            self.unit.weight.data[i, i] = self.head.weight.data[i, i] = 1.0

    def forward(self, x):
        return self.head(torch.relu(self.unit(torch.relu(nn.functional.max_pool2d(self.see(x), 2)).amax((2, 3)))))


class Model:
    classes = CLASSES

    def __init__(self):
        self.module, self.passes = Net().eval(), 0

    def __call__(self, x):
        self.passes += len(x)
        return self.module(x)

    def decode(self, x):
        return x


class Work:
    def batched(self, count, step, *, images=1):
        for start in range(0, count, 4):
            part = slice(start, min(count, start + 4))
            yield part, step(part)


def spots(count=12):
    """Grey pictures with one pixel of the class's colour, each somewhere else, brighter in later ones."""
    made = []
    for at in range(count):
        x = torch.full((1, 3, SIZE, SIZE), 0.2)
        x[0, at % 3, at, (5 * at) % SIZE] = 0.7 + 0.02 * at
        made.append(LabelledInput(f"p{at}", ModelInput(x, GridMap.identity((SIZE, SIZE)), ref=f"hash{at}"), at % 3))
    return made


def request(tmp_path, model=None, given=None):
    given = given or spots()
    for name in ("scratch", "cache"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    return TrainRequest(
        model or Model(), given, tuple(one.id for one in given), CollectionRef(key="spots"), 0, torch.Generator(),
        Work(), tmp_path / "scratch", tmp_path / "cache",
    )  # fmt: skip


def train(wanted, progress=None, **params):
    given = {"layers": "only-conv", "average_side": 24, "averages": 1, **params}
    return RelevantFilters().train(wanted, FilterParams(**given), progress or Progress())


def galleries(trained):
    return [one for one in trained.evidence if isinstance(one, FilterGallery)]


def network():
    model = Model()
    x = torch.rand(1, 3, SIZE, SIZE)
    layers, _, _ = layers_and_norms(model.module, x, model, 3)
    return model, layers, Fields(model, model.module, x, layers)


def named(layers, name, kind="convolution"):
    return next(layer for layer in layers if (layer.name, layer.kind) == (name, kind))


def test_boxes_are_the_exact_fields_and_may_lie_outside():
    _, layers, fields = network()
    see, pool, unit = (
        named(layers, "see"),
        next(x for x in layers if x.kind == "pooling"),
        named(layers, "unit", "linear"),
    )
    assert [fields.side(layer) for layer in (see, pool, unit)] == [3, 4, 0]
    assert fields.box(see, 0) == Box(-1, -1, 2, 2)
    assert fields.box(see, SIZE + 5) == Box(4, 0, 7, 3)
    assert fields.box(pool, 8 + 2) == Box(3, 1, 7, 5)
    assert fields.box(unit, NO_PLACE) == Box(0, 0, SIZE, SIZE)


def test_peaks_are_where_the_colour_is():
    model, layers, _ = network()
    see, unit = named(layers, "see"), named(layers, "unit", "linear")
    x = torch.cat([one.input.tensor for one in spots(6)])
    found = peaks(model, model.module, x, [Filter(see, 1), Filter(unit, 0)])
    assert found[[1, 4], 0].tolist() == [SIZE + 5, 4 * SIZE + 20 % SIZE]
    assert (found[:, 1] == NO_PLACE).all()


def test_what_lies_outside_of_the_picture_is_unknown():
    values = torch.arange(16.0).reshape(1, 4, 4)
    found = cut(values, Box(-1, -1, 2, 2), (3, 3))[..., 0]
    assert np.isnan(found[0]).all() and np.isnan(found[:, 0]).all()
    np.testing.assert_array_equal(found[1:, 1:], [[0, 1], [4, 5]])
    halved = cut(torch.ones(3, 4, 4), Box(-4, 0, 4, 4), (2, 4))
    assert np.isnan(halved[:, :2]).all() and (halved[:, 2:] == 1).all()


def test_the_average_is_the_mean_of_the_crops(tmp_path):
    model, layers, fields = network()
    made = Averaging(request(tmp_path, model), model.module, fields, 3, 0.0, ("stride-1", "deconv", "activations"))
    wanted = [Wanted(Filter(named(layers, "see"), 0), (3, 9)), Wanted(Filter(named(layers, "unit", "linear"), 0), (3,))]
    found = made.of(wanted, Progress())
    middle = round(255 * (0.76 + 0.88) / 2)
    assert found.pictures[0, 1, 1].tolist() == [middle, 51, 51]
    assert (np.delete(found.pictures[0].reshape(9, 3), 4, 0) == 51).all()
    assert found.boxes[0] == (Box(14, 2, 17, 5), Box(12, 8, 15, 11))  # that of p3 reaches beyond the right edge
    assert found.boxes[1] == (Box(0, 0, SIZE, SIZE),)
    for variant in ("stride-1", "deconv"):
        grey, right = (0.2 / 0.76 + 0.2 / 0.88) / 2, 0.2 / 0.88  # to the right of p3 there is no pixel
        around = [[grey, grey, right], [grey, 1, right], [grey, grey, right]]
        np.testing.assert_allclose(found.maps[variant][0], around, atol=1e-3)
    assert np.isnan(found.maps["activations"][1]).all()


def test_alignment_moves_pictures_and_heatmaps_together(tmp_path):
    model, layers, fields = network()
    pool = next(layer for layer in layers if layer.kind == "pooling")
    wanted = [Wanted(Filter(pool, 0), (3, 6, 9))]  # the spot is somewhere in the middle of a field of four pixels
    loose, sharp = (
        Averaging(request(tmp_path, model), model.module, fields, 4, reach, ("stride-1",)).of(wanted, Progress())
        for reach in (0.0, 0.5)
    )
    assert sharp.pictures[0, ..., 0].max() > loose.pictures[0, ..., 0].max()
    at = np.unravel_index(sharp.pictures[0, ..., 0].argmax(), (4, 4))
    assert sharp.maps["stride-1"][0].argmax() == np.ravel_multi_index(at, (4, 4))


def test_the_strongest_are_of_the_class_unless_the_filter_speaks_against_it():
    rows = np.array([[3, 1], [2, 5], [9, 4], [0, 0]], np.float32)
    labels = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], np.float32)
    choices = [Choice(0, 0, 2.0), Choice(0, 1, -1.0), Choice(1, 0, 1.0)]
    found = strongest(rows, labels, choices, 2)
    assert [one.tolist() for one in found] == [[0, 1], [1, 2], [2]]


def test_filters_of_large_weight_come_first_and_those_against_last():
    weights = np.array([[1.0, 0], [-3, 0], [2, 5], [0.5, 0]])
    first, others = by_weight(weights, 2)
    assert [(one.index, one.column) for one in first] == [(0, 2), (0, 1), (1, 2)]
    assert [(one.index, one.column) for one in others] == [(0, 0), (0, 3)]


def test_training_leaves_a_gallery_per_class(tmp_path):
    trained = train(request(tmp_path), averages=1, average_maps="all")
    found = galleries(trained)
    assert [one.label for one in found] == [name for name in CLASSES for _ in range(3)]
    for j, one in enumerate(found[::3]):
        assert one.channel[0] == j
        assert (np.diff(one.relevance[1:]) <= 0).all()
        assert one.averages.shape == (1, 24, 24, 3)
        assert one.averages[0, ..., j].max() > 60
        assert np.delete(one.averages[0], j, 2).max() == 51
        assert {crop[0] for crop in one.crops[0]} == {f"p{at}" for at in range(12) if at % 3 == j}
        for name, x0, y0, x1, y1 in one.crops[0]:
            at = int(name[1:])
            assert x0 <= (5 * at) % SIZE < x1 and y0 <= at < y1
        assert one.collection["key"] == "spots"
        assert one.layers[one.layer[0]]["field"] in (3, 4)
        assert one.sharpened == 0
    assert [one.variant for one in found[:3]] == [
        "guided backpropagation at stride 1", "deconvolution with guided backpropagation", "up-sampled activations",
    ]  # fmt: skip
    assert len(found[1].averages) == 0 and found[1].average_maps.shape == (1, 24, 24)


def test_a_gallery_says_that_its_averages_were_sharpened(tmp_path):
    trained = train(request(tmp_path), averages=1, average_maps="none", sharpen=0.25)
    assert [one.sharpened for one in galleries(trained)] == [0.25] * 3
    assert learned_pictures(trained, CLASSES[0], [(int(galleries(trained)[0].layer[0]), 0)])["sharpened"] == 0.25


def test_heatmaps_count_all_colours_by_their_length(tmp_path, monkeypatch):
    model, layers, fields = network()
    signal = torch.zeros(3, SIZE, SIZE)
    signal[:, 1, 1], signal[0, 4, 4] = torch.tensor([3.0, -4.0, 0.0]), 5.0
    monkeypatch.setattr(averages, "led_back", lambda model, module, x, filters, stride_one: signal.expand_as(x))
    made = Averaging(request(tmp_path, model), model.module, fields, SIZE, 0.0, ("stride-1",))
    found = made.of([Wanted(Filter(named(layers, "unit", "linear"), 0), (3,))], Progress()).maps["stride-1"][0]
    assert found[1, 1] == found[4, 4] == 1 and found.sum() == 2


def test_without_averages_the_filters_are_listed_all_the_same(tmp_path):
    found = galleries(train(request(tmp_path), averages=0))
    assert [one.label for one in found] == list(CLASSES)
    assert all(len(one.averages) == 0 and one.crops == () and len(one.relevance) > 0 for one in found)


def test_an_interrupted_training_goes_on_with_the_next_class(tmp_path):
    whole = galleries(train(request(tmp_path / "other")))
    stop = Progress(cancelled=lambda: (tmp_path / "scratch" / "averages-1.npz").exists())
    with pytest.raises(Cancelled):
        train(request(tmp_path), stop)
    assert not (tmp_path / "scratch" / "averages-2.npz").exists()
    model = Model()
    again = galleries(train(request(tmp_path, model)))
    assert model.passes < 15  # of one class: 4 peaks, 4 heatmaps; the first picture, the fields, the trial
    for one, other in zip(whole, again, strict=True):
        assert one.crops == other.crops
        np.testing.assert_array_equal(one.averages, other.averages)
        np.testing.assert_array_equal(one.average_maps, other.average_maps)


def test_pictures_are_read_once_for_all_filters_of_a_class(tmp_path, monkeypatch):
    monkeypatch.setattr(averages, "CHUNK", 2)
    read = []

    class Reading(list):
        def __getitem__(self, at):
            read.append(at)
            return super().__getitem__(at)

    model, layers, fields = network()
    made = Averaging(request(tmp_path, model, Reading(spots())), model.module, fields, 3, 0.0, ())
    see = named(layers, "see")
    made.of([Wanted(Filter(see, i), (0, 3, 6)) for i in range(3)], Progress())
    assert read == [0, 3, 6]
