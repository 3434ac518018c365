"""Volumes through Python's front door: read, explained, measured, brought home and written."""

import json

import nibabel
import numpy as np
import pytest
import torch
from nibabel.affines import from_matvec
from torch import nn

import salviewer as sv
from salviewer.api import InputRef, JobSpec, ModelRef, Volume
from salviewer.jobs.shelf import Shelf

AFFINE = from_matvec(np.array([[0, 0, -2.0], [-1.5, 0, 0], [0, 2.5, 0]]), [30, 20, -25])
"""First axis to the back, second up, third to the left."""
SHAPE = (28, 18, 24)
SPOT = (6, 12, 16)
"""The bright voxel of the source."""
METHOD = "occlusion"
CONTROLS = {"random-map", "centred-gaussian"}
"""Maps that know nothing of the network."""
NEAR_MM = 16
PREPARED = sv.VolumePreprocessing(axcodes="RAS", spacing=(3, 3, 3), shape=(14, 12, 13), window="range", low=0, high=100)
QUICK = {
    "occlusion": {"window": 0.3, "stride": 0.15}, "rise": {"masks": 1500, "cells": 4}, "lime": {"samples": 200},
    "integrated-gradients": {"steps": 8}, "smoothgrad": {"samples": 4},
}  # fmt: skip


class Reads(nn.Module):
    """Class 1 is as likely as the 3 x 3 x 3 voxels around one place of a 13 x 12 x 14 input are bright."""

    def __init__(self, at):
        super().__init__()
        d, h, w = at
        self.conv = nn.Conv3d(1, 1, 1, bias=False)
        self.act = nn.ReLU()
        self.out = nn.Linear(13 * 12 * 14, 2)
        with torch.no_grad():
            self.conv.weight.fill_(1)
            self.out.weight.zero_()
            self.out.bias.zero_()
            weight = torch.zeros(13, 12, 14)
            weight[d - 1 : d + 2, h - 1 : h + 2, w - 1 : w + 2] = 0.2
            self.out.weight[1] = weight.flatten()

    def forward(self, x):
        return self.out(self.act(self.conv(x)).flatten(1))


class Averages(nn.Module):
    """Global average pooling and one linear layer, as CAM needs."""

    def __init__(self):
        super().__init__()
        self.conv, self.pool, self.out = nn.Conv3d(1, 1, 1), nn.AdaptiveAvgPool3d(1), nn.Linear(1, 2)
        with torch.no_grad():
            self.conv.weight.fill_(1)
            self.conv.bias.zero_()
            self.out.weight.copy_(torch.tensor([[-1.0], [1.0]]))

    def forward(self, x):
        return self.out(self.pool(self.conv(x)).flatten(1))


def on_model(grid, index):
    """The model's voxel nearest to a source index."""
    back = np.linalg.inv(np.array(grid.matrix)) @ [*index, 1]
    return tuple(round(v) for v in back[:3])


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    array = np.full(SHAPE, 10, np.int16)
    array[SPOT[0] - 2 : SPOT[0] + 3, SPOT[1] - 1 : SPOT[1] + 2, SPOT[2] - 2 : SPOT[2] + 3] = 100
    image = nibabel.Nifti1Image(array, AFFINE)
    image.header["descrip"] = b"Jane Doe 1970"
    path = tmp_path_factory.mktemp("volumes") / "t1.nii.gz"
    nibabel.save(image, path)
    return path


@pytest.fixture(scope="module")
def volume(file):
    return sv.load_input(file)


@pytest.fixture(scope="module")
def model(volume):
    from salviewer.models.volume_preprocess import plan

    grid, _ = plan(volume, PREPARED)
    assert grid.model_shape == (13, 12, 14)
    return sv.load_model(Reads(on_model(grid, SPOT)), classes=["dark", "bright"], preprocessing=PREPARED, device="cpu")


