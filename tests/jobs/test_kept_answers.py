"""Many subjects' explanations: as they were, in memory or on disk, and gone afterwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import platformdirs
import pytest

from salviewer.api import Explanation, Heatmap
from salviewer.jobs.answers import Answers


def one(number):
    return Explanation((Heatmap("m", np.full((2, 3, 4), number, np.float32)),), provenance={"number": number})


def on_disk():
    return sorted(Path(platformdirs.user_cache_dir("salviewer", appauthor=False)).glob("cohort-*/*"))


@pytest.mark.parametrize(("kept", "written"), [(0, 3), (2 * 96, 1), (96 * 3, 0)])
def test_what_is_too_much_for_memory_waits_on_disk(own_folders, kept, written):
    with Answers(kept) as answers:
        for number in range(3):
            answers.add(one(number))
        assert len(on_disk()) == written
        assert [e.provenance["number"] for e in answers] == [0, 1, 2]
        assert [float(e.heatmap.max()) for e in answers[1:]] == [1, 2]
        assert len(answers) == 3
    assert not on_disk()


def test_nothing_stays_where_it_ends_badly(own_folders):
    with pytest.raises(KeyError), Answers(0) as answers:
        answers.add(one(1))
        raise KeyError
    assert not list(Path(platformdirs.user_cache_dir("salviewer", appauthor=False)).glob("cohort-*"))
