"""The an8Flower collection: the same by seed, classes that differ in the flower and nowhere else, exact masks."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageFilter
from pydantic import ValidationError

from salviewer_plugins.phantoms import salviewer_architectures, salviewer_collections
from salviewer_plugins.phantoms.an8flower import An8FlowerSingle6c
from salviewer_plugins.phantoms.palette import BACKGROUND, FLOWER
from salviewer_plugins.phantoms.params import An8FlowerParams

COLOURS = ("red", "orange", "yellow", "blue", "magenta", "white")
SOME_VIEWS = (0, 12, 20, 32)


def opened(**params):
    return An8FlowerSingle6c().open(An8FlowerParams(**params))


@pytest.fixture(scope="module")
def frames():
    return opened()


@pytest.fixture(scope="module")
def crops():
    return opened(augmented=True)


def shot(samples, name):
    return samples[samples.ids.index(name)]


def grown(mask):
    """The mask and every pixel that touches it."""
    return np.asarray(Image.fromarray(np.uint8(255) * mask).filter(ImageFilter.MaxFilter(3))) > 0


def test_the_descriptors_name_six_classes_and_need_neither_torch_nor_numpy():
    collections, (family,) = {c.key: c for c in salviewer_collections()}, salviewer_architectures()
    assert collections["an8flower-single-6c"].classes == COLOURS
    assert len(collections["captioned-flowers"].classes) == 48
    assert "an8flower-cnn" in family.names
    light = (
        "import sys, salviewer_plugins.phantoms.params; sys.exit(bool({'torch', 'numpy', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", light], check=False).returncode == 0  # noqa: S603 - our own line


def test_forty_views_of_six_colours(frames):
    assert len(frames) == 240
    assert frames.ids[:2] == ("red-00", "red-01")
    assert frames.ids == tuple(f"{c}-{v:02d}" for c in COLOURS for v in range(40))


def test_a_thousand_crops_of_each_class(crops):
    assert len(crops) == len(set(crops.ids)) == 6000
    assert [sum(i.startswith(c) for i in crops.ids) for c in COLOURS] == [1000] * 6
    assert "red-07-c3-r15" in crops.ids


def test_a_sample_says_what_it_is(frames, crops):
    frame, crop = shot(frames, "blue-07"), shot(crops, "blue-07-c3-r15")
    assert (frame.id, frame.label, frame.group) == ("blue-07", 3, "view-07")
    assert (crop.id, crop.label, crop.group) == ("blue-07-c3-r15", 3, "view-07")
    assert frame.picture.name == "an8flower blue, view 7"
    assert crop.picture.name == "an8flower blue, view 7, crop 3, turned 15°"
    for sample, side in ((frame, 300), (crop, 250)):
        assert sample.picture.pixels.shape == (side, side, 3)
        assert sample.picture.pixels.dtype == np.uint8
        assert sample.masks["flower"].shape == (side, side)
        assert sample.masks["flower"].dtype == bool


def test_the_hash_is_that_of_shape_and_pixels(frames):
    picture = shot(frames, "red-00").picture
    by_hand = hashlib.sha256(b"(300, 300, 3)" + picture.pixels.tobytes()).hexdigest()
    assert picture.sha256 == by_hand
    assert picture.sha256 != shot(frames, "red-01").picture.sha256


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    one, again, other = (shot(opened(seed=s, augmented=True), "red-04-c1-r10") for s in (3, 3, 4))
    np.testing.assert_array_equal(one.picture.pixels, again.picture.pixels)
    np.testing.assert_array_equal(one.masks["flower"], again.masks["flower"])
    assert (one.picture.pixels != other.picture.pixels).any()
    assert (one.masks["flower"] != other.masks["flower"]).any()


def test_order_of_access_changes_nothing(frames):
    last_first = [s.picture.sha256 for s in reversed(opened()[:3])]
    assert last_first[::-1] == [s.picture.sha256 for s in frames[:3]]


def test_slices_are_collections_too(frames):
    some = frames[39:81:40]
    assert some.ids == ("red-39", "orange-39")
    assert [s.id for s in some] == list(some.ids)
    assert frames[-1].id == "white-39"
    with pytest.raises(IndexError):
        frames[240]


def test_a_seed_out_of_range_is_refused():
    with pytest.raises(ValidationError):
        An8FlowerParams(seed=-1)


@pytest.mark.parametrize("suffix", ["", "-c0-r5", "-c2-r25", "-c4-r15"])
@pytest.mark.parametrize("view", SOME_VIEWS)
def test_classes_differ_in_the_mask_and_nowhere_else(frames, crops, view, suffix):
    """The mask holds the pixels that are at least half flower; a rim that is less than half differs beside it.

    In a frame that rim is one pixel wide; turning a crop blends each pixel with its neighbours, which makes it two.
    """
    samples = [shot(crops if suffix else frames, f"{c}-{view:02d}{suffix}") for c in COLOURS]
    pixels = np.stack([s.picture.pixels for s in samples])
    differs = (pixels != pixels[0]).any((0, -1))
    mask = samples[0].masks["flower"]
    for sample in samples:
        np.testing.assert_array_equal(sample.masks["flower"], mask)
    assert mask.any()
    assert differs[mask].all()
    near = grown(grown(mask)) if suffix else grown(mask)
    assert not differs[~near].any()
    assert mask.sum() > 0.75 * differs.sum()


def test_the_flower_is_in_full_view_of_each_frame_and_covers_2_to_13_percent(frames):
    share = np.array([s.masks["flower"].mean() for s in frames[:40:4]])
    assert 0.02 < share.min() < 0.03
    assert 0.10 < share.max() < 0.13
    for sample in frames[:40:4]:
        mask = sample.masks["flower"]
        assert not any(edge.any() for edge in (mask[:40], mask[-40:], mask[:, :40], mask[:, -40:]))


def test_crops_keep_the_flower(frames, crops):
    for name in ("red-00-c0-r25", "red-00-c3-r25", "red-08-c1-r5", "red-20-c2-r15", "red-32-c3-r20"):
        before = shot(frames, name[:6]).masks["flower"].sum()
        assert shot(crops, name).masks["flower"].sum() > 0.9 * before


def test_the_background_is_plain_and_fills_the_corners_of_a_turned_crop(frames, crops):
    for sample in (shot(frames, "red-05"), shot(crops, "red-05-c4-r25")):
        pixels = sample.picture.pixels
        assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1]] == BACKGROUND).all()
        assert (pixels == BACKGROUND).all(-1).mean() > 0.6


def test_the_six_colours_are_far_apart_as_seen(frames):
    mask = shot(frames, "red-00").masks["flower"]
    seen = np.array([shot(frames, f"{c}-00").picture.pixels[mask].mean(0) for c in COLOURS])
    apart = np.linalg.norm(seen[:, None] - seen, axis=-1)[np.triu_indices(6, 1)]
    assert apart.min() > 60
    assert tuple(FLOWER) == COLOURS


def test_neighbouring_views_differ_and_the_turn_closes(frames):
    def step(a, b):
        return np.abs(shot(frames, a).picture.pixels.astype(int) - shot(frames, b).picture.pixels).mean()

    steps = [step(f"red-{v:02d}", f"red-{(v + 1) % 40:02d}") for v in (0, 12, 39)]
    assert min(steps) > 0.5
    assert step("red-39", "red-00") < 0.6 * step("red-20", "red-00")
