"""Where axes point: all 48 permutations and flips, oblique affines, and the ways in which NIfTI states them."""

import itertools

import numpy as np
import pytest
from nibabel.quaternions import mat2quat, quat2mat
from volume_files import AFFINE, SHAPE, nifti, written

from salviewer.data.volume_geometry import Placement, axcodes_of
from salviewer.data.volumes import read_volume

LETTERS = ("LR", "PA", "IS")
TABLE = [
    (tuple(LETTERS[world][sign > 0] for world, sign in zip(order, signs, strict=True)), order, signs)
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1, -1), repeat=3)
]
SIZES = (1.0, 2.0, 3.0)


def directions(order, signs):
    """(3, 3): column j is the direction of voxel axis j."""
    found = np.zeros((3, 3))
    for axis, (world, sign) in enumerate(zip(order, signs, strict=True)):
        found[world, axis] = sign
    return found


def rotation(axis, degrees):
    x, y, z = np.array(axis, float) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def affine_of(turned, sizes=SIZES, origin=(5, -7, 11)):
    found = np.eye(4)
    found[:3, :3] = turned * sizes
    found[:3, 3] = origin
    return found


def qform(turned, sizes=SIZES, origin=(5, -7, 11)):
    """The fields of a header whose qform is that affine; a left-handed one goes by the sign of pixdim[0]."""
    handed = 1 if np.linalg.det(turned) > 0 else -1
    b, c, d = mat2quat(turned * (1, 1, handed))[1:]
    names = {"quatern_b": b, "quatern_c": c, "quatern_d": d}
    names |= dict(zip(("qoffset_x", "qoffset_y", "qoffset_z"), origin, strict=True))
    return {**names, "qform_code": 1, "sform_code": 0, "pixdim": [handed, *sizes, 1, 1, 1, 1]}


def codes(volume):
    return [note.code for note in volume.warnings]


def test_the_table_has_24_proper_and_24_improper_orientations():
    signs = [np.linalg.det(directions(order, signs)) for _, order, signs in TABLE]
    assert (signs.count(1), signs.count(-1), len({letters for letters, *_ in TABLE})) == (24, 24, 48)


