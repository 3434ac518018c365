"""Each bad volume gets the answer that it must get: refused, asked about, or read with a note."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from bad_volumes import CASES
from volume_files import HUGE_HEADER, SHAPE, nifti, packed, written

from salviewer.api import InputRef
from salviewer.data import limits
from salviewer.data.volume_kind import is_volume
from salviewer.data.volumes import read_volume
from salviewer.errors import InvalidChoice, UnreadableInput
from salviewer.jobs.shelf import Shelf

SECONDS = 2.0


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.name}")
def test_the_corpus(case, tmp_path):
    path = written(tmp_path, case.make(np.random.default_rng(0)), case.file)
    before = path.read_bytes()
    began = time.process_time()
    if case.error:
        with pytest.raises(case.error) as caught:
            read_volume(path)
        _check_sentence(caught.value, case, tmp_path)
    if case.outcome == "A":
        assert caught.value.option == case.option
        assert case.answers[case.option] in caught.value.choices
    if case.outcome != "R":
        _check_volume(read_volume(path, case.answers), case)
    assert time.process_time() - began < SECONDS
    assert path.read_bytes() == before


def _check_sentence(error, case, folder):
    assert error.code == case.code, error
    assert str(error).startswith(f"{case.file} ")
    assert case.says in str(error)
    assert "\n" not in str(error)
    assert str(folder) not in str(error)


def _check_volume(volume, case):
    found = {note.code: note.text for note in volume.warnings}
    if case.outcome == "OK":
        assert found == {}
    elif case.outcome in "WC":
        assert case.code in found
        assert case.says in found[case.code]
    assert volume.shape == SHAPE
    assert volume.array.dtype.isnative
    assert volume.array.dtype != np.float64
    assert np.isfinite(volume.array).all()
    assert np.isfinite(volume.affine).all()
    assert abs(np.linalg.det(volume.affine[:3, :3])) > 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.name}")
def test_what_is_called_a_volume_is_treated_as_one(case, tmp_path):
    path = written(tmp_path, case.make(np.random.default_rng(0)), case.file)
    assert is_volume(path) == (case.name != "picture")


def test_answers_that_do_not_fit_are_refused(tmp_path):
    path = written(tmp_path, nifti())
    wrong = [("time", 2), ("time", 0), ("time", True), ("geometry", "guess"), ("page", 1), ("geometry", "qform")]
    for option, value in wrong:
        with pytest.raises(InvalidChoice):
            read_volume(path, {option: value})


def test_a_broken_affine_can_be_left_out(tmp_path):
    path = written(tmp_path, nifti(affine=np.zeros((4, 4))))
    volume = read_volume(path, {"geometry": "ignore"})
    assert (volume.axcodes, volume.geometry) == (None, "ignored")
    np.testing.assert_array_equal(volume.affine, np.eye(4))
    assert "orientation-unknown" in {note.code for note in volume.warnings}


# N38: things that are no files


def _loop(path):
    path.symlink_to(path)


def _device(path):
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "make", [lambda p: p.mkdir(), os.mkfifo, _loop, _device], ids=["folder", "pipe", "loop", "zero"]
)
@pytest.mark.parametrize("through_shelf", [False, True])
def test_what_is_no_file_is_refused_at_once(make, through_shelf, tmp_path):
    path = tmp_path / "t1.nii"
    make(path)
    began = time.process_time()
    with pytest.raises(UnreadableInput) as caught:
        Shelf().source(InputRef(source=str(path))) if through_shelf else read_volume(path)
    assert caught.value.code == "not-a-file"
    assert time.process_time() - began < 1


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path, monkeypatch):
    path = written(tmp_path, nifti())

    def forbidden(*arguments):
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr("salviewer.data.files.os.open", forbidden)
    with pytest.raises(UnreadableInput, match="permission") as caught:
        read_volume(path)
    assert caught.value.code == "not-a-file"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableInput) as caught:
        Shelf().source(InputRef(source=str(tmp_path / "t1.nii")))
    assert caught.value.code == "not-found"


@pytest.mark.parametrize("name", ["t" * 300 + ".nii", "t\0.nii", "t1.nii/t1.nii"])
def test_a_name_that_cannot_be(name, tmp_path):
    written(tmp_path, nifti())
    for read in (read_volume, lambda path: Shelf().source(InputRef(source=str(path)))):
        with pytest.raises(UnreadableInput) as caught:
            read(tmp_path / name)
        assert caught.value.code == "not-found"


def test_a_folder_into_which_nobody_may_look(tmp_path, monkeypatch):
    forbidden = PermissionError(errno.EACCES, "no")

    def refuse(self, *, follow_symlinks=True):
        raise forbidden

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(UnreadableInput) as caught:
        Shelf().source(InputRef(source=str(tmp_path / "t1.nii")))
    assert caught.value.code == "not-a-file"


# Memory: N8, N36, N37

MEASURED = """
import re, sys, time
from salviewer.data import limits
from salviewer.data.volumes import read_volume
from salviewer.errors import SalViewerError
if len(sys.argv) > 2:
    limits.BUDGET_BYTES = int(sys.argv[2])
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1)) / 1024
before, began = peak(), time.process_time()
try:
    outcome = ",".join(note.code for note in read_volume(sys.argv[1]).warnings)
