"""Masks that can be put back: what they leave, what they refuse, and that they come back from where they are stored."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.api import MaskStack
from salviewer.api.evidence import rebuild

SHOWN = np.full((3, 2, 2), 0.8, np.float32)
GREY = np.array([0.5, 0.4, 0.3], np.float32)


def made(mask, **changed):
    return MaskStack("mask", np.asarray(mask, np.float32), **({"shown": SHOWN, "nothing": GREY} | changed))


def test_what_is_left_lies_between_the_input_and_nothing():
    quarter = made(np.full((3, 2, 2), 0.25))
    np.testing.assert_allclose(quarter.explanation()[:, 0, 0], 0.25 * 0.8 + 0.75 * GREY)
    np.testing.assert_allclose(quarter.explanation(complementary=True)[:, 0, 0], 0.75 * 0.8 + 0.25 * GREY)
    assert quarter.size == pytest.approx(0.25)
    assert made(np.full((3, 2, 2), 0.25), keeps=False).size == pytest.approx(0.75)


def test_one_mask_can_serve_all_channels():
    np.testing.assert_array_equal(made(np.ones((1, 2, 2))).explanation(), SHOWN)


def test_a_later_mask_of_a_series_leaves_the_input_to_the_first():
    bare = made(np.ones((3, 2, 2)), shown=np.zeros((0, 2, 2), np.float32))
    np.testing.assert_array_equal(bare.explanation(SHOWN), SHOWN)


def test_it_is_rebuilt_from_what_is_stored():
    one = made(np.ones((3, 2, 2)), score=0.9, top=(("cat", 0.9),), series="sparsity", at=0.1)
    assert rebuild("masks", one.arrays(), {**one.facts(), "top": [["cat", 0.9]]}) == one


@pytest.mark.parametrize("mask", [np.full((3, 2, 2), 1.01), np.ones((2, 2)), np.full((3, 2, 2), np.nan)])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(TypeError, match=r"values in 0\.\.1"):
        made(mask)


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(TypeError, match="does not lie over"):
        made(np.ones((3, 4, 4)))
