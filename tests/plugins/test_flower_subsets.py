"""What a fold's network may be judged on: the parts of an8Flower, by viewpoint."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from salviewer.numeric.folds import folds
from salviewer_plugins.phantoms.an8flower import An8FlowerDouble12c, An8FlowerSingle6c
from salviewer_plugins.phantoms.params import An8FlowerParams

SETS = (An8FlowerSingle6c, An8FlowerDouble12c)


def ids(which, **params):
    return which().open(An8FlowerParams(**params)).ids


@pytest.mark.parametrize("which", SETS)
@pytest.mark.parametrize("augmented", [False, True])
@pytest.mark.parametrize("fold", range(5))
def test_held_out_is_what_the_networks_training_kept_apart(which, augmented, fold):
    whole = which().open(An8FlowerParams(augmented=augmented))
    apart = folds(whole.groups)[fold]  # as resources/models/train_an8flower.py divides them
    assert ids(which, augmented=augmented, subset="held-out", fold=fold) == tuple(np.array(whole.ids)[apart])


@pytest.mark.parametrize("fold", range(5))
def test_no_viewpoint_is_on_both_sides_and_none_is_lost(fold):
    both = [An8FlowerSingle6c().open(An8FlowerParams(subset=s, fold=fold)) for s in ("train", "held-out")]
    seen, unseen = ({*flowers.groups} for flowers in both)
    assert (len(seen), len(unseen)) == (32, 8)
    assert not seen & unseen
    assert {*both[0].ids} | {*both[1].ids} == {*ids(An8FlowerSingle6c)}


def test_five_folds_hold_every_viewpoint_once():
    held_out = [name for fold in range(5) for name in ids(An8FlowerSingle6c, subset="held-out", fold=fold)]
    assert sorted(held_out) == sorted(ids(An8FlowerSingle6c))


def test_a_sample_is_the_same_in_every_subset():
    whole, part = (An8FlowerSingle6c().open(An8FlowerParams(subset=s, fold=2)) for s in ("all", "held-out"))
    assert part[3].picture.sha256 == whole[whole.ids.index(part.ids[3])].picture.sha256


def test_there_is_no_sixth_fold():
    with pytest.raises(ValidationError, match="fold"):
        An8FlowerParams(fold=5)
