"""MGH and MGZ, pairs of NIfTI files, Analyze 7.5, and arrays from Python."""

import nibabel
import numpy as np
import pytest
import torch
from volume_files import SHAPE, analyze, mgh, nifti, packed, pair, ramp, written

from salviewer.api import InputRef, Volume
from salviewer.data.pictures import read_picture
from salviewer.data.volumes import read_volume, volume_from_array
from salviewer.errors import NeedsChoice, UnreadableInput
from salviewer.gui.errands import recognise
from salviewer.jobs.shelf import Shelf


def codes(volume):
    return [note.code for note in volume.warnings]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32"])
@pytest.mark.parametrize("name", ["t1.mgh", "t1.mgz", "t1.mgh.gz"])
def test_mgh(dtype, name, tmp_path):
    data = mgh(ramp(dtype=dtype), footer=b"some history of the scan")
    volume = read_volume(written(tmp_path, packed(data) if name.endswith("z") else data, name))
    assert volume.array.dtype == dtype
    np.testing.assert_array_equal(volume.array, ramp(dtype=dtype))
    assert (volume.axcodes, volume.geometry, volume.space) == (("L", "I", "A"), "mgh", "scanner")
    # The centre of the box, voxel index shape / 2, lies at (10, 20, 30).
    np.testing.assert_allclose(volume.affine @ [4, 4.5, 5, 1], [10, 20, 30, 1])
    assert codes(volume) == []


def test_mgh_agrees_with_nibabel(tmp_path):
    turned = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    data = mgh(ramp(dtype="float32"), turned.T, delta=(1, 2, 3))
    volume, theirs = read_volume(written(tmp_path, data, "t1.mgh")), nibabel.MGHImage.from_bytes(data)
    np.testing.assert_allclose(volume.affine, theirs.affine, atol=1e-5)
    assert volume.axcodes == nibabel.aff2axcodes(theirs.affine)
    np.testing.assert_array_equal(volume.array, theirs.get_fdata())
    assert codes(volume) == ["oblique"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (mgh()[:200], "truncated"),
        (mgh()[:-1], "truncated"),
        (mgh(ramp((8, 9, 10, 2), "uint8")), "time"),
        (mgh(directions=np.zeros((3, 3))), "bad-affine"),
        (mgh(directions=np.full((3, 3), np.nan)), "bad-affine"),
        (packed(mgh(np.zeros(SHAPE, "uint8")))[:-9], "truncated-gz"),
        (mgh()[:4] + (2**31 - 1).to_bytes(4, "big") * 3 + mgh()[16:], "size-mismatch"),
        (mgh()[:4] + bytes(4) + mgh()[8:], "bad-dims"),
        (mgh()[:20] + (99).to_bytes(4, "big") + mgh()[24:], "unsupported-dtype"),
        (b"\0\0\0\x02" + mgh()[4:], "not-nifti"),
    ],
)
def test_bad_mgh(data, code, tmp_path):
    with pytest.raises((UnreadableInput, NeedsChoice)) as caught:
        read_volume(written(tmp_path, data, "t1.mgh"))
    assert caught.value.code == code


def test_mgh_that_was_never_placed_has_no_letters(tmp_path):
    volume = read_volume(written(tmp_path, mgh(placed=0, delta=(2, 3, 0)), "t1.mgh"))
    assert (volume.axcodes, volume.geometry, volume.spacing) == (None, "pixdim", (2, 3, 1))
    assert codes(volume) == ["orientation-unknown"]


@pytest.mark.parametrize("opened", ["pair.hdr", "pair.img"])
@pytest.mark.parametrize("pack", [False, True])
def test_a_pair_of_nifti_files_is_opened_by_either(opened, pack, tmp_path):
    written(tmp_path, pair())
    if pack:
        voxels = tmp_path / "pair.img"
        (tmp_path / "pair.img.gz").write_bytes(packed(voxels.read_bytes()))
        voxels.unlink()
        opened = opened.replace(".img", ".img.gz")
    volume = read_volume(tmp_path / opened)
    np.testing.assert_array_equal(volume.array, ramp())
    assert (volume.name, volume.axcodes, codes(volume)) == (opened, ("L", "A", "S"), [])


def test_the_hash_of_a_pair_is_of_both_files(tmp_path):
    first = read_volume(written(tmp_path, pair())).sha256
    other_header = read_volume(written(tmp_path, pair(descrip=b"x"))).sha256
    other_voxels = read_volume(written(tmp_path, pair(ramp() + np.int16(1)))).sha256
    assert len({first, other_header, other_voxels}) == 3


@pytest.mark.parametrize(("lost", "kept"), [("pair.hdr", "pair.img"), ("pair.img", "pair.hdr")])
@pytest.mark.parametrize("make", [pair, analyze])
def test_half_a_pair_is_refused(lost, kept, make, tmp_path):
    written(tmp_path, make())
    (tmp_path / lost).unlink()
    with pytest.raises(UnreadableInput, match="one of two files") as caught:
        read_volume(tmp_path / kept)
    assert caught.value.code == "missing-pair"


