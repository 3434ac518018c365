from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import GRID, heatmap

from salviewer.api import Heatmap
from salviewer.gui.scale import like, range_of
from salviewer.gui.values import Display, Shown


def shown(*values, signed=False, **more):
    maps = tuple(Heatmap(str(i), np.asarray(v, np.float32), signed=signed, **more) for i, v in enumerate(values))
    return Shown(maps, GRID)


def test_colours_span_the_maps_own_values():
    found = range_of(shown([[0.25, 2.0]]), Display(sequential="viridis"))
    assert (found.low, found.high, found.colours, found.sentence) == (0.25, 2.0, "viridis", "")


def test_signed_maps_are_symmetric_about_zero_in_a_diverging_map():
    found = range_of(shown([[-0.5, 2.0]], signed=True), Display(diverging="vik"))
    assert (found.low, found.high, found.colours) == (-2.0, 2.0, "vik")


def test_one_common_scale_spans_all_maps_of_a_kind():
    both = shown([[0.0, 1.0]], [[0.5, 4.0]])
    assert range_of(both, Display())[:2] == (0.0, 1.0)
    assert range_of(both, Display(common_scale=True))[:2] == (0.0, 4.0)


def test_maps_of_another_unit_are_not_on_the_common_scale():
    maps = (heatmap("a"), heatmap("b", unit="logit"), heatmap("c"))
    assert [m.name for m in like(Shown(maps, GRID))] == ["a", "c"]


@pytest.mark.parametrize(
    ("values", "words"),
    [([[3.0, 3.0]], "constant (3)"), ([[0.0, 0.0]], "constant (0)"), ([[np.nan, np.nan]], "no numbers")],
)
@pytest.mark.parametrize("signed", [False, True])
def test_a_map_without_contrast_has_no_range_but_a_sentence(values, words, signed):
    found = range_of(shown(values, signed=signed), Display())
    assert found.flat
    assert words in found.sentence
    assert found.sentence.endswith(".")


def test_a_flat_map_beside_others_keeps_the_common_range_and_its_sentence():
    both = replace(shown([[0.0, 1.0]], [[0.5, 0.5]]), at=1)
    found = range_of(both, Display(common_scale=True))
    assert (found.low, found.high) == (0.0, 1.0)
    assert "constant (0.5)" in found.sentence


def test_missing_numbers_are_said():
    assert "25 % of this map holds no number" in range_of(shown([[np.nan, 1.0, 2.0, 3.0]]), Display()).sentence
