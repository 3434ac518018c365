"""The numbers of a volume: what stays as it is, what becomes float32, and that nothing is written to the file."""

import hashlib
import tracemalloc

import numpy as np
import pytest
from volume_files import SHAPE, nifti, packed, ramp, written

from salviewer.data import volume_values
from salviewer.data.volumes import read_volume
from salviewer.errors import NeedsChoice

WHOLE = ("uint8", "int8", "uint16", "int16", "uint32", "int32")


@pytest.mark.parametrize("dtype", [*WHOLE, "float32"])
@pytest.mark.parametrize("version", [1, 2])
def test_a_plain_file_is_mapped_and_never_written_to(dtype, version, tmp_path):
    data = nifti(ramp(dtype=dtype), version=version)
    path = written(tmp_path, data)
    volume = read_volume(path)
    assert isinstance(volume.array, np.memmap)
    assert volume.array.dtype == dtype
    np.testing.assert_array_equal(volume.array, ramp(dtype=dtype))
    assert volume.sha256 == hashlib.sha256(data).hexdigest()
    with pytest.raises(ValueError, match="read-only"):
        volume.array[...] = 0
    volume.array.flush()
    assert path.read_bytes() == data


@pytest.mark.parametrize("dtype", WHOLE)
@pytest.mark.parametrize("how", ["gz", "big-endian", "odd offset"])
def test_whole_numbers_stay_whole_in_the_machines_order(dtype, how, tmp_path):
    more = {"order": ">"} if how == "big-endian" else {"vox_offset": 353, "between": bytes(5)} if "odd" in how else {}
    data = nifti(ramp(dtype=dtype), **more)
    volume = read_volume(written(tmp_path, packed(data) if how == "gz" else data, "t1.nii.gz"))
    assert volume.array.dtype == np.dtype(dtype)
    assert volume.array.dtype.isnative
    np.testing.assert_array_equal(volume.array, ramp(dtype=dtype))


@pytest.mark.parametrize("dtype", [*WHOLE, "float32", "float64", "int64"])
def test_scaled_values_are_float32(dtype, tmp_path):
    volume = read_volume(written(tmp_path, nifti(ramp(dtype=dtype), scl_slope=0.5, scl_inter=-3)))
    assert volume.array.dtype == np.float32
    np.testing.assert_array_equal(volume.array, ramp(dtype=dtype).astype(np.float32) * 0.5 - 3)


@pytest.mark.parametrize("dtype", ["float64", ">f4"])
def test_other_floats_become_float32(dtype, tmp_path):
    values = (ramp(dtype=np.float64) / 7).astype(np.dtype(dtype).newbyteorder("="))
    volume = read_volume(written(tmp_path, nifti(values, order=dtype[0] if dtype[0] == ">" else "<")))
    assert volume.array.dtype == np.float32
    np.testing.assert_array_equal(volume.array, values.astype(np.float32))


def test_large_whole_numbers_are_scaled_before_they_lose_digits(tmp_path):
    values = np.full(SHAPE, 2**24 + 1, np.int32)
    values[0] = 2**24
    volume = read_volume(written(tmp_path, nifti(values, scl_slope=1, scl_inter=-(2**24))))
    assert sorted(np.unique(volume.array).tolist()) == [0, 1]


@pytest.mark.parametrize("pack", [False, True])
def test_a_time_point_is_the_one_that_was_asked_for(pack, tmp_path):
    array = ramp((*SHAPE, 4), np.int32)
    path = written(tmp_path, packed(nifti(array)) if pack else nifti(array), "bold.nii.gz" if pack else "bold.nii")
    with pytest.raises(NeedsChoice, match=r"time=1 \(1, 2, 3 or 4\)") as caught:
        read_volume(path)
    assert (caught.value.option, caught.value.choices) == ("time", ("1", "2", "3", "4"))
    assert caught.value.asks.endswith("holds 4 volumes, one per time point: which one?")  # without the terminal's words
    for time in (1, "4"):
        volume = read_volume(path, {"time": time})
        np.testing.assert_array_equal(volume.array, array[..., int(time) - 1])
        assert volume.warnings[0].text == f"This is time point {time} of 4."
    assert isinstance(volume.array, np.memmap) != pack


def test_gaps_become_0_in_a_copy(tmp_path):
    values = ramp(dtype=np.float32)
    values[1, 2, 3], values[4, 5, 6] = np.nan, -np.inf
    data = nifti(values)
    path = written(tmp_path, data)
    volume = read_volume(path, {"nonfinite": "zero"})
    assert (volume.array[1, 2, 3], volume.array[4, 5, 6], volume.array[2, 2, 2]) == (0, 0, values[2, 2, 2])
    assert [(n.code, n.text[:8]) for n in volume.warnings] == [("non-finite", "2 voxels")]
    assert path.read_bytes() == data


def test_the_magnitude_of_complex_numbers(tmp_path):
    volume = read_volume(written(tmp_path, nifti((ramp() * (3 + 4j)).astype(np.complex64))), {"complex": "magnitude"})
    assert volume.array.dtype == np.float32
    np.testing.assert_allclose(volume.array, ramp() * 5.0, rtol=1e-6)


def test_what_is_too_large_is_cut_and_counted(tmp_path):
    values = np.zeros(SHAPE)
    values[0, 0, :2] = 1e300, -1e300
    volume = read_volume(written(tmp_path, nifti(values)))
    largest = np.finfo(np.float32).max
    assert (volume.array.max(), volume.array.min()) == (largest, -largest)
    assert volume.warnings[0].text.startswith("2 values")


def test_members_of_a_gz_are_one_file(tmp_path):
    data = nifti()
    path = written(tmp_path, packed(data[:500]) + packed(data[500:]) + bytes(512), "t1.nii.gz")
    volume = read_volume(path)
    np.testing.assert_array_equal(volume.array, ramp())
    assert volume.warnings == ()


def test_slabs_join_without_a_seam(tmp_path, monkeypatch):
    monkeypatch.setattr(volume_values, "SLAB", 37)
    for data in (nifti(scl_slope=2), packed(nifti(scl_slope=2))):
        np.testing.assert_array_equal(read_volume(written(tmp_path, data)).array, ramp() * 2.0)


def test_scaling_takes_little_more_than_the_result(tmp_path):
    shape = (160, 160, 160)
    path = written(tmp_path, packed(nifti(np.zeros(shape, np.int16), scl_slope=2)), "t1.nii.gz")
    tracemalloc.start()
    volume = read_volume(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert volume.array.nbytes == 4 * 160**3
    assert peak < volume.array.nbytes + 64 * 2**20


def test_a_question_says_what_its_only_answer_makes_of_the_file(tmp_path):
    array = np.ones(SHAPE, np.float32)
    array[0, 0, 0] = np.nan
    with pytest.raises(NeedsChoice) as caught:
        read_volume(written(tmp_path, nifti(array)))
    assert caught.value.asks.endswith("has 1 voxel of NaN or infinity: “zero” makes them 0.")
    assert "--option nonfinite=zero" in str(caught.value)