@pytest.mark.parametrize("order", "<>")
def test_analyze_has_sizes_and_no_orientation(order, tmp_path):
    path = written(tmp_path, analyze(order=order))
    volume = read_volume(path)
    np.testing.assert_array_equal(volume.array, ramp())
    assert (volume.axcodes, volume.geometry, volume.spacing) == (None, "pixdim", (2, 3, 4))
    assert codes(volume) == ["orientation-unknown"]


def test_spm_left_a_factor_in_analyze(tmp_path):
    header, voxels = analyze()
    header = header[:112] + np.float32(0.5).tobytes() + header[116:]
    volume = read_volume(written(tmp_path, (header, voxels)))
    np.testing.assert_array_equal(volume.array, ramp() * np.float32(0.5))
    assert volume.array.dtype == np.float32
    assert codes(volume) == ["spm-scale", "orientation-unknown"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"dim": [9] * 8}, "bad-dims"),
        ({"dim": [3, 8, 9, 0, 1, 1, 1, 1]}, "bad-dims"),
        ({"dim": [3, 8, 9, 11, 1, 1, 1, 1]}, "truncated"),
        ({"datatype": 128}, "rgb-volume"),
        ({"datatype": 1}, "unsupported-dtype"),
        ({"vox_offset": -1}, "bad-offset"),
    ],
)
def test_bad_analyze(changed, code, tmp_path):
    with pytest.raises(UnreadableInput) as caught:
        read_volume(written(tmp_path, analyze(**changed)))
    assert caught.value.code == code


# The shelf, the window's question, and where only a picture fits


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.nii", nifti()), ("a.nii.gz", packed(nifti())), ("noending", nifti(version=2)), ("a.mgz", packed(mgh()))],
)
def test_the_shelf_opens_volumes_by_content(name, data, tmp_path):
    path = written(tmp_path, data, name)
    assert recognise(path) == "picture"
    ref = InputRef(source=str(path))
    assert isinstance(Shelf().source(ref), Volume)
    with pytest.raises(UnreadableInput) as caught:
        Shelf().picture(ref)
    assert caught.value.code == "volume"


def test_a_web_page_named_as_a_volume_is_no_bad_picture(tmp_path):
    path = written(tmp_path, b"<!DOCTYPE html><html></html>")
    with pytest.raises(UnreadableInput, match="looks like a web page") as caught:
        Shelf().source(InputRef(source=str(path)))
    assert caught.value.code == "not-nifti"


def test_a_volume_where_a_picture_is_needed(tmp_path):
    for data in (nifti(), nifti(version=2)):
        with pytest.raises(UnreadableInput, match="NIfTI volume.*one slice as PNG"):
            read_picture(written(tmp_path, data))


# Arrays


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        *(("float64", "float32"), ("float16", "float32"), (">f4", "float32"), ("int64", "int32")),
        *(("bool", "uint8"), (">i2", "int16"), ("uint8", "uint8")),
    ],
)
def test_arrays_keep_their_values(given, kept):
    array = (np.arange(60) % 50).reshape(3, 4, 5).astype(given)
    volume = volume_from_array(array)
    assert volume.array.dtype == np.dtype(kept)
    np.testing.assert_array_equal(volume.array, array)
    assert not np.shares_memory(volume.array, array)
    assert (volume.axcodes, volume.geometry, volume.name) == (None, "array", "array")
    assert codes(volume) == ["orientation-unknown"]


def test_tensors_and_affines():
    array = torch.arange(60, dtype=torch.bfloat16).reshape(1, 3, 4, 5)
    volume = volume_from_array(array, np.diag([-2, 2, 2, 1]), "scan")
    assert volume.shape == (3, 4, 5)
    assert (volume.axcodes, volume.spacing, volume.warnings) == (("L", "A", "S"), (2, 2, 2), ())
    assert volume.sha256 == volume_from_array(array[0]).sha256
    assert volume.sha256 != volume_from_array(array[0] + 1).sha256


@pytest.mark.parametrize(
    ("array", "affine", "code"),
    [
        (np.zeros((3, 4)), None, "bad-dims"),
        (np.zeros((2, 3, 4, 5)), None, "bad-dims"),
        (np.zeros((3, 0, 4)), None, "bad-dims"),
        (np.zeros((3, 4, 5), complex), None, "unsupported-dtype"),
        (np.full((3, 4, 5), 2**40), None, "unsupported-dtype"),
        (np.full((3, 4, 5), np.nan), None, "no-finite-voxels"),
        (np.where(np.arange(60).reshape(3, 4, 5), 1e300, 0), None, "non-finite"),
        (object(), None, "bad-dims"),
        (ramp(), np.zeros((4, 4)), "bad-affine"),
        (ramp(), np.eye(3), "bad-affine"),
        (ramp(), np.diag([1, 1, 1, 2]), "bad-affine"),
        (ramp(), "RAS", "bad-affine"),
        (ramp(), np.diag([1, 1, np.inf, 1]), "bad-affine"),
    ],
)
def test_arrays_that_are_no_volume(array, affine, code):
    with pytest.raises(UnreadableInput) as caught:
        volume_from_array(array, affine)
    assert caught.value.code == code