def test_a_file_is_a_volume_with_its_place_in_the_world(volume):
    assert isinstance(volume, sv.OpenedVolume)
    assert isinstance(volume, Volume)
    assert volume.array.shape == SHAPE
    assert volume.array.dtype == np.int16
    np.testing.assert_allclose(volume.affine, AFFINE)
    assert volume.axcodes == ("P", "S", "L")
    assert all(note.code and note.text for note in volume.warnings)
    assert volume.notes == tuple(note.text for note in volume.warnings)
    assert "oblique" not in volume.warnings
    assert "28 x 18 x 24 voxels of 1.5 x 2.5 x 2 mm, PSL" in repr(volume)


def test_what_is_to_be_known_goes_by_its_code(tmp_path):
    header = nibabel.Nifti1Image(np.zeros(SHAPE, np.int16), None)
    nibabel.save(header, tmp_path / "unplaced.nii")
    found = sv.load_input(tmp_path / "unplaced.nii").warnings
    assert "orientation-unknown" in found
    assert {"orientation-unknown", "constant-image"} == set(found)
    assert "oblique" not in found


def test_the_values_are_for_reading_only(file, tmp_path):
    plain = tmp_path / "t1.nii"
    nibabel.save(nibabel.load(file), plain)
    own = np.ones(SHAPE, np.int16)
    for source in (file, plain, Volume(own, AFFINE, "own", "", None)):
        with pytest.raises(ValueError, match="read-only"):
            sv.load_input(source).array[0, 0, 0] = 7
    assert isinstance(sv.load_input(plain).array, np.memmap)
    own[0, 0, 0] = 2


def test_arrays_are_pictures_or_volumes_by_their_shape():
    assert isinstance(sv.load_input(np.zeros((3, 32, 32), np.float32)), sv.OpenedInput)
    assert isinstance(sv.load_input(np.zeros((1, 32, 32), np.float32)), sv.OpenedInput)
    assert isinstance(sv.load_input(np.zeros((1, 8, 32, 32), np.float32)), sv.OpenedInput)
    bare = sv.load_input(np.zeros((8, 9, 10), np.int16))
    assert isinstance(bare, sv.OpenedVolume)
    assert bare.axcodes is None
    placed = sv.load_input(np.zeros((3, 9, 10), np.float32), affine=AFFINE)
    assert placed.axcodes == ("P", "S", "L")
    assert sv.load_input(placed).affine is placed.affine


@pytest.fixture(scope="module")
def averages():
    return sv.load_model(Averages(), classes=["dark", "bright"], preprocessing=PREPARED, device="cpu")


def explainers_3d():
    found = Shelf().host.explainers.items()
    apart = [key for key, info in found if info.sources or "atlas" in info.assets or "trained" in info.needs]
    return [key for key, info in found if 3 in info.dims and key not in apart]


@pytest.mark.parametrize("key", explainers_3d())
def test_every_method_for_volumes_puts_its_map_on_the_source(key, model, averages, volume):
    params = QUICK.get(key, {})
    e = sv.explain(averages if key == "cam" else model, volume, key, target="bright", params=params)
    assert e.heatmap.shape == (13, 12, 14)
    home = e.on_input()
    assert home.shape == SHAPE
    assert home.dtype == np.float32
    low, high = zip(*e.grid.box(), strict=True)
    index = np.stack(np.meshgrid(*[np.arange(n) + 0.5 for n in SHAPE], indexing="ij"), -1)
    seen = ((index >= np.array(low)) & (index <= np.array(high))).all(-1)
    assert np.isnan(home[~seen]).all()
    assert e.provenance["model"]["preprocessing"]["dims"] == 3
    if key not in CONTROLS:
        weights = np.abs(np.nan_to_num(home)).astype(np.float64)
        peak = np.unravel_index(weights.argmax(), SHAPE)
        assert weights.max() > 0
        assert np.linalg.norm((np.array(peak) - SPOT) * volume.spacing) < NEAR_MM


