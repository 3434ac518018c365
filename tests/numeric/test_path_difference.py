"""Where two paths part, on paths made by hand."""

import math

import numpy as np
import pytest

from salviewer.api import NeuronPath
from salviewer.numeric.path_difference import by_depth, by_name, differ, shared_by_chance
from salviewer.numeric.place_density import density

NAMES = ("class", "fc", "conv2", "conv1", "input")
CHANNELS, SHAPES = (10, 100, 16, 8, 3), ([], [], [4, 4], [8, 8], [8, 8])


def path(*units, names=NAMES, shapes=SHAPES, fields=None):
    """A path of (channel, y, x) per layer, on a network of five layers."""
    flat = [(i, *unit) for i, layer in enumerate(units) for unit in layer]
    n = len(flat)
    layers = tuple(
        {"name": name, "kind": "convolution", "channels": c, "shape": shape}
        for name, c, shape in zip(names, CHANNELS, shapes, strict=True)
    )
    columns = np.array(flat, np.int32)
    whole = np.tile(np.array([0, 0, 8, 8], np.float32), (n, 1))
    return NeuronPath(
        "path", layer=columns[:, 0], channel=columns[:, 1], place=columns[:, 2:], support=np.zeros((n, 3), np.float32),
        score=np.zeros(n, np.float32), links=np.zeros((0, 2), np.int32),
        fields=whole if fields is None else np.array(fields, np.float32),
        thumbnails=np.zeros((0, 4, 4), np.float32), thumbnail_of=np.zeros((0, 2), np.int32), layers=layers,
    )  # fmt: skip


FC_A, FC_B = [(c, -1, -1) for c in (1, 2, 3)], [(c, -1, -1) for c in (3, 4, 5)]
TOP_A, TOP_B = [(0, 0, 0), (1, 1, 1), (2, 2, 2)], [(0, 0, 0), (1, 1, 1), (9, 2, 2)]
LOW = [(0, 0, 0), (1, 5, 5)]
DOTS = [(0, 1, 1), (1, 6, 6)]
A = path([(4, -1, -1)], FC_A, TOP_A, LOW, DOTS)
B = path([(7, -1, -1)], FC_B, TOP_B, LOW, DOTS)


def test_two_classes_part_after_the_last_shared_layer():
    found = differ(A, B)
    assert [s.name for s in found.steps] == list(NAMES)
    assert [s.shared for s in found.steps] == pytest.approx([0, 1 / 5, 2 / 4, 1, 1])
    assert [s.counts for s in found.steps] == [(1, 1), (3, 3), (3, 3), (2, 2), (2, 2)]
    assert found.verdict == "part"
    assert found.steps[found.parting].name == "conv2"  # exactly half: chance takes less than a percent off that
    assert "conv2 is the last layer" in found.sentence


def test_what_chance_would_share():
    # 3 of 256 units each (16 channels on 4 x 4): 9 / 256 in both, out of 6 - 9 / 256.
    assert differ(A, B).steps[2].chance == pytest.approx((9 / 256) / (6 - 9 / 256))
    assert shared_by_chance(5, 10, 10) == 0.5
    assert shared_by_chance(10, 10, 10) == 1
    assert shared_by_chance(0, 0, 10) == 0


def test_a_layer_that_is_chosen_whole_says_nothing():
    every = [(c, y, x) for c in range(3) for y in range(8) for x in range(8)]
    one, two = path([(4, -1, -1)], FC_A, TOP_A, LOW, every), path([(7, -1, -1)], FC_B, TOP_A, LOW, every)
    last = differ(one, two).steps[-1]
    assert (last.shared, last.chance) == (1, 1)
    assert math.isnan(last.beyond)
    assert not last.together
    assert 4 not in differ(one, two).counted


def test_the_same_path_does_not_part():
    found = differ(A, A)
    assert (found.verdict, found.parting) == ("together", None)
    assert "do not part" in found.sentence


def test_paths_that_share_nothing_but_the_class():
    other = path([(4, -1, -1)], [(9, -1, -1)], [(9, 3, 3)], [(7, 7, 7)], [(2, 0, 0)])
    found = differ(A, other)
    assert found.steps[0].shared == 1
    assert (found.verdict, found.parting) == ("apart", None)
    assert "apart from the pixels on" in found.sentence


