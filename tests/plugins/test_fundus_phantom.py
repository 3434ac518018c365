"""The fundus phantom: retinas from a seed, with lesions where the masks say and nowhere else."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from salviewer.numeric.folds import folds
from salviewer_plugins.phantoms.fundus import FundusPhantom
from salviewer_plugins.phantoms.fundus_eye import counts, eye
from salviewer_plugins.phantoms.fundus_field import Grid, cloud
from salviewer_plugins.phantoms.fundus_lesions import DOTS, HARD, HEMORRHAGES, KINDS, SOFT, counts_of, referable
from salviewer_plugins.phantoms.fundus_render import photograph
from salviewer_plugins.phantoms.fundus_spots import CUT, Spot, paint
from salviewer_plugins.phantoms.fundus_vessels import Tree, depth
from salviewer_plugins.phantoms.params import FundusParams

FLAT = ((0.0,) * 5, (0.0,) * 5)


def opened(**params):
    return FundusPhantom().open(FundusParams(**{"people": 12, "size": 128, **params}))


def everything(masks, size):
    return np.logical_or.reduce([np.zeros((size, size), bool), *masks.values()])


def test_ids_labels_and_groups_are_known_without_rendering_and_agree_with_the_samples():
    eyes = opened()
    assert len(eyes) == 24
    assert eyes.ids[:3] == ("person-0000-left", "person-0000-right", "person-0001-left")
    assert eyes.labels[:4] == (0, 0, 1, 1)
    assert [(s.id, s.label, s.group) for s in eyes[2:5]] == list(
        zip(eyes.ids[2:5], eyes.labels[2:5], eyes.groups[2:5], strict=True)
    )
    assert eyes[-1].id == eyes.ids[-1]
    with pytest.raises(IndexError):
        eyes[24]


def test_no_person_is_in_two_folds_and_each_fold_has_both_classes():
    eyes = opened(people=50)
    for held_out in folds(eyes.groups):
        kept = {eyes.groups[i] for i in held_out}
        assert not kept & {eyes.groups[i] for i in set(range(100)) - set(held_out.tolist())}
        assert {eyes.labels[i] for i in held_out} == {0, 1}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    one, again, other = (opened(seed=s)[3] for s in (3, 3, 4))
    assert one.picture.sha256 == again.picture.sha256 != other.picture.sha256
    by_hand = hashlib.sha256(repr(one.picture.pixels.shape).encode() + one.picture.pixels.tobytes()).hexdigest()
    assert one.picture.sha256 == by_hand
    for name, mask in one.masks.items():
        np.testing.assert_array_equal(mask, again.masks[name])


def test_without_its_lesions_a_picture_is_the_same_outside_the_masks_to_the_bit():
    with_them, without = opened(), opened(left_out="everything")
    for i in (2, 3, 7, 10):
        ill, bare = with_them[i], without[i]
        changed = (ill.picture.pixels != bare.picture.pixels).any(2)
        mask = everything(ill.masks, 128)
        assert not changed[~mask].any()
        assert changed[mask].mean() > 0.8
        assert bare.masks == {}
        assert (ill.label, bare.label) == (1, 0)
    healthy = next(i for i in range(0, 24, 4) if not with_them[i].masks)
    assert with_them[healthy].picture.sha256 == without[healthy].picture.sha256


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_left_out_and_changes_its_own_mask_alone(kind):
    with_it, without = opened(people=30), opened(people=30, left_out=kind)
    i = next(i for i in range(2, 60) if with_it.labels[i] and kind in counts(0, i // 2, i % 2, True))
    one, other = with_it[i], without[i]
    assert set(other.masks) == set(one.masks) - {kind}
    assert not (one.picture.pixels != other.picture.pixels).any(2)[~one.masks[kind]].any()


def test_the_rule_for_referable():
    assert not referable({})
    assert not referable({DOTS: 3})
    assert referable({DOTS: 4})
    assert all(referable({kind: 1}) for kind in (HEMORRHAGES, HARD, SOFT))


def test_labels_follow_the_rule_for_every_eye_and_healthy_ones_have_two_dots_at_most():
    drawn = {ill: [counts_of(np.random.default_rng((5, n)), ill) for n in range(400)] for ill in (False, True)}
    assert all(referable(found) for found in drawn[True])
    assert not any(referable(found) for found in drawn[False])
    assert {found.get(DOTS, 0) for found in drawn[False]} == {0, 1, 2}
    assert all(set(found) <= {DOTS} for found in drawn[False])
    for kind in KINDS:
        assert 0.2 < np.mean([kind in found for found in drawn[True]]) < 0.8


def test_every_lesion_that_is_counted_can_be_seen():
    eyes = opened(people=24)
    for i in range(2, 26, 4):
        sample = eyes[i]
        assert set(sample.masks) == set(counts(0, i // 2, i % 2, True))
        assert all(mask.any() and mask.dtype == bool for mask in sample.masks.values())


def test_lesions_have_the_colours_of_their_kinds():
    """Against the same eye without: blood is darker, most of all in green; exudates are brighter."""
    with_them, bare = opened(people=40), opened(people=40, left_out="everything")
    seen = set()
    for i in range(2, 34, 4):
        ill = with_them[i]
        plain = bare[i].picture.pixels.astype(float)
        for kind, mask in ill.masks.items():
            alone = mask & ~everything({k: m for k, m in ill.masks.items() if k != kind}, 128)
            if alone.sum() < 5:
                continue
            change = (ill.picture.pixels.astype(float) - plain)[alone].mean(0)
            assert (change[1] > 0) == (kind in (HARD, SOFT)), (i, kind)
            seen.add(kind)
    assert seen == set(KINDS)


def test_a_dot_is_a_few_pixels_wide_and_a_round_spot_has_the_area_of_its_ellipse():
    grid = Grid(256, 128.0, mirrored=False)
    share = paint([Spot(0.1, -0.2, 0.1, 0.06, 0.0, 0.0, 1.0, FLAT)], grid, 1.0)
    assert (share > 0.5).sum() == pytest.approx(np.pi * 12.8 * 7.68, rel=0.02)
    rows, columns = np.nonzero(share > 0.5)
    assert columns.mean() + 0.5 == pytest.approx(128 + 12.8, abs=0.1)
    assert rows.mean() + 0.5 == pytest.approx(128 - 25.6, abs=0.1)
    assert share[share > 0].min() >= CUT
    one = eye(0, 1, 0, ill=True)
    for dot in (s for n in range(1, 20, 2) for s in eye(0, n, 0, ill=True).spots.get(DOTS, ())):
        assert 2 < 2 * dot.long * 128 * one.zoom < 6


def test_a_spot_is_mirrored_with_its_eye():
    spot = Spot(0.2, 0.1, 0.12, 0.05, 0.6, 0.01, 1.0, ((0.2, 0, 0.1, 0, 0), (0.3, 0, 1, 0, 0)))
    left, right = (paint([spot], Grid(128, 60.0, mirrored), 1.0) for mirrored in (False, True))
    np.testing.assert_allclose(left[:, ::-1], right, atol=1e-4)


def test_the_disc_is_at_the_nose_to_the_left_of_the_fovea_in_a_left_eye():
    for n in range(3):
        for side, sign in ((0, 1), (1, -1)):
            made = eye(0, n, side, ill=False)
            grid = Grid(128, 64 * made.zoom, made.mirrored)
            disc, fovea = (grid.columns(np.float32(at[0])) for at in (made.disc, made.fovea))
            assert np.sign(fovea - disc) == sign


def test_the_disc_is_bright_the_fovea_is_dark_and_the_surround_is_black():
    for n in (0, 4):
        made = eye(0, n, 0, ill=False)
        pixels = photograph(made, 256).pixels.astype(float)
        grid = Grid(256, 128 * made.zoom, made.mirrored)
        x, y = grid.points()
        far = np.hypot(x, y)
        ground = np.median(pixels[far < 0.9], axis=0)

        def around(at, radius, x=x, y=y, pixels=pixels):
            return pixels[np.hypot(x - at[0], y - at[1]) < radius].mean(0)

        assert around(made.disc, 0.08)[1] > 1.5 * ground[1]
        assert around(made.fovea, 0.05)[1] < 0.9 * ground[1]
        assert (pixels[far > 1] <= 220 * made.decoys.contour).all()


def test_an_eye_is_the_same_at_every_size():
    made = eye(0, 5, 1, ill=True)
    small, large = photograph(made, 128), photograph(made, 256)
    shrunk = large.pixels.reshape(128, 2, 128, 2, 3).mean((1, 3))
    assert np.abs(shrunk - small.pixels).mean() < 6
    assert set(small.masks) == set(large.masks)
    for kind, mask in large.masks.items():
        either = mask.reshape(128, 2, 128, 2).mean((1, 3))
        assert (either[small.masks[kind]] > 0).mean() > 0.9


def test_a_straight_vessel_is_as_deep_as_its_radius_and_falls_off_by_the_distance():
    tree = Tree(
        np.array([[-0.5, 0.5]], np.float32), np.zeros((1, 2), np.float32), np.full((1, 2), 0.05, np.float32), [True]
    )
    deep = depth(tree, np.array([True]), Grid(101, 50.0, mirrored=False), 2.0)
    assert deep[50, 50] == pytest.approx(2.5, abs=0.1)
    assert deep[52, 50] == pytest.approx(0.5, abs=0.15)
    assert deep[60, 50] == -2


def test_vessels_get_thinner_and_leave_the_fovea_bare():
    made = eye(0, 2, 0, ill=False)
    assert (np.hypot(made.tree.x - made.fovea[0], made.tree.y - made.fovea[1])[made.tree.radius > 0] > 0.06).all()
    assert all(a >= b for a, b in pairwise(made.tree.radius[0][:6]))
    assert made.tree.vein.any()
    assert not made.tree.vein.all()


def test_healthy_eyes_have_look_alikes_as_often_as_referable_ones():
    names = ("drusen", "dust", "reflections", "nevus")
    some = {ill: [eye(2, n, 0, ill).decoys for n in range(24)] for ill in (False, True)}
    for name in names:
        shares = [np.mean([bool(getattr(d, name)) for d in some[ill]]) for ill in (False, True)]
        assert shares[0] == shares[1] > 0  # drawn from their own stream: the same person has the same


def test_a_cloud_is_the_same_field_at_two_sizes():
    small, large = (cloud(np.random.default_rng(1), 6, size) for size in (32, 96))
    np.testing.assert_allclose(large[1::3, 1::3], small, atol=0.02)


def test_wrong_values_are_refused():
    for wrong in ({"seed": -1}, {"people": 1}, {"size": 8}, {"left_out": "vessels"}):
        with pytest.raises(ValidationError):
            FundusParams(**wrong)
