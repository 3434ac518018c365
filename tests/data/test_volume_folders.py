"""Folders of volumes as collections: what is listed, what is read, which masks and subjects, what is asked."""

from __future__ import annotations

import dicom_series
import nibabel
import numpy as np
import pytest
from PIL import Image

from salviewer.api import InputRef
from salviewer.errors import InvalidChoice, NeedsChoice, UnreadableInput
from salviewer.host import Host
from salviewer.jobs.batches import beside, read_batch
from salviewer.jobs.shelf import Shelf

HOST = Host.discover()
AFFINE = np.diag([-3.0, 3, 3, 1])


@pytest.fixture
def opened():
    """Opens a collection as everyone does."""
    shelf = Shelf(HOST, "cpu")
    return lambda key, folder, **params: shelf.collection(key, {"folder": str(folder), **params})


def scan(path, value=1, shape=(4, 5, 6), affine=AFFINE):
    """A file whose every voxel is `value`, or the array `value`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    array = value if isinstance(value, np.ndarray) else np.full(shape, value, np.int16)
    kind = nibabel.MGHImage if path.suffix in (".mgh", ".mgz") else nibabel.Nifti1Image
    nibabel.save(kind(array, affine), path)
    return path


def picture(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 4), 9).save(path)


@pytest.fixture
def study(tmp_path):
    """Two classes of four scans in all, of three kinds of file."""
    for i, name in enumerate(("AD/sub-01.nii.gz", "AD/sub-02.nii", "CN/sub-03.mgz", "CN/deep/sub-04.nii.gz")):
        scan(tmp_path / "study" / name, i + 1)
    return tmp_path / "study"


class TestImageFolder:
    def test_volumes_are_listed_by_class_and_read_when_looked_at(self, study, opened):
        samples = opened("image-folder", study)
        assert samples.ids == ("AD/sub-01.nii.gz", "AD/sub-02.nii", "CN/deep/sub-04.nii.gz", "CN/sub-03.mgz")
        assert (samples.classes, samples.labels) == (("AD", "CN"), (0, 0, 1, 1))
        assert [int(np.asarray(s.picture.array).max()) for s in samples] == [1, 2, 4, 3]
        assert samples[0].picture.shape == (4, 5, 6) and samples[0].picture.axcodes == ("L", "A", "S")
        assert samples[1:3].labels == (0, 1)

    def test_labels_are_known_without_reading_anything(self, study, opened):
        (study / "AD/sub-01.nii.gz").write_bytes(b"no volume")
        samples = opened("image-folder", study)
        assert samples.labels[0] == 0
        with pytest.raises(UnreadableInput):
            samples[0]

    def test_a_folder_of_slices_is_one_sample(self, tmp_path, opened):
        for n, subject in enumerate(("AD/sub-01", "CN/sub-02")):
            parts = dicom_series.slices(dicom_series.ramp((3, 4, 5)) + np.int16(n), series=subject)
            folder = dicom_series.write(tmp_path / subject, parts, [f"IM{k}{'.dcm' * n}" for k in range(3)])
            (folder / "preview.png").write_bytes(b"")
        scan(tmp_path / "CN" / "sub-03.nii")
        samples = opened("image-folder", tmp_path)
        assert samples.ids == ("AD/sub-01", "CN/sub-02", "CN/sub-03.nii")
        assert [s.label for s in samples] == [0, 1, 1]
        assert sorted(samples[0].picture.shape) == [3, 4, 5]
        with pytest.raises(UnreadableInput) as one:
            opened("image-folder", tmp_path / "AD" / "sub-01")
        assert one.value.code == "one-series"

    def test_pictures_among_volumes_are_asked_about(self, study, opened):
        picture(study / "CN" / "check.png")
        with pytest.raises(NeedsChoice, match="1 picture and 4 volumes") as asked:
            opened("image-folder", study)
        assert (asked.value.code, asked.value.option) == ("mixed-folder", "kind")
        assert len(opened("image-folder", study, kind="volumes")) == 4
        assert opened("image-folder", study, kind="pictures").ids == ("CN/check.png",)

    def test_the_time_point_goes_through(self, study, opened):
        scan(study / "AD" / "bold.nii.gz", np.arange(3, dtype=np.int16) * np.ones((4, 5, 6, 1), np.int16))
        with pytest.raises(NeedsChoice) as asked:
            opened("image-folder", study)[0]
        assert asked.value.option == "time"
        later = opened("image-folder", study, time=3)
        assert int(np.asarray(later[0].picture.array).max()) == 2

    def test_a_wrong_time_point_of_a_3d_file_is_a_sentence(self, study, opened):
        with pytest.raises(InvalidChoice):
            opened("image-folder", study, time=3)[0]
        assert opened("image-folder", study, time=1)[0].picture.shape == (4, 5, 6)

    def test_a_4d_sample_is_found_by_the_reference_that_a_window_keeps(self, study):
        scan(study / "AD" / "bold.nii.gz", np.arange(3, dtype=np.int16) * np.ones((4, 5, 6, 1), np.int16))
        ref = InputRef(
            source="collection:image-folder/AD/bold.nii.gz", options={"collection": {"folder": str(study), "time": "2"}}
        )
        assert int(np.asarray(Shelf(HOST, "cpu").source(ref).array).max()) == 1


class TestSubset:
    @pytest.mark.parametrize(
        "lines",
        [
            ["AD/sub-02.nii", "CN/sub-03.mgz"],
            ["# held out", "", "AD/sub-02", "CN/sub-03"],
            ["sub-02", " sub-03 "],
        ],
    )
    def test_a_text_file_names_who_was_held_out(self, study, opened, tmp_path, lines):
        (tmp_path / "held-out.txt").write_text("\n".join(lines))
        samples = opened("image-folder", study, only=str(tmp_path / "held-out.txt"))
        assert (samples.ids, samples.labels) == (("AD/sub-02.nii", "CN/sub-03.mgz"), (0, 1))
        assert samples.classes == ("AD", "CN")

    def test_the_classes_stay_as_they_are_where_only_one_is_left(self, study, opened, tmp_path):
        (tmp_path / "one.csv").write_text("participant_id,fold\ndeep,1\n")
        samples = opened("image-folder", study, only=str(tmp_path / "one.csv"))
        assert (samples.ids, samples.labels, samples.classes) == (("CN/deep/sub-04.nii.gz",), (1,), ("AD", "CN"))

    def test_who_is_not_there_is_named(self, study, opened, tmp_path):
        (tmp_path / "held-out.txt").write_text("sub-01\nsub-99\n")
        with pytest.raises(InvalidChoice, match="sub-99") as unknown:
            opened("image-folder", study, only=str(tmp_path / "held-out.txt"))
        assert unknown.value.code == "unknown-sample"
        (tmp_path / "empty.txt").write_text("\n")
        with pytest.raises(UnreadableInput, match="one id per line"):
            opened("image-folder", study, only=str(tmp_path / "empty.txt"))
        with pytest.raises(UnreadableInput, match="cannot be read"):
            opened("image-folder", study, only=str(tmp_path / "none.txt"))


class TestMaskedFolder:
    @pytest.mark.parametrize("mask", ["tumour/AD/a.nii", "tumour/AD/a_seg.nii.gz"])
    def test_masks_are_volumes_on_the_same_grid(self, tmp_path, opened, mask):
        scan(tmp_path / "images/AD/a.nii.gz", 7)
        scan(tmp_path / "images/CN/b.nii.gz", 7)
        inside = np.zeros((4, 5, 6), np.uint8)
        inside[1, 2, 3] = 5
        scan(tmp_path / mask, inside)
        samples = opened("masked-folder", tmp_path)
        assert [s.label for s in samples] == [0, 1]
        assert np.argwhere(samples[0].masks["tumour"]).tolist() == [[1, 2, 3]]
        assert samples[0].masks["tumour"].dtype == bool and not samples[1].masks

    def test_masks_beside_their_volumes(self, tmp_path, opened):
        scan(tmp_path / "a.nii.gz", 7)
        scan(tmp_path / "a_mask.nii.gz", 1)
        samples = opened("masked-folder", tmp_path)
        assert samples.ids == ("a.nii.gz",) and samples[0].masks["mask"].all()

    def test_a_mask_elsewhere_is_refused(self, tmp_path, opened):
        scan(tmp_path / "a.nii.gz", 7)
        scan(tmp_path / "a_mask.nii.gz", 1, (4, 5, 7))
        with pytest.raises(UnreadableInput, match="4 × 5 × 7 and 4 × 5 × 6 voxels"):
            opened("masked-folder", tmp_path)[0]
        scan(tmp_path / "a_mask.nii.gz", 1, affine=np.diag([3.0, 3, 3, 1]))
        with pytest.raises(UnreadableInput, match="another affine"):
            opened("masked-folder", tmp_path)[0]


class TestBatches:
    def test_a_folder_of_volumes_is_gone_through_in_order(self, study):
        scan(study / "AD" / "sub-10.nii.gz")
        batch = read_batch(Shelf(HOST, "cpu"), study)
        assert [item.name for item in batch.items][:3] == ["AD/sub-01.nii.gz", "AD/sub-02.nii", "AD/sub-10.nii.gz"]
        assert batch.truths == ("AD", "CN")

    def test_what_is_asked_about_a_folder_can_be_answered(self, study):
        picture(study / "CN" / "check.png")
        with pytest.raises(NeedsChoice):
            read_batch(Shelf(HOST, "cpu"), study)
        assert len(read_batch(Shelf(HOST, "cpu"), study, {"kind": "volumes"}).items) == 4

    def test_a_table_may_leave_endings_out(self, study):
        (study / "labels.csv").write_text("file,label\nsub-01,AD\nsub-03,CN\n")
        batch = read_batch(Shelf(HOST, "cpu"), study / "labels.csv")
        assert [(item.ref.source.rpartition("/")[2], item.truth) for item in batch.items] == [
            ("sub-01.nii.gz", "AD"),
            ("sub-03.mgz", "CN"),
        ]

    def test_the_neighbours_of_a_volume_are_volumes(self, study):
        for name in ("sub-10.nii.gz", "notes.gz"):
            (study / "AD" / name).write_bytes(b"")
        picture(study / "AD" / "check.png")
        found = [name.rpartition("/")[2] for name in beside(str(study / "AD" / "sub-01.nii.gz"), ())]
        assert found == ["sub-01.nii.gz", "sub-02.nii", "sub-10.nii.gz"]
        assert [n.rpartition("/")[2] for n in beside(str(study / "AD" / "check.png"), ())] == ["check.png"]
