"""Series whose voxels' places are known beforehand."""

import hashlib
import sys

import numpy as np
import pytest
from dicom_series import AXIAL, CORONAL, CT, SAGITTAL, enhanced, file_bytes, oblique, ramp, slices, write
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from salviewer.data.dicom import is_dicom, is_series, read_dicom
from salviewer.errors import InvalidChoice, NeedsChoice, Unavailable, UnreadableInput

ORIENTATIONS = {
    "axial": (AXIAL, ("L", "P", "S")),
    "sagittal": (SAGITTAL, ("P", "I", "R")),
    "coronal": (CORONAL, ("L", "I", "P")),
    "oblique": (oblique(), ("L", "P", "S")),
}


def codes(volume):
    return [note.code for note in volume.warnings]


@pytest.mark.parametrize("where", ORIENTATIONS)
def test_a_bright_voxel_comes_out_at_its_place_in_the_patient(where, tmp_path):
    orientation, axcodes = ORIENTATIONS[where]
    planes = np.zeros((5, 6, 7), np.int16)
    planes[3, 4, 2] = 1000  # slice, row, column
    volume = read_dicom(write(tmp_path / "s", slices(planes, orientation)[::-1]))
    at = np.argwhere(volume.array == 1000)
    assert at.tolist() == [[2, 4, 3]]
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    lps = np.array([-20, 10, 30]) + 2 * 0.8 * row + 4 * 0.5 * column + 3 * 2.0 * np.cross(row, column)
    np.testing.assert_allclose((volume.affine @ [*at[0], 1])[:3], lps * [-1, -1, 1], atol=1e-6)
    assert (volume.axcodes, volume.geometry, volume.space) == (axcodes, "dicom", "scanner")
    np.testing.assert_allclose(volume.spacing, (0.8, 0.5, 2.0), atol=1e-6)
    assert ("oblique" in codes(volume)) == (where == "oblique")
    assert (volume.affine.dtype, volume.array.dtype) == (np.float64, np.int16)


def test_neither_names_nor_instance_numbers_decide_the_order(tmp_path):
    made = slices(ramp())
    forth = read_dicom(write(tmp_path / "a", made, names=list("abcde")))
    back = read_dicom(write(tmp_path / "b", made, names=list("edcba")))
    np.testing.assert_array_equal(forth.array, ramp().transpose(2, 1, 0))
    np.testing.assert_array_equal(back.array, forth.array)
    np.testing.assert_array_equal(back.affine, forth.affine)
    assert back.sha256 == forth.sha256


def test_the_hash_is_that_of_the_files(tmp_path):
    folder = write(tmp_path / "s", slices(ramp()))
    digests = sorted(hashlib.sha256(p.read_bytes()).digest() for p in folder.iterdir())
    assert read_dicom(folder).sha256 == hashlib.sha256(b"".join(digests)).hexdigest()
    (tmp_path / "e").write_bytes(file_bytes(enhanced(ramp())))
    assert read_dicom(tmp_path / "e").sha256 == hashlib.sha256((tmp_path / "e").read_bytes()).hexdigest()


def test_one_slice_brings_its_series_but_not_its_neighbours(tmp_path):
    folder = write(tmp_path / "s", slices(ramp()), names=[f"a{n}" for n in range(5)])
    write(folder, slices(ramp((3, 4, 4)), SAGITTAL, series="b"), names=[f"b{n}" for n in range(3)])
    (folder / "notes.txt").write_text("hello")
    assert read_dicom(folder / "a2").shape == (7, 6, 5)
    assert read_dicom(folder / "b0").shape == (4, 4, 3)


def test_odd_neighbours_do_no_harm(tmp_path, monkeypatch):
    folder = write(tmp_path / "s", slices(ramp()), names=[".hidden", "a", "b", "c", "d"])
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "folder").mkdir()
    monkeypatch.chdir(folder)
    assert read_dicom(".hidden").shape == (7, 6, 5)
    assert read_dicom("./a", {"series": None}).shape == (7, 6, 4)