def test_paths_that_meet_again_above_the_pixels():
    lower = path([(4, -1, -1)], FC_B, TOP_A, LOW, [(2, 0, 0)])
    found = differ(A, lower)
    assert found.steps[found.parting].name == "conv2"  # although the pixels differ


def test_other_grids_compare_channels():
    wide = path([(7, -1, -1)], FC_B, [(0, 7, 7), (1, 0, 3), (2, 0, 0)], LOW, DOTS,
                shapes=([], [], [9, 9], [8, 8], [8, 8]))  # fmt: skip
    step = differ(A, wide).steps[2]
    assert (step.by, step.shared) == ("channels", 1)
    assert step.chance == pytest.approx(shared_by_chance(3, 3, 16))


def test_layers_are_matched_by_name_and_the_rest_is_named():
    renamed = path([(7, -1, -1)], FC_B, TOP_B, LOW, DOTS, names=("class", "fc", "other", "conv1", "input"))
    found = differ(A, renamed)
    assert [s.name for s in found.steps] == ["class", "fc", "conv1", "input"]
    assert found.left_out == ("conv2", "other")


def test_a_layer_that_is_called_twice_is_matched_in_order():
    layers = [{"name": n, "kind": "k", "channels": 1} for n in ("class", "relu", "relu", "input")]
    assert by_name(layers, layers) == (((0, 0), (1, 1), (2, 2), (3, 3)), ())


def test_layers_of_two_networks_are_matched_by_depth():
    assert by_depth(3, 5) == ((0, 0), (1, 2), (2, 4))
    assert by_depth(5, 3) == ((0, 0), (2, 1), (4, 2))
    assert by_depth(2, 2) == ((0, 0), (1, 1))


def test_the_density_of_fields():
    left = density(np.array([[0, 0, 0.5, 1.0]]), 4)
    assert left.tolist() == [[0.125] * 4] * 2 + [[0.0] * 4] * 2  # x first
    assert density(np.array([[0.5, 0.5, 0.5, 0.5]]), 4).sum() == pytest.approx(1)
    assert density(np.zeros((0, 4)), 4).sum() == 0
    assert density(np.array([[0, 0, 0, 1.0, 1.0, 0.5]]), 2).tolist() == [[[0.25, 0], [0.25, 0]]] * 2


def fields(*boxes):
    """Nine units: the class sees all, the others their own boxes."""
    return [(0, 0, 8, 8), *boxes]


def test_two_networks_are_compared_by_place():
    corner, far = (0, 0, 2, 2), (6, 6, 8, 8)
    one = path(
        [(4, -1, -1)],
        [(1, -1, -1)],
        [(0, 0, 0)],
        [(0, 0, 0)],
        [(0, 0, 0)],
        fields=fields(corner, corner, corner, corner),
    )
    two = path(
        [(0, -1, -1)], [(9, -1, -1)], [(8, 3, 3)], [(7, 0, 0)], [(2, 0, 0)], fields=fields(far, far, corner, corner)
    )
    found = differ(one, two, same_network=False)
    assert {s.by for s in found.steps} == {"places"}
    assert [round(s.shared, 6) for s in found.steps] == [1, 0, 0, 1, 1]
    assert math.isnan(found.steps[0].beyond)  # the whole picture, wherever it is thrown
    assert found.steps[found.parting].name == "conv1"
    assert "places" in found.sentence


def test_frames_put_two_crops_on_one_picture():
    # The left half of one input is the whole of the other, which saw only that half of the picture.
    one = path(*[[(0, 0, 0)]] * 5, fields=[(0, 0, 4, 8)] * 5)
    two = path(*[[(0, 0, 0)]] * 5, fields=[(0, 0, 8, 8)] * 5)
    apart = differ(one, two, same_network=False)
    assert apart.steps[2].shared == pytest.approx(0.5)
    found = differ(one, two, same_network=False, frames=(None, ((0.0, 0.5), (0.0, 1.0))))
    assert found.steps[2].shared == pytest.approx(1)
    assert found.verdict == "together"


def test_paths_of_other_dimensions_are_refused():
    flat = path(*[[(0, 0, 0)]] * 5)
    deep = path(*[[(0, 0, 0)]] * 5)
    object.__setattr__(deep, "fields", np.zeros((5, 6), np.float32))
    with pytest.raises(ValueError, match="dimensions"):
        differ(flat, deep)
