"""Samples as files: where they go, and that what is read back is what was written."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest
from PIL import Image

from salviewer.api import Picture, Sample, Volume
from salviewer.data.sample_files import place_of, write_sample
from salviewer.errors import SalViewerError


def picture(name="eye-1", masks=None):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    return Sample(name, Picture(pixels, name, "00"), 0, masks=masks or {})


@pytest.mark.parametrize(
    ("name", "class_name", "place"),
    [
        ("red-07", "red", "red/red-07.png"),
        ("cats/1.jpg", "cats", "cats/1.jpg.png"),
        ("cats/deep/1.png", "cats", "cats/deep/1.png"),
        ("1.png", "", "unlabelled/1.png"),
        ("../../etc/x", "a/b", "a-b/-/-/etc/x.png"),
        ("a:b?", "is it?", "is it-/a-b-.png"),
    ],
)
def test_a_samples_place_is_its_class_and_its_id(name, class_name, place):
    assert str(place_of(name, class_name, ".png")) == place


def test_a_picture_and_its_masks_come_back_to_the_bit(tmp_path):
    mask = np.arange(35).reshape(5, 7) % 3 == 0
    sample = picture(masks={"flower": mask, "images": ~mask})
    assert write_sample(sample, "red", tmp_path) == "images/red/eye-1.png"
    np.testing.assert_array_equal(Image.open(tmp_path / "images/red/eye-1.png"), sample.picture.pixels)
    np.testing.assert_array_equal(Image.open(tmp_path / "flower/red/eye-1.png"), np.uint8(255) * mask)
    np.testing.assert_array_equal(Image.open(tmp_path / "images-mask/red/eye-1.png"), np.uint8(255) * ~mask)


def test_grey_pictures_stay_grey(tmp_path):
    grey = Picture(np.arange(12, dtype=np.uint8).reshape(3, 4, 1), "g", "00")
    write_sample(Sample("g", grey, -1), "", tmp_path)
    with Image.open(tmp_path / "images/unlabelled/g.png") as opened:
        assert (opened.mode, opened.size) == ("L", (4, 3))


def test_a_volume_and_its_masks_are_nifti_on_the_same_grid(tmp_path):
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    affine = np.diag([2.0, 2, 3, 1])
    volume = Volume(values, affine, "v", "00", ("R", "A", "S"))
    file = write_sample(Sample("sub-1", volume, 1, masks={"atrophy": values > 20}), "AD", tmp_path)
    assert file == "images/AD/sub-1.nii.gz"
    for path, expected in ((file, values), ("atrophy/AD/sub-1.nii.gz", 255 * (values > 20))):
        found = nibabel.load(tmp_path / path)
        np.testing.assert_array_equal(found.get_fdata(), expected)
        np.testing.assert_array_equal(found.affine, affine)


def test_a_folder_that_cannot_be_is_told_in_a_sentence(tmp_path):
    (tmp_path / "images").write_text("in the way")
    with pytest.raises(SalViewerError, match="choose another folder"):
        write_sample(picture(), "red", tmp_path)