def test_several_series_are_asked_for_and_named_shortly(tmp_path):
    made = slices(ramp(), series="a")
    for ds in made:
        ds.SeriesDescription = "a very long description\x1b with more"
        ds.SeriesNumber = 12
    folder = write(tmp_path / "s", made, names=[f"a{n}" for n in range(5)])
    write(folder, slices(ramp((3, 4, 4)), SAGITTAL, series="b"), names=[f"b{n}" for n in range(3)])
    with pytest.raises(NeedsChoice) as caught:
        read_dicom(folder)
    first, second = caught.value.choices
    assert (caught.value.code, caught.value.option) == ("several-series", "series")
    assert first == "1: series 3, T1 head, 3 sagittal slices of 4 × 4"
    assert second.startswith("2: series 12, a very long description")
    assert second.endswith("…, 5 axial slices of 7 × 6")
    assert read_dicom(folder, {"series": "1"}).shape == (4, 4, 3)
    assert read_dicom(folder, {"series": second}).shape == (7, 6, 5)
    for wrong in ("3", "x"):
        with pytest.raises(InvalidChoice) as caught:
            read_dicom(folder, {"series": wrong})
        assert caught.value.code == "bad-option"


def test_a_localiser_in_the_folder_is_asked_about(tmp_path):
    folder = write(tmp_path / "s", slices(ramp()), names=[f"a{n}" for n in range(5)])
    write(folder, slices(ramp((1, 6, 7)), CORONAL), names=["localiser"])
    with pytest.raises(NeedsChoice, match="different size or orientation"):
        read_dicom(folder)
    volume = read_dicom(folder / "a0")
    assert volume.shape == (7, 6, 5)
    assert "other-slices" in codes(volume)


@pytest.mark.parametrize("keyword", ["TemporalPositionIdentifier", "EchoTime"])
def test_volumes_in_the_same_place_are_asked_for(tmp_path, keyword):
    made = [*slices(ramp()), *slices(ramp() + 1000)]
    for n, ds in enumerate(made):
        setattr(ds, keyword, 2 + 8 * (n // 5))
    folder = write(tmp_path / "s", made)
    with pytest.raises(NeedsChoice) as caught:
        read_dicom(folder)
    assert caught.value.option == "part"
    assert [c.split()[-3:] for c in caught.value.choices] == [[v, "5", "slices"] for v in ("2,", "10,")] or [
        c.split()[-3] for c in caught.value.choices
    ] == ["2.0,", "10.0,"]
    assert read_dicom(folder, {"part": "2"}).array.min() == 1000


def test_enhanced_frames_are_sorted_and_rescaled_one_by_one(tmp_path):
    slopes = [1.0, 2.0, 3.0, 4.0, 5.0]
    ds = enhanced(ramp(), oblique(), slopes=slopes, order=[3, 0, 4, 1, 2])
    (tmp_path / "e.dcm").write_bytes(file_bytes(ds))
    volume = read_dicom(tmp_path / "e.dcm")
    expected = ramp().astype(np.float32) * np.array(slopes, np.float32)[:, None, None] - 1
    np.testing.assert_array_equal(volume.array, expected.transpose(2, 1, 0))
    classic = read_dicom(write(tmp_path / "s", slices(ramp(), oblique())))
    np.testing.assert_allclose(volume.affine, classic.affine, atol=1e-9)
    assert volume.array.dtype == np.float32
    assert volume.name == "DICOM file, 5 slices"


def test_ct_values_become_hounsfield_units(tmp_path):
    made = slices(ramp(dtype=np.uint16), sop=CT)
    for ds in made:
        ds.RescaleSlope, ds.RescaleIntercept = 2, -1024
    volume = read_dicom(write(tmp_path / "s", made))
    assert volume.array.dtype == np.float32
    np.testing.assert_array_equal(volume.array, (ramp() * 2.0 - 1024).transpose(2, 1, 0))
    assert "rescaled" in codes(volume)


def test_monochrome1_is_inverted_for_display_only(tmp_path):
    made = slices(ramp())
    for ds in made:
        ds.PhotometricInterpretation = "MONOCHROME1"
    volume = read_dicom(write(tmp_path / "s", made))
    assert volume.inverted
    assert "monochrome1" in codes(volume)
    np.testing.assert_array_equal(volume.array, ramp().transpose(2, 1, 0))


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless]
)
@pytest.mark.parametrize("dtype", [np.int16, np.uint8])
def test_every_plain_way_to_store_gives_the_same(tmp_path, syntax, dtype):
    made = slices(ramp((4, 6, 8), dtype))
    if syntax == RLELossless:
        for ds in made:
            file_bytes(ds)
            ds.compress(RLELossless, generate_instance_uid=False)
    if syntax == ExplicitVRBigEndian:
        if dtype == np.uint8:
            pytest.skip("bytes turned round in pairs are refused")
        for ds in made:
            ds.PixelData = np.frombuffer(ds.PixelData, "<i2").astype(">i2").tobytes()
    volume = read_dicom(write(tmp_path / "s", made, syntax=syntax))
    np.testing.assert_array_equal(volume.array, ramp((4, 6, 8), dtype).transpose(2, 1, 0))


