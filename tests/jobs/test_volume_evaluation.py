"""An evaluation over a folder of volumes and masks: answers known beforehand, the atlas, resuming, the page."""

from __future__ import annotations

import json

import nibabel
import numpy as np
import pytest
import toy_heads

import salviewer_plugins.evaluation as evaluation
import salviewer_plugins.folders as folders
from salviewer.api import AtlasRef, InputRef, ModelRef
from salviewer.bench import atlas_given
from salviewer.bench.evaluate import evaluate
from salviewer.bench.page import write_page
from salviewer.bench.report import report
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.bench.store import Store
from salviewer.jobs.shelf import Shelf

METHODS = ({"key": "gradient"}, {"key": "glas-3d", "params": {"sigma_light": 20.0, "sigma_shadow": 20.0}})
METRICS = ("pointing-game", "sparseness", "deletion", "insertion")
CORE = toy_heads.LABELS == toy_heads.PLANTED


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Three ill heads; the mask is the planted cube. An atlas in their space, and its names."""
    root = tmp_path_factory.mktemp("study")
    for folder in ("images", "cube"):
        (root / folder / "ill").mkdir(parents=True)
    for number in (1, 3, 5):
        values = np.asarray(toy_heads.head(number, ill=True).array)
        for folder, array in (("images", values), ("cube", CORE.astype(np.uint8))):
            image = nibabel.Nifti1Image(array, toy_heads.AFFINE)
            image.set_sform(toy_heads.AFFINE, 4)
            nibabel.save(image, root / folder / "ill" / f"head-{number}.nii.gz")
    image = nibabel.Nifti1Image(toy_heads.LABELS, toy_heads.AFFINE)
    image.set_sform(toy_heads.AFFINE, 4)
    nibabel.save(image, root / "atlas.nii.gz")
    (root / "atlas.txt").write_text("".join(f"{i} {name}\n" for i, name in enumerate(toy_heads.NAMES, 1)))
    return root


@pytest.fixture
def shelf():
    return Shelf(toy_heads.host_with_heads(folders, evaluation), "cpu")


def spec(study, **more):
    about = {
        "models": (ModelRef(architecture="head-net", weights="random"),),
        "methods": tuple(Asked(**one) for one in METHODS),
        "metrics": tuple(Asked(key=key) for key in METRICS),
        "collection": "masked-folder",
        "collection_params": {"folder": str(study)},
        "target": "predicted",
        "atlas": AtlasRef(source=f"{study}/atlas.nii.gz"),
    }
    return BenchSpec(**about | more)


def rows_of(folder):
    with Store(folder) as store:
        return list(store.rows())


def test_every_cell_has_its_number_and_those_that_are_known(study, shelf, tmp_path):
    outcome = evaluate(spec(study), shelf, tmp_path)
    rows = rows_of(tmp_path)
    assert (outcome.cells, outcome.done) == (12, 12)
    assert not [r for r in rows if r.error]
    assert {r.metric for r in rows} == {"", *METRICS}
    pointed = {(r.method, r.picture): r.value for r in rows if r.metric == "pointing-game" and r.headline}
    for number in (1, 3, 5):
        assert pointed["gradient", f"ill/head-{number}.nii.gz"] == 1
        assert pointed["glas-3d", f"ill/head-{number}.nii.gz"] == 1
        assert pointed["centred-gaussian", f"ill/head-{number}.nii.gz"] == 1 / 8  # of the middle
    sparse = {r.method: r.value for r in rows if r.metric == "sparseness" and r.headline}
    assert sparse["gradient"] == pytest.approx(1 - 64 / 16**3, abs=0.01)  # Gini of 64 equal voxels of 4,096

    again = evaluate(spec(study), shelf, tmp_path)
    assert (again.done, again.kept) == (0, 12)
    other = evaluate(spec(study, atlas=None), shelf, tmp_path)
    assert (other.done, other.kept) == (3, 9)  # the three of the method that makes use of the atlas

    said = report(tmp_path, spec(study), shelf)
    page = write_page(tmp_path / "index.html", said).read_text(encoding="utf-8")
    assert "glas-3d" in page or "3D-GLAS" in page
    with Store(tmp_path) as store:
        small = store.heatmap("head-net (random)", "ill/head-1.nii.gz", "gradient")
    assert small.shape == (16, 16) and not small.any()  # its middle axial slice, which the core does not reach


def test_the_collections_own_atlas_is_taken(shelf):
    asked = {"collection": "toy-heads", "collection_params": {}, "atlas": None}
    own = spec("", **asked)
    assert atlas_given.atlas_given(own, own.methods[1], shelf) == AtlasRef(source="collection:toy-heads")
    assert atlas_given.atlas_given(own, own.methods[0], shelf) is None
    none = spec("", atlas=None)
    assert atlas_given.part_of_key(none, none.methods[1], shelf) == ()


def test_each_volume_is_registered_to_the_template(study, shelf, monkeypatch):
    asked = spec(study, template=InputRef(source=str(study / "atlas.nii.gz")))
    told = []
    monkeypatch.setattr(atlas_given, "met", lambda shelf, atlas, source, template, progress: told.append(template))
    source = InputRef(source="collection:masked-folder/ill/head-1.nii.gz")
    atlas_given.atlas_met(asked, asked.methods[1], source, shelf)
    assert told == [asked.template]
    assert BenchSpec.model_validate_json(asked.model_dump_json()) == asked  # as processes hand it on


def test_the_cell_of_pictures_is_called_as_before(study, shelf):
    plain = json.loads(spec(study, atlas=None).model_dump_json(exclude_defaults=True))
    assert not {"atlas", "template"} & plain.keys()
