"""Atlases from files: labels, names, sides, what is refused; and whether a volume and an atlas meet."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest

from salviewer.api import Atlas, Region, Volume
from salviewer.data.atlas import atlas_of, read_atlas
from salviewer.data.atlas_places import places_of
from salviewer.data.atlas_space import check_meeting, meeting, same_space
from salviewer.errors import InvalidChoice, UnreadableInput


def labels(shape=(20, 10, 10)):
    """Label 1 lies at x < 0, label 2 at x > 0, label 5 across the middle, on a 2 mm grid about the origin."""
    array = np.zeros(shape, np.uint8)
    array[2:5, 2:4, 3:5], array[15:18, 2:4, 3:5], array[8:12, 6:8, 6:8] = 1, 2, 5
    affine = np.diag([2.0, 2, 2, 1])
    affine[:3, 3] = [-19, -9, -9]
    return array, affine


def written(path, array=None, affine=None, code=4):
    made, usual = labels()
    image = nibabel.Nifti1Image(made if array is None else array, usual if affine is None else affine)
    image.set_sform(image.affine, code)
    nibabel.save(image, path)
    return path


def volume(array, affine=None, *, name="scan", space="mni152", axcodes=("R", "A", "S")):
    return Volume(array, np.eye(4) if affine is None else affine, name, name * 8, axcodes, space=space)


def test_labels_and_the_names_beside_them(tmp_path):
    path = written(tmp_path / "phantom.nii.gz")
    (tmp_path / "phantom.txt").write_text("1 Motor_L\n2 Motor_R\n5 Stem\n9 Gone\n")
    atlas = read_atlas(path)
    assert atlas.regions == (Region(1, "Motor_L", "left"), Region(2, "Motor_R", "right"), Region(5, "Stem", ""))
    assert [note.code for note in atlas.volume.warnings] == ["names-without-voxels"]
    assert "Gone (9)" in atlas.volume.warnings[0].text
    assert atlas.volume.array.dtype.kind in "iu"


def test_centroids_and_sizes_are_those_of_the_voxels(tmp_path):
    places = places_of(read_atlas(written(tmp_path / "a.nii")))
    assert places.centroids_mm.tolist() == [[-13, -4, -2], [13, -4, -2], [0, 4, 4]]
    assert places.sizes_mm3 == pytest.approx([96, 96, 128])  # 3 * 2 * 2, and 4 * 2 * 2 voxels of 8 mm³


def test_without_names_regions_are_numbered_and_their_place_tells_the_side(tmp_path):
    atlas = read_atlas(written(tmp_path / "a.nii"))
    assert atlas.regions == (Region(1, "Region 1", "left"), Region(2, "Region 2", "right"), Region(5, "Region 5", ""))
    assert [note.code for note in atlas.volume.warnings] == ["unnamed-regions", "sides-by-place"]


def test_the_place_tells_no_side_where_the_middle_is_not_at_zero():
    array, affine = labels()
    affine[0, 3] = 100
    atlas = atlas_of(volume(array, affine, space="scanner"), {})
    assert {region.side for region in atlas.regions} == {""}


def test_a_note_on_the_scan_beside_the_labels_is_no_file_of_names(tmp_path):
    path = written(tmp_path / "a.nii.gz")
    (tmp_path / "a.json").write_text('{"Manufacturer": "X", "EchoTime": 3}')
    (tmp_path / "a.txt").write_text("1 one\n2 two\n5 five\n")
    assert [region.name for region in read_atlas(path).regions] == ["one", "two", "five"]


def test_names_of_another_atlas_are_refused(tmp_path):
    (tmp_path / "x.txt").write_text("101 one\n102 two\n")
    with pytest.raises(UnreadableInput, match="1, 2, 5.*101, 102") as caught:
        read_atlas(written(tmp_path / "a.nii"), tmp_path / "x.txt")
    assert caught.value.code == "other-names"


def test_whole_numbers_may_be_stored_as_floating_point(tmp_path):
    array, _ = labels()
    atlas = read_atlas(written(tmp_path / "a.nii", array.astype(np.float32)))
    assert atlas.volume.array.dtype.kind == "i"
    assert np.array_equal(atlas.volume.array, array)


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.random.default_rng(0).random((8, 8, 8), np.float32), "not-labels"),
        (np.random.default_rng(0).integers(0, 255, (16, 16, 16)).astype(np.uint8), "not-labels"),
        (-np.ones((4, 4, 4), np.int16), "not-labels"),
        (np.full((4, 4, 4), 10**9, np.int32), "not-labels"),
        (np.repeat(np.arange(1, 12_002, dtype=np.int32), 8).reshape(12_001, 2, 4), "too-many-labels"),
        (np.zeros((4, 4, 4), np.uint8), "no-labels"),
    ],
)
def test_what_is_no_atlas_is_refused(array, code):
    with pytest.raises(UnreadableInput) as caught:
        atlas_of(volume(array), {})
    assert caught.value.code == code
    assert "no atlas" in str(caught.value)


def test_several_volumes_in_a_file_are_no_labels(tmp_path):
    path = written(tmp_path / "a.nii", np.zeros((4, 4, 4, 3), np.uint8))
    with pytest.raises(UnreadableInput, match="labels are one volume"):
        read_atlas(path)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({}, {}, True),
        ({"space": "talairach"}, {}, False),
        ({"space": "aligned"}, {"space": "aligned"}, True),  # the same grid
        ({"space": "aligned", "affine": np.diag([2.0, 1, 1, 1])}, {"space": "aligned"}, False),
        ({"space": "scanner", "array": np.zeros((3, 4, 5))}, {"space": "scanner"}, False),
        ({"axcodes": None}, {}, False),
    ],
)
def test_when_headers_say_that_both_are_in_one_space(one, other, said):
    pair = [volume(**{"array": np.zeros((4, 4, 4)), **about}) for about in (one, other)]
    assert same_space(*pair) is said


def test_volume_and_atlas_that_do_not_meet():
    array, affine = labels()
    atlas = Atlas(volume(array, affine, name="atlas"), (Region(1, "a"), Region(2, "b"), Region(5, "c")))
    far = np.eye(4)
    far[:3, 3] = 500
    with pytest.raises(
        InvalidChoice, match=r"x 500 to 510, .* the atlas x -20 to 20, .*none of its 3 regions"
    ) as caught:
        check_meeting(volume(np.zeros((10, 10, 10)), far), atlas)
    assert caught.value.code == "atlas-elsewhere"
    back = np.linalg.inv(far) @ np.array([[1, 0, 0, -18], [0, 1, 0, -8], [0, 0, 1, -6], [0, 0, 0, 1]])
    found = meeting(volume(np.zeros((10, 10, 10)), far), atlas, back)
    assert found.share == pytest.approx(1 / 3)  # a matrix that brings the volume to region 1 alone


@pytest.mark.data
def test_aal_has_116_regions_with_names_and_sides(data):
    atlas = read_atlas(data / "brain" / "aal_niivue.nii.gz")
    assert len(atlas.regions) == 116
    assert atlas.regions[0] == Region(1, "Precentral_L", "left")
    assert atlas.regions[-1] == Region(116, "Vermis_10", "")
    sides = [region.side for region in atlas.regions]
    assert (sides.count("left"), sides.count("right")) == (54, 54)
    for region, centroid in zip(atlas.regions, places_of(atlas).centroids_mm, strict=True):
        assert {"left": centroid[0] < 0, "right": centroid[0] > 0}.get(region.side, abs(centroid[0]) < 3)


@pytest.mark.data
def test_a_t1_is_no_atlas(data):
    with pytest.raises(UnreadableInput, match="change from voxel to voxel"):
        read_atlas(data / "brain" / "avg152T1_RL.nii.gz")
