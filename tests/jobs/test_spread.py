"""Some of many samples: evenly over all, and over classes that take turns."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from salviewer.api import Sample
from salviewer.jobs.labels import label_at, spread


@pytest.mark.parametrize(
    ("count", "limit", "labels", "taken"),
    [
        (4, 0, None, (0, 1, 2, 3)),
        (4, 9, None, (0, 1, 2, 3)),
        (6, 3, None, (0, 2, 4)),
        (6, 2, (0, 0, 0, 1, 1, 1), (0, 3)),
        (8, 2, (0, 1) * 4, (0, 1)),
        (8, 4, (0, 1) * 4, (0, 1, 4, 5)),
        (3, 2, (-1, -1, 0), (0, 1)),
    ],
)
def test_spread(count, limit, labels, taken):
    assert spread(count, limit, labels) == taken


def test_a_label_is_asked_of_the_collection_first():
    class Listed(list):
        labels = (1, 0)

    assert label_at(Listed([None, None]), 1) == 0
    assert label_at([Sample("a", SimpleNamespace(), 2)], 0) == 2
