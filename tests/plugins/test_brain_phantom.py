"""The brain phantom: the same by seed, regions where they belong, atrophy in the planted ones and nowhere else."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from pydantic import ValidationError

from salviewer_plugins.phantoms import salviewer_collections
from salviewer_plugins.phantoms.brain import (
    ATROPHY,
    CLASSES,
    FOLDS,
    PLANTED,
    BrainPhantom,
    atrophy_of,
    fold_of,
    label_of,
    subject_seed,
)
from salviewer_plugins.phantoms.brain_anatomy import NAMES
from salviewer_plugins.phantoms.brain_subject import affine, subject, template
from salviewer_plugins.phantoms.params import BrainParams

SIZE = 48
"""Quick, and each region is still several voxels wide."""


def opened(**params):
    return BrainPhantom().open(BrainParams(**{"size": SIZE, **params}))


@pytest.fixture(scope="module")
def atlas():
    return BrainPhantom().atlas()


@pytest.fixture(scope="module")
def centroids(atlas):
    """Of each region by name, in millimetres."""
    labels, to_world = atlas.volume.array, atlas.volume.affine
    at = np.nonzero(labels)
    label = labels[at]
    middles = np.stack([np.bincount(label, axis) / np.maximum(1, np.bincount(label)) for axis in at], axis=1)
    return {r.name: to_world[:3, :3] @ middles[r.label] + to_world[:3, 3] for r in atlas.regions}


def without_and_with(number, regions="medial-temporal"):
    """Subject `number` twice: before its atrophy, and with it; the noise is the same."""
    params = BrainParams(size=SIZE, regions=regions)
    seed, lost = subject_seed(number, params), atrophy_of(number, params)
    return subject(seed, SIZE, {}), subject(seed, SIZE, lost), lost


def grown(mask, voxels):
    """The mask and every voxel within so many steps along the axes."""
    for _ in range(voxels):
        sides = [np.roll(mask, step, axis) for axis in range(3) for step in (-1, 1)]
        mask = np.logical_or.reduce([mask, *sides])
    return mask


def test_the_descriptor_names_both_classes_and_needs_no_numpy():
    found = next(c for c in salviewer_collections() if c.key == "brain-phantom")
    assert found.classes == CLASSES == ("control", "atrophy")
    light = "import sys, salviewer_plugins.phantoms.params; sys.exit(bool({'torch', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", light], check=False).returncode == 0  # noqa: S603 - our own line


def test_every_second_subject_has_atrophy():
    brains = opened(subjects=10)
    assert len(brains) == 10
    assert brains.ids[:2] == ("subject-000-control", "subject-001-atrophy")
    assert [s.label for s in brains[:4]] == [0, 1, 0, 1]
    assert [s.id for s in brains[:4]] == list(brains.ids[:4])
    with pytest.raises(IndexError):
        brains[10]


def test_a_subject_is_a_volume_that_knows_where_it_lies():
    volume = opened()[3].picture
    assert volume.shape == (SIZE, SIZE, SIZE)
    assert volume.array.dtype == np.float32
    assert (volume.array >= 0).all()
    assert (volume.axcodes, volume.space) == (("R", "A", "S"), "brain-phantom")
    assert volume.spacing == (4.0, 4.0, 4.0)
    middle = volume.affine @ [*[(SIZE - 1) / 2] * 3, 1]
    np.testing.assert_allclose(middle[:3], (0, -15, 6))
    by_hand = hashlib.sha256(f"float32 {volume.shape}".encode() + volume.array.tobytes()).hexdigest()
    assert volume.sha256 == by_hand


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    one, again, other = (opened(seed=s)[5] for s in (3, 3, 4))
    assert one.picture.sha256 == again.picture.sha256
    assert one.picture.sha256 != other.picture.sha256
    for name, mask in one.masks.items():
        np.testing.assert_array_equal(mask, again.masks[name])


def test_a_subject_is_the_same_in_every_part_of_the_cohort():
    number = 11
    everybody = opened()
    for subset in ("train", "held-out"):
        part = opened(subset=subset, fold=0)
        if everybody.ids[number] in part.ids:
            same = part[part.ids.index(everybody.ids[number])]
            assert same.picture.sha256 == everybody[number].picture.sha256


@pytest.mark.parametrize("subjects", [10, 23, 200])
def test_the_five_folds_share_nobody(subjects):
    held_out = [set(opened(subjects=subjects, subset="held-out", fold=f).ids) for f in range(FOLDS)]
    train = [set(opened(subjects=subjects, subset="train", fold=f).ids) for f in range(FOLDS)]
    everybody = set(opened(subjects=subjects).ids)
    assert sum(map(len, held_out)) == len(everybody) == subjects
    assert set().union(*held_out) == everybody
    for kept, seen in zip(held_out, train, strict=True):
        assert not kept & seen
        assert kept | seen == everybody


def test_each_fold_holds_out_as_many_of_both_classes():
    counts = np.zeros((FOLDS, 2), int)
    for n in range(200):
        counts[fold_of(n), label_of(n)] += 1
    assert (counts == 20).all()


def test_no_two_subjects_share_a_group_or_a_seed():
    assert len({s.group for s in opened(subjects=10)}) == 10
    assert len({subject_seed(n, BrainParams()) for n in range(1000)}) == 1000
    assert subject_seed(3, BrainParams(seed=1)) != subject_seed(3, BrainParams(seed=2))


def test_wrong_values_are_refused():
    for wrong in ({"seed": -1}, {"fold": 5}, {"size": 8}, {"regions": "nowhere"}, {"subset": "test"}):
        with pytest.raises(ValidationError):
            BrainParams(**wrong)


def test_the_atlas_has_45_regions_each_somewhere(atlas):
    assert [r.name for r in atlas.regions] == list(NAMES)
    assert len(set(NAMES)) == 45
    found = np.bincount(atlas.volume.array.ravel(), minlength=46)
    assert (found[1:] * np.prod(atlas.volume.spacing) > 1500).all()  # mm³: the amygdala has about 2000
    assert (atlas.volume.space, atlas.volume.shape) == ("brain-phantom", (128, 128, 128))


def test_left_is_left(atlas, centroids):
    sides = {r.name: r.side for r in atlas.regions}
    assert sides["Brainstem"] == ""
    assert abs(centroids["Brainstem"][0]) < 1
    for name, side in sides.items():
        if side:
            assert (centroids[name][0] < 0) == (side == "left") == name.endswith("_L")


def test_left_and_right_mirror_each_other(centroids):
    for name in NAMES:
        if name.endswith("_L"):
            np.testing.assert_allclose(centroids[name] * (-1, 1, 1), centroids[f"{name[:-1]}R"], atol=0.8)


def test_regions_lie_where_anatomy_has_them(centroids):
    """Along y the front is positive, along z the top."""
    at = centroids
    assert at["Frontal_Middle_L"][1] > at["Precentral_L"][1] > at["Postcentral_L"][1] > at["Parietal_Inferior_L"][1]
    assert at["Parietal_Superior_R"][1] > at["Occipital_Lateral_R"][1]
    assert at["Frontal_Superior_L"][2] > at["Frontal_Inferior_L"][2] > at["Frontal_Orbital_L"][2]
    assert at["Temporal_Superior_R"][2] > at["Temporal_Inferior_R"][2]
    assert at["Amygdala_L"][1] > at["Hippocampus_L"][1]
    assert at["Caudate_R"][0] < at["Putamen_R"][0] < at["Insula_R"][0]
    assert at["Cerebellum_L"][2] < at["Thalamus_L"][2] < at["Cingulate_L"][2] + 30
    assert abs(at["Precuneus_L"][0]) < abs(at["Parietal_Inferior_L"][0])


def test_the_planted_sets_are_regions_of_the_atlas_and_one_of_them_is_on_one_side():
    assert {name for names in PLANTED.values() for name in names} <= set(NAMES)
    assert all(name.endswith("_L") for name in PLANTED["left-temporal"])
    assert set(BrainParams.model_fields["regions"].annotation.__args__) == set(PLANTED)


def test_a_control_has_no_mask_and_a_subject_with_atrophy_one_per_region_and_all_together():
    control, ill = opened()[:2]
    assert control.masks == {}
    assert set(ill.masks) == {ATROPHY, *PLANTED["medial-temporal"]}
    parts = [ill.masks[name] for name in PLANTED["medial-temporal"]]
    assert (np.sum(parts, axis=0) <= 1).all()  # none overlap
    np.testing.assert_array_equal(np.logical_or.reduce(parts), ill.masks[ATROPHY])
    assert ill.masks[ATROPHY].dtype == bool


@pytest.mark.parametrize("regions", PLANTED)
def test_the_masks_lie_near_the_atlas_regions_after_the_warp(regions, centroids):
    ill = opened(regions=regions)[1]
    to_world = ill.picture.affine
    for name in PLANTED[regions]:
        middle = to_world[:3, :3] @ np.argwhere(ill.masks[name]).mean(axis=0) + to_world[:3, 3]
        assert np.linalg.norm(middle - centroids[name]) < 16, name
        assert (middle[0] < 0) == name.endswith("_L")


def test_without_a_warp_the_labels_are_those_of_the_atlas(atlas):
    """The centre of a voxel of the coarse grid lies between eight of the atlas, most of which agree with it."""
    coarse, fine = template(64)[1], atlas.volume.array
    np.testing.assert_allclose(affine(64) @ [0.25, 0.25, 0.25, 1], affine(128) @ [1, 1, 1, 1], atol=1e-9)
    eight = np.stack([fine[i::2, j::2, k::2] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    agree = (eight == coarse).mean(axis=0)
    assert agree[coarse > 0].mean() > 0.9


@pytest.mark.parametrize("regions", PLANTED)
def test_atrophy_is_in_the_planted_regions_and_nowhere_else(regions):
    healthy, ill, lost = without_and_with(1, regions)
    np.testing.assert_array_equal(healthy.label, ill.label)
    changed = np.abs(healthy.values - ill.values) > 25  # of a scale of 600 to 900
    planted = np.isin(ill.label, [1 + NAMES.index(name) for name in lost])
    assert changed.any()
    assert not changed[~grown(planted, 1)].any()
    for name in lost:
        there = ill.label == 1 + NAMES.index(name)
        assert ill.values[there].mean() < 0.95 * healthy.values[there].mean(), name


def test_more_loss_is_darker():
    params = BrainParams(size=SIZE)
    seed, name = subject_seed(1, params), "Hippocampus_L"
    there = subject(seed, SIZE, {}).label == 1 + NAMES.index(name)
    means = [subject(seed, SIZE, {name: s}).values[there].mean() for s in (0.1, 0.4, 0.7, 1.0)]
    assert sorted(means, reverse=True) == means


def test_strengths_lie_in_the_range_that_was_chosen():
    for strength in ("mild", "moderate", "severe"):
        params = BrainParams(strength=strength)
        low, high = params.strength_range
        found = [s for n in range(1, 100, 2) for s in atrophy_of(n, params).values()]
        assert 0.7 * low <= min(found)
        assert max(found) <= high
    assert atrophy_of(0, BrainParams()) == {}


def test_the_classes_overlap_in_the_mean_of_all_voxels_but_not_in_the_planted_regions():
    """Brightness of the whole head says nothing; that of a planted region, against the head's, says much."""
    brains = list(opened(subjects=100, size=32))
    _, labels = template(32)
    planted = np.isin(labels, [1 + NAMES.index(name) for name in PLANTED["medial-temporal"]])
    whole = np.array([s.picture.array.mean() for s in brains])
    share = np.array([s.picture.array[planted].mean() / s.picture.array[labels > 0].mean() for s in brains])
    ill = np.array([s.label == 1 for s in brains])

    def told_apart(values):
        """The share of pairs in which the subject with atrophy has the lesser value."""
        return (values[ill][:, None] < values[~ill]).mean()

    assert 0.3 < told_apart(whole) < 0.7
    assert told_apart(share) > 0.85
