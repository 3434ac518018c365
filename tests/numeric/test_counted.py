"""A number with its noun."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.numeric.counted import counted


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 pictures"), (1, "1 picture"), (2, "2 pictures"), (1200, "1,200 pictures"), (np.int64(1), "1 picture")],
)
def test_one_is_singular_and_all_else_plural(number, words):
    assert counted(number, "picture") == words


def test_a_plural_of_its_own_and_the_words_that_go_with_the_number():
    assert counted(1, "class", "classes") == "1 class"
    assert counted(3, "class", "classes") == "3 classes"
    assert counted(1, "region lies", "regions lie") == "1 region lies"
    assert counted(2, "region lies", "regions lie") == "2 regions lie"