@pytest.mark.parametrize(("letters", "order", "signs"), TABLE, ids=["".join(row[0]) for row in TABLE])
def test_axes_are_named_alike_by_sform_and_qform_also_when_tilted(letters, order, signs, tmp_path):
    straight = directions(order, signs)
    for turned, angle in ((straight, 0), (rotation((1, 2, 3), 20) @ straight, 20)):
        by_sform = read_volume(written(tmp_path, nifti(affine=affine_of(turned)), "s.nii"))
        by_qform = read_volume(written(tmp_path, nifti(**qform(turned)), "q.nii"))
        assert by_sform.axcodes == by_qform.axcodes == letters
        assert (by_sform.geometry, by_qform.geometry) == ("sform", "qform")
        np.testing.assert_allclose(by_qform.affine, by_sform.affine, atol=1e-5)
        np.testing.assert_allclose(by_sform.affine, affine_of(turned), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(by_sform.spacing, SIZES, rtol=1e-6)
        assert codes(by_sform) == codes(by_qform) == (["oblique"] if angle else [])


TILTED = quat2mat((0.87043907, 0.1958058, -0.28733818, 0.34847191))
"""Of no axis is it plain where it points: 0.59, 0.49, 0.64 for the first."""


def each_by_itself(turned):
    """As is often done: per axis, the world axis along which it moves most, whichever way."""
    return tuple("RAS"[int(np.argmax(np.abs(column)))] for column in turned.T)


def test_no_direction_is_given_to_two_axes(tmp_path):
    assert each_by_itself(TILTED) == ("S", "R", "S")
    for data in (nifti(affine=affine_of(TILTED)), nifti(**qform(TILTED))):
        volume = read_volume(written(tmp_path, data))
        assert volume.axcodes == ("A", "L", "S")
        assert codes(volume) == ["oblique"]


def test_obliquity_is_said_from_one_degree_on(tmp_path):
    for degrees, said in ((0.9, []), (1.1, ["oblique"]), (12.3, ["oblique"])):
        volume = read_volume(written(tmp_path, nifti(affine=affine_of(rotation((0, 0, 1), degrees)))))
        assert codes(volume) == said
    assert "12.3°" in volume.warnings[0].text


def test_sheared_axes_still_get_three_letters():
    rng = np.random.default_rng(0)
    for _ in range(300):
        letters = axcodes_of(Placement("sform", affine_of(rng.normal(size=(3, 3)))))
        assert {"".join(sorted(pair)) for pair in LETTERS} == {
            "".join(sorted(pair)) for pair in LETTERS for letter in letters if letter in pair
        }


# Which statement of the header is believed


@pytest.mark.parametrize(
    ("code", "space"), [(1, "scanner"), (2, "aligned"), (3, "talairach"), (4, "mni152"), (5, ""), (77, "")]
)
def test_the_space_is_that_of_the_affine_which_is_taken(code, space, tmp_path):
    assert read_volume(written(tmp_path, nifti(sform_code=code))).space == space
    by_qform = nifti(**(qform(np.eye(3)) | {"qform_code": code}))
    assert read_volume(written(tmp_path, by_qform)).space == space


def test_two_statements_that_disagree_are_both_named_and_can_be_chosen(tmp_path):
    path = written(tmp_path, nifti(affine=AFFINE, **(qform(np.eye(3)) | {"sform_code": 4})))
    volume = read_volume(path)
    (note,) = volume.warnings
    assert (volume.geometry, volume.space, note.code) == ("sform", "mni152", "affine-conflict")
    assert "sform (LAS, mni152)" in note.text
    assert "qform (RAS, scanner)" in note.text
    other = read_volume(path, {"geometry": "qform"})
    assert (other.geometry, other.space, other.axcodes) == ("qform", "scanner", ("R", "A", "S"))
    assert codes(read_volume(path, {"geometry": "sform"})) == ["affine-conflict"]


def test_two_statements_that_agree_need_no_word(tmp_path):
    turned = directions((0, 1, 2), (-1, 1, 1))
    fields = qform(turned, (2, 2, 2), (90, -126, -72)) | {"sform_code": 4}
    assert codes(read_volume(written(tmp_path, nifti(affine=AFFINE, **fields)))) == []


def test_a_broken_qform_beside_a_sound_sform_is_only_said(tmp_path):
    volume = read_volume(written(tmp_path, nifti(qform_code=1, quatern_b=3.0)))
    assert (volume.geometry, codes(volume)) == ("sform", ["header-inconsistent"])


def test_without_orientation_there_are_sizes_and_no_letters(tmp_path):
    volume = read_volume(written(tmp_path, nifti(sform_code=0, pixdim=[1, 2, 3, 4, 1, 1, 1, 1])))
    assert (volume.axcodes, volume.geometry, volume.spacing) == (None, "pixdim", (2, 3, 4))
    assert codes(volume) == ["orientation-unknown"]


def test_sizes_that_are_missing_are_assumed_and_said(tmp_path):
    fields = qform(np.eye(3)) | {"pixdim": [1, 0, np.nan, 3, 1, 1, 1, 1]}
    volume = read_volume(written(tmp_path, nifti(**fields)))
    assert volume.spacing == (1, 1, 3)
    assert codes(volume) == ["assumed-spacing"]
    assert "along x, y" in volume.warnings[0].text


@pytest.mark.parametrize(("unit", "factor"), [(0, 1), (1, 1000), (2, 1), (3, 0.001)])
def test_lengths_are_turned_into_millimetres(unit, factor, tmp_path):
    sizes = np.array(SIZES) / factor
    for data in (nifti(affine=affine_of(np.eye(3), sizes)), nifti(**qform(np.eye(3), sizes))):
        changed = bytearray(data)
        changed[123] = unit | 8
        volume = read_volume(written(tmp_path, bytes(changed)))
        np.testing.assert_allclose(volume.spacing, SIZES, rtol=1e-6)
        assert codes(volume) == (["units"] if factor != 1 else [])


def test_the_affine_is_that_of_nibabel(tmp_path):
    import nibabel

    rng = np.random.default_rng(5)
    for _ in range(20):
        turned = rotation(rng.normal(size=3), rng.uniform(0, 180))
        path = written(tmp_path, nifti(**qform(turned, rng.uniform(0.5, 3, 3), rng.normal(size=3) * 50)))
        volume, theirs = read_volume(path), nibabel.load(path)
        np.testing.assert_allclose(volume.affine, theirs.affine, atol=1e-5)
        assert volume.axcodes == nibabel.aff2axcodes(theirs.affine)
        np.testing.assert_array_equal(volume.array, np.asarray(theirs.dataobj))
        assert volume.shape == SHAPE
