"""A whole group of subjects in one job: from Python, from the terminal, and what is refused."""

from __future__ import annotations

import csv
import io
import json

import nibabel
import numpy as np
import pytest
import toy_heads
from typer.testing import CliRunner

import salviewer as sv
from salviewer import shelves
from salviewer.api import InputRef, ModelRef, RegionTable
from salviewer.errors import InvalidChoice
from salviewer.jobs.cohorts import cohort_spec, subjects_of
from salviewer.jobs.shelf import Shelf

QUICK = {"sigma_light": 20.0, "sigma_shadow": 20.0, "sigma_spatial": 12.0}


@pytest.fixture
def shelf(monkeypatch, own_folders):
    shelf = Shelf(toy_heads.host_with_heads(), "cpu")
    monkeypatch.setattr(shelves, "_shelves", {None: shelf})
    return shelf


@pytest.fixture
def model(shelf):
    return sv.load_model("head-net", "random")


def test_the_planted_region_leads_and_the_interval_says_so(model):
    found = sv.cohort(model, "toy-heads", target="ill", params=QUICK)
    table = next(e for e in found.evidence if isinstance(e, RegionTable))
    best = int(table.ranks().argmin())
    assert (table.regions[best], table.rank_low[best], table.rank_high[best]) == ("Zeta", 1, 1)
    assert [s["name"] for s in found.provenance["subjects"]["inputs"]] == ["head 1", "head 3", "head 5"]
    assert found.provenance["target"]["label"] == "ill"
    peak = np.unravel_index(np.nanargmax(found.on_input()), (16, 16, 16))
    assert toy_heads.LABELS[peak] == toy_heads.PLANTED
    assert (found.heatmap.min(), found.heatmap.max()) == (0, 1)


def test_each_subject_is_what_it_is_alone(model):
    found = sv.cohort(model, "toy-heads", target="ill", params=QUICK, limit=1)
    one = sv.explain(
        model, sv.load_input("collection:toy-heads/head-1"), "glas-3d", target="ill", params=QUICK,
        atlas="collection:toy-heads",
    )  # fmt: skip
    assert np.array_equal(found.evidence[2].impact, one.evidence[1].impact)
    span = np.ptp(one.heatmap)
    assert found.heatmap == pytest.approx((one.heatmap - one.heatmap.min()) / span, abs=1e-6)
    assert "no interval" in found.notes[0]


def test_a_method_without_a_table_is_ranked_too(model):
    found = sv.cohort(model, "toy-heads", "gradient", target="ill")
    table = found.evidence[2]
    assert table.regions[int(table.ranks().argmin())] == "Zeta"
    assert any("mean of the subject's map" in note for note in found.notes)


def test_a_network_of_ones_own_can_be_asked(shelf):
    own = sv.load_model(
        toy_heads.HeadNet(), classes=["healthy", "ill"],
        preprocessing=toy_heads.HeadNets().facts("head-net").preprocessing,
    )  # fmt: skip
    found = sv.cohort(own, "toy-heads", target=1, params=QUICK, limit=2)
    assert found.evidence[2].ranks()[toy_heads.PLANTED - 1] == 1
    assert not shelf._live


def test_the_maps_are_laid_over_the_template_or_what_was_given(model):
    over_template = sv.cohort(
        model, "toy-heads", target="ill", params=QUICK, limit=1, collection_params={"template": True}
    )
    assert over_template.provenance["input"]["name"] == "head 99"
    other = sv.load_input("collection:toy-heads/head-2")
    given = sv.cohort(model, "toy-heads", target="ill", params=QUICK, limit=1, reference=other)
    assert given.provenance["input"]["name"] == "head 2"
    assert np.array_equal(given.heatmap, over_template.heatmap)


def test_progress_rises_from_0_to_1(model):
    heard = []
    sv.cohort(model, "toy-heads", target="ill", params=QUICK, progress=lambda f, m: heard.append(f))
    assert (heard[0], heard[-1]) == (0.0, 1.0)
    assert heard == sorted(heard)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"target": "well"}, "unknown-class"),
        ({"collection_params": {"heads": 0}}, "no-subjects"),
        ({"collection_params": {"heads": 1}}, "no-subjects"),
        ({"params": {"sigma": 3}}, ""),
        ({"method": "glass-3d"}, ""),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_explained(shelf, changed, code):
    asked = {"method": "glas-3d", "target": "ill"} | changed
    with pytest.raises(InvalidChoice) as refused:
        cohort_spec(shelf, ModelRef(architecture="head-net", weights="random"), "toy-heads", **asked)
    assert not code or refused.value.code == code


def test_a_limit_takes_the_first(shelf):
    assert subjects_of(shelf, "toy-heads", {"heads": 9}, "ill", 1, 2) == tuple(
        InputRef(source=f"collection:toy-heads/head-{i}", options={"collection": {"heads": 9}}) for i in (1, 3)
    )


def run(*arguments):
    from salviewer.cli.app import app

    done = CliRunner().invoke(app, ["cohort", *map(str, arguments)])
    assert "Traceback" not in done.output
    return done


def test_the_terminal_writes_maps_and_table(shelf, tmp_path):
    settings = [part for key, value in QUICK.items() for part in ("-p", f"{key}={value}")]
    done = run(
        "--model", "head-net", "--weights", "random", "--collection", "toy-heads", "--target", "ill",
        "--limit", 2, "-o", tmp_path / "new", "--json", *settings,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["subjects"] == ["head 1", "head 3"]
    assert said["regions"][0]["region"] == "Zeta"
    names = sorted(path.name for path in (tmp_path / "new").iterdir() if not path.name.endswith(".json"))
    stem = "toy_heads-region_ranking-ill"
    assert names == [f"{stem}-regions.csv", f"{stem}-regions.nii.gz", f"{stem}.nii.gz", f"{stem}.safetensors"]
    text = (tmp_path / "new" / f"{stem}-regions.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["rank"], rows[0]["region"], rows[0]["rank_high"]) == ("1", "Zeta", "1")
    painted = nibabel.load(tmp_path / "new" / f"{stem}-regions.nii.gz")
    inside = np.asarray(painted.dataobj)[toy_heads.LABELS == toy_heads.PLANTED]
    assert inside == pytest.approx(float(rows[0]["impact"]), rel=1e-4)
    again = sv.load_explanation(tmp_path / "new" / f"{stem}.safetensors")
    assert isinstance(again.evidence[2], RegionTable)


def test_the_terminal_says_the_first_regions_and_what_is_wrong_in_a_sentence(shelf, tmp_path):
    asked = ("--model", "head-net", "--weights", "random", "--collection", "toy-heads", "-o", tmp_path)
    done = run(*asked, "--target", "ill", "--limit", 1)
    assert done.exit_code == 0, done.output
    assert "1  Zeta: " in done.stdout
    assert "no interval" in done.stdout
    wrong = run(*asked, "--target", "well")
    assert wrong.exit_code == 2
