"""Proposed regions and the lesions they find: counts worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.numeric.lesions_found import false_regions, lesions_found
from salviewer.numeric.proposals import proposals

VALUES = np.array(
    [
        [0.9, 0.7, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.6],
        [0.0, 0.0, 0.0, 0.0, 1.0],
        [0.2, np.nan, 0.0, 0.8, 0.0],
    ],
    np.float32,
)


def test_regions_have_area_score_and_place():
    found = proposals(VALUES, 0.5)
    assert len(found) == 2  # the last one by a corner
    np.testing.assert_array_equal(found.area, [2, 3])
    np.testing.assert_allclose(found.total, [1.6, 2.4], rtol=1e-6)
    np.testing.assert_allclose(found.mean, [0.8, 0.8], rtol=1e-6)
    np.testing.assert_allclose(found.top, [0.9, 1.0], rtol=1e-6)
    np.testing.assert_allclose(found.place, [(1.0, 0.5), ((4.5 + 4.5 + 3.5) / 3, (1.5 + 2.5 + 3.5) / 3)])
    np.testing.assert_array_equal(found.box, [(0, 0, 2, 1), (3, 1, 5, 4)])


def test_small_ones_and_those_outside_are_left_out():
    assert proposals(VALUES, 0.5, least=3).labels.max() == 1
    within = np.ones(VALUES.shape, bool)
    within[2] = False  # cuts the second region in two
    np.testing.assert_array_equal(proposals(VALUES, 0.5, within=within).area, [2, 1, 1])
    none = proposals(VALUES, 2.0)
    assert len(none) == 0
    assert none.box.shape == (0, 4)


def test_a_lesion_is_found_by_its_own_share():
    lesions, proposed = np.zeros((2, 4, 8), bool)
    lesions[0, :4] = lesions[3, 4:8] = True
    proposed[0, 3:6] = True  # a quarter of the first lesion
    proposed[2, 0] = True  # nothing
    found = lesions_found(proposed, lesions)
    np.testing.assert_allclose(found.covered, [0.25, 0.0])
    assert found.any(0.25) == 1
    assert found.any(0.5) == 0
    assert found.share(0.25) == 0.5
    assert false_regions(proposed, lesions) == (2, 1)
    assert np.isnan(lesions_found(proposed, np.zeros_like(lesions)).any(0.25))
    everything = lesions_found(np.ones_like(lesions), lesions)
    assert everything.share(0.5) == pytest.approx(1.0)
