import re
import time
import tracemalloc

import numpy as np
import pytest
from bad_dicom import READ, REFUSED, data, files, heedless, logged, one
from dicom_mutants import VALUES, packed
from dicom_series import file_bytes, ramp, slices, write
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, JPEG2000Lossless, JPEGBaseline8Bit, JPEGExtended12Bit

from salviewer.data import dicom_folder, limits
from salviewer.data.dicom import read_dicom
from salviewer.data.volumes import read_volume
from salviewer.errors import SalViewerError, UnreadableInput


def assert_plain(error, tmp_path):
    said = str(error)
    assert re.fullmatch(r"[^\n]{15,320}[.)]", said), said
    assert str(tmp_path) not in said
    assert not any(word in said for word in ("Traceback", "Secret", "4711", "Mary"))


def put(tmp_path, made):
    if isinstance(made, bytes):
        (tmp_path / "one").mkdir()
        (tmp_path / "one" / "scan.dcm").write_bytes(made)
        return tmp_path / "one" / "scan.dcm"
    (tmp_path / "many").mkdir()
    for n, content in enumerate(made):
        (tmp_path / "many" / f"IM{n}").write_bytes(content)
    return tmp_path / "many"


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.name)
def test_each_bad_file_gets_its_code_and_a_sentence(case, tmp_path, capfd):
    path = put(tmp_path, heedless(case.make, np.random.default_rng(0)))
    before = sorted(p.name for p in path.parent.rglob("*"))
    start = time.process_time()
    with logged() as log, pytest.raises(SalViewerError) as caught:
        read_dicom(path)
    assert time.process_time() - start < 2
    assert (caught.value.code, case.says) == (case.code, case.says)
    assert case.says in str(caught.value)
    assert_plain(caught.value, tmp_path)
    # What pydicom said may quote a tag: it is neither logged nor kept as the cause.
    assert caught.value.__cause__ is None
    assert not log
    assert capfd.readouterr() == ("", "")
    assert sorted(p.name for p in path.parent.rglob("*")) == before


@pytest.mark.parametrize(("name", "code", "make"), READ, ids=[r[0] for r in READ])
def test_odd_files_are_read_and_what_was_done_is_noted(name, code, make, tmp_path, capfd):
    volume = read_dicom(put(tmp_path, heedless(make)))
    assert volume.shape == (20, 16, 1)
    assert np.isfinite(volume.array).all()
    assert code in {"", *(note.code for note in volume.warnings)}
    assert all(re.fullmatch(r"[^\n]{15,200}\.", note.text) for note in volume.warnings)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("changes", [{"PixelSpacing": [0, 0]}, {"ImageOrientationPatient": [0] * 6}])
def test_a_geometry_that_cannot_be_is_ignored_when_told(tmp_path, changes):
    volume = read_dicom(put(tmp_path, data(**changes)), {"geometry": "ignore"})
    assert (volume.axcodes, volume.geometry) == (None, "ignored")
    np.testing.assert_array_equal(volume.affine, np.eye(4))
    assert "orientation-unknown" in {note.code for note in volume.warnings}


def test_slices_without_orientation_still_go_by_their_positions(tmp_path):
    made = slices(ramp())
    for ds in made:
        ds.ImageOrientationPatient = [0] * 6
    volume = read_dicom(write(tmp_path / "s", made[::-1]), {"geometry": "ignore"})
    np.testing.assert_array_equal(volume.array, ramp().transpose(2, 1, 0))


@pytest.mark.parametrize(("syntax", "form", "most"), [(JPEGBaseline8Bit, "JPEG", 4), (JPEG2000Lossless, "JPEG2000", 0)])
def test_packed_pixels_are_those_that_were_packed(tmp_path, syntax, form, most):
    array = read_dicom(put(tmp_path, packed(syntax, form))).array[..., 0].T
    assert np.abs(array.astype(int) - VALUES).max() <= most


@pytest.mark.parametrize(
    ("code", "syntax", "form", "changes"),
    [
        ("size-mismatch", JPEGBaseline8Bit, "JPEG", {"Rows": 17}),
        ("size-mismatch", JPEG2000Lossless, "JPEG2000", {"Columns": 4000}),
        ("size-mismatch", JPEGBaseline8Bit, "JPEG", {"NumberOfFrames": 2}),
        ("no-decoder", JPEGExtended12Bit, "JPEG", {"BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}),
        ("corrupt", JPEG2000Lossless, "JPEG2000", {"PixelData": encapsulate([bytes(100)])}),
    ],
)
def test_packed_pixels_that_are_not_what_the_header_says(tmp_path, code, syntax, form, changes):
    path = put(tmp_path, packed(syntax, form, **changes))
    with pytest.raises(UnreadableInput) as caught:
        read_dicom(path, {"geometry": "ignore"})
    assert caught.value.code == code
    assert_plain(caught.value, tmp_path)


def test_bytes_in_pairs_turned_round_are_refused(tmp_path):
    ds = slices(ramp((1, 6, 7), np.uint8))[0]
    ds["PixelData"].VR = "OW"
    with pytest.raises(UnreadableInput) as caught:
        read_dicom(put(tmp_path, file_bytes(ds, ExplicitVRBigEndian)))
    assert caught.value.code == "unsupported-kind"


def test_the_bomb_takes_little_memory(tmp_path):
    bomb = next(c for c in REFUSED if c.name == "D14 bomb").make(None)
    assert len(bomb) < 2**20
    path = put(tmp_path, bomb)
    tracemalloc.start()
    with pytest.raises(SalViewerError):
        read_dicom(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 256 * 2**20


def test_memory_is_checked_before_it_is_taken(tmp_path, monkeypatch):
    folder = put(tmp_path, files(slices(ramp((10, 64, 64)))))
    monkeypatch.setattr(limits, "BUDGET_BYTES", 10 * 64 * 64 * 2)
    with pytest.raises(UnreadableInput) as caught:
        read_dicom(folder)
    assert caught.value.code == "over-budget"


def test_a_folder_may_hold_so_many_files_only(tmp_path, monkeypatch):
    folder = put(tmp_path, files(slices(ramp())))
    monkeypatch.setattr(dicom_folder, "MAX_FILES", 4)
    for read in (read_dicom, read_volume):
        with pytest.raises(UnreadableInput) as caught:
            read(folder)
        assert caught.value.code == "too-many-files"


def test_a_broken_slice_in_the_folder_is_not_left_out(tmp_path):
    made = files(slices(ramp()))
    made[4] = made[4][:-10]
    with pytest.raises(UnreadableInput, match="IM4"):
        read_dicom(put(tmp_path, made))


def test_reports_and_other_files_in_the_folder_are_left_out(tmp_path):
    report = one(PixelData=None, Rows=None, Columns=None)
    path = put(tmp_path, [*files(slices(ramp())), file_bytes(report), b"notes", b""])
    assert read_dicom(path).shape == (7, 6, 5)


def test_a_folder_without_slices(tmp_path):
    with pytest.raises(UnreadableInput) as caught:
        read_dicom(put(tmp_path, [b"notes"]))
    assert caught.value.code == "no-slices"


def test_numbers_that_are_not_finite_are_replaced_only_when_told(tmp_path):
    case = next(c for c in REFUSED if c.name == "some nan")
    volume = read_dicom(put(tmp_path, case.make(None)), {"nonfinite": "zero"})
    assert volume.array.dtype == np.float32
    assert (np.count_nonzero(volume.array == 0), np.count_nonzero(volume.array == 1)) == (5, 315)
