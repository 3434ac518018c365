"""Volumes from the terminal: explain, predict, measure, export and report, and the call that gives the map again."""

import json

import nibabel
import numpy as np
import pytest

PREPARED = '{"dims": 3, "spacing": [4, 4, 4], "shape": [64, 64, 64]}'
NET = ["--model", "brain-phantom-cnn", "--weights", "random", "--device", "cpu"]
METHOD = ["--method", "gradient", "--target", "1"]


@pytest.fixture
def head(tmp_path):
    array = np.zeros((20, 24, 28), np.int16)
    array[8:12, 10:14, 12:16] = 500
    path = tmp_path / "head.nii.gz"
    nibabel.save(nibabel.Nifti1Image(array, np.diag([-4.0, 4, 4, 1])), path)
    return path


def series_of(planes, folder):
    """A folder with a DICOM file for each of `planes` (slices, rows, columns), 4 mm each way."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

    folder.mkdir()
    series = generate_uid()
    for k, plane in enumerate(planes):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID, ds.SOPInstanceUID, ds.SeriesInstanceUID = MRImageStorage, generate_uid(), series
        ds.Rows, ds.Columns = plane.shape
        ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 1
        ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 16, 15
        ds.ImageOrientationPatient, ds.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 4 * k]
        ds.PixelSpacing, ds.PixelData = [4, 4], plane.tobytes()
        ds.save_as(folder / f"{k}.dcm", enforce_file_format=True)
    return folder


def test_a_volume_from_explain_to_report(salviewer, head, tmp_path):
    how = [*NET, "--preprocessing", PREPARED]
    done = salviewer("explain", head, *how, *METHOD, "-o", tmp_path / "map.nii.gz", "--json")
    assert done.code == 0, done.err
    image = nibabel.load(tmp_path / "map.nii.gz")
    assert image.shape == (20, 24, 28)
    np.testing.assert_allclose(image.affine, np.diag([-4.0, 4, 4, 1]))
    assert done.json["results"][0]["nifti"] == str(tmp_path / "map.nii.gz")
    made = {"map.nii.gz", "map.json", "map.png", "map.safetensors", "head.nii.gz"}
    assert {p.name for p in tmp_path.iterdir() if p.is_file()} == made

    in_folder = salviewer("explain", head, *how, *METHOD, "-o", tmp_path / "out")
    assert in_folder.code == 0, in_folder.err
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert any(n.startswith("head-gradient") and n.endswith(".nii.gz") for n in names)

    said = salviewer("predict", head, *how, "--json")
    assert said.code == 0, said.err
    assert len(said.json["results"][0]["top"]) == 2

    nibabel.save(nibabel.Nifti1Image((np.ones((20, 24, 28), np.uint8)), np.diag([-4.0, 4, 4, 1])), tmp_path / "all.nii")
    judged = salviewer(
        "measure", "pointing-game", tmp_path / "map.safetensors", "--input", head, *how, "--mask", tmp_path / "all.nii",
        "--json",
    )  # fmt: skip
    assert judged.code == 0, judged.err
    assert judged.json["results"][0]["value"] == 1

    out = salviewer("export", tmp_path / "map.safetensors", "-o", tmp_path / "clean.nii.gz")
    assert out.code == 0, out.err
    assert "head" not in (tmp_path / "clean.json").read_text()
    np.testing.assert_array_equal(nibabel.load(tmp_path / "clean.nii.gz").dataobj, image.dataobj)
    page = salviewer("report", tmp_path / "map.safetensors", "-o", tmp_path / "page.html")
    assert page.code == 0, page.err
    text = (tmp_path / "page.html").read_text()
    assert text.count("data:image/png") == 2
    assert text.count("the patient&#x27;s left is on the right") == 4
    assert salviewer("report", tmp_path / "map.safetensors", "-o", tmp_path / "page.pdf").code == 0
    figure = salviewer("export", tmp_path / "map.safetensors", "-o", tmp_path / "figure.png")
    assert figure.code == 0, figure.err
    assert json.loads((tmp_path / "clean.json").read_text())["GeneratedBy"][0]["Name"] == "SalViewer"


def test_what_does_not_fit_is_a_sentence_and_an_exit_code(salviewer, head, tmp_path):
    two = salviewer("explain", head, head, *NET, *METHOD, "-o", tmp_path / "map.nii")
    assert two.code != 0
    assert "2 inputs" in two.err
    wrong = salviewer("predict", head, *NET, "--preprocessing", '{"dims": 3, "axcodes": "RRS"}')
    assert wrong.code != 0
    assert "axcodes" in wrong.err


def test_a_folder_of_slices_is_one_volume(salviewer, tmp_path):
    series = series_of(np.arange(5 * 20 * 24, dtype=np.int16).reshape(5, 20, 24), tmp_path / "series")
    how = [*NET, "--preprocessing", PREPARED]
    said = salviewer("predict", series, *how, "--json")
    assert said.code == 0, said.err
    assert len(said.json["results"]) == 1
    before = sorted(series.iterdir())
    shown = salviewer("explain", series, *how, *METHOD, "-o", tmp_path / "map.nii")
    assert shown.code == 0, shown.err
    assert nibabel.load(tmp_path / "map.nii").shape == (24, 20, 5)
    assert sorted(series.iterdir()) == before


def test_the_scan_itself_is_never_written_to(salviewer, head, tmp_path):
    before = head.read_bytes()
    done = salviewer("explain", head, *NET, "--preprocessing", PREPARED, *METHOD, "-o", head)
    assert done.code == 2
    assert "never written to" in done.err
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["head.nii.gz"]
    assert head.read_bytes() == before


def test_the_call_for_a_volume_says_volume():
    from salviewer.api import Explanation, GridMap, Heatmap, InputRef, JobSpec, ModelRef, VolumePreprocessing
    from salviewer.jobs.as_code import as_command, as_python

    shown = VolumePreprocessing(spacing=(2, 2, 2), shape=(8, 8, 8))
    eye = tuple(tuple(float(i == j) for j in range(4)) for i in range(4))
    grid = GridMap((8, 8, 8), (8, 8, 8), eye, affine=eye, axcodes="RAS")
    made = Explanation((Heatmap("m", np.zeros((8, 8, 8), np.float32)),), grid=grid)
    spec = JobSpec(
        method="gradient",
        model=ModelRef(architecture="net", preprocessing=shown),
        input=InputRef(source="t1.nii.gz", options={"time": 2}),
        target=1,
    )
    text = as_python(spec, made)
    assert "volume = sv.load_input('t1.nii.gz', time=2)" in text
    assert "sv.VolumePreprocessing(spacing=(2.0, 2.0, 2.0), shape=(8, 8, 8))" in text
    assert "sv.explain(model, volume, 'gradient'" in text
    command = as_command(spec, made, windows=False)
    assert """'{"dims":3,"spacing":[2.0,2.0,2.0],"shape":[8,8,8]}'""" in command
    assert "--option time=2" in command
