"""an8Flower's other two sets: twelve classes by colour and part, two by what grows; masks are exact to the pixel."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from salviewer.numeric.folds import folds
from salviewer_plugins.phantoms import salviewer_collections
from salviewer_plugins.phantoms.an8flower import An8FlowerDouble12c, An8FlowerPart2c, Flowers, Frames, Shot
from salviewer_plugins.phantoms.flower_sets import DOUBLE_12C, PART_2C, Look, names
from salviewer_plugins.phantoms.palette import PLANT
from salviewer_plugins.phantoms.params import An8FlowerParams

COLOURS = ("red", "orange", "yellow", "blue", "magenta", "white")
VIEWS = (1, 22)


@pytest.fixture(scope="module")
def opened():
    """Each set once, so that a view is rendered once; the plain plant of part-2c under "plain"."""
    look = Look("plain", "flower")
    views = tuple(Shot(0, look, view) for view in range(40))
    frames, crops = An8FlowerParams(), An8FlowerParams(augmented=True)
    return SimpleNamespace(
        double=An8FlowerDouble12c().open(frames),
        double_crops=An8FlowerDouble12c().open(crops),
        part=An8FlowerPart2c().open(frames),
        part_crops=An8FlowerPart2c().open(crops),
        plain=Flowers(Frames(0, (look,)), views),
        frames=Frames(0, PART_2C),
    )


def shot(samples, name):
    return samples[samples.ids.index(name)]


def grown(mask):
    """The mask and every pixel that touches it."""
    return np.asarray(Image.fromarray(np.uint8(255) * mask).filter(ImageFilter.MaxFilter(3))) > 0


def check_only_the_mask_differs(one, other, mask, reach=1):
    """One pixel wide rims that are less than half the part differ beside the mask; turned crops blend them wider."""
    differs = (one.picture.pixels != other.picture.pixels).any(-1)
    near = mask
    for _ in range(reach):
        near = grown(near)
    assert mask.any()
    assert differs[mask].mean() > 0.99
    assert not differs[~near].any()
    assert mask.sum() > 0.5 * differs.sum()


def test_the_classes_are_those_of_the_paper():
    found = {c.key: c.classes for c in salviewer_collections()}
    assert found["an8flower-double-12c"] == (*(f"{c} flower" for c in COLOURS), *(f"{c} stem" for c in COLOURS))
    assert found["an8flower-part-2c"] == ("balls", "thorns")
    assert (names(DOUBLE_12C), names(PART_2C)) == (found["an8flower-double-12c"], found["an8flower-part-2c"])


def test_a_thousand_crops_of_each_class_with_ids_labels_and_groups(opened):
    for samples, count in ((opened.double_crops, 12), (opened.part_crops, 2)):
        assert len(samples) == len(set(samples.ids)) == 1000 * count
        assert np.bincount(samples.labels).tolist() == [1000] * count
        assert sorted(set(samples.groups)) == [f"view-{v:02d}" for v in range(40)]
    sample = shot(opened.double_crops, "blue-stem-22-c3-r15")
    assert (sample.label, sample.group, list(sample.masks)) == (9, "view-22", ["stem"])
    assert sample.picture.name == "an8flower blue stem, view 22, crop 3, turned 15°"
    assert shot(opened.part_crops, "thorns-22-c0-r5").label == 1


def test_labels_and_groups_are_those_of_the_samples(opened):
    for samples in (opened.double, opened.part[20:60], opened.part_crops[:1200]):
        for i in (0, len(samples) - 1):
            sample = samples[i]
            assert (sample.id, sample.label, sample.group) == (samples.ids[i], samples.labels[i], samples.groups[i])


@pytest.mark.parametrize("part", ["flower", "stem"])
@pytest.mark.parametrize("view", VIEWS)
def test_colours_of_a_part_differ_in_it_and_nowhere_else(opened, view, part):
    red, *others = (shot(opened.double, f"{c}-{part}-{view:02d}") for c in COLOURS)
    for other in others:
        np.testing.assert_array_equal(other.masks[part], red.masks[part])
        check_only_the_mask_differs(red, other, red.masks[part])


def test_so_they_do_in_a_turned_crop(opened):
    white, blue = (shot(opened.double_crops, f"{c}-stem-22-c2-r25") for c in ("white", "blue"))
    check_only_the_mask_differs(white, blue, white.masks["stem"], reach=2)


def test_flower_and_stem_do_not_overlap_and_the_other_part_keeps_its_colour(opened):
    flower, stem = shot(opened.double, "red-flower-22"), shot(opened.double, "red-stem-22")
    assert not (flower.masks["flower"] & stem.masks["stem"]).any()
    usual = shot(opened.double, "blue-stem-22").picture.pixels[flower.masks["flower"]]
    np.testing.assert_array_equal(stem.picture.pixels[flower.masks["flower"]], usual)
    away = [np.linalg.norm(np.subtract(PLANT[p], look.paint[look.part])) for p in ("flower", "stem")
            for look in DOUBLE_12C]  # fmt: skip
    assert min(away) > 90


@pytest.mark.parametrize("name", ["balls", "thorns"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_plant_with_an_extra_is_the_plain_plant_wherever_none_of_it_shows(opened, view, name):
    """To the bit: it throws no shadow. The mask holds the pixels that are at least half part; tips are thinner."""
    sample = shot(opened.part, f"{name}-{view:02d}")
    _, share = opened.frames.frame(names(PART_2C).index(name), view)
    differs = (sample.picture.pixels != opened.plain[view].picture.pixels).any(-1)
    np.testing.assert_array_equal(sample.masks[name], share >= 128)
    assert not differs[share == 0].any()
    assert differs[share >= 128].all()


def test_enough_of_each_part_is_seen_from_every_side(opened):
    """In pixels of 90,000: the stem between its leaves, 15 balls or so of 14 pixels, thorns of 20 by 8."""
    for samples, start, name, least in ((opened.double, 240, "stem", 800), (opened.part, 0, "balls", 1200),
                                        (opened.part, 40, "thorns", 400)):  # fmt: skip
        assert min(samples[start + v].masks[name].sum() for v in (1, 22, 36)) > least


def test_crops_keep_balls_and_thorns(opened):
    for name, view in (("balls", 22), ("thorns", 1)):
        before = shot(opened.part, f"{name}-{view:02d}").masks[name].sum()
        for cut in ("c0-r25", "c1-r5", "c3-r25"):
            assert shot(opened.part_crops, f"{name}-{view:02d}-{cut}").masks[name].sum() > 0.85 * before


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(opened):
    again, other = (An8FlowerPart2c().open(An8FlowerParams(seed=s))[62] for s in (0, 5))
    assert again.picture.sha256 == opened.part[62].picture.sha256
    assert other.picture.sha256 != again.picture.sha256
    np.testing.assert_array_equal(again.masks["thorns"], opened.part[62].masks["thorns"])


def test_folds_by_viewpoint_let_no_crop_of_a_view_into_two(opened):
    for samples in (opened.double_crops, opened.part_crops):
        found = folds(samples.groups)
        assert [len(fold) for fold in found] == [len(samples) // 5] * 5
        groups, labels = np.array(samples.groups), np.array(samples.labels)
        for fold in found:
            rest = np.delete(np.arange(len(samples)), fold)
            assert not set(groups[fold]) & set(groups[rest])
            assert len(set(np.bincount(labels[fold]))) == 1
