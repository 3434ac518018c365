"""`salviewer lesions`: the table of a folder and of a collection's masks, in words and as JSON."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from salviewer.cli.app import app

RUN = CliRunner()
ASK = ["--model", "an8flower-cnn", "--method", "gradient", "--threshold", "0"]


@pytest.fixture
def folder(tmp_path):
    """Two photographs; the first has a hard exudate that is marked."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "marks" / "hard_exudates").mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 255, (92, 92, 3)).astype(np.uint8)
    for name in ("one", "two"):
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{name}.png")
    mask = np.zeros((92, 92), np.uint8)
    mask[40:44, 40:44] = 255
    Image.fromarray(mask).save(tmp_path / "marks" / "hard_exudates" / "one.png")
    return tmp_path


def test_a_folder_with_marks(folder):
    csv = folder / "table.csv"
    answer = RUN.invoke(
        app, ["lesions", str(folder / "photos"), "--marks", str(folder / "marks"), *ASK, "--json", "--csv", str(csv)]
    )
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert said["pictures"] == 2
    (row,) = said["types"]
    assert (row["type"], row["pictures"], row["lesions"]) == ("hard exudates", 1, 1)
    assert row["images_found"] == {"0.25": 1.0, "0.5": 1.0}  # nearly everything is proposed, and so it says
    assert said["proposed_share"] > 0.5
    assert said["false_regions_per_picture"] >= 0.5
    assert csv.read_text(encoding="utf-8-sig").startswith("method,type,pictures")


def test_in_words_the_false_regions_stand_below(folder):
    answer = RUN.invoke(app, ["lesions", str(folder / "photos" / "one.png"), "--marks", str(folder / "marks"), *ASK])
    assert answer.exit_code == 0, answer.output
    assert "hard exudates" in answer.output
    assert "false regions per picture" in answer.output


def test_without_marks_it_says_where_they_must_be(folder):
    answer = RUN.invoke(app, ["lesions", str(folder / "photos"), *ASK])
    assert answer.exit_code
    assert "Say in which folder" in answer.output
    answer = RUN.invoke(app, ["lesions", str(folder / "photos"), "--marks", str(folder / "photos" / "none"), *ASK])
    assert "There is no folder none" in answer.output
    (folder / "photos" / "empty").mkdir()
    answer = RUN.invoke(app, ["lesions", str(folder / "photos"), "--marks", str(folder / "photos" / "empty"), *ASK])
    assert "holds no marks" in answer.output


def test_a_method_that_is_trained_gets_its_state(folder):
    ask = ["lesions", str(folder / "photos"), "--marks", str(folder / "marks"), "--model", "an8flower-cnn",
           "--method", "mask-predictor", "--threshold", "0"]  # fmt: skip
    shipped = resources.files("salviewer_resources") / "trained" / "mask-predictor-an8flower-cnn.safetensors"
    answer = RUN.invoke(app, [*ask, "--trained", str(shipped), "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["pictures"] == 2
    answer = RUN.invoke(app, [*ask, "--trained", str(folder / "photos" / "one.png")])
    assert answer.exit_code == 3
    assert "one.png cannot be read as a trained state" in answer.output
