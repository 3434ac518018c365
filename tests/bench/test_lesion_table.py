"""Sensitivity by type: worked out by hand, with the false regions beside it."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.bench.lesion_table import PAPER, as_csv, score, short, table_of
from salviewer.errors import InvalidChoice


def lesion(rows, columns):
    mask = np.zeros((10, 10), bool)
    mask[rows, columns] = True
    return mask


def test_images_and_lesions_at_both_overlaps():
    labels = np.zeros((10, 10), int)
    labels[0, :3], labels[9, 9] = 1, 2  # covers 3 of 8 pixels of the first; the second touches nothing
    first = score(labels, 2, 0.04, {"hard exudates": lesion(0, slice(0, 8)), "hemorrhages": lesion(5, slice(0, 4))})
    healthy = score(labels, 2, 0.04, {})
    full = score(np.ones((10, 10), int), 1, 1.0, {"hard exudates": lesion(0, slice(0, 8))})
    table = table_of([first, healthy, full])
    assert [row.kind for row in table.rows] == ["hemorrhages", "hard exudates"]
    assert table.rows[0].image == {0.25: 0.0, 0.5: 0.0}
    assert table.rows[1].image == {0.25: 1.0, 0.5: 0.5}
    assert table.rows[1].pictures == 2
    assert (first.false, healthy.false, full.false) == (1, 2, 0)
    assert table.false_per_picture == pytest.approx(1.0)
    assert table.share == pytest.approx(0.36)
    assert "1.0 false regions per picture" in table.beside


def test_csv_has_the_false_regions_in_each_line():
    one = score(np.ones((10, 10), int), 1, 1.0, {"red small dots": lesion(1, slice(1, 2))})
    lines = as_csv(table_of([one]), "fgvis").splitlines()
    assert lines[1] == "fgvis,red small dots,1,1,1,1,1,1,0,1,1"
    assert short("red small dots") == "RSD"


def test_without_pictures_it_says_so():
    with pytest.raises(InvalidChoice, match="No picture could be judged"):
        table_of([])


def test_the_papers_rows():
    assert PAPER == {0.25: (100.0, 94.7, 90.0, 88.4), 0.5: (90.5, 81.6, 80.0, 86.0)}
