"""An atlas on a model's grid with the answer worked out by hand; the question about spaces; results as sources."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from salviewer.api import (
    Atlas,
    AtlasRef,
    GridMap,
    InputRef,
    JobSpec,
    ModelRef,
    Progress,
    Region,
    Volume,
    VolumePreprocessing,
)
from salviewer.data.atlas import read_atlas
from salviewer.data.atlas_space import same_space
from salviewer.data.volumes import read_volume
from salviewer.errors import Cancelled, InvalidChoice, NeedsChoice
from salviewer.jobs.atlases import atlas_on_grid
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module


def rows(matrix):
    return tuple(tuple(map(float, row)) for row in matrix)


def volume(array, affine=None, name="scan", space="mni152"):
    return Volume(array, np.eye(4) if affine is None else np.array(affine, float), name, name * 8, ("R", "A", "S"),
                  space=space)  # fmt: skip


def atlas(space="mni152"):
    """Region 3 is one voxel at (2, 3, 4); region 7 the C of a frame whose centroid lies in its hole."""
    array = np.zeros((12, 10, 8), np.uint8)
    array[2, 3, 4] = 3
    array[6:9, 4:7, 2] = 7
    array[7, 5, 2] = 0
    return Atlas(volume(array, name="atlas", space=space), (Region(3, "Dot_L", "left"), Region(7, "Frame")))


def straight_grid(shape=(12, 10, 8), affine=None):
    """A model's grid (D, H, W) = (z, y, x) that shows every voxel of a volume (X, Y, Z)."""
    turned = [[0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    return GridMap(shape, shape[::-1], rows(turned), affine=rows(np.eye(4) if affine is None else affine))


def test_labels_and_centroids_where_model_and_atlas_share_their_voxels():
    found = atlas_on_grid(atlas(), straight_grid())
    assert found.labels.shape == (8, 10, 12)
    assert found.labels.dtype == np.int32
    assert found.labels[4, 3, 2] == 3
    assert (found.labels == 7).sum() == 8
    assert [region.label for region in found.regions] == [3, 7]
    assert found.centroids.tolist() == [[4, 3, 2], [2, 5, 7]]  # the frame's is in its hole, as the paper takes it
    assert found.labels[2, 5, 7] == 0
    assert found.centroids_mm.tolist() == [[2, 3, 4], [7, 5, 2]]
    assert found.sizes_mm3 == pytest.approx([1, 8])


def test_a_registration_leads_from_the_input_to_the_atlas():
    registration = np.diag([1.0, 1, 1, 1])
    registration[:3, 3] = [1, 0, -1]  # what lies at (1, 3, 5) of the input is the atlas's (2, 3, 4)
    found = atlas_on_grid(atlas(), straight_grid(), registration)
    assert found.labels[5, 3, 1] == 3
    assert found.centroids_mm[0] == pytest.approx([1, 3, 5])
    assert found.centroids[0] == pytest.approx([5, 3, 1])


def test_an_input_of_another_spacing_and_orientation_meets_the_atlas_in_the_world():
    affine = np.array([[-2.0, 0, 0, 10], [0, 2, 0, 1], [0, 0, 2, 0], [0, 0, 0, 1]])  # voxel (4, 1, 2) lies at (2, 3, 4)
    found = atlas_on_grid(atlas(), straight_grid((6, 5, 4), affine))
    assert found.labels[2, 1, 4] == 3
    assert found.centroids[0] == pytest.approx([2, 1, 4])
    assert found.centroids_mm[0] == pytest.approx([2, 3, 4])


def test_regions_out_of_view_are_left_out():
    grid = GridMap((12, 10, 8), (3, 10, 12), straight_grid().matrix, affine=rows(np.eye(4)))  # z from 0 to 2
    found = atlas_on_grid(atlas(), grid)
    assert [region.name for region in found.regions] == ["Frame"]
    assert len(found.centroids) == len(found.sizes_mm3) == 1


@pytest.mark.data
def test_aal_on_another_grid_of_its_space(data):
    brain = data / "brain"
    aal, template = read_atlas(brain / "aal_niivue.nii.gz"), read_volume(brain / "avg152T1_RL.nii.gz")
    assert same_space(template, aal.volume)
    found = atlas_on_grid(aal, straight_grid(template.shape, template.affine))
    assert len(found.regions) == len(np.unique(found.labels)) - 1 == 116
    assert found.regions[0] == Region(1, "Precentral_L", "left")
    assert found.centroids_mm[0] == pytest.approx([-39.6, -5.7, 50.9], abs=0.1)
    assert found.centroids[0] == pytest.approx([61.5, 60.2, 25.2], abs=0.1)  # (mm + (72, 126, 90)) / 2, z first
    assert (found.labels == 1).sum() * 8 == pytest.approx(found.sizes_mm3[0], rel=0.02)
    assert not same_space(read_volume(brain / "chris_t1.nii.gz"), aal.volume)


# -- whole runs -------------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf():
    return Shelf(device="cpu")


FED = VolumePreprocessing(axcodes=None, shape=(12, 10, 8), window="none")


def net():
    return nn.Sequential(nn.AvgPool3d(2), nn.Flatten(), nn.Linear(4 * 5 * 6, 2))


def spec_for(shelf, *, space="mni152", name="scan", ref=None, array=None, **more):
    array = np.random.default_rng(0).random((12, 10, 8), np.float32) if array is None else array
    where = {"model": ModelRef(architecture=shelf.keep_live(open_module(net(), preprocessing=FED)))}
    where["input"] = InputRef(source=shelf.keep_live(volume(array, np.diag([1.0, 1, 1.01, 1]), name, space)))
    if ref is None:
        ref = AtlasRef(source=shelf.keep_live(atlas()))
    return JobSpec(**({"method": "glas-3d", "target": 0, "atlas": ref} | where | more))


def test_a_method_gets_the_atlas_and_the_result_says_which(shelf):
    found = run(spec_for(shelf), shelf)
    table = next(e for e in found.evidence if e.kind == "regions")
    assert table.labels.tolist() == [3, 7]
    about = found.provenance["atlas"]
    assert about == {"name": "atlas", "sha256": "atlas" * 8, "regions": 2, "in_view": 1.0, "registration": "headers"}


def test_where_headers_do_not_say_so_the_question_is_asked(shelf):
    spec = spec_for(shelf, space="scanner")
    with pytest.raises(NeedsChoice, match="scan does not say .*“scanner”; the atlas: “mni152”") as caught:
        run(spec, shelf)
    assert (caught.value.code, caught.value.option) == ("registration", "registration")
    assert caught.value.choices == ("affine", "none")
    answered = spec.model_copy(update={"atlas": spec.atlas.model_copy(update={"registration": "none"})})
    assert any("taken for granted" in note for note in run(answered, shelf).notes)


def test_a_matrix_answers_it_and_is_kept(shelf):
    matrix = tuple(np.eye(4).ravel())
    found = run(spec_for(shelf, space="", ref=AtlasRef(source=shelf.keep_live(atlas()), registration=matrix)), shelf)
    assert found.provenance["atlas"]["registration"] == matrix


@pytest.mark.parametrize("matrix", [(0.0,) * 16, (float("nan"),) * 16])
def test_what_is_no_affine_matrix_is_refused(shelf, matrix):
    ref = AtlasRef(source=shelf.keep_live(atlas()), registration=matrix)
    with pytest.raises(InvalidChoice, match="16 finite numbers"):
        run(spec_for(shelf, ref=ref), shelf)


def test_a_method_that_uses_no_atlas_runs_all_the_same_and_says_so(shelf):
    found = run(spec_for(shelf, method="occlusion"), shelf)
    assert any("makes no use of an atlas" in note for note in found.notes)
    assert "atlas" not in found.provenance


def test_the_fingerprint_follows_the_atlas_and_the_registration(shelf):
    plain = spec_for(shelf)
    one = run(plain, shelf).provenance["fingerprint"]
    moved = plain.atlas.model_copy(update={"registration": (1.0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1)})
    assert run(plain.model_copy(update={"atlas": moved}), shelf).provenance["fingerprint"] != one
    again = AtlasRef(source=shelf.keep_live(atlas()))  # another reference, the same content
    assert run(plain.model_copy(update={"atlas": again}), shelf).provenance["fingerprint"] == one


def test_a_collection_without_an_atlas_says_so(shelf):
    with pytest.raises(InvalidChoice, match="brings no atlas"):
        shelf.atlas(AtlasRef(source="collection:captioned-flowers"))


def test_specs_as_sources_are_answered_first_and_named_in_the_provenance(shelf, tmp_path):
    first = spec_for(shelf)
    second = spec_for(
        shelf, array=np.random.default_rng(1).random((12, 10, 8), np.float32), model=first.model, name="other"
    )
    kept = run(first, shelf)
    path = str(kept.save(tmp_path / "first.safetensors"))
    fractions = []
    ranking = first.model_copy(update={"method": "region-ranking", "sources": (path, second), "params": {}})
    found = run(ranking, shelf, Progress(lambda fraction, message, evidence: fractions.append(fraction)))
    assert [one["method"] for one in found.provenance["sources"]] == ["glas-3d", "glas-3d"]
    assert found.provenance["sources"][0]["fingerprint"] == kept.provenance["fingerprint"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    table = next(e for e in found.evidence if e.kind == "regions")
    assert table.labels.tolist() == [3, 7]


@pytest.mark.parametrize("when", [4, 8, 12])
def test_cancel_works_between_sources_and_inside_them(shelf, when):
    first = spec_for(shelf)
    calls = []

    def cancelled():
        calls.append(1)
        return len(calls) > when

    ranking = first.model_copy(update={"method": "region-ranking", "sources": (first, first), "params": {}})
    with pytest.raises(Cancelled):
        run(ranking, shelf, Progress(cancelled=cancelled))
    assert len(calls) == when + 1


def test_a_metric_that_runs_the_method_again_needs_the_atlas_too(shelf):
    spec = spec_for(shelf)
    judged = shelf.keep_live(run(spec, shelf))
    asked = spec.model_copy(update={"verb": "measure", "method": "max-sensitivity", "sources": (judged,), "params": {}})
    with pytest.raises(InvalidChoice, match="made with the atlas atlas"):
        run(asked.model_copy(update={"atlas": None}), shelf)
    assert np.isfinite(run(asked, shelf).value)
    nested = asked.model_copy(update={"atlas": None, "sources": (spec,)})
    assert run(nested, shelf).value == pytest.approx(run(asked, shelf).value)
