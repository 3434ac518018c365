"""Two explanations with paths, set against each other; and the same at the terminal."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import salviewer as sv
from salviewer.api import Explanation, GridMap, Heatmap, NeuronPath
from salviewer.cli.app import app
from salviewer.errors import InvalidChoice

LAYERS = tuple(
    {"name": name, "kind": "convolution", "channels": c, "shape": shape}
    for name, c, shape in (("class", 5, []), ("features.3", 8, [4, 4]), ("input", 3, [8, 8]))
)


def explained(label, units, *, model="m1", picture="p1", grid=None, architecture="net"):
    """An explanation whose path has one class, two units (channel, y, x) of features.3, and a pixel."""
    flat = [(0, 0, -1, -1), *((1, *u) for u in units), (2, 0, 1, 1)]
    columns, n = np.array(flat, np.int32), len(flat)
    path = NeuronPath(
        "path", layer=columns[:, 0], channel=columns[:, 1], place=columns[:, 2:], support=np.zeros((n, 3), np.float32),
        score=np.zeros(n, np.float32), links=np.zeros((0, 2), np.int32),
        fields=np.tile(np.array([0, 0, 2, 2], np.float32), (n, 1)), thumbnails=np.zeros((0, 2, 2), np.float32),
        thumbnail_of=np.zeros((0, 2), np.int32), layers=LAYERS,
    )  # fmt: skip
    about = {
        "title": "Path", "method": "path", "target": {"label": label, "index": 0},
        "model": {"sha256": model, "architecture": architecture}, "input": {"sha256": picture, "name": "cat.png"},
    }  # fmt: skip
    return Explanation((Heatmap("map", np.zeros((8, 8), np.float32)), path), grid=grid, provenance=about)


CAT = explained("cat", [(1, 0, 0), (2, 1, 1)])
DOG = explained("dog", [(6, 3, 3), (7, 2, 2)])


def test_two_classes_of_one_model():
    pair = sv.compare_paths(CAT, DOG)
    assert pair.names == ("cat", "dog")
    assert pair.parting == (2, 2)
    assert [row["by"] for row in pair.rows()] == ["units"] * 3
    assert [row["parting"] for row in pair.rows()] == [False, False, True]
    assert pair.notes == ()


def test_two_models_are_compared_by_place_and_that_is_said():
    pair = sv.compare_paths(CAT, explained("cat", [(6, 3, 3)], model="m2", architecture="other"))
    assert {row["by"] for row in pair.rows()} == {"places"}
    assert pair.names == ("net", "other")
    assert "where on the picture" in pair.notes[0]
    assert sv.compare_paths(CAT, explained("cat", [(6, 3, 3)], model="m2"), by="units").rows()[0]["by"] == "units"


def test_crops_are_laid_on_the_picture():
    whole = GridMap((8, 16), (8, 8), ((1.0, 0.0, 0.0), (0.0, 2.0, 0.5), (0.0, 0.0, 1.0)))
    left = GridMap((8, 16), (8, 8), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    one = explained("cat", [(1, 0, 0)], grid=whole)
    two = explained("cat", [(1, 0, 0)], grid=left, model="m2")
    # The fields reach to a quarter of each input: 4 of 16 columns of the one, 2 of 16 of the other.
    assert sv.compare_paths(one, two).rows()[1]["shared"] == pytest.approx(0.5)


def test_an_explanation_without_a_path():
    bare = Explanation((Heatmap("map", np.zeros((8, 8), np.float32)),), provenance={"title": "Grad-CAM"})
    with pytest.raises(InvalidChoice, match="Grad-CAM has no path"):
        sv.compare_paths(CAT, bare)


def test_the_table_at_the_terminal(tmp_path):
    files = [str(e.save(tmp_path / f"{name}.safetensors")) for name, e in (("cat", CAT), ("dog", DOG))]
    said = CliRunner().invoke(app, ["compare-paths", *files])
    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    assert lines[0].split() == ["layer", "compared", "cat", "dog", "shared", "by", "chance"]
    assert lines[3].endswith("<- they part after this layer")
    assert "input is the last layer" in lines[4]
    found = json.loads(CliRunner().invoke(app, ["compare-paths", *files, "--json"]).stdout)
    assert found["verdict"] == "part"
    assert found["layers"][2]["parting"] is True
    gone = CliRunner().invoke(app, ["compare-paths", files[0], str(tmp_path / "gone.safetensors")])
    assert gone.exit_code == 3
