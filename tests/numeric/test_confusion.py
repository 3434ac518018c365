"""Confusion by hand.

Nine labelled pictures of three classes and one without:

    true \\ predicted   0   1   2   total   recall
    0                   3   1   0     4      3/4
    1                   1   1   0     2      1/2
    2                   0   0   3     3      3/3
    unknown             0   1   0
"""

from __future__ import annotations

import math

import pytest

from salviewer.numeric.confusion import UNKNOWN, tally

PAIRS = [*[(0, 0)] * 3, (0, 1), (1, 0), (1, 1), *[(2, 2)] * 3, (UNKNOWN, 1)]


def test_by_hand():
    table = tally(PAIRS)
    assert table.n == 9
    assert table.unlabelled == 1
    assert table.right == 7
    assert table.accuracy == pytest.approx(7 / 9)
    assert table.balanced_accuracy == pytest.approx((3 / 4 + 1 / 2 + 1) / 3)  # 0.75
    assert (table.truths, table.predictions) == ((0, 1, 2), (0, 1, 2))
    assert table.count(0, 1) == 1
    assert table.share(0, 1) == 0.25
    assert [table.of_truth(i) for i in range(3)] == [4, 2, 3]
    assert [table.of_prediction(i) for i in range(3)] == [4, 3, 3]
    assert [table.errors(i) for i in range(3)] == [2, 2, 0]


def test_always_the_same_answer_gets_one_of_k():
    table = tally([(0, 0)] * 97 + [(1, 0), (2, 0), (3, 0)])
    assert table.accuracy == 0.97
    assert table.balanced_accuracy == 0.25


def test_only_classes_that_occur_count():
    assert tally([(500, 500), (7, 7)]).balanced_accuracy == 1.0
    assert tally([(500, 500), (7, 7)]).truths == (7, 500)


def test_without_labels_there_is_no_accuracy():
    table = tally([(UNKNOWN, 3), (UNKNOWN, 3)])
    assert math.isnan(table.accuracy)
    assert math.isnan(table.balanced_accuracy)
    assert table.of_prediction(3) == 2
    assert math.isnan(table.share(0, 3))
