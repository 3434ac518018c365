"""A cohort of scans in a folder, each in the space of its own scanner: registered one by one, and only once."""

from __future__ import annotations

import json

import nibabel
import numpy as np
import pytest
import toy_heads
from typer.testing import CliRunner

import salviewer as sv
import salviewer_plugins.folders as folders
from salviewer import shelves
from salviewer.api import RegionTable
from salviewer.data.registration_result import Registration
from salviewer.errors import InvalidChoice, NeedsChoice
from salviewer.jobs import registering
from salviewer.jobs.shelf import Shelf

QUICK = {"sigma_light": 20.0, "sigma_shadow": 20.0, "sigma_spatial": 12.0}
MOVES = {"ill/a": (0, 0, 0), "ill/b": (40, -8, 12), "ill/c": (-25, 30, 6), "well/d": (9, 9, 9)}
"""By how many millimetres each scan lies beside the atlas."""


def save(path, values, affine, code=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nibabel.Nifti1Image(values, affine)
    image.set_sform(affine, code)
    image.set_qform(None, 0)
    nibabel.save(image, path)
    return path


@pytest.fixture
def study(tmp_path):
    """Scans, an atlas with names, a head in the atlas's space, and who was held out."""
    for number, (name, move) in enumerate(MOVES.items()):
        affine = toy_heads.AFFINE.copy()
        affine[:3, 3] += move
        values = np.asarray(toy_heads.head(number, ill=name.startswith("ill")).array)
        save(tmp_path / "scans" / f"{name}.nii.gz", values, affine)
    save(tmp_path / "atlas.nii.gz", toy_heads.LABELS, toy_heads.AFFINE, 4)
    (tmp_path / "atlas.txt").write_text("".join(f"{i} {name}\n" for i, name in enumerate(toy_heads.NAMES, 1)))
    save(tmp_path / "template.nii.gz", np.asarray(toy_heads.head(99, ill=False).array), toy_heads.AFFINE, 4)
    (tmp_path / "held-out.txt").write_text("b\nc\nd\n")
    return tmp_path


@pytest.fixture
def searched(monkeypatch):
    """The names of what was registered; what is found is the truth, as both have the same voxels."""
    names = []

    def register(moving, fixed, progress=None):
        names.append(moving.name)
        matrix = fixed.affine @ np.linalg.inv(moving.affine)
        about = (moving.name, moving.sha256, fixed.name, fixed.sha256)
        return Registration(tuple(map(float, matrix.ravel())), 0.1, 0.9, 0.0, *about)

    monkeypatch.setattr(registering, "register", register)
    return names


@pytest.fixture
def model(monkeypatch, own_folders):
    shelf = Shelf(toy_heads.host_with_heads(folders), "cpu")
    monkeypatch.setattr(shelves, "_shelves", {None: shelf})
    return sv.load_model("head-net", "random")


def cohort(model, study, method="glas-3d", **options):
    asked = {"params": QUICK} if method == "glas-3d" else {}
    asked |= {"template": study / "template.nii.gz"} | options
    params = {"folder": str(study / "scans"), "only": str(study / "held-out.txt")}
    return sv.cohort(
        model, "image-folder", method, target="ill", atlas=study / "atlas.nii.gz", collection_params=params, **asked
    )


def test_each_is_registered_by_itself_and_only_once(model, study, searched):
    found = cohort(model, study)
    table = next(e for e in found.evidence if isinstance(e, RegionTable))
    assert (table.regions[int(table.ranks().argmin())], table.rank_high.min()) == ("Zeta", 1)
    assert [s["name"] for s in found.provenance["subjects"]["inputs"]] == ["b.nii.gz", "c.nii.gz"]
    assert found.provenance["input"]["name"] == "template.nii.gz"
    peak = np.unravel_index(np.nanargmax(found.on_input()), (16, 16, 16))
    assert toy_heads.LABELS[peak] == toy_heads.PLANTED
    assert searched == ["b.nii.gz", "c.nii.gz"]
    again = cohort(model, study)
    assert searched == ["b.nii.gz", "c.nii.gz"]
    assert np.array_equal(again.heatmap, found.heatmap)


def test_what_was_kept_names_nobody(model, study, searched, own_folders):
    cohort(model, study)
    kept = list(own_folders.rglob("registrations/*.json"))
    assert len(kept) == 2
    assert not any("nii" in path.read_text() for path in kept)
    kept[0].write_text("{")
    cohort(model, study)
    assert len(searched) == 3


def test_another_time_point_of_one_file_is_another_head():
    first = toy_heads.head(1, ill=True)
    other = toy_heads.volume(first.array + 1, "head 1")
    assert first.sha256 == other.sha256
    assert registering.kept_at(first, first) != registering.kept_at(other, first)


def test_without_a_template_it_is_asked(model, study, searched):
    with pytest.raises(NeedsChoice) as asked:
        cohort(model, study, template=None)
    assert asked.value.option == "registration" and not searched


def test_maps_that_do_not_know_where_they_lie_are_not_added(model, study, searched):
    with pytest.raises(InvalidChoice) as refused:
        cohort(model, study, "gradient")
    assert refused.value.code == "not-in-one-space"


def test_one_registration_for_all_and_one_for_each_exclude_each_other(model, study):
    with pytest.raises(TypeError):
        cohort(model, study, registration="none")


def test_the_terminal(model, study, searched):
    from salviewer.cli.app import app

    def run(*more):
        done = CliRunner().invoke(
            app,
            ["cohort", "--model", "head-net", "--weights", "random", "--collection", "image-folder", "--target", "ill",
             "--collection-param", f"folder={study / 'scans'}", "--collection-param", f"only={study / 'held-out.txt'}",
             "--atlas", str(study / "atlas.nii.gz"), "-o", str(study / "out"), "--json",
             *(part for key, value in QUICK.items() for part in ("-p", f"{key}={value}")), *map(str, more)],
        )  # fmt: skip
        assert "Traceback" not in done.output
        return done

    done = run("--template", study / "template.nii.gz", "--registration", "affine")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["subjects"] == ["b.nii.gz", "c.nii.gz"]
    assert said["regions"][0]["region"] == "Zeta"
    assert run("--template", study / "template.nii.gz").exit_code == 2
    assert run("--registration", "affine").exit_code == 2
    assert run().exit_code == 5
