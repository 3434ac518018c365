"""Tuned scores against a curve worked out by hand, and what never changes: the order."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.numeric.tuned_scores import tuned_scores

TOY = np.array([[4.0, 3.0], [2.0, 1.0]])


def by_share(masks):
    """A class whose probability is the share of pixels kept."""
    return masks.reshape(len(masks), -1).mean(axis=1)


def test_four_pixels_as_worked_out_by_hand():
    """q = .2 .6 .5 .8, made monotone .2 .6 .6 .8: v = .6 .2 .2 0, r' = 2.4 .6 .4 0."""
    asked = []

    def answers(masks):
        asked.append(masks)
        return np.array([0.2, 0.6, 0.5, 0.8])

    found = tuned_scores(TOY, answers, 4)
    np.testing.assert_allclose(found.scores, [[2.4, 0.6], [0.4, 0.0]])
    np.testing.assert_allclose(found.monotone, [0.2, 0.6, 0.6, 0.8])
    assert found.raw.tolist() == [0.2, 0.6, 0.5, 0.8] and found.counts.tolist() == [1, 2, 3, 4]
    assert len(asked) == 1 and [m.sum() for m in asked[0]] == [1, 2, 3, 4]
    assert asked[0][1].tolist() == [[True, True], [False, False]]


def test_between_samples_the_curve_is_a_straight_line():
    found = tuned_scores(TOY, lambda masks: np.array([0.1, 0.7]), 2)
    assert found.counts.tolist() == [1, 4]  # both ends
    np.testing.assert_allclose(found.scores, [[4 * 0.6, 3 * 0.4], [2 * 0.2, 0.0]])


@pytest.mark.parametrize("low", [0.0, -1.0, -5.0])
def test_the_order_never_changes_where_something_is_still_added(low):
    rng = np.random.default_rng(3)
    scores = rng.random((16, 16)) * 4 + low
    noisy = rng.random(9)
    noisy[-1] = 2.0  # the last adds most, so every other still has a weight
    found = tuned_scores(scores, lambda masks: noisy, 9)
    order = np.argsort(scores, axis=None)
    assert (np.diff(found.scores.ravel()[order]) > 0).all()
    assert found.scores.min() >= 0 and found.lowest == min(0.0, scores.min())


def test_equal_scores_stay_equal_with_the_mean_weight():
    found = tuned_scores(np.array([[1.0, 1.0], [0.0, 0.0]]), by_share, 4)
    np.testing.assert_allclose(found.scores, [[(0.75 + 0.5) / 2] * 2, [0, 0]])


@pytest.mark.parametrize("flat", [np.full((3, 3), 0.5), np.zeros((2, 2)), np.full((2, 2), np.nan)])
def test_without_contrast_nothing_is_run_and_nothing_changes(flat):
    found = tuned_scores(flat, lambda masks: pytest.fail("nothing to ask"), 8)
    np.testing.assert_array_equal(found.scores, flat)
    assert not len(found.counts) and not found.is_tuned


def test_what_is_no_number_comes_last_and_stays():
    holes = np.array([[np.nan, 2.0], [1.0, np.inf]])
    seen = []
    found = tuned_scores(holes, lambda masks: seen.append(masks) or by_share(masks), 4)
    assert seen[0][1].tolist() == [[False, True], [True, False]]
    np.testing.assert_allclose(found.scores[0, 1], 2 * 0.75)
    np.testing.assert_allclose(found.scores[1, 0], 1 * 0.5)
    assert np.isnan(found.scores[0, 0]) and np.isinf(found.scores[1, 1])


def test_a_class_that_one_pixel_is_enough_for_leaves_nothing():
    found = tuned_scores(TOY, lambda masks: np.array([0.9, 0.3, 0.2, 0.8]), 4)
    assert not found.is_tuned and (found.scores == 0).all()


def test_one_sample_is_refused():
    with pytest.raises(ValueError, match="at least 2"):
        tuned_scores(TOY, by_share, 1)