def test_prediction_and_measures_with_and_without_a_truth(model, volume, file, tmp_path):
    assert sv.predict(model, volume).predicted == 1
    e = sv.explain(model, volume, "gradient-x-input", target="bright")
    assert np.isfinite(sv.measure("deletion", model, volume, e).value)
    mask = volume.array > 50
    hit = sv.measure("pointing-game", model, volume, e, mask=mask)
    assert hit.value == 1
    assert sv.measure("pointing-game", model, volume, e, mask=np.roll(mask, 12, 2)).value == 0
    spans = [np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    box = (*(s[0] for s in spans), *(s[-1] + 1 for s in spans))
    assert sv.measure("pointing-game", model, volume, e, boxes=[box]).value == 1
    nibabel.save(nibabel.Nifti1Image(mask.astype(np.uint8), AFFINE), tmp_path / "mask.nii.gz")
    assert sv.measure("pointing-game", model, volume, e, mask=tmp_path / "mask.nii.gz").value == 1
    on_source = sv.measure("deletion", model, volume, e.on_input())
    assert np.isfinite(on_source.value)


def test_a_truth_elsewhere_or_of_another_size_is_refused(model, volume, tmp_path):
    e = sv.explain(model, volume, METHOD, target="bright", params=QUICK[METHOD])
    elsewhere = tmp_path / "shifted.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.ones(SHAPE, np.uint8), from_matvec(AFFINE[:3, :3], [0, 0, 0])), elsewhere)
    for about, code in (
        ({"mask": elsewhere}, "mask-grid"),
        ({"mask": np.ones(SHAPE[::-1], bool)}, "mask-size"),
        ({"boxes": [(0, 0, 4, 4)]}, "box-size"),
        ({"boxes": [(30, 0, 0, 40, 4, 4)]}, "box-outside"),
    ):
        with pytest.raises(sv.InvalidChoice) as refused:
            sv.measure("pointing-game", model, volume, e, **about)
        assert refused.value.code == code


def test_a_map_as_nifti_lies_on_the_source_and_says_nothing_of_the_person(model, volume, tmp_path):
    e = sv.explain(model, volume, METHOD, target="bright", params=QUICK[METHOD])
    path = e.save_nifti(tmp_path / "map.nii.gz")
    image = nibabel.load(path)
    assert image.shape == SHAPE
    assert image.get_data_dtype() == np.float32
    np.testing.assert_allclose(image.affine, AFFINE, atol=1e-5)
    assert (int(image.header["sform_code"]), int(image.header["qform_code"])) == (2, 2) or volume.space == "scanner"
    assert image.header.get_xyzt_units()[0] == "mm"
    assert bytes(image.header["descrip"]).rstrip(b"\0") == b"SalViewer"
    np.testing.assert_array_equal(np.asarray(image.dataobj), e.on_input())
    assert np.isnan(np.asarray(image.dataobj)).any()
    assert b"Jane" not in image.to_bytes()
    about = json.loads((tmp_path / "map.json").read_text())
    assert about["Sources"] == ["t1.nii.gz"]
    assert about["Target"]["label"] == "bright"
    assert about["GeneratedBy"][0]["Name"] == "SalViewer"
    assert about["Parameters"]["window"] == 0.3
    assert str(tmp_path) not in json.dumps(about)
    assert e.save_nifti(tmp_path / "again.nii.gz").read_bytes() == path.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again.json", "again.nii.gz", "map.json", "map.nii.gz"]
    with pytest.raises(sv.InvalidChoice):
        e.save_nifti(tmp_path / "map.png")
    with pytest.raises(sv.Unavailable):
        e.save_nifti(tmp_path / "nowhere" / "map.nii")


def test_a_sheared_grid_comes_back_as_it_was(model, volume, tmp_path):
    sheared = AFFINE @ np.array([[1, 0.3, 0, 0], [0, 1, 0.2, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    placed = sv.load_input(volume.array, affine=sheared)
    e = sv.explain(model, placed, "gradient", target="bright")
    path = e.save_nifti(tmp_path / "map.nii")
    found = sv.load_input(path, nonfinite="zero") if np.isnan(e.on_input()).any() else sv.load_input(path)
    np.testing.assert_allclose(found.affine, sheared, atol=1e-5)
    assert "affine-conflict" not in found.warnings


def test_a_map_never_replaces_the_scan(model, volume, file, tmp_path):
    e = sv.explain(model, volume, METHOD, target="bright", params=QUICK[METHOD])
    copy = tmp_path / "copy.nii.gz"
    copy.write_bytes(file.read_bytes())
    with pytest.raises(sv.InvalidChoice, match="scan that was explained") as refused:
        e.save_nifti(copy)
    assert refused.value.code == "is-source"
    assert copy.read_bytes() == file.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["copy.nii.gz"]


def test_a_pictures_map_is_no_nifti(tmp_path):
    class Mean(nn.Module):
        def forward(self, x):
            return torch.stack([x.mean((1, 2, 3)), -x.mean((1, 2, 3))], 1)

    e = sv.explain(sv.load_model(Mean(), device="cpu"), sv.load_input(np.ones((3, 16, 16), np.float32)), "glas",
                   params={"grid": 3})  # fmt: skip
    with pytest.raises(sv.InvalidChoice) as refused:
        e.save_nifti(tmp_path / "map.nii")
    assert refused.value.code == "not-volume"


def test_saved_loaded_cleaned_and_run_again(model, volume, file, tmp_path):
    from salviewer.jobs.deidentified import cleaned

    e = sv.explain(model, volume, METHOD, target="bright", params=QUICK[METHOD])
    saved = e.save(tmp_path / "e.safetensors")
    back = sv.load_explanation(saved)
    assert back.grid == e.grid
    np.testing.assert_array_equal(back.on_input(), e.on_input())
    assert sv.reproduce(saved, model, volume).identical
    named = cleaned(back)
    assert "t1" not in json.dumps([dict(named.provenance["input"]), list(named.notes), list(named.grid.steps)])


def test_a_map_made_with_an_atlas_is_run_again_with_it(model, volume, file, tmp_path):
    from salviewer.jobs.as_code import as_python
    from salviewer.jobs.deidentified import cleaned

    labels = np.zeros(SHAPE, np.uint8)
    labels[2:11, 8:16, 12:20], labels[14:24, 4:12, 4:12] = 1, 2
    nibabel.save(nibabel.Nifti1Image(labels, AFFINE), tmp_path / "regions.nii.gz")
    (tmp_path / "regions.txt").write_text("1 Front\n2 Back\n")
    e = sv.explain(model, volume, "glas-3d", target="bright", atlas=tmp_path / "regions.nii.gz", registration="none")
    saved = e.save(tmp_path / "e.safetensors")
    assert sv.reproduce(saved, model, volume).identical
    regions = sv.load_atlas(tmp_path / "regions.nii.gz")
    (tmp_path / "elsewhere").mkdir()
    moved = saved.rename(tmp_path / "elsewhere" / "e.safetensors")
    with pytest.raises(sv.InvalidChoice) as refused:
        sv.reproduce(moved, model, volume)
    assert refused.value.code == "no-atlas"
    assert sv.reproduce(moved, model, volume, regions).identical
    spec = JobSpec(method="glas-3d", model=ModelRef(architecture="net"), input=InputRef(source="t1.nii.gz"), target=1,
                   atlas=regions.ref.model_copy(update={"registration": "none"}))  # fmt: skip
    text = as_python(spec, e)
    one_line = "".join(text.split()).replace(",)", ")")  # a long path breaks the line
    assert f"atlas=sv.load_atlas({regions.ref.source!r})" in one_line
    assert "registration='none'" in text
    assert str(tmp_path) not in json.dumps(cleaned(e).provenance)


def test_a_network_for_pictures_and_a_volume_meet_in_a_sentence(model, volume):
    flat = sv.load_model(nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()), device="cpu")
    with pytest.raises(sv.UnreadableInput) as refused:
        sv.predict(flat, volume)
    assert refused.value.code == "volume"
    with pytest.raises(sv.UnreadableInput) as refused:
        sv.predict(model, sv.load_input(np.zeros((1, 16, 16), np.float32)))
    assert refused.value.code == "wrong-dims"


def test_a_registration_of_another_size_is_refused_in_a_sentence(model, volume, tmp_path):
    nibabel.save(nibabel.Nifti1Image(np.ones(SHAPE, np.uint8), AFFINE), tmp_path / "regions.nii.gz")
    with pytest.raises(sv.InvalidChoice, match="4 x 4 numbers, not of 9") as refused:
        sv.explain(model, volume, "glas-3d", atlas=tmp_path / "regions.nii.gz", registration=np.eye(3))
    assert refused.value.code == "bad-registration"
