"""Folds for cross-validation: no group torn apart, every sample in one fold, sizes even."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from salviewer.numeric.folds import folds

VIEWS = [f"view-{v:02d}" for _ in range(3) for v in range(40) for _ in range(5)]


@pytest.mark.parametrize("seed", [None, 0, 7])
def test_every_sample_is_in_one_fold_and_no_group_in_two(seed):
    found = folds(VIEWS, seed=seed)
    assert sorted(np.concatenate(found)) == list(range(len(VIEWS)))
    homes = [{VIEWS[i] for i in fold} for fold in found]
    assert sum(map(len, homes)) == len(set().union(*homes)) == 40
    assert [len(fold) for fold in found] == [120] * 5
    assert all((np.diff(fold) > 0).all() for fold in found)


def test_without_a_seed_every_fifth_group_is_in_a_fold():
    first, second, *_ = folds(VIEWS)
    assert {VIEWS[i] for i in first} == {f"view-{v:02d}" for v in range(0, 40, 5)}
    assert {VIEWS[i] for i in second} == {f"view-{v:02d}" for v in range(1, 40, 5)}


def test_a_seed_draws_and_the_same_seed_draws_the_same():
    once, again, other = ([f.tolist() for f in folds(VIEWS, seed=s)] for s in (3, 3, 4))
    assert once == again
    assert once != other


def test_where_a_group_goes_does_not_depend_on_the_samples_order():
    shuffled = [VIEWS[i] for i in np.random.default_rng(0).permutation(len(VIEWS))]
    for seed in (None, 2):
        ours = [{VIEWS[i] for i in f} for f in folds(VIEWS, seed=seed)]
        theirs = [{shuffled[i] for i in f} for f in folds(shuffled, seed=seed)]
        assert ours == theirs


def test_large_groups_are_dealt_first_so_that_folds_stay_even():
    """Sizes 4, 3, 3, 2, 2, 2 in two folds: by hand 4 + 2 + 2 and 3 + 3 + 2."""
    groups = [name for name, size in zip("abcdef", (2, 3, 4, 2, 3, 2), strict=True) for _ in range(size)]
    one, two = folds(groups, 2)
    assert [groups[i] for i in one] == list("aaccccdd")
    assert [groups[i] for i in two] == list("bbbeeeff")


@pytest.mark.parametrize(("groups", "count"), [(["a", "b"], 3), (["a", "b"], 1), ([], 2)])
def test_what_cannot_be_dealt_is_refused(groups, count):
    with pytest.raises(ValueError, match="folds"):
        folds(groups, count)


def test_it_needs_no_torch():
    line = "import sys, salviewer.numeric.folds; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", line], check=False).returncode == 0  # noqa: S603 - our own line
