"""Links among chosen units: worked by hand on a small path, and against plain loops on random ones."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from salviewer.numeric.neuron_links import Links, carrying, contracted, leading_to
from salviewer.numeric.neuron_rows import channel_rows
from salviewer.numeric.neuron_table import BOTH, FIRST, SECOND, joined
from salviewer.numeric.point_density import point_density

# 0 -> 1, 2; 1 -> 3; 2 -> 3, 4; 3 -> 5; 4 -> 6; and 0 -> 4 past the second layer.
LINKS = np.array([[0, 1], [0, 2], [1, 3], [2, 3], [2, 4], [3, 5], [4, 6], [0, 4]], np.int32)
LAYER = np.array([0, 1, 1, 2, 2, 3, 3], np.int32)
SCORE = np.array([1.0, 3.0, 1.0, 2.0, np.nan, 5.0, 1.0], np.float32)


def test_neighbours_and_what_lies_above_and_below():
    links = Links(LINKS, 7)
    assert links.chosen_by(np.array([0])).tolist() == [1, 2, 4]
    assert links.choosers_of(np.array([3, 6])).tolist() == [1, 2, 4]
    assert np.flatnonzero(links.below(np.array([1]))).tolist() == [1, 3, 5]
    assert np.flatnonzero(links.above(np.array([5]))).tolist() == [0, 1, 2, 3, 5]
    assert links.chosen_by(np.array([5])).tolist() == []


def test_hidden_layers_are_bridged():
    hidden = np.isin(LAYER, (1, 2))
    assert contracted(LINKS, hidden).tolist() == [[0, 5], [0, 6]]
    assert contracted(LINKS, LAYER == 1).tolist() == [[0, 3], [0, 4], [3, 5], [4, 6]]
    assert contracted(LINKS, np.zeros(7, bool)).tolist() == sorted(LINKS.tolist())
    assert contracted(np.empty((0, 2), np.int32), np.zeros(0, bool)).shape == (0, 2)


def test_bridges_are_what_a_slow_search_finds():
    rng = np.random.default_rng(0)
    layer = np.sort(rng.integers(0, 6, 60))
    pairs = rng.integers(0, 60, (200, 2))
    links = pairs[layer[pairs[:, 0]] < layer[pairs[:, 1]]]
    hidden = np.isin(layer, (2, 3))

    def reached(a):
        for b in links[links[:, 0] == a][:, 1]:
            yield from reached(b) if hidden[b] else (b,)

    slow = {(a, int(b)) for a in np.flatnonzero(~hidden).tolist() for b in reached(a)}
    assert {tuple(pair) for pair in contracted(links, hidden).tolist()} == slow


def test_the_units_that_carry_a_share_of_each_layers_score():
    assert np.flatnonzero(carrying(LAYER, SCORE, 0.75)).tolist() == [0, 1, 3, 5]
    assert np.flatnonzero(carrying(LAYER, SCORE, 0.76)).tolist() == [0, 1, 2, 3, 5]
    assert carrying(LAYER, np.zeros(7), 0.1).all()
    assert np.flatnonzero(carrying(LAYER, SCORE, 0.0)).tolist() == [0, 1, 3, 5]
    assert carrying(LAYER, SCORE, 1.0).sum() == 6  # what is no number carries nothing


def test_the_units_on_a_path_to_the_strongest_pixels():
    links = Links(LINKS, 7)
    assert np.flatnonzero(leading_to(links, LAYER, SCORE, 0.5)).tolist() == [0, 1, 2, 3, 5]
    assert leading_to(links, LAYER, SCORE, 1.0).all()
    assert leading_to(Links(LINKS[:0], 0), LAYER[:0], SCORE[:0], 1.0).shape == (0,)


def path(layers, units, links, thumbnails=()):
    """`units`: (layer, channel, y, x, score)."""
    found = np.array(units, np.float64).reshape(-1, 5)
    n = len(found)
    return SimpleNamespace(
        layers=tuple({"name": name, "kind": "convolution", "channels": 4, "shape": shape} for name, shape in layers),
        layer=found[:, 0].astype(np.int32), channel=found[:, 1].astype(np.int32), place=found[:, 2:4].astype(np.int32),
        score=found[:, 4].astype(np.float32), support=np.tile(found[:, 4:5], 3).astype(np.float32),
        fields=np.zeros((n, 4), np.float32), links=np.array(links, np.int32).reshape(-1, 2),
        thumbnails=np.zeros((len(thumbnails), 2, 2), np.float32),
        thumbnail_of=np.array(thumbnails, np.int32).reshape(-1, 2),
    )  # fmt: skip


THREE = (("class", ()), ("conv", [2, 2]), ("input", [4, 4]))


def test_two_paths_share_the_units_of_the_same_layer_channel_and_place():
    one = path(THREE, [(0, 5, -1, -1, 9), (1, 0, 0, 0, 1), (1, 2, 1, 1, 2), (2, 0, 3, 3, 1)], [(0, 1), (0, 2), (2, 3)])
    two = path(THREE, [(0, 6, -1, -1, 8), (1, 2, 1, 1, 7), (2, 0, 3, 3, 5)], [(0, 1), (1, 2)], [(1, 2)])
    table = joined(one, two)
    assert [(c.name, c.size) for c in table.columns] == [("class", 4), ("conv", 16), ("input", 64)]
    assert table.column.tolist() == [0, 0, 1, 1, 2]
    assert table.path.tolist() == [FIRST, SECOND, FIRST, BOTH, BOTH]
    assert table.score.tolist() == [9, 8, 1, 2, 1]  # the first path's, where both have the unit
    assert [units.tolist() for units in table.units_of] == [[0, 2, 3, 4], [1, 3, 4]]
    found = dict(zip(map(tuple, table.links.tolist()), table.link_path.tolist(), strict=True))
    assert found == {(0, 2): FIRST, (0, 3): FIRST, (1, 3): SECOND, (3, 4): BOTH}


def test_layers_that_only_one_path_has_get_columns_of_their_own():
    other = (("class", ()), ("extra", [2, 2]), ("conv", [2, 2]), ("pixels", [4, 4]))
    table = joined(path(THREE, [(1, 0, 0, 0, 1)], []), path(other, [(1, 0, 0, 0, 1), (2, 0, 0, 0, 1)], []))
    assert [c.name for c in table.columns] == ["class", "extra", "conv", "input"]
    assert table.columns[-1].other == "pixels"
    assert table.columns_of == ((0, 2, 3), (0, 1, 2, 3))
    assert table.path.tolist() == [SECOND, BOTH]
    volume = SimpleNamespace(**{**vars(path(THREE, [], [])), "place": np.zeros((0, 3), np.int32)})
    with pytest.raises(ValueError, match="volumes"):
        joined(path(THREE, [], []), volume)


def test_rows_gather_a_layers_units_by_channel_thumbnails_first():
    units = [(0, 1, -1, -1, 1), (1, 0, 0, 0, 5), (1, 3, 0, 0, 1), (1, 3, 1, 1, 2), (1, 2, 0, 1, 4)]
    table = joined(path(THREE, units, [], [(1, 3)]))
    rows = channel_rows(table, np.ones(5, bool))
    assert list(zip(rows.column.tolist(), rows.channel.tolist(), strict=True)) == [(0, 1), (1, 3), (1, 0), (1, 2)]
    assert rows.score.tolist() == [1, 3, 5, 4]
    assert rows.thumbnail.tolist() == [-1, 0, -1, -1]
    assert rows.units_of(1).tolist() == [3, 2]
    assert rows.support[1].tolist() == [2, 2, 2]
    assert list(rows.rows_in(1)) == [1, 2, 3]
    some = channel_rows(table, np.array([True, False, True, False, False]))
    assert some.row_of.tolist() == [0, -1, 1, -1, -1]
    assert len(channel_rows(table, np.zeros(5, bool))) == 0


def test_density_is_points_per_hundred_pixels():
    alone = point_density(np.array([[20.0, 30.0]]), (60, 50), 3.0)
    assert alone[0] == pytest.approx(100 / (2 * np.pi * 9), rel=1e-6)
    every = np.stack(np.meshgrid(np.arange(50), np.arange(60)), axis=-1).reshape(-1, 2).astype(float)
    assert point_density(every, (60, 50), 2.0).reshape(60, 50)[30, 25] == pytest.approx(100.0)
    with pytest.raises(ValueError, match="positive"):
        point_density(every, (60, 50), 0.0)
