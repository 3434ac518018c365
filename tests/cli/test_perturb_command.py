"""`salviewer perturb deepfool`: the files it writes, and that they hold what it says."""

import json

import numpy as np
from typer.testing import CliRunner

import salviewer as sv
from salviewer.cli.app import app

FLOWER = ("collection:an8flower-single-6c/red-05", "--model", "an8flower-cnn")


def test_picture_numbers_and_facts(tmp_path):
    out = tmp_path / "perturbed.png"
    said = CliRunner().invoke(app, ["perturb", "deepfool", *FLOWER, "-o", str(out), "--json"])
    assert said.exit_code == 0, said.output
    facts = json.loads(said.stdout)
    assert facts["changed"] is True
    assert sorted(p.name for p in tmp_path.iterdir()) == ["perturbed.json", "perturbed.npy", "perturbed.png"]
    model = sv.load_model("an8flower-cnn", "default")
    exact = sv.predict(model, sv.load_input(np.load(out.with_suffix(".npy"))))
    assert exact.predicted == facts["after"][0]["index"] != facts["before"][0]["index"]
    rounded = sv.predict(model, sv.load_input(out))
    assert (rounded.predicted != facts["before"][0]["index"]) is facts["changed_after_rounding"]


def test_refusals_are_sentences(tmp_path):
    wrong = CliRunner().invoke(app, ["perturb", "deepfool", *FLOWER, "-o", str(tmp_path / "x.jpg")])
    assert wrong.exit_code == 2
    assert "does not end in .png" in wrong.output
    param = CliRunner().invoke(
        app, ["perturb", "deepfool", *FLOWER, "-o", str(tmp_path / "x.png"), "-p", "iterations=0"]
    )
    assert param.exit_code == 2
    assert not list(tmp_path.iterdir())