except SalViewerError as e:
    outcome = e.code
took = time.process_time() - began
print(outcome, took, peak() - before)
"""


def measured(path, *budget):
    """(outcome, seconds, megabytes more at the peak) of reading `path` in a fresh process."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak of memory is read from Linux's /proc")
    command = [sys.executable, "-c", MEASURED, str(path), *map(str, budget)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    outcome, seconds, megabytes = done.stdout.split()
    return outcome, float(seconds), float(megabytes)


@pytest.mark.parametrize(("name", "data"), [("t1.nii", HUGE_HEADER), ("t1.nii.gz", packed(HUGE_HEADER))])
def test_a_header_that_promises_the_impossible_costs_nothing(name, data, tmp_path):
    outcome, seconds, megabytes = measured(written(tmp_path, data, name))
    assert outcome == "size-mismatch"
    assert seconds < 0.5
    assert megabytes < 50


def test_a_gz_bomb_is_refused_by_its_promise(tmp_path):
    path = bomb(tmp_path, 2**28)
    assert path.stat().st_size < 2**19
    outcome, seconds, megabytes = measured(path, 2**26)
    assert outcome == "over-budget"
    assert seconds < 2
    assert megabytes < 64 + 256


def test_a_gz_bomb_that_promises_little_is_not_unpacked_to_its_end(tmp_path):
    path = written(tmp_path, packed(nifti() + bytes(2**28)), "t1.nii.gz")
    outcome, seconds, megabytes = measured(path)
    assert outcome == "trailing-data"
    assert seconds < 2
    assert megabytes < 64


def test_half_a_gigabyte_behind_the_voxels_is_not_read_into_memory(tmp_path):
    path = written(tmp_path, nifti())
    with path.open("r+b") as f:
        f.truncate(2**29)
    outcome, seconds, megabytes = measured(path)
    assert outcome == "trailing-data"
    assert seconds < SECONDS
    assert megabytes < 64


def test_a_volume_beyond_the_budget_is_refused(tmp_path, monkeypatch):
    path = written(tmp_path, nifti())
    monkeypatch.setattr(limits, "BUDGET_BYTES", 1000)
    with pytest.raises(UnreadableInput) as caught:
        read_volume(path)
    assert caught.value.code == "over-budget"


@pytest.mark.parametrize("stored", [lambda data: data, packed])
def test_what_becomes_floating_point_counts_as_such(stored, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "BUDGET_BYTES", 3 * np.prod(SHAPE))
    assert read_volume(written(tmp_path, stored(nifti()))).array.dtype == np.int16
    with pytest.raises(UnreadableInput) as caught:
        read_volume(written(tmp_path, stored(nifti(scl_slope=2))))
    assert caught.value.code == "over-budget"


def bomb(folder, count):
    """A valid .nii.gz of `count` zeros in a thousandth of their size."""
    side = round((count / 2) ** (1 / 3))
    header = nifti(np.zeros((1, 1, 1), np.int16), dim=[3, side, side, side, 1, 1, 1, 1])[:352]
    return written(folder, packed(header + bytes(2 * side**3)), "t1.nii.gz")