def test_twelve_bits_keep_their_sign_and_lose_what_lies_above(tmp_path):
    planes = np.arange(-60, 60, dtype=np.int16).reshape(2, 6, 10)
    made = slices((planes & 0x0FFF) | 0x4000)
    for ds in made:
        ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 12, 11, 1
    np.testing.assert_array_equal(read_dicom(write(tmp_path / "s", made)).array, planes.transpose(2, 1, 0))


def test_a_single_slice_with_a_place_is_a_volume_of_one(tmp_path):
    volume = read_dicom(write(tmp_path / "s", slices(ramp((1, 6, 7)))) / "IM0003")
    assert (volume.shape, volume.name, volume.spacing[2]) == ((7, 6, 1), "DICOM slice", 2.0)
    assert "one-slice" in codes(volume)


def test_nothing_about_the_patient_comes_along(tmp_path):
    folder = write(tmp_path / "s", slices(ramp()))
    before = {p: p.stat().st_mtime_ns for p in folder.iterdir()}
    volume = read_dicom(folder)
    assert volume.name == "DICOM series, 5 slices"
    said = repr((volume.name, volume.warnings, volume.space, volume.geometry))
    assert not any(word in said for word in ("Secret", "Person", "4711", "1970", "T1 head"))
    assert {p: p.stat().st_mtime_ns for p in folder.iterdir()} == before


def test_another_library_puts_it_in_the_same_place(tmp_path):
    itk = pytest.importorskip("SimpleITK", reason="SimpleITK is not installed")
    folder = write(tmp_path / "s", slices(ramp((5, 8, 9)), oblique()))
    reader = itk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image, volume = reader.Execute(), read_dicom(folder)
    lps = np.eye(4)
    lps[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    lps[:3, 3] = image.GetOrigin()
    np.testing.assert_allclose(volume.affine, np.diag([-1, -1, 1, 1]) @ lps, atol=1e-6)
    np.testing.assert_array_equal(volume.array, itk.GetArrayFromImage(image).transpose(2, 1, 0))


@pytest.mark.parametrize("what", [".", "IM0003"])
def test_whoever_reads_volumes_reads_dicom(tmp_path, what):
    from salviewer.data.volumes import read_volume

    folder = write(tmp_path / "s", slices(ramp()))
    assert read_volume(folder / what).sha256 == read_dicom(folder).sha256


def test_which_folders_are_series(tmp_path):
    assert is_series(write(tmp_path / "s", slices(ramp())))
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert not is_series(tmp_path / "p")
    assert not is_series(tmp_path / "s" / "IM0003")
    assert not is_series(tmp_path / "nowhere")


def test_what_a_dicom_file_starts_with():
    data = file_bytes(slices(ramp())[0])
    assert is_dicom(data[:132])
    assert is_dicom(file_bytes(slices(ramp())[0], preamble=False)[:132])
    assert not is_dicom(data[:100])
    assert not is_dicom(b"<html>" + bytes(200))
    assert not is_dicom(b"\x89PNG\r\n\x1a\n" + bytes(200))


def test_without_pydicom_the_extra_is_named(tmp_path, monkeypatch):
    folder = write(tmp_path / "s", slices(ramp()))
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(Unavailable, match=r"pip install salviewer\[dicom\]") as caught:
        read_dicom(folder)
    assert caught.value.code == "missing-extra"


def test_an_option_that_does_not_exist(tmp_path):
    with pytest.raises(InvalidChoice):
        read_dicom(tmp_path, {"aplha": "white"})
    with pytest.raises(UnreadableInput):
        read_dicom(tmp_path)
